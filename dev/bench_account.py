"""Measures the call log and the account: calls that the connector writes, a rule that is saved, a
reorganisation that is applied."""

import os
import random
import statistics
import time
import uuid
from unittest.mock import patch

import bench_data
import requests
from bench_measure import WALL, Measured, by_turns, queries

from odoo import Command

BATCH, BATCHES = 100, 100
ROUNDS, ROUNDS_OF_APPLY = 15, 12
PAGE = 500  # users


def connector(bench):
    """Write 10,000 calls in batches of 100, as the connector does, with our addons and without.
    Both logs already hold the same 5,000 calls."""
    bench.with_contacts()
    bench.with_calls()
    # In a database where `apply_2k` has run.
    bench_data.have_applied_long_ago(bench.env)
    sides = {
        "ours": bench.user("connector").env["axivox.call"],
        "floor": bench.user("connector", bare=True).env["axivox.call"],
    }
    dice, asked = {side: random.Random(14) for side in sides}, {side: [] for side in sides}
    people = {
        side: calls.sudo().env["res.users"].search([("login", "=like", "seat%")]).ids
        for side, calls in sides.items()
    }
    waiting = bench.env["axivox.call"]._for_odoo()

    def write(side):
        calls = sides[side]
        values = [bench_data.call(dice[side], people[side]) for _ in range(BATCH)]
        calls.env.transaction.reset()  # as a request of its own
        before = calls.env.cr.sql_log_count
        calls.create(values)
        calls.env.flush_all()
        asked[side].append(calls.env.cr.sql_log_count - before)

    def tell():
        """Post the batch in the chatter, as the scheduler does; the connector does not wait."""
        waiting.env.transaction.reset()
        waiting.search([("is_chatter_pending", "=", True)])._post_in_chatter()
        waiting.env.flush_all()

    for _ in range(2):  # the first fill caches
        for side in sides:
            write(side)
            asked[side].clear()
        tell()
    took = by_turns(
        BATCHES,
        WALL,
        ours=lambda _turn: write("ours"),
        later=lambda _turn: tell(),
        floor=lambda _turn: write("floor"),
    )
    later = took.pop("later")
    is_met = took["ours"] <= 1.3 * took["floor"] and len({*asked["ours"]}) == 1
    more = max(asked["ours"]) - max(asked["floor"])
    goal = (
        f"at most 1.3 × without our addons; always as many queries ({min(asked['ours'])}–"
        f"{max(asked['ours'])}: {more} are ours). The scheduler takes {later:.0f} ms of its own"
    )
    queries = max(asked["ours"])
    return Measured(
        **took,
        unit=f"{WALL[2]} a batch",
        goal=goal,
        is_met=is_met,
        queries=queries,
        more={"by the scheduler": later},
    )


def save_rule(bench):
    """Save one rule of 1,000, and one of ten."""
    accounts = bench.env["axivox.account"].search([])
    by_size = {len(account.rule_ids): account for account in accounts}
    sides = {"ours": by_size[1000], "floor": by_size[10]}
    rules = {side: account.rule_ids[5] for side, account in sides.items()}
    others = {side: account.number_ids.ids for side, account in sides.items()}

    def save(side, turn):
        rule = rules[side]
        rule.env.transaction.clear()
        rule.web_save({"number_id": others[side][turn % 300]}, {"number_id": {}, "warning": {}})
        rule.env.flush_all()

    save("ours", -1)
    save("floor", -1)
    asked = queries(bench.env, lambda: save("ours", -2))
    took = by_turns(
        ROUNDS,
        WALL,
        ours=lambda turn: save("ours", turn),
        floor=lambda turn: save("floor", turn),
    )
    is_met = took["ours"] <= 1.5 * took["floor"]
    goal = "at most 1.5 × a rule of ten"
    return Measured(**took, unit=WALL[2], goal=goal, is_met=is_met, queries=asked)


def apply_2k(bench):
    """Apply 2,000 users' new numbers, and send the same bytes with bare `requests`."""
    sandbox = os.environ["SANDBOX"]
    admin = bench.env.ref("base.user_admin")
    admin.group_ids = [Command.link(bench.env.ref("axivox_caller_id.group_manager").id)]
    accounts = bench.user("admin").env["axivox.account"]
    account = next(a for a in accounts.search([]) if len(a.extension_ids) == 2000)
    account = account.with_prefetch()  # a form's button knows no other account
    console = {"mode": "api", "base_url": f"{sandbox}/api", "token": os.environ["SANDBOX_TOKEN"]}
    numbers, asked = account.number_ids[:2], []

    def hold(number):
        """Make the sandbox hold the account, with all its users on one number."""
        state = _console_state(account, number)
        requests.put(f"{sandbox}/sandbox/state", json=state, timeout=60).raise_for_status()

    def show(number):
        account.extension_ids.outgoing_number_id = number
        account.env.cr.commit()
        # A user applies from a form that shows the number of pending changes.
        account.read(["pending_change_count"])
        account.env.transaction.clear()

    def run_scheduled():
        # Another transaction does the work; restart this one to see it.
        account.env.cr.commit()
        account.env.ref("axivox_caller_id.axivox_sync_cron").sudo().method_direct_trigger()
        account.env.cr.commit()
        account.env.transaction.clear()

    def apply():
        asked.clear()
        with patch.object(requests.Session, "send", _noting(asked)):
            account.action_apply_changes()
            run_scheduled()

    hold(numbers[0])
    show(numbers[0])
    account.sudo().write(console)
    account.action_test_connection()
    account.action_pull()
    run_scheduled()
    took = {"ours": [], "floor": []}
    for turn in range(1, ROUNDS_OF_APPLY):
        before, after = numbers[(turn + 1) % 2], numbers[turn % 2]
        show(after)
        for side, function in (("ours", apply), ("floor", lambda: _send_again(asked))):
            hold(before)
            begun = time.perf_counter()
            function()
            took[side].append(1000 * (time.perf_counter() - begun))
        assert not account.pending_change_count
    ours, floor = (statistics.median(took[side]) for side in ("ours", "floor"))
    writes = sum(request.method in ("PATCH", "PUT") for request in asked)
    goal = (
        f"as many requests that write as pages of {PAGE} users ({writes}; {len(asked)} in all); "
        "at most 2 × the same bytes by requests"
    )
    is_met = writes == 2000 // PAGE and ours <= 2 * floor
    return Measured(ours, floor, WALL[2], goal, is_met, more={"requests": len(asked)})


def _console_state(account, number):
    """Return the account in the sandbox's form, with all its users on one number."""
    hang_up = {"type": "hang_up", "target": None}
    return {
        "company": {"name": account.company_id.name, "domain": "bench.axivox.example"},
        "numbers": [{"number": own.number, "destination": hang_up} for own in account.number_ids],
        "users": [
            {"extension": user.number, "name": user.name, "outgoing_number": number.number}
            for user in account.extension_ids
        ],
        "outgoing_settings": {
            "default_number": account.default_outgoing_number_id.number,
            "rules_override_users": account.rules_override_users,
            "rules": [
                {"prefix": rule.destination_prefix, "number": rule.number_id.number}
                for rule in account.rule_ids
            ],
        },
    }


def _noting(asked):
    """Return a `requests.Session.send` that records what it sends."""
    send = requests.Session.send

    def noting_send(session, request, **options):
        asked.append(request)
        return send(session, request, **options)

    return noting_send


def _send_again(asked):
    """Send the recorded requests, with the present revision."""
    revision, session = None, requests.Session()
    for request in asked:
        headers = {**request.headers}
        if "If-Match" in headers:
            headers["If-Match"] = revision
        if "Idempotency-Key" in headers:
            headers["Idempotency-Key"] = str(uuid.uuid4())
        answer = session.request(
            request.method, request.url, headers=headers, data=request.body, timeout=60
        )
        answer.raise_for_status()
        revision = answer.headers["ETag"]
