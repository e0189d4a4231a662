from . import axivox_apply
from . import axivox_number_archive
from . import axivox_number_paste
from . import axivox_team_number
