"""How changes in the console and changes here are merged."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.policy import Rule, Settings
from callerid.reconcile import RemoteChange, arrived, merge, settle, value

MAIN, DIRECT, LONDON, NASSAU = "+3222903490", "+3222903491", "+442079460001", "+12423651234"


def rules(*lines):
    return tuple(Rule(prefix, number) for prefix, number in lines)


UK, US, BS, FR = rules(("0044", LONDON), ("001", MAIN), ("001242", NASSAU), ("0033", MAIN))
SEEN = Settings(MAIN, True, (BS, US, UK), {"201": DIRECT, "202": None})


def wanted_always(_change):
    return "ours"


def found_always(_change):
    return "theirs"


# Examples: one setting, changed in one place or in two

CHANGED = [
    pytest.param("default", None, 0, {"default": LONDON}, {"default": NASSAU}, id="default"),
    pytest.param("default", None, 0, {"default": None}, {"default": NASSAU}, id="no default"),
    pytest.param(
        "rule",
        "0044",
        0,
        {"rules": (BS, US, Rule("0044", MAIN))},
        {"rules": (BS, US, Rule("0044", DIRECT))},
        id="a rule's number",
    ),
    pytest.param(
        "rule",
        "0044",
        0,
        {"rules": (BS, US)},
        {"rules": (BS, US, Rule("0044", DIRECT))},
        id="a rule removed there",
    ),
    pytest.param(
        "rule",
        "0044",
        0,
        {"rules": (BS, US, Rule("0044", DIRECT))},
        {"rules": (BS, US)},
        id="a rule removed here",
    ),
    pytest.param(
        "rule",
        "0033",
        0,
        {"rules": (BS, US, FR, UK)},
        {"rules": (BS, US, Rule("0033", NASSAU), UK)},
        id="a rule added on both sides",
    ),
    pytest.param(
        "rule",
        "0044",
        1,
        {"rules": (BS, US, UK, Rule("0044", MAIN))},
        {"rules": (BS, US, UK, Rule("0044", DIRECT))},
        id="the second rule of a prefix",
    ),
    pytest.param(
        "rule_order", None, 0, {"rules": (US, BS, UK)}, {"rules": (UK, BS, US)}, id="rule order"
    ),
    pytest.param(
        "extension",
        "201",
        0,
        {"extensions": {"201": None, "202": None}},
        {"extensions": {"201": NASSAU, "202": None}},
        id="an extension",
    ),
]


@pytest.mark.parametrize(("kind", "subject", "nth", "there", "here"), CHANGED)
def test_what_only_the_console_changed_is_taken_and_told(kind, subject, nth, there, here):
    found = replace(SEEN, **there)
    merged, changed = merge(SEEN, found, SEEN)
    assert merged == found
    assert [(c.kind, c.subject, c.nth, c.is_conflict) for c in changed] == [
        (kind, subject, nth, False)
    ]


@pytest.mark.parametrize(("kind", "subject", "nth", "there", "here"), CHANGED)
def test_what_only_this_side_changed_stays_and_is_no_question(kind, subject, nth, there, here):
    wanted = replace(SEEN, **here)
    assert merge(SEEN, SEEN, wanted) == (wanted, [])


@pytest.mark.parametrize(("kind", "subject", "nth", "there", "here"), CHANGED)
def test_what_both_changed_needs_a_choice(kind, subject, nth, there, here):
    found, wanted = replace(SEEN, **there), replace(SEEN, **here)
    merged, (clash,) = merge(SEEN, found, wanted)
    assert merged == wanted
    assert (clash.kind, clash.subject, clash.nth, clash.is_conflict) == (kind, subject, nth, True)
    assert merge(SEEN, found, wanted, wanted_always) == (wanted, [clash])
    assert merge(SEEN, found, wanted, found_always) == (found, [clash])
    for side, held in (("base", SEEN), ("theirs", found), ("ours", wanted)):
        assert value(held, clash) == getattr(clash, side)


@pytest.mark.parametrize(("kind", "subject", "nth", "there", "here"), CHANGED)
def test_what_both_changed_alike_is_no_question(kind, subject, nth, there, here):
    both = replace(SEEN, **there)
    assert merge(SEEN, both, both) == (both, [])


def test_a_checkbox_has_two_sides_and_can_never_clash():
    off = replace(SEEN, override=False)
    assert merge(SEEN, off, SEEN) == (off, [RemoteChange("override", None, True, False, True)])
    assert merge(SEEN, SEEN, off) == (off, [])
    assert merge(SEEN, off, off) == (off, [])


def test_changes_of_both_sides_come_together():
    found = replace(SEEN, default=LONDON, rules=(BS, FR, US, UK))
    wanted = replace(SEEN, override=False, extensions={"201": DIRECT, "202": LONDON})
    merged, changed = merge(SEEN, found, wanted)
    assert merged == Settings(LONDON, False, found.rules, wanted.extensions)
    assert [change.kind for change in changed] == ["default", "rule"]


def test_a_rule_that_is_added_there_keeps_its_place_among_those_moved_here():
    found = replace(SEEN, rules=(BS, FR, US, UK))
    wanted = replace(SEEN, rules=(UK, BS, US))
    assert merge(SEEN, found, wanted)[0].rules == (UK, BS, FR, US)


def test_a_rule_that_is_added_here_keeps_its_place_among_those_moved_there():
    found = replace(SEEN, rules=(UK, BS, US))
    wanted = replace(SEEN, rules=(FR, BS, US, UK))
    assert merge(SEEN, found, wanted)[0].rules == (FR, UK, BS, US)
    wanted = replace(SEEN, rules=(BS, US, UK, FR))
    assert merge(SEEN, found, wanted)[0].rules == (UK, FR, BS, US)


def test_rules_that_are_added_on_both_sides_are_all_there():
    found = replace(SEEN, rules=(*SEEN.rules, FR))
    wanted = replace(SEEN, rules=(*SEEN.rules, Rule("0032", MAIN)))
    merged, changed = merge(SEEN, found, wanted)
    assert set(merged.rules) == {*found.rules, *wanted.rules}
    assert [change.subject for change in changed] == ["0033"]


def test_removed_there_and_moved_here_is_removed():
    found, wanted = replace(SEEN, rules=(BS, UK)), replace(SEEN, rules=(UK, US, BS))
    assert merge(SEEN, found, wanted)[0].rules == (UK, BS)


def test_of_a_prefix_held_twice_no_line_is_lost():
    # Of equal prefixes nobody can tell which line was which: they are told apart by their order.
    found = replace(SEEN, rules=(BS, US, Rule("0044", NASSAU), UK))
    wanted = replace(SEEN, rules=(BS, US, Rule("0044", DIRECT)))
    merged, changed = merge(SEEN, found, wanted)
    assert merged.rules == (BS, US, Rule("0044", DIRECT), UK)
    assert [(c.subject, c.nth, c.base, c.theirs, c.ours) for c in changed] == [
        ("0044", 0, LONDON, NASSAU, DIRECT),
        ("0044", 1, None, LONDON, None),
    ]


def test_users_that_are_not_known_here_are_not_looked_at():
    found = replace(SEEN, extensions={**SEEN.extensions, "203": LONDON})
    assert merge(SEEN, found, SEEN) == (SEEN, [])


def test_a_console_that_was_never_seen_is_a_question_wherever_it_says_something_else():
    merged, changed = merge(Settings(), SEEN, Settings(LONDON, False, (), {"201": MAIN}))
    assert merged == Settings(LONDON, True, SEEN.rules, {"201": MAIN})
    assert [(c.kind, c.is_conflict) for c in changed] == [
        ("default", True),
        ("override", False),
        *[("rule", False)] * 3,
        ("extension", True),
    ]


def test_a_choice_is_for_the_value_that_was_looked_at():
    def chosen(change):
        return "theirs" if change.key == looked_at.key else None

    wanted = replace(SEEN, default=NASSAU)
    found = replace(SEEN, default=LONDON)
    (looked_at,) = merge(SEEN, found, wanted)[1]
    assert merge(SEEN, found, wanted, chosen)[0].default == LONDON
    assert merge(SEEN, replace(SEEN, default=DIRECT), wanted, chosen)[0].default == NASSAU


def test_a_choice_is_for_one_of_the_rules_of_a_prefix():
    found = replace(SEEN, rules=(*SEEN.rules, FR, FR))
    first, second = merge(SEEN, found, SEEN)[1]
    assert first.key != second.key


def test_of_an_order_other_versions_tell_the_rules_that_it_is_about():
    found, wanted = replace(SEEN, rules=(US, BS, UK)), replace(SEEN, rules=(FR, UK, BS, US))
    (order,) = merge(SEEN, found, wanted)[1]
    assert order.ours == value(wanted, order) == (("0044", 0), ("001242", 0), ("001", 0))
    assert value(replace(SEEN, rules=(FR, UK)), order) == (("0044", 0),)


def test_a_choice_can_keep_what_only_the_console_changed_out():
    assert merge(SEEN, replace(SEEN, default=LONDON), SEEN, wanted_always)[0] == SEEN


@pytest.mark.parametrize(
    ("seen", "found", "wanted", "becomes", "told", "is_conflict"),
    [
        ("a", "a", "a", "a", False, None),
        ("a", "a", "b", "b", False, None),
        ("a", "b", "b", "b", False, None),
        ("a", "b", "a", "b", True, False),
        ("a", "b", "c", "c", True, True),
    ],
)
def test_three_values_become_one(seen, found, wanted, becomes, told, is_conflict):
    changed = []
    choose = {}.get
    assert settle("name", "201", seen, found, wanted, choose, changed, nth=3) == becomes
    expected = RemoteChange("name", "201", seen, found, wanted, 3)
    assert changed == ([expected] if told else [])
    assert all(change.is_conflict == is_conflict for change in changed)


# Properties: any three versions

NUMBERS = (MAIN, DIRECT, LONDON, NASSAU)
PREFIXES = ("001", "001242", "0030", "0031", "0033", "0044", "00441481", "04")
EXTENSIONS = ("201", "202", "203")


def versions(count):
    """Return several versions of one account: the later ones are the first one after some edits."""
    # Made from one random seed: drawn line by line, the same takes minutes.
    return st.integers(0, 2**48).map(lambda seed: _versions(random.Random(seed), count))


def _versions(dice, count):
    lines = [_line(dice) for _ in range(dice.randrange(7))]
    numbers = [None, *NUMBERS]
    users = {extension: dice.choice(numbers) for extension in EXTENSIONS}
    first = Settings(dice.choice(numbers), dice.random() < 0.5, tuple(lines), users)
    result = [first]
    for _ in range(count - 1):
        edited = list(lines)
        for _ in range(dice.randrange(4)):
            how = dice.choice(["add", "remove", "move", "number"])
            at, to = dice.randrange(7), dice.randrange(7)
            if how == "add":
                edited.insert(at, _line(dice))
            elif how == "remove":
                edited[at : at + 1] = []
            elif how == "move":
                edited[to:to] = [edited.pop(at)] if at < len(edited) else []
            else:
                edited[at : at + 1] = [
                    Rule(rule.prefix, dice.choice(NUMBERS)) for rule in edited[at : at + 1]
                ]
        result.append(
            Settings(
                dice.choice([first.default, *numbers]),
                dice.random() < 0.5,
                tuple(edited),
                {e: dice.choice([number, number, *numbers]) for e, number in users.items()},
            )
        )
    return result


def _line(dice):
    return Rule(dice.choice(PREFIXES), dice.choice(NUMBERS))


def often(examples=200):
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def by_key(held):
    """Return {(prefix, how many of it came before): number}."""
    keys = {}
    for rule in held.rules:
        nth = sum(prefix == rule.prefix for prefix, _nth in keys)
        keys[rule.prefix, nth] = rule.number
    return keys


def facts(held):
    """Return a version as a dict of all that can be changed alone, except the order of the
    rules."""
    return {
        "default": held.default,
        "override": held.override,
        **{("extension", extension): number for extension, number in held.extensions.items()},
        **{("rule", *key): number for key, number in by_key(held).items()},
    }


def lines_of(expected):
    """Return the rules of such a dict, in no order: where a line went, the later ones move up."""
    return sorted(
        (fact[1], number) for fact, number in expected.items() if fact[0] == "rule" and number
    )


def taken(seen, found, wanted, both):
    """Return the expected result of a merge: ``both`` decides what both sides changed."""
    seen, found, wanted = facts(seen), facts(found), facts(wanted)
    result = {}
    for fact in {**seen, **found, **wanted}:
        there, here = found.get(fact), wanted.get(fact)
        if there == seen.get(fact):
            result[fact] = here
        elif here == seen.get(fact):
            result[fact] = there
        else:
            result[fact] = both(there, here)
    return result


def assert_holds(merged, expected):
    assert merged.default == expected["default"]
    assert merged.override == expected["override"]
    assert merged.extensions == {e: expected["extension", e] for e in EXTENSIONS}
    assert sorted((rule.prefix, rule.number) for rule in merged.rules) == lines_of(expected)


@often()
@given(versions(2))
def test_changes_of_this_side_alone_are_all_there_is(held):
    seen, wanted = held
    assert merge(seen, seen, wanted) == (wanted, [])


@often()
@given(versions(2))
def test_changes_of_the_console_alone_are_all_there_is(held):
    seen, found = held
    assert merge(seen, found, seen)[0] == found


@often()
@given(versions(2))
def test_changes_that_both_sides_made_alike_are_no_question(held):
    seen, both = held
    assert merge(seen, both, both) == (both, [])


@often(400)
@given(versions(3))
def test_each_side_gets_what_it_alone_changed_and_this_one_keeps_what_both_did(held):
    merged, changed = merge(*held)
    assert_holds(merged, taken(*held, both=lambda there, here: here))
    seen, found, wanted = map(facts, held)
    told = {
        (c.kind, c.subject, c.nth)
        if c.kind == "rule"
        else (c.kind, c.subject)
        if c.subject
        else c.kind
        for c in changed
        if c.kind != "rule_order"
    }
    differs = {
        fact
        for fact in {**seen, **found, **wanted}
        if found.get(fact) not in (seen.get(fact), wanted.get(fact))
    }
    assert told == differs


@often()
@given(versions(3))
def test_choosing_this_side_everywhere_gives_what_is_wanted_here(held):
    assert merge(*held, wanted_always)[0] == held[2]


@often()
@given(versions(3))
def test_choosing_the_console_everywhere_leaves_of_this_side_what_the_console_did_not_touch(held):
    merged, _changed = merge(*held, found_always)
    assert_holds(merged, taken(*held, both=lambda there, here: there))


@often()
@given(versions(3), st.integers().map(random.Random))
def test_a_wanted_rule_goes_only_where_the_console_changed_it_and_nobody_kept_it(held, dice):
    choices = {}

    def choose(change):
        return choices.setdefault(change.key, dice.choice(["theirs", "ours", None]))

    seen, _found, wanted = held
    merged, changed = merge(*held, choose)
    gone = {
        (change.subject, change.nth)
        for change in changed
        if change.kind == "rule"
        and (choices[change.key] or ("ours" if change.is_conflict else "theirs")) == "theirs"
    }
    kept = [(key[0], number) for key, number in by_key(wanted).items() if key not in gone]
    left = [(rule.prefix, rule.number) for rule in merged.rules]
    for line in kept:
        left.remove(line)


@often(400)
@given(versions(3), st.sampled_from([wanted_always, found_always, lambda change: None]))
def test_rules_that_no_side_moved_among_each_other_stay_in_order(held, choose):
    # Of a prefix that is there twice, a line that goes makes the next one its heir: its place
    # among the others is then the heir's.
    if any(nth for version in held for _prefix, nth in by_key(version)):
        return
    merged, _changed = merge(*held, choose)
    orders = [list(by_key(version)) for version in held]
    result = list(by_key(merged))
    for first in result:
        for second in result:
            if all(first in order and second in order for order in orders) and all(
                order.index(first) < order.index(second) for order in orders
            ):
                assert result.index(first) < result.index(second)


@often()
@given(versions(3), st.sampled_from([wanted_always, found_always, lambda change: None]))
def test_what_was_merged_and_sent_is_merged_no_more(held, choose):
    seen, found, _wanted = held
    merged, _changed = merge(*held, choose)
    for last in (seen, found, merged):
        assert merge(last, merged, merged) == (merged, [])


@often()
@given(versions(3))
def test_a_remote_change_says_what_each_side_holds(held):
    _merged, changed = merge(*held)
    for change in changed:
        if change.kind == "rule_order":  # compares the rules that stay, on either side
            continue
        assert tuple(value(version, change) for version in held) == (
            change.base,
            change.theirs,
            change.ours,
        )
    assert len({change.key for change in changed}) == len(changed)


# What an apply that broke off left behind


@often()
@given(versions(3), st.integers(0, 3), st.integers(1, 2))
def test_what_we_sent_ourselves_is_nobody_elses_change(held, pages, page_size):
    before, sent, wanted_by_now = held
    found = before
    if pages:  # the settings page goes first, whole; then the users, a page at a time
        arrived_users = dict(list(sent.extensions.items())[: (pages - 1) * page_size])
        found = replace(sent, extensions={**before.extensions, **arrived_users})
    seen = arrived(before, sent, found)
    assert merge(seen, found, wanted_by_now) == (wanted_by_now, [])


@often()
@given(versions(3), st.sampled_from(["default", "override", "rules", "extensions"]))
def test_an_edit_upon_what_we_sent_is_the_only_one_that_is_told(held, edited):
    before, sent, other = held
    found = replace(sent, **{edited: getattr(other, edited)})
    wanted_by_now = before
    _merged, changed = merge(arrived(before, sent, found), found, wanted_by_now)
    kinds = {"rules": {"rule", "rule_order"}, "extensions": {"extension"}}
    assert {change.kind for change in changed} <= kinds.get(edited, {edited})
    if edited in ("default", "override"):
        theirs = getattr(found, edited) not in (getattr(sent, edited), getattr(before, edited))
        assert bool(changed) == theirs


@often()
@given(versions(2))
def test_of_what_never_arrived_nothing_was_seen(held):
    before, sent = held
    assert arrived(before, sent, before) == before


# Numbers that were given back


@often()
@given(versions(1), st.sets(st.sampled_from(NUMBERS)))
def test_without_numbers_no_line_names_one_and_the_others_stay(held, gone):
    (before,) = held
    after = before.without(gone)
    assert not gone & {
        after.default,
        *(rule.number for rule in after.rules),
        *after.extensions.values(),
    }
    assert after.override == before.override
    assert after.default == (None if before.default in gone else before.default)
    assert list(after.rules) == [rule for rule in before.rules if rule.number not in gone]
    assert after.extensions.keys() == before.extensions.keys()
    assert all(after.extensions[e] == n for e, n in before.extensions.items() if n not in gone)
    assert after.without(gone) == after
    assert before.without(frozenset()) == before
