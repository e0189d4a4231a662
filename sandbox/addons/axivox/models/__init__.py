from . import axivox_call
from . import res_partner
