"""What the call log and the account cost: calls that the connector writes, a rule that is saved, a
reorganisation that is applied.
"""

import os
import random
import statistics
import time
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta
from unittest.mock import patch

import requests
from bench_data import contact_number
from bench_measure import WALL, Measured, by_turns, queries

from odoo import Command

BATCH, BATCHES = 100, 100
ROUNDS, ROUNDS_OF_APPLY = 15, 4
PAGE = 500  # users


def connector(bench):
    """10,000 calls in batches of 100, as the connector writes them, half of them without what our
    bridge does."""
    calls = bench.user("connector").env["axivox.call"]
    people = bench.env["res.users"].search([("login", "=like", "seat%")]).ids
    dice, asked = random.Random(14), []

    def write(with_bridge):
        values = [_call(dice, people) for _ in range(BATCH)]
        calls.env.transaction.clear()
        bridge = patch.object(type(calls), "_understand_if_possible")
        with nullcontext() if with_bridge else bridge:
            before = calls.env.cr.sql_log_count
            calls.create(values)
            calls.env.flush_all()
            if with_bridge:
                asked.append(calls.env.cr.sql_log_count - before)

    write(True)
    write(False)
    asked.clear()
    took = by_turns(
        BATCHES // 2, WALL, ours=lambda _turn: write(True), floor=lambda _turn: write(False)
    )
    is_met = took["ours"] <= 1.3 * took["floor"] and len({*asked}) == 1
    goal = f"at most 1.3 × without our bridge; always as many queries ({min(asked)}–{max(asked)})"
    return Measured(**took, unit=f"{WALL[2]} a batch", goal=goal, is_met=is_met, queries=max(asked))


def _call(dice, people):
    """:return: the values of a call, most likely an outgoing one"""
    start = datetime(2026, 3, 1) + timedelta(seconds=dice.randrange(10**7))
    return {
        "phone_number": contact_number(dice.randrange(10**4)).replace("+", "00"),
        "direction": dice.choice(["outgoing"] * 4 + ["incoming"]),
        "state": dice.choice(["terminated"] * 3 + ["aborted"]),
        "start_date": start,
        "end_date": start + timedelta(seconds=dice.randrange(600)),
        "user_id": dice.choice(people),
        "did": f"+3222903{dice.randrange(300):03}",
    }


def save_rule(bench):
    """One rule of 1,000 is saved, beside one of ten."""
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
    """2,000 users who show another number are applied, beside the same bytes sent by `requests`."""
    sandbox = os.environ["SANDBOX"]
    admin = bench.env.ref("base.user_admin")
    admin.group_ids = [Command.link(bench.env.ref("axivox_caller_id.group_manager").id)]
    accounts = bench.user("admin").env["axivox.account"]
    account = next(a for a in accounts.search([]) if len(a.extension_ids) == 2000)
    console = {"mode": "api", "base_url": f"{sandbox}/api", "token": os.environ["SANDBOX_TOKEN"]}
    numbers, asked = account.number_ids[:2], []

    def hold(number):
        """Let the sandbox hold the account, all of its users with one number."""
        state = _console_state(account, number)
        requests.put(f"{sandbox}/sandbox/state", json=state, timeout=60).raise_for_status()

    def show(number):
        account.extension_ids.outgoing_number_id = number
        account.env.cr.commit()
        # As it is applied: from a form that says how much waits.
        account.read(["pending_change_count"])
        account.env.transaction.clear()

    def run_scheduled():
        # Another transaction does it: this one begins anew, to see what was done.
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
    """:return: the account as the sandbox takes it, all of its users with one number"""
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
    """:return: `requests.Session.send`, which notes what it sends"""
    send = requests.Session.send

    def noting_send(session, request, **options):
        asked.append(request)
        return send(session, request, **options)

    return noting_send


def _send_again(asked):
    """Send the same requests, for the revision that is there now."""
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
