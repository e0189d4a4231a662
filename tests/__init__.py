from . import test_access
from . import test_account
from . import test_extension
from . import test_number
from . import test_outgoing_rule
from . import test_resolve
from . import test_tours
from . import test_two_processes
