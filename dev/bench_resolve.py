"""Measures an outgoing call: resolving its number, and logging it."""

from unittest.mock import patch

import phonenumbers
from bench_data import dialled, written
from bench_measure import PROCESSOR, WALL, Measured, by_turns, queries

from odoo import api

ROUNDS, ROUNDS_OVER_HTTP = 15, 300
PER_FORM = 10


def _resolver(bench, login):
    """Return a function that resolves a list of calls as a user."""
    user = bench.user(login)

    def resolve(calls):
        for number, country, _region in calls:
            user.resolve_caller_id(number, country)

    return resolve


def _read_barely(calls):
    for number, _country, region in calls:
        parsed = phonenumbers.parse(number, region)
        assert phonenumbers.is_valid_number(parsed)
        phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def resolve_warm(bench):
    """Resolve in process, and only parse the same numbers."""
    calls, resolve = dialled(PER_FORM), _resolver(bench, "many")
    resolve(calls)
    asked = queries(bench.env, lambda: resolve(calls))
    took = by_turns(
        ROUNDS,
        PROCESSOR,
        ours=lambda _turn: resolve(calls),
        floor=lambda _turn: _read_barely(calls),
    )
    ours, floor = (took[name] / len(calls) for name in ("ours", "floor"))
    is_met = ours <= 2 * floor and not asked
    goal = "at most 2 × reading the number alone; no query"
    return Measured(ours, floor, PROCESSOR[2], goal, is_met, asked)


def resolve_growth(bench):
    """Resolve with 10,000 rules, and with ten."""
    calls = dialled(PER_FORM)
    sides = {"ours": _resolver(bench, "many"), "floor": _resolver(bench, "few")}
    for resolve in sides.values():
        resolve(calls)
    took = by_turns(
        2 * ROUNDS,
        PROCESSOR,
        **{name: lambda _turn, resolve=resolve: resolve(calls) for name, resolve in sides.items()},
    )
    ours, floor = (took[name] / len(calls) for name in ("ours", "floor"))
    goal = "at most 1.05 × with ten rules"
    return Measured(ours, floor, PROCESSOR[2], goal, ours <= 1.05 * floor)


def resolve_rpc(bench):
    """Resolve over HTTP, and send a request of the same shape that is answered at once."""
    calls = dialled(PER_FORM)
    user = bench.user("many")
    answer = user.resolve_caller_id(*calls[0][:2])

    @api.readonly
    def answer_at_once(_self, _number, _country):
        return answer

    session = bench.session("many")
    with patch.object(
        bench.env.registry["res.users"], "answer_at_once", answer_at_once, create=True
    ):

        def ask(method, turn):
            number, country, _region = calls[turn % len(calls)]
            session.call("res.users", method, [user.id], number, country)

        ask("resolve_caller_id", 0)
        ask("answer_at_once", 0)
        took = by_turns(
            ROUNDS_OVER_HTTP,
            WALL,
            ours=lambda turn: ask("resolve_caller_id", turn),
            floor=lambda turn: ask("answer_at_once", turn),
        )
    goal = "at most 1.1 × a request that does nothing"
    return Measured(**took, unit=WALL[2], goal=goal, is_met=took["ours"] <= 1.1 * took["floor"])


def create_call(bench):
    """Send the request with which the widget begins a call, with our addons and with voip_oca
    alone."""
    envs = {"ours": bench.user("seat7").env, "floor": bench.user("seat7", bare=True).env}
    called = {
        side: env["res.partner"].sudo().search([("name", "=", "Called 0")]).id
        for side, env in envs.items()
    }

    def place(side, turn):
        env = envs[side]
        env.transaction.clear()
        values = {"phone_number": written(0), "partner_id": called[side], "type_call": "outgoing"}
        if side == "ours":
            values |= {"sip_call_id": f"bench-{turn}"}
        env["voip.call"].create_call({**values, "state": "calling"})
        env.flush_all()

    # What the first one has at hand from preparing the policy, the second one reads.
    for turn in (-1, -2):
        for side in envs:
            place(side, turn)
    asked = {side: queries(env, lambda side=side: place(side, -3)) for side, env in envs.items()}
    took = by_turns(
        ROUNDS,
        WALL,
        ours=lambda turn: place("ours", turn),
        floor=lambda turn: place("floor", turn),
    )
    more = asked["ours"] - asked["floor"]
    goal = f"at most 6 queries more than voip_oca's {asked['floor']}"
    return Measured(**took, unit=WALL[2], goal=goal, is_met=more <= 6, queries=asked["ours"])
