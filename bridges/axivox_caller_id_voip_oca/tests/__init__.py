from . import test_js
from . import test_tours
from . import test_upstream
from . import test_voip_call
