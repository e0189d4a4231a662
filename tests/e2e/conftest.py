"""Fixtures for real calls: Odoo, the telephone network and the browser, started once; the callers;
and settings that a case changes, restored after it."""

import contextlib

import background
import cluster
import own_odoo
import pytest
from checkout import STATE
from progress import say

pytest.register_assert_rewrite("scene")

from scene import COLUMNS, NEW_YORK, STRAY, Scene  # noqa: E402

ROWS = pytest.StashKey[list]()


@pytest.fixture(scope="session")
def scene(pytestconfig):
    """Yield the Scene of all cases; stop Odoo, the network and the browser at the end."""
    rows = pytestconfig.stash[ROWS] = []
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    had_database = cluster.answers()

    @contextlib.contextmanager
    def shown():
        with capture.global_and_fixture_disabled():
            say("")
            yield

    try:
        with own_odoo.running(shown) as (network, admin, browser):
            yield Scene(network, admin, browser, rows)
    finally:
        with shown():
            background.stop_all("e2e-")
            if not had_database:
                cluster.stop()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Keep a picture of each agent's page and the browser console's errors, if a case fails."""
    report = yield
    scene = item.funcargs.get("scene") if hasattr(item, "funcargs") else None
    if report.failed and call.when == "call" and scene:
        folder = STATE / "screenshots"
        report.sections.append(("browser", "\n".join(scene.evidence(folder, item.name))))
    return report


def pytest_terminal_summary(terminalreporter, config):
    """Print a line for each call: what Odoo said, and what was received."""
    if rows := config.stash.get(ROWS, []):
        terminalreporter.section("calls")
        table = [COLUMNS, *([*(cell or "–" for cell in row[:-1]), row[-1]] for row in rows)]
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for row in table:
            terminalreporter.write_line("  ".join(map(str.ljust, row, widths)).rstrip())


# Who and what there is -------------------------------------------------------------


@pytest.fixture
def admin(scene):
    return scene.admin


@pytest.fixture
def network(scene):
    return scene.network


@pytest.fixture
def sophie(scene):
    return scene.agent("sophie")


@pytest.fixture
def james(scene):
    return scene.agent("james")


@pytest.fixture(autouse=True)
def nothing_breaks(scene):
    scene.begin()
    yield
    assert scene.faults() == []


# What a case changes ---------------------------------------------------------------


@pytest.fixture
def settings(admin):
    """Yield the administrator, who may save and apply settings; restore the demo's afterwards."""
    yield admin
    main = admin.id_of("demo_number_main")
    admin.account("write", {"rules_override_users": True, "default_outgoing_number_id": main})
    admin.save("axivox.extension", "demo_extension_201", outgoing_number_id=False)
    admin.apply()


@pytest.fixture
def dial_plus(admin):
    """Make phones dial `+32…` instead of `0032…`."""
    admin.account("write", {"dial_format": "+"})
    yield
    admin.account("write", {"dial_format": "00"})


@pytest.fixture
def asking(admin):
    """Let phones ask for the number that Odoo resolved, and let users choose another."""
    admin.account("write", {"signalling": "ask", "users_may_choose": True})
    yield
    admin.let_choose()
    admin.account("write", {"signalling": "axivox", "users_may_choose": False})


@pytest.fixture
def stray(admin):
    """Yield the id of a number that Odoo has and Axivox does not have."""
    [number] = admin.ask(
        *("axivox.number", "create"),
        [{"account_id": admin.id_of("demo_account"), "number": STRAY, "name": "Stray"}],
    )
    yield number
    admin.let_choose()
    admin.ask("axivox.number", "unlink", [number])


@pytest.fixture
def without_new_york(admin, network):
    """Take the number of New York away from the account at Axivox, and archive it in Odoo."""
    network.give_back(NEW_YORK)
    admin.save("axivox.number", "demo_number_new_york", active=False)
    yield
    network.reset_sandbox()
    admin.save("axivox.number", "demo_number_new_york", active=True)
    admin.account("action_pull")


@pytest.fixture
def mobiles_by_miami(admin):
    """Apply a rule that shows Miami's number to mobile telephones in Belgium."""
    account, number = map(admin.id_of, ("demo_account", "demo_number_miami"))
    rule = {"account_id": account, "destination_prefix": "0032450", "number_id": number}
    made = admin.ask("axivox.outgoing.rule", "create", [rule])
    admin.apply()
    yield
    admin.ask("axivox.outgoing.rule", "unlink", made)
    admin.apply()


@pytest.fixture
def other_tab(scene, sophie):
    """Yield a second tab of Sophie's browser."""
    tab = sophie.new_tab()
    for page in (sophie, tab):
        page.at_home()
    yield tab
    tab.close()


@pytest.fixture
def wrong_password(admin, network, james):
    """Give James's phone a wrong SIP password from the next page on."""
    admin.save("res.users", "demo_user_james", voip_password="wrong")
    yield
    admin.save("res.users", "demo_user_james", voip_password=network.password("202"))


@pytest.fixture
def registrar_that_refuses(network):
    """Yield a function that makes all SIP passwords wrong."""
    right = network.secret

    def with_secret(secret):
        network.kamailio.stop()
        network.secret = secret
        network.start_kamailio()

    yield lambda: with_secret("another")
    with_secret(right)
