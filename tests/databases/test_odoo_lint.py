"""The tests of Odoo's addon test_lint, on our sources."""

import shutil

import provisions
import pytest
import server
from checkout import NAME, NOT_THE_ADDON, ROOT, STATE
from conftest import BRIDGE

BRIDGES = sorted(path.parent.name for path in (ROOT / "bridges").glob("*/__manifest__.py"))
# Tests in the same folder that Odoo itself does not run.
BESIDE = tuple(path.parent.name for path in (ROOT / "tests").glob("*/pytest.ini"))
PLANTED = "from . import test_planted_twice\nfrom . import test_planted_twice\n"


@pytest.fixture
def addons(tmp_path):
    """Return copies of the addons: these tests do not follow links."""
    left_out = shutil.ignore_patterns(".*", "__pycache__", *NOT_THE_ADDON, *BESIDE)
    shutil.copytree(ROOT, tmp_path / NAME, ignore=left_out)
    for bridge in BRIDGES:
        shutil.copytree(ROOT / "bridges" / bridge, tmp_path / bridge, ignore=left_out)
    return tmp_path


def lint(database, addons, tests="test_"):
    """Return how many tests were run, how many failed, and Odoo's output.

    :param str tests: the beginning of the names of their files
    """
    _home, odoo = provisions.odoo()
    path = ",".join(map(str, [*odoo, provisions.other_addons(), addons]))
    script = (server.ROOT / "tests" / "databases" / "odoo_lint.py").read_text()
    [linters] = provisions.venv("lint").parents[1].glob("lib/python*/site-packages")
    result, log = addons / "result", "test-odoo-lint.log"
    try:
        server.shell(
            database,
            script,
            *("--addons-path", path),
            log=log,
            ADDONS=",".join([NAME, *BRIDGES]),
            LINTERS=str(linters),
            RESULT=str(result),
            TESTS=tests,
        )
    except server.Failure as failure:
        if not result.exists():
            raise failure from None
    run, failed = map(int, result.read_text().split())
    return run, failed, (STATE / log).read_text()


def test_odoo_finds_nothing_in_our_addons_but_a_planted_fault(demo_database, addons):
    run, failed, said = lint(demo_database, addons)
    assert run and not failed, said

    with (addons / BRIDGE / "tests" / "__init__.py").open("a") as tests:
        tests.write(PLANTED)
    _run, failed, said = lint(demo_database, addons, "test_test_holes")
    assert failed == 1 and "test_planted_twice" in said, said
