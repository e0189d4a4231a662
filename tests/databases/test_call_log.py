"""Our addons beside Axivox's own, whose call log is full already, installed and uninstalled in any
order."""

import json
from concurrent.futures import ThreadPoolExecutor

import server
from checkout import NAME, STATE
from conftest import CALL_LOG, SOFTPHONE, content, rows

LOG, PANEL, CALLS = "axivox", "axivox_softphone", 3000
FILL = f"""
from datetime import datetime, timedelta
customer = env["res.partner"].create({{"name": "Customer", "phone": "+442079460321"}})
env["axivox.call"].create([
    {{
        "phone_number": "00442079460321",
        "direction": ("outgoing", "incoming")[place % 2],
        "state": "terminated",
        "start_date": datetime(2026, 1, 1) + timedelta(minutes=place),
        "user_id": env.ref("base.user_admin").id,
        "partner_id": customer.id,
        "did": "+442079460958",
    }}
    for place in range({CALLS})
])
env.cr.commit()
"""
# Each in a process of its own; the first ones wait until all are ready.
TOGETHER = """
import os, pathlib, time
ready = pathlib.Path(os.environ["READY"])
(ready / str(os.getpid())).touch()
deadline = time.time() + 60
while len([*ready.iterdir()]) < 3:
    assert time.time() < deadline
    time.sleep(0.01)
"""
SCHEDULER = """
env["axivox.call"]._cron_post_in_chatter()
"""
CONNECTOR = """
from odoo.service.model import retrying
calls = env["axivox.call"]
for first in calls.search([("direction", "=", "outgoing")], limit=40):
    retrying(lambda: first.write({"did": "+33199001234"}), env)
"""


def run(database, kind, addon):
    """Install or uninstall an addon, and fail if Odoo warns of anything."""
    log = f"test-call-log-{kind}.log"
    if kind == "install":
        server.odoo("-d", database, "-i", addon, "--stop-after-init", log=log)
    else:
        server.odoo("module", "uninstall", "-d", database, addon, log=log)
    said = (STATE / log).read_text()
    assert not [line for line in said.splitlines() if " WARNING " in line or " ERROR " in line]


def installed(content):
    modules = content["rows"]["ir_module_module"]
    return {row["name"] for row in modules if row["state"] == "installed"}


def facts(content):
    """Return what each row says; Odoo records a model's inheritance anew, under another id."""
    for (table, _key), row in rows(content).items():
        noted = table == "ir_model_inherit" or row.get("model") == "ir.model.inherit"
        ids = ("id", "res_id", "create_date") if noted else ()
        yield table, json.dumps({n: v for n, v in row.items() if n not in ids}, sort_keys=True)


def verdicts(content):
    calls = content["rows"]["axivox_call"]
    return {(c["direction"], c["caller_id_verdict"], c["caller_id_reason"]) for c in calls}


def test_full_log_and_panel_are_as_they_were_when_ours_is_gone(database):
    name = database(server.template(LOG, PANEL))
    server.shell(name, FILL, log="test-call-log-fill.log")
    before = content(name)
    assert len(before["rows"]["axivox_call"]) == CALLS

    run(name, "install", NAME)

    between = content(name)
    assert {CALL_LOG, SOFTPHONE} <= installed(between)
    known = {("outgoing", "unknown", "before"), ("incoming", None, None)}
    assert verdicts(between) == known

    run(name, "uninstall", NAME)

    after = content(name)
    for kind in ("columns", "indexes", "constraints"):
        assert not {*after[kind]} ^ {*before[kind]}
    was, is_now = {*facts(before)}, {*facts(after)}
    assert not sorted(was - is_now)[:3] + sorted(is_now - was)[:3]


def test_log_and_panel_that_come_after_ours_and_go_before_it(database):
    name = database(server.template())
    run(name, "install", NAME)
    before = content(name)

    run(name, "install", LOG)
    server.shell(name, FILL, log="test-call-log-fill.log")

    between = content(name)
    assert {CALL_LOG, SOFTPHONE} & installed(between) == {CALL_LOG}
    assert ("outgoing", "unknown", "no_extension") in verdicts(between)

    run(name, "install", PANEL)
    assert {CALL_LOG, SOFTPHONE} <= installed(content(name))

    run(name, "uninstall", LOG)

    between = content(name)
    assert {CALL_LOG, SOFTPHONE} & installed(between) == {SOFTPHONE}

    run(name, "uninstall", PANEL)

    after = content(name)
    assert installed(after) == installed(before)
    assert not {*after["columns"]} ^ {*before["columns"]}


def test_schedulers_at_once_say_it_once_while_the_connector_writes(database, tmp_path):
    name = database(server.template(LOG))
    run(name, "install", NAME)
    server.shell(name, FILL, log="test-call-log-fill.log")
    with ThreadPoolExecutor() as pool:
        for done in [
            pool.submit(
                server.shell,
                name,
                TOGETHER + script,
                # Odoo's cursor logs a conflict as an error, although it is tried again.
                "--log-handler=odoo.sql_db:CRITICAL",
                log=f"test-call-log-{place}.log",
                READY=str(tmp_path),
            )
            for place, script in enumerate((SCHEDULER, SCHEDULER, CONNECTOR))
        ]:
            done.result()
    server.shell(name, SCHEDULER, log="test-call-log-last.log")

    tables = content(name)["rows"]
    calls = tables["axivox_call"]
    assert not [call for call in calls if call["is_chatter_pending"]]
    lines = {m["id"]: m["body"] for m in tables["mail_message"] if "call ·" in (m["body"] or "")}
    assert len(lines) == CALLS
    assert {call["chatter_message_id"] for call in calls} == {*lines}
    for call in calls:
        shown = "33 1 99 00 12 34" if call["did"] == "+33199001234" else "44 20 7946 0958"
        said = "shown as +" in lines[call["chatter_message_id"]]
        assert (call["direction"] == "outgoing") == said
        assert not said or shown in lines[call["chatter_message_id"]]
