from . import axivox_account
from . import res_users
