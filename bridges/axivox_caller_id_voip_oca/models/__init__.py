from . import axivox_account
from . import axivox_extension
from . import axivox_number
from . import mail_activity
from . import res_partner
from . import res_users
from . import voip_call
