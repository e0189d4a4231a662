"""A day of calls in `make demo`: the sandbox's connector writes them into Odoo's call log, and the
addon judges whether they showed what was promised."""

import datetime
import json
import random
import urllib.request

import cluster
import demo_server
from demo_calls import Salesperson

# The numbers that users of the demo call from desk phones: those of leads and contacts, and others.
CUSTOMERS = (
    *("00442079460321", "0033199004567", "0016175550187", "0012423456789", "004930123456"),
    *("00441481256789", "00390212345678", "0450001234", "0033199004571", "00442079460377"),
)
NO_CUSTOMERS = ("204", "1207", "*97", "112")
CALLERS = ("201", "202", "203", "204")
DIALLED = ("+3212345678", "+33199001234", "+442079460958", "+12125550123")
WRONG = {"kind": "rule_not_applied", "prefix": "0033"}
MORNING, AFTERNOON = range(8, 12), range(13, 17)
CALLS_AN_HOUR = 12
# Calls of yesterday need the extensions and applied settings of yesterday.
TWO_DAYS_EARLIER = """
UPDATE axivox_period SET since = since - interval '2 days';
UPDATE axivox_applied SET create_date = create_date - interval '2 days'
"""
YESTERDAY_NOON = """
UPDATE axivox_applied SET create_date = date_trunc('day', create_date) - interval '12 hours'
WHERE id = (SELECT max(id) FROM axivox_applied)
"""


def play(address, sandbox, database=demo_server.DATABASE):
    """Have a day of calls written, if there are none yet, and print what the addon says of them."""
    admin = Salesperson(address, database, "admin")
    account, lobby, number = (
        admin.ask("ir.model.data", "check_object_reference", "axivox_caller_id", name)[1]
        for name in ("demo_account", "demo_extension_100", "demo_number_support")
    )
    key = demo_server.connector_key(database)
    odoo = {"url": address, "database": database, "key": key}
    control(sandbox, "PUT", "connector", odoo)
    if admin.ask("axivox.call", "search_count", []):
        print("Axivox's connector has already written a day of calls into Odoo.")
    else:
        cluster.sql(TWO_DAYS_EARLIER, database)
        control(sandbox, "DELETE", "deviations")
        morning = write(sandbox, MORNING)
        admin.ask("axivox.extension", "write", [lobby], {"outgoing_number_id": number})
        admin.ask("axivox.account", "action_apply_changes", [account])
        cluster.sql(YESTERDAY_NOON, database)
        control(sandbox, "POST", "deviations", [WRONG])
        afternoon = write(sandbox, AFTERNOON)
        print(f"Axivox's connector has written {morning} calls of yesterday morning into Odoo. At")
        print(
            f"noon changes were applied, the sandbox lost its rule {WRONG['prefix']} with them (a"
        )
        print(f"fault that was switched on), and {afternoon} more calls came.")
    [told] = admin.ask("axivox.account", "read", [account], ["calls_in_words"])
    print(f"What Odoo says of them: {told['calls_in_words']}.")
    for sentence in admin.ask("axivox.account", "explain_calls", [account]):
        print(f"  {sentence}")


def write(sandbox, hours):
    """Have the calls of some hours of yesterday written, the first two of each hour one by one, the
    others together; return how many there are."""
    written = 0
    for hour in hours:
        calls = calls_of(hour)
        for some, way in ((calls[:2], ""), (calls[2:], "?together=true")):
            written += len(control(sandbox, "POST", f"calls{way}", some))
    return written


def calls_of(hour):
    """Return the calls of an hour of yesterday, the same every time."""
    dice = random.Random(hour)
    yesterday = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
    calls = []
    for minute in sorted(dice.sample(range(60), CALLS_AN_HOUR)):
        at = datetime.datetime(*yesterday.timetuple()[:3], hour, minute, dice.randrange(60))
        call = {
            "extension": dice.choice(CALLERS),
            "number": dice.choice(CUSTOMERS),
            "at": f"{at.isoformat()}Z",
            "seconds": dice.choice([0, dice.randrange(20, 900)]),
        }
        match dice.choices(["out", "in", "other", "lobby"], [70, 15, 10, 5])[0]:
            case "in":
                call |= {"direction": "incoming", "did": dice.choice(DIALLED)}
            case "other":
                call["number"] = dice.choice(NO_CUSTOMERS)
            case "lobby":
                call["extension"] = "100"
        calls.append(call)
    return calls


def control(sandbox, method, path, content=None):
    """Send the sandbox a request outside its API; return the response's document."""
    request = urllib.request.Request(
        f"{sandbox}/sandbox/{path}",
        None if content is None else json.dumps(content).encode(),
        {"Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or "null")
