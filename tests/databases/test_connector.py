"""A day of calls that the sandbox's connector writes into a real Odoo over HTTP."""

import demo_axivox
import demo_day
import demo_server
import pytest
import server
from background import Background
from demo_calls import Salesperson

KNOWN = {"201": "sophie", "202": "james", "203": "claire", "204": "noor"}
FIELDS = (
    "phone_number",
    "user_id",
    "state",
    "talk_duration_s",
    "caller_id_verdict",
    "caller_id_reason",
    "caller_id_promised",
    "caller_id_shown",
)
APPLIED = """
env.ref("axivox_caller_id.demo_account")._record_applied()
env.flush_all()
env.cr.execute("UPDATE axivox_applied SET create_date = create_date - interval '2 days'")
env.cr.execute("UPDATE axivox_period SET since = since - interval '2 days'")
"""
HOURS = range(8, 12)
DEVIATIONS = (
    [],
    [{"kind": "rule_not_applied", "prefix": "0033"}],
    [{"kind": "rule_number", "prefix": "001", "number": "+442079460958"}],
    [{"kind": "rules_swapped", "prefix": "001242", "other_prefix": "001"}],
    [{"kind": "box_flipped"}],
    [{"kind": "default_number", "number": "+3280012345"}],
    [{"kind": "default_number"}],
    [{"kind": "user_number", "extension": "202"}],
    [{"kind": "forwarded", "extension": "204", "number": "+32470123456"}],
    [
        {"kind": "box_flipped"},
        {"kind": "default_number", "number": "+33199001236"},
        {"kind": "rule_not_applied", "prefix": "0033"},
    ],
)


@pytest.fixture
def odoo(database, demo_database, tmp_path):
    """Yield the name, address and sandbox of a running Odoo with the call log and the demo's
    account, with the sandbox's connector connected to it."""
    name = database(demo_database)
    log = "test-connector.log"
    server.odoo("-d", name, "-i", "axivox", "--stop-after-init", log=log)
    key = tmp_path / "key"
    script = APPLIED + demo_server.CONNECTOR_MOVES_IN
    server.shell(name, script, log=log, KEY_FILE=str(key))
    command, environment = server.prepare()
    options = ["-d", name, "--max-cron-threads", "0", "--http-port"]
    running = Background("Odoo", "test-connector", health="/web/health")
    sandbox = Background("the sandbox", "test-sandbox", health="/openapi.json")
    try:
        running.start(lambda port: [*command, *options, port], environment)
        demo_axivox.start(sandbox, tmp_path / "state.json", "token")
        connection = {"url": running.address(), "database": name, "key": key.read_text()}
        demo_day.control(sandbox.address(), "PUT", "connector", connection)
        yield Salesperson(running.address(), name, "admin"), sandbox.address()
    finally:
        sandbox.stop()
        running.stop()


def expected(call):
    """Return verdict, reason, promised and shown number, from the sandbox's own knowledge of a
    call."""
    if call["direction"] == "incoming":
        return False, False, False, False
    shown = call["shown"] or False
    if call["extension"] not in KNOWN:
        return "unknown", "no_user", False, shown
    if call["kind"] != "external":
        return "unknown", call["kind"], False, False
    promised = call["as_applied"]
    if not shown:
        return "unknown", "no_did", promised, False
    return "as_promised" if shown == promised else "different", False, promised, shown


def test_what_odoo_says_of_each_call_is_what_the_sandbox_knows(odoo):
    admin, sandbox = odoo
    verdicts = set()
    for deviations in DEVIATIONS:
        demo_day.control(sandbox, "POST", "deviations", deviations)
        demo_day.control(sandbox, "DELETE", "calls")
        demo_day.write(sandbox, HOURS)
        told = {call["id"]: call for call in demo_day.control(sandbox, "GET", "calls")}
        logged = admin.ask("axivox.call", "read", [*told], FIELDS)
        assert len(logged) == len(HOURS) * demo_day.CALLS_AN_HOUR
        promises = [call for call in logged if call["caller_id_promised"]]
        kept = all(call["caller_id_promised"] == call["caller_id_shown"] for call in promises)
        assert kept == (not deviations), deviations
        for call in logged:
            mine = told[call["id"]]
            assert call["phone_number"] == mine["number"]
            assert call["talk_duration_s"] == mine["seconds"]
            assert call["state"] != "calling"
            assert bool(call["user_id"]) == (mine["extension"] in KNOWN)
            answer = tuple(call[name] for name in FIELDS[4:])
            assert answer == expected(mine), (deviations, mine)
            verdicts.add(answer[:2])
    assert verdicts >= {
        ("as_promised", False),
        ("different", False),
        ("unknown", "no_user"),
        ("unknown", "no_did"),
        ("unknown", "service"),
        (False, False),
    }
