"""What an outgoing call costs: its number is resolved, and the call is written down."""

import phonenumbers
from bench_data import dialled
from bench_measure import PROCESSOR, Measured, by_turns, queries

ROUNDS = 15
PER_FORM = 10


def _resolver(bench, login):
    """:return: a function that resolves a list of calls as a user"""
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
    """A resolution in process, beside what reading the number alone costs."""
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
    """A resolution with 10,000 rules, beside one with ten."""
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
