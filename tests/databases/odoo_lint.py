# Run by Odoo's shell: the tests of its addon test_lint, on our addons only.
import importlib
import os
import pkgutil
import sys
import unittest
from unittest.mock import patch

from odoo.modules import Manifest
from odoo.tests.loader import run_suite
from odoo.tests.suite import OdooSuite

sys.path.append(os.environ["LINTERS"])  # behind Odoo's own packages
from odoo.addons.test_lint import tests

ours = [Manifest.for_addon(name) for name in os.environ["ADDONS"].split(",")]
names = [manifest.name for manifest in ours]
modules = [
    importlib.import_module(f"{tests.__name__}.{module.name}")
    for module in pkgutil.iter_modules(tests.__path__)
    if module.name.startswith(os.environ["TESTS"])
]
cases = [
    case
    for module in modules
    for loaded in unittest.defaultTestLoader.loadTestsFromModule(module)
    for case in loaded
]
with patch.object(Manifest, "all_addon_manifests", lambda: ours):
    for module in modules:
        if hasattr(module, "get_modules"):
            module.get_modules = lambda: names
    result = run_suite(OdooSuite(cases))
with open(os.environ["RESULT"], "w") as file:
    file.write(f"{result.testsRun} {result.failures_count + result.errors_count}")
