"""What in the console explains the calls. Each test knows the console, which ``explain`` does
not."""

import time
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.changes import difference
from callerid.dialing import EXTERNAL, Destination, examples
from callerid.explain import KINDS, explain, supposed, telling_call
from callerid.policy import Policy, Rule, Settings

MAIN, DIRECT, LONDON, NASSAU = "+3222903490", "+3222903491", "+442079460001", "+12423651234"
NUMBERS = [MAIN, DIRECT, LONDON, NASSAU, "+3222903492", "+33199001234"]
MOBILE, STRANGER = "+32470123456", "+32470654321"  # no numbers of the account
PREFIXES = [
    "",
    "00",
    "001",
    "0012",
    "001242",
    "0033",
    "00331",
    "0044",
    "004420",
    "00442079",
    "0049",
]
CALLED = [
    *("+442079460958", "+442079460002", "+442079460123", "+441632960001", "+442012345678"),
    *("+12423655678", "+12423655679", "+12125550123", "+12465550100", "+14155550123"),
    *("+33199005678", "+33612345678", "+33144000000", "+493012345678", "+3224567890"),
]
SEEDS = st.integers(0, 2**64)


def bounded(examples):
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def shown(console, extension, destination):
    answer = Policy(console).caller_id(extension, Destination(EXTERNAL, "", destination))
    return answer.number


def rules(*lines):
    return tuple(Rule(prefix, number) for prefix, number in lines)


def an_account(rnd):
    """Return settings with rules that are told apart by their key."""
    count = rnd.choice([0, 1, 2, 3, 5, 8, 13, 40])
    prefixes = PREFIXES if count < 20 else [*PREFIXES, *(f"00{code}" for code in range(50, 80))]
    lines = [Rule(rnd.choice(prefixes), rnd.choice(NUMBERS)) for _ in range(count)]
    if rnd.random() < 0.5:  # as people order them: the more specific first
        lines.sort(key=lambda rule: -len(rule.prefix))
    return Settings(
        rnd.choice(NUMBERS),
        rnd.random() < 0.3,
        tuple(replace(rule, key=place) for place, rule in enumerate(lines)),
        {
            str(201 + n): rnd.choice(NUMBERS) if rnd.random() < 0.3 else None
            for n in range(rnd.choice([1, 2, 5, 20]))
        },
    )


def calls_on(console, rnd, among=None):
    """Return calls as this console shows them."""
    extensions = [*(among or console).extensions, "299"]
    pairs = [
        (rnd.choice(extensions), rnd.choice(CALLED)) for _ in range(rnd.choice([1, 2, 5, 20, 60]))
    ]
    policy = Policy(console)
    answers = [(e, d, policy.caller_id(e, Destination(EXTERNAL, "", d)).number) for e, d in pairs]
    return [call for call in answers if call[2]]


# The single faults: each returns the subject, the true settings, and more arguments of ``explain``


def edited(promised, rnd):
    """Return another version of the settings, some edits away."""
    version = promised
    for _ in range(rnd.randrange(1, 5)):
        version = rnd.choice([*EDITS.values()])(version, rnd)[1]
    return version


def older_version(promised, rnd):
    earlier = [edited(promised, rnd) for _ in range(rnd.randrange(1, 4))]
    place = rnd.randrange(len(earlier))
    return place, earlier[place], {"earlier": earlier}


def not_applied(promised, rnd):
    saved = edited(promised, rnd)
    return None, saved, {"saved": saved}


def override(promised, rnd):
    return None, replace(promised, override=not promised.override)


def default_number(promised, rnd):
    return None, replace(promised, default=rnd.choice(NUMBERS))


def rule_missing(promised, rnd):
    if not promised.rules:
        return None, promised
    at = rnd.randrange(len(promised.rules))
    left = promised.rules[:at] + promised.rules[at + 1 :]
    return promised.rules[at].prefix, replace(promised, rules=left)


def rule_number(promised, rnd, numbers=NUMBERS):
    if not promised.rules:
        return None, promised
    lines = list(promised.rules)
    at = rnd.randrange(len(lines))
    lines[at] = replace(lines[at], number=rnd.choice(numbers))
    return lines[at].prefix, replace(promised, rules=tuple(lines))


def rule_order(promised, rnd):
    """Drag a rule elsewhere, or swap two that can match the same call."""
    lines = list(promised.rules)
    if len(lines) < 2:
        return set(), promised
    one, other = rnd.sample(range(len(lines)), 2)
    shorter, longer = sorted((lines[one].prefix, lines[other].prefix), key=len)
    if rnd.random() < 0.5 and longer.startswith(shorter):
        upper, lower = sorted((one, other))
        pair = lines[upper].prefix, lines[lower].prefix
        lines[one], lines[other] = lines[other], lines[one]
        return {pair}, replace(promised, rules=tuple(lines))
    lines.insert(other, lines.pop(one))
    pairs = {
        (lower.prefix, upper.prefix)
        for place, upper in enumerate(lines)
        for lower in lines[place + 1 :]
        if lower.key < upper.key
    }
    return pairs, replace(promised, rules=tuple(lines))


def extension_number(promised, rnd, numbers=(*NUMBERS, None)):
    extension = rnd.choice([*promised.extensions, "299"])
    own = rnd.choice(numbers)
    return extension, replace(promised, extensions={**promised.extensions, extension: own})


EDITS = {
    fault.__name__: fault
    for fault in (
        *(override, default_number, rule_missing, rule_number, rule_order, extension_number),
    )
}
FAULTS = {**EDITS, "older_version": older_version, "not_applied": not_applied}


def a_fault(kind, rnd):
    """Return the promised settings, those that run, the subject, and further arguments of
    ``explain``."""
    promised = an_account(rnd)
    subject, true, *told = FAULTS[kind](promised, rnd)
    return promised, true, subject, {"known_numbers": NUMBERS, **(told[0] if told else {})}


def names(explanation, kind, subject):
    for named in (explanation, *explanation.alike):
        subjects = subject if kind == "rule_order" else [subject]
        if named.kind == kind and named.subject in subjects:
            return True
    return False


def differing(promised, calls):
    return [call for call in calls if shown(promised, *call[:2]) != call[2]]


@pytest.mark.parametrize("kind", FAULTS)
@bounded(600)
@given(SEEDS)
def test_a_single_fault_is_the_first_named_or_no_call_tells_it_from_that(kind, seed):
    rnd = Random(seed)
    promised, true, subject, told = a_fault(kind, rnd)
    calls = calls_on(true, rnd)
    found = explain(promised, calls, **told)
    wrong = len(differing(promised, calls))
    if not wrong:
        assert found == []
        return
    assert (found[0].explains, found[0].breaks, found[0].of) == (wrong, 0, wrong)
    assert names(found[0], kind, subject)
    assert len(found) == 1


@pytest.mark.parametrize("kind", FAULTS)
@bounded(400)
@given(SEEDS)
def test_a_few_forwarded_calls_among_them_hide_no_fault(kind, seed):
    rnd = Random(seed)
    promised, true, subject, told = a_fault(kind, rnd)
    calls = calls_on(true, rnd)
    wrong = len(differing(promised, calls))
    forwarded = [
        (rnd.choice(calls)[0], rnd.choice(CALLED), rnd.choice([MOBILE, STRANGER]))
        for _ in range(min(rnd.randrange(1, 4), wrong - 1))
    ]
    calls = rnd.sample([*calls, *forwarded], len(calls) + len(forwarded))
    found = explain(promised, calls, **told)
    if wrong:
        assert found[0].explains == wrong
        assert found[0].breaks == 0
        assert names(found[0], kind, subject)
        assert bool(found[1:]) == bool(forwarded)


@bounded(600)
@given(SEEDS)
def test_without_a_fault_nothing_is_named(seed):
    rnd = Random(seed)
    promised = an_account(rnd)
    earlier = [edited(promised, rnd)]
    calls = calls_on(promised, rnd)
    assert explain(promised, calls, earlier=earlier, saved=edited(promised, rnd)) == []
    assert explain(promised, []) == []


@bounded(600)
@given(SEEDS)
def test_a_forward_is_named_by_whose_calls_all_show_one_number(seed):
    rnd = Random(seed)
    promised = an_account(rnd)
    calls = calls_on(promised, rnd)
    if not calls:
        return
    end, number = rnd.choice([0, 1]), rnd.choice([*NUMBERS, MOBILE])
    subject = rnd.choice(calls)[end]
    calls = [(*call[:2], number if call[end] == subject else call[2]) for call in calls]
    found = explain(promised, calls, known_numbers=NUMBERS)
    if differing(promised, calls):
        assert names(found[0], "forwarded", subject)
        assert found[0].explains == len(differing(promised, calls))
    else:
        assert found == []


@bounded(600)
@given(SEEDS)
def test_a_number_that_odoo_does_not_know_is_named(seed):
    rnd = Random(seed)
    promised = an_account(rnd)
    change = rnd.choice([None, rule_number, extension_number])
    if change:
        calls = calls_on(change(promised, rnd, [STRANGER])[1], rnd)
    else:
        calls = [
            (*call[:2], STRANGER if rnd.random() < 0.2 else call[2])
            for call in calls_on(promised, rnd)
        ]
    found = explain(promised, calls, known_numbers=NUMBERS)
    assert bool(found) == bool(differing(promised, calls))
    for explanation in found:
        assert names(explanation, "unknown_number", STRANGER)
    known = explain(promised, calls, known_numbers=[STRANGER])
    assert "unknown_number" not in {e.kind for entry in known for e in (entry, *entry.alike)}


# Whatever the calls are


def as_told(explanation, calls, call):
    """Return whether the settings that an explanation supposes show the call as it was."""
    if explanation.settings:
        return shown(explanation.settings, *call[:2]) == call[2]
    if explanation.kind == "forwarded":
        to_it = [made[2] for made in calls if explanation.subject in made[:2]]
        return explanation.subject in call[:2] and call[2] == max(to_it, key=to_it.count)
    return explanation.kind == "unknown_number" and explanation.subject == call[2]


ONE_EDIT = {
    "override": {"override"},
    "default_number": {"default"},
    "rule_missing": {"rule_removed"},
    "rule_number": {"rule_number"},
    "rule_order": {"rule_moved"},
    "extension_number": {"extension"},
}


@bounded(1500)
@given(SEEDS)
def test_what_is_told_is_so(seed):
    rnd = Random(seed)
    promised = an_account(rnd)
    console = an_account(rnd) if rnd.random() < 0.3 else edited(promised, rnd)
    earlier, saved = [edited(promised, rnd) for _ in range(2)], edited(promised, rnd)
    calls = calls_on(console, rnd, among=promised)
    calls = [(*call[:2], rnd.choice(NUMBERS) if rnd.random() < 0.1 else call[2]) for call in calls]
    wrong = differing(promised, calls)
    right = [call for call in calls if call not in wrong]
    found = explain(promised, calls, earlier=earlier, saved=saved, known_numbers=NUMBERS)
    assert found == explain(
        promised, iter(calls[::-1]), earlier=earlier, saved=saved, known_numbers=NUMBERS
    )
    assert found == sorted(found, key=lambda e: (e.breaks - e.explains, KINDS.index(e.kind)))
    left = list(wrong)
    for named in (e for entry in found for e in (entry, *entry.alike) if e.kind != "other"):
        if named.kind in ONE_EDIT:
            edits = difference(promised, named.settings)
            # Of a prefix held twice, either line may be the one that stays.
            if len({rule.prefix for rule in promised.rules}) == len(promised.rules):
                assert {change.kind for change in edits} == ONE_EDIT[named.kind]
                assert len(edits) == 1 or named.kind == "rule_order"
        elif named.kind == "older_version":
            assert named.settings == earlier[named.subject]
        elif named.kind == "not_applied":
            assert named.settings == saved
        else:
            assert named.settings is None
        assert named.of == len(wrong)
        if named.kind == "forwarded":
            of_it = [as_told(named, calls, call) for call in calls if named.subject in call[:2]]
            assert 20 * of_it.count(False) <= of_it.count(True)
        explained = [call for call in wrong if as_told(named, calls, call)]
        assert named.explains == len(explained) > 0
        if named.settings:
            assert named.breaks == sum(not as_told(named, calls, call) for call in right)
        assert 20 * named.breaks <= named.explains
    for entry in found:
        kinds = [KINDS.index(e.kind) for e in (entry, *entry.alike)]
        assert kinds == sorted(kinds)
        for other in entry.alike:
            assert (other.explains, other.breaks, other.alike) == (entry.explains, entry.breaks, ())
        left = [call for call in left if not as_told(entry, calls, call)]
    assert len(left) == sum(entry.explains for entry in found if entry.kind == "other")


@bounded(300)
@given(SEEDS)
def test_what_no_call_separates_every_call_shows_alike(seed):
    rnd = Random(seed)
    promised, true, _subject, told = a_fault(rnd.choice([*FAULTS]), rnd)
    calls = calls_on(true, rnd)
    for entry in explain(promised, calls, **told):
        for other in entry.alike:
            for call in calls:
                if entry.settings and other.settings:
                    assert as_told(entry, calls, call) == as_told(other, calls, call)


@bounded(200)
@given(SEEDS)
def test_a_call_that_was_made_twice_counts_twice(seed):
    rnd = Random(seed)
    promised, true, _subject, told = a_fault(rnd.choice([*EDITS]), rnd)
    calls = calls_on(true, rnd)
    counts = [
        [(e.kind, e.subject, e.explains / times, e.of / times) for e in explain(promised, made)]
        for times, made in ((1, calls), (3, calls * 3))
    ]
    assert counts[0] == counts[1]


# One by one

OFFICE = Settings(MAIN, False, rules(("0044", LONDON), ("001242", NASSAU)), {"201": None})
TO_UK = [(str(300 + n), f"+44163296{n:04}") for n in range(30)]


def short(explanations):
    return [(e.kind, e.subject, e.explains, e.breaks) for e in explanations]


def test_several_faults_give_several_the_first_explains_most():
    calls = [(e, d, NASSAU) for e, d in TO_UK]
    calls += [("201", d, DIRECT) for d in ("+3224567890", "+33199005678")]
    calls += [("202", d, MAIN) for d in ("+3224567890", "+33199005678", "+493012345678")]
    calls += [
        ("203", "+3224567890", MAIN),
        ("203", CALLED[5], DIRECT),
        ("203", CALLED[5], LONDON),
        ("202", CALLED[5], NASSAU),
    ]
    found = explain(OFFICE, calls)
    assert short(found) == [
        ("rule_number", "0044", 30, 0),
        ("unknown_number", DIRECT, 3, 0),
        ("other", None, 1, 0),
    ]
    assert found[0].alike == ()
    assert {e.of for e in found} == {34}
    found = explain(OFFICE, calls, known_numbers=NUMBERS)
    assert short(found) == [
        ("rule_number", "0044", 30, 0),
        ("extension_number", "201", 2, 0),
        ("other", None, 2, 0),
    ]
    assert short(found[1].alike) == [("forwarded", "201", 2, 0)]


@pytest.mark.parametrize(
    ("kind", "calls", "told", "value"),
    [
        ("override", [("204", d, LONDON) for _e, d in TO_UK], {}, True),
        ("default_number", [(e, "+3224567890", DIRECT) for e, _d in TO_UK], {}, DIRECT),
        ("rule_number", [(e, d, NASSAU) for e, d in TO_UK], {}, NASSAU),
        ("rule_missing", [(e, d, MAIN) for e, d in TO_UK], {}, None),
        ("extension_number", [("201", d, DIRECT) for d in CALLED], {}, DIRECT),
        ("extension_number", [("204", d, MAIN) for d in CALLED[10:]], {}, None),
        ("forwarded", [("201", d, STRANGER) for d in CALLED], {}, STRANGER),
        ("unknown_number", [(e, d, STRANGER) for e, d in TO_UK], {}, STRANGER),
        ("older_version", [(e, d, MAIN) for e, d in TO_UK], {"earlier": [Settings(MAIN)]}, None),
    ],
)
def test_what_is_supposed_in_the_place_of_what_was_promised(kind, calls, told, value):
    office = replace(OFFICE, extensions={"201": None, "204": NASSAU})
    found = explain(office, calls, known_numbers=NUMBERS, **told)
    explanations = [e for first in found for e in (first, *first.alike) if e.kind == kind]
    assert supposed(office, calls, explanations[0]) == value


@pytest.mark.parametrize(("explained", "breaks"), [(20, 1), (19, 0)])
def test_one_right_call_may_be_spoilt_for_twenty_that_are_explained(explained, breaks):
    calls = [(e, d, MAIN) for e, d in TO_UK[:explained]]
    chance = ("201", CALLED[0], LONDON)
    found = explain(OFFICE, [*calls, chance], known_numbers=NUMBERS)
    assert (found[0].kind == "rule_missing") == bool(breaks)
    assert found[0].breaks == breaks


def test_of_two_that_explain_as_much_the_earlier_kind_is_named_first():
    calls = [("201", CALLED[0], NASSAU)]
    nassau = rules(("0044", NASSAU), ("001242", NASSAU))
    saved = replace(OFFICE, rules=nassau)
    (found,) = explain(OFFICE, calls, earlier=[OFFICE, saved], saved=saved, known_numbers=NUMBERS)
    assert short([found, *found.alike]) == [
        ("older_version", 1, 1, 0),
        ("not_applied", None, 1, 0),
        ("rule_number", "0044", 1, 0),
        ("extension_number", "201", 1, 0),
        ("forwarded", "+442079460958", 1, 0),
        ("forwarded", "201", 1, 0),
    ]


def test_the_rules_that_are_the_other_way_round_are_named_as_odoo_has_them():
    promised = Settings(MAIN, rules=rules(("001242", NASSAU), ("0033", DIRECT), ("001", LONDON)))
    calls = [(e, d, LONDON) for e in ("201", "202") for d in CALLED[5:8]]
    calls += [(e, CALLED[6], LONDON) for e in ("203", "204")]
    (found,) = explain(promised, calls, known_numbers=NUMBERS)
    order = next(e for e in (found, *found.alike) if e.kind == "rule_order")
    assert order.subject == ("001242", "001")
    assert shown(order.settings, "201", CALLED[5]) == LONDON
    assert shown(order.settings, "201", CALLED[10]) == DIRECT


def test_what_breaks_a_call_for_few_that_are_left_is_not_named():
    own = dict.fromkeys(["201", *(caller for caller, _called in TO_UK[:5])], DIRECT)
    other = Settings(MAIN, rules=rules(("0044", NASSAU)), extensions=own)
    calls = [(e, d, NASSAU) for e, d in TO_UK]
    calls += [("201", d, DIRECT) for d in ("+3224567890", "+33199005678", "+493012345678")]
    calls += [("201", "+33612345678", MAIN)]
    found = explain(OFFICE, calls, earlier=[other], known_numbers=NUMBERS)
    assert [(e.kind, e.explains) for e in found] == [("rule_number", 30), *[("forwarded", 1)] * 3]


def test_a_rule_whose_number_cannot_be_read_decides_nothing():
    lines = rules(("0044", "0044 20"), ("0044", LONDON))
    calls = [(e, d, MAIN) for e, d in TO_UK]
    (found,) = explain(replace(OFFICE, rules=lines), calls, known_numbers=NUMBERS)
    assert short([found, *found.alike]) == [
        ("rule_missing", "0044", 30, 0),
        ("rule_number", "0044", 30, 0),
    ]
    assert found.settings.rules == lines[:1]


def test_with_nothing_configured_what_is_shown_is_another_default():
    (found,) = explain(Settings(), [(e, d, MAIN) for e, d in TO_UK], known_numbers=NUMBERS)
    assert (found.kind, found.settings) == ("default_number", Settings(MAIN))


# The call that would tell


@bounded(400)
@given(SEEDS)
def test_the_test_call_tells_and_where_there_is_none_no_call_would(seed):
    rnd = Random(seed)
    promised, true, _subject, told = a_fault(rnd.choice([*FAULTS]), rnd)
    calls = calls_on(true, rnd)
    for entry in explain(promised, calls, **told)[:1]:
        for other in entry.alike[:3]:
            call = telling_call(promised, calls, entry, other)
            assert call == telling_call(promised, calls, other, entry)
            if not (entry.settings and other.settings):
                continue
            consoles = entry.settings, other.settings
            if call:
                assert len({shown(console, *call) for console in consoles}) == 2
                assert call not in {made[:2] for made in calls}
                continue
            for extension in [*promised.extensions, *(c[0] for c in calls)]:
                for number in CALLED:
                    assert len({shown(console, extension, number) for console in consoles}) == 1


def told_apart(promised, calls, kind, other):
    (found,) = explain(promised, calls, known_numbers=NUMBERS)
    named = {(e.kind, e.subject): e for e in (found, *found.alike)}
    call = telling_call(promised, calls, named[kind], named[other])
    assert call not in {made[:2] for made in calls}, "it told nothing"
    return call


def test_a_call_elsewhere_tells_a_rule_from_a_users_number():
    calls = [("201", "+442079460958", NASSAU)]
    caller, number = told_apart(OFFICE, calls, ("rule_number", "0044"), ("extension_number", "201"))
    assert caller == "201"
    assert not number.startswith("+44")


def test_another_users_call_tells_a_forwarded_user_from_a_forwarded_destination():
    calls = [("201", "+442079460958", NASSAU), ("202", "+3224567890", MAIN)]
    ends = ("forwarded", "201"), ("forwarded", "+442079460958")
    assert told_apart(OFFICE, calls, *ends) in {
        ("201", "+3224567890"),
        ("202", "+442079460958"),
    }


def test_a_call_elsewhere_tells_a_forwarded_destination_where_one_user_called_one_number():
    ends = ("forwarded", "201"), ("forwarded", "+442079460958")
    caller, number = told_apart(OFFICE, [("201", "+442079460958", NASSAU)], *ends)
    assert caller == "201"
    assert number != "+442079460958"


def test_another_number_of_the_rule_tells_it_from_a_forwarded_destination():
    calls = [(e, "+442079460958", NASSAU) for e, _d in TO_UK]
    [found] = explain(OFFICE, calls, known_numbers=NUMBERS)
    forwarded = next(e for e in found.alike if e.kind == "forwarded")
    assert found.kind == "rule_number"
    caller, number = telling_call(OFFICE, calls, found, forwarded)
    assert number.startswith("+44")
    assert number != "+442079460958"


def test_another_user_tells_another_default_from_a_forwarded_user():
    office = Settings(MAIN, extensions={"201": None, "202": None})
    calls = [("201", d, NASSAU) for d in CALLED]
    [found] = explain(office, calls, known_numbers=NUMBERS)
    forwarded = next(e for e in found.alike if e.kind == "forwarded")
    assert found.kind == "default_number"
    assert telling_call(office, calls, found, forwarded)[0] == "202"


def test_a_call_to_a_country_that_nobody_called_tells_rules_apart():
    promised = replace(OFFICE, rules=rules(("0044", LONDON)))
    saved = replace(promised, rules=rules(("0044", NASSAU), ("004930", NASSAU)))
    calls = [("201", "+442079460958", NASSAU)]
    (found,) = explain(promised, calls, saved=saved, known_numbers=NUMBERS)
    rule = next(e for e in found.alike if e.kind == "rule_number")
    caller, number = telling_call(promised, calls, found, rule)
    assert number.startswith("+4930")
    assert number in set(examples("004930"))


def test_what_says_nothing_of_other_calls_has_no_test_call():
    calls = [("201", "+442079460958", STRANGER), ("202", "+3224567890", MAIN)]
    for other in (("forwarded", "201"), ("extension_number", "201")):
        assert told_apart(OFFICE, calls, ("unknown_number", STRANGER), other) is None


# Size


def test_a_large_account_takes_about_a_second():
    rnd = Random(1)
    numbers = [f"+3222903{n:03}" for n in range(300)]
    codes = [f"{code}{more}" for code in range(10, 100) for more in ("123", "12", "1", "")]
    codes += [f"{code}{more}" for code in range(10, 100) for more in range(2, 9)]
    lines = [Rule(f"00{code}", rnd.choice(numbers)) for code in codes]
    own = {str(1000 + n): rnd.choice([None, None, rnd.choice(numbers)]) for n in range(2000)}
    promised = Settings(numbers[0], False, (*lines, Rule("00", numbers[1])), own)
    pairs = [
        (rnd.choice([*own]), f"+{rnd.choice(codes)}{rnd.randrange(10**8)}") for _ in range(5000)
    ]
    for rearranged in (lines, lines[::-1], [*lines[1:], lines[0]], []):
        true = replace(promised, rules=(Rule("00", numbers[1]), *rearranged))
        policy = Policy(true)
        calls = [(e, d, policy.caller_id(e, Destination(EXTERNAL, "", d)).number) for e, d in pairs]
        start = time.process_time()
        found = explain(promised, calls, earlier=[promised] * 10, known_numbers=numbers)
        spent = time.process_time() - start
        assert found
        assert spent < 5, "about half a second, on a machine that does nothing else"
