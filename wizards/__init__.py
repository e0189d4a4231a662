from . import axivox_finding_accept
from . import axivox_number_archive
from . import axivox_number_paste
from . import axivox_review
from . import axivox_review_line
from . import axivox_review_user
from . import axivox_team_number
