from . import test_access
from . import test_js
from . import test_outcome
from . import test_rights
from . import test_tabs
from . import test_tours
from . import test_upstream
from . import test_voip_call
