"""Makes the addon's rooms that know no Odoo importable under its name, without the addon's own
``__init__``, which imports Odoo."""

import sys
from pathlib import Path
from types import ModuleType

_addon = ModuleType("axivox_caller_id")
_addon.__path__ = [str(Path(__file__).parents[2])]
sys.modules[_addon.__name__] = _addon
