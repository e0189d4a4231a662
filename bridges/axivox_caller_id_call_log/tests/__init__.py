from . import test_menu
from . import test_other_side
from . import test_promise
from . import test_proof
from . import test_reasons
from . import test_rights
from . import test_tours
from . import test_writing
