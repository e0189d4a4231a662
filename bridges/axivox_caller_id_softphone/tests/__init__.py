from . import test_js
from . import test_panel
from . import test_tours
