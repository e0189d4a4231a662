# ruff: noqa: F821
# Odoo's shell runs this in a database with the bridge to the call log: it writes many calls as the
# connector does, in batches, by turns with what the bridge does and without, and notes the time and
# the queries of each. The account is one of 500 seats: 2,000 users, 1,000 rules, 300 numbers.
import json
import os
import random
import statistics
import time
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from unittest.mock import patch

TURNS = {100: 20, 1000: 5}
FILLING = 1000
dice = random.Random(14)
connector = (
    env["res.users"]
    .with_context(no_reset_password=True)
    .create(
        {
            "name": "Connector",
            "login": "connector",
            "group_ids": [
                (6, 0, [env.ref("base.group_user").id, env.ref("axivox.group_axivox_all_calls").id])
            ],
        }
    )
)
people = (
    env["res.users"]
    .with_context(no_reset_password=True)
    .create([{"name": f"Seat {n}", "login": f"seat{n}"} for n in range(500)])
)
# Half of those who are called are known, half of these are leads.
called = [f"+3247{n:07}" for n in range(10000)]
belgian = {"country_id": env.ref("base.be").id}
customers = [{"name": number, "phone": number, **belgian} for number in called[::2]]
env["res.partner"].create(customers[::2])
env["crm.lead"].create(customers[1::2])
env.company.country_id = env.ref("base.be")
account = env["axivox.account"].search([("company_id", "=", env.company.id)])
account = account or env["axivox.account"].create({"company_id": env.company.id})
numbers = [f"+3222903{n:03}" for n in range(300)]
ours = env["axivox.number"].create(
    [{"account_id": account.id, "number": number} for number in numbers]
)
env["axivox.outgoing.rule"].create(
    [
        {
            "account_id": account.id,
            "destination_prefix": f"003247{n:03}",
            "number_id": dice.choice(ours).id,
        }
        for n in range(1000)
    ]
)
account.default_outgoing_number_id = ours[0]
env["axivox.extension"].create(
    [
        {
            "account_id": account.id,
            "number": str(1000 + n),
            "name": f"Extension {n}",
            "user_id": people[n].id if n < len(people) else False,
            "outgoing_number_id": dice.choice([False, dice.choice(ours).id]),
        }
        for n in range(2000)
    ]
)
account._record_applied()
env.flush_all()
env.cr.execute("UPDATE axivox_applied SET create_date = '2026-01-01'")
env.cr.execute("UPDATE axivox_period SET since = '2026-01-01'")
env.cr.commit()


def batch(size):
    """:return: values of so many calls, most of them outgoing"""
    values = []
    for _ in range(size):
        start = datetime(2026, 3, 1) + timedelta(seconds=dice.randrange(10**7))
        values.append(
            {
                "phone_number": dice.choice(called).replace("+", "00"),
                "direction": dice.choice(["outgoing"] * 4 + ["incoming"]),
                "state": dice.choice(["terminated"] * 3 + ["aborted"]),
                "start_date": start,
                "end_date": start + timedelta(seconds=dice.randrange(600)),
                "user_id": dice.choice(people).id,
                "did": dice.choice(numbers),
            }
        )
    return values


def write(size, with_bridge=True):
    """:return: seconds and queries of one batch, as one request"""
    values = batch(size)
    env.transaction.clear()
    calls = env["axivox.call"].with_user(connector)
    bridge = nullcontext() if with_bridge else patch.object(type(calls), "_understand_if_possible")
    with bridge:
        queries, begun = env.cr.sql_log_count, time.perf_counter()
        calls.create(values)
        env.cr.flush()
        taken = time.perf_counter() - begun, env.cr.sql_log_count - queries
    env.cr.commit()
    return taken


def batches(log):
    """:return: rows of (log, size, ratio, and without and with the bridge: seconds and queries)"""
    rows = []
    for size, turns in TURNS.items():
        taken = [(write(size, False), write(size)) for _ in range(turns)]
        ratio = statistics.median(ours[0] / bare[0] for bare, ours in taken)
        sides = (
            (statistics.median(seconds), max(queries))
            for seconds, queries in (zip(*side, strict=True) for side in zip(*taken, strict=True))
        )
        rows.append((log, size, ratio, *sides))
    return rows


write(10)
measured = batches("empty")
filling = []
while env["axivox.call"].search_count([]) < int(os.environ["ROWS"]):
    filling.append(write(FILLING)[1])
env.cr.execute("ANALYZE")
measured += batches("full")
filling = f"{min(filling)} to {max(filling)}" if filling else "no"
Path(os.environ["RESULT"]).write_text(json.dumps({"batches": measured, "filling": filling}))
