"""How two versions of the settings differ."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid.changes import Change, above, carried_out, difference
from callerid.policy import Rule, Settings

MAIN, DIRECT, LONDON, NASSAU = "+3222903490", "+3222903491", "+442079460001", "+12423651234"


def rules(*lines):
    return tuple(Rule(prefix, number) for prefix, number in lines)


UK, US, BS, FR = rules(("0044", LONDON), ("001", MAIN), ("001242", NASSAU), ("0033", MAIN))
FULL = Settings(MAIN, True, (BS, US, UK), {"201": DIRECT, "202": None})


def test_equal_settings_do_not_differ():
    assert difference(FULL, replace(FULL)) == []
    assert difference(Settings(), Settings()) == []


def test_what_only_odoo_knows_of_a_rule_is_no_difference():
    keyed = replace(FULL, rules=tuple(replace(rule, key=object()) for rule in FULL.rules))
    assert difference(FULL, keyed) == []


def test_an_extension_on_default_is_no_difference_to_one_that_is_not_listed():
    assert difference(Settings(), Settings(extensions={"201": None})) == []
    assert difference(Settings(extensions={"201": None}), Settings()) == []


@pytest.mark.parametrize(
    ("wanted", "change"),
    [
        (replace(FULL, default=LONDON), Change("default", None, MAIN, LONDON)),
        (replace(FULL, default=None), Change("default", None, MAIN, None)),
        (replace(FULL, override=False), Change("override", None, True, False)),
        (replace(FULL, rules=(BS, FR, US, UK)), Change("rule_added", "0033", None, MAIN, 2)),
        (replace(FULL, rules=(BS, UK)), Change("rule_removed", "001", MAIN, None, 2)),
        (
            replace(FULL, rules=(BS, US, Rule("0044", MAIN))),
            Change("rule_number", "0044", LONDON, MAIN, 3),
        ),
        (replace(FULL, rules=(UK, BS, US)), Change("rule_moved", "0044", 3, 1, 1)),
        (
            replace(FULL, extensions={"201": None, "202": None}),
            Change("extension", "201", DIRECT, None),
        ),
        (
            replace(FULL, extensions={"201": DIRECT, "202": MAIN}),
            Change("extension", "202", None, MAIN),
        ),
        (
            replace(FULL, extensions={**FULL.extensions, "203": MAIN}),
            Change("extension", "203", None, MAIN),
        ),
        (replace(FULL, extensions={"202": None}), Change("extension", "201", DIRECT, None)),
    ],
)
def test_each_kind_of_change_is_told_alone(wanted, change):
    assert difference(FULL, wanted) == [change]


def test_changes_come_in_the_order_of_the_consoles_pages():
    kinds = [change.kind for change in difference(Settings(), FULL)]
    assert kinds == ["default", "override", *["rule_added"] * 3, "extension"]
    assert [change.kind for change in difference(FULL, Settings())] == [
        "default",
        "override",
        *["rule_removed"] * 3,
        "extension",
    ]


def test_a_rule_dragged_from_last_to_first_is_one_change():
    lines = tuple(Rule(f"00{code}", MAIN) for code in range(30, 80))
    dragged = (lines[-1], *lines[:-1])
    assert difference(Settings(rules=lines), Settings(rules=dragged)) == [
        Change("rule_moved", "0079", 50, 1, 1)
    ]


def test_a_rule_that_is_dragged_and_edited_is_two_changes():
    edited = replace(FULL, rules=(Rule("0044", MAIN), BS, US))
    assert difference(FULL, edited) == [
        Change("rule_moved", "0044", 3, 1, 1),
        Change("rule_number", "0044", LONDON, MAIN, 1),
    ]


def test_of_a_prefix_held_twice_the_line_that_changed_is_told():
    twice = rules(("0044", LONDON), ("0044", MAIN))
    assert difference(Settings(rules=twice), Settings(rules=twice[1:])) == [
        Change("rule_removed", "0044", LONDON, None, 1)
    ]
    assert difference(Settings(rules=twice), Settings(rules=twice[::-1])) in (
        [Change("rule_moved", "0044", 1, 2, 2)],
        [Change("rule_moved", "0044", 2, 1, 1)],
    )
    assert difference(Settings(rules=twice), Settings(rules=(twice[0], Rule("0044", NASSAU)))) == [
        Change("rule_number", "0044", MAIN, NASSAU, 2)
    ]


NUMBERS = st.sampled_from([MAIN, DIRECT, LONDON, NASSAU])
PREFIXES = st.sampled_from(["001", "001242", "0033", "0044", "04", "0032/2", ""])
LINES = st.builds(Rule, PREFIXES, NUMBERS)
SETTINGS = st.builds(
    Settings,
    st.none() | NUMBERS,
    st.booleans(),
    st.lists(LINES, max_size=8).map(tuple),
    st.dictionaries(st.sampled_from(["201", "202", "203"]), st.none() | NUMBERS),
)


def applied_by_hand(before, changes):
    """Return the settings after a person made the changes in the console, one line at a time."""
    default, override, extensions = before.default, before.override, dict(before.extensions)
    gone, placed, numbers = set(), {}, {}
    for change in changes:
        if change.kind == "default":
            assert change.old == default
            default = change.new
        elif change.kind == "override":
            assert change.old == override
            override = change.new
        elif change.kind == "extension":
            assert change.old == extensions.get(change.subject)
            extensions[change.subject] = change.new
        elif change.kind == "rule_removed":
            assert before.rules[change.position - 1] == Rule(change.subject, change.old)
            gone.add(change.position)
        elif change.kind == "rule_moved":
            assert before.rules[change.old - 1].prefix == change.subject
            gone.add(change.old)
            placed[change.new] = before.rules[change.old - 1]
        elif change.kind == "rule_added":
            placed[change.position] = Rule(change.subject, change.new)
        else:
            assert change.kind == "rule_number"
            numbers[change.position] = change
    left = iter(rule for position, rule in enumerate(before.rules, 1) if position not in gone)
    lines = []
    for position in range(1, len(before.rules) - len(gone) + len(placed) + 1):
        rule = placed[position] if position in placed else next(left)
        if position in numbers:
            change = numbers[position]
            assert rule == Rule(change.subject, change.old)
            rule = Rule(change.subject, change.new)
        lines.append(rule)
    return Settings(default, override, tuple(lines), extensions)


def without_default(wanted):
    return replace(wanted, extensions={name: own for name, own in wanted.extensions.items() if own})


@settings(max_examples=2000, deadline=None, derandomize=True, database=None)
@given(SETTINGS, SETTINGS)
def test_the_changes_lead_from_the_old_settings_to_the_new(applied, wanted):
    made = applied_by_hand(applied, difference(applied, wanted))
    assert without_default(made) == without_default(wanted)


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(st.lists(LINES, max_size=12, unique=True), st.integers(0, 11), st.integers(0, 11))
def test_one_drag_is_at_most_one_change(lines, start, end):
    dragged = list(lines)
    if lines:
        dragged.insert(end % len(lines), dragged.pop(start % len(lines)))
    changes = difference(Settings(rules=tuple(lines)), Settings(rules=tuple(dragged)))
    assert [change.kind for change in changes] == ["rule_moved"] * (lines != dragged)


def test_some_of_the_changes_made_leave_the_console_in_between():
    applied = Settings(MAIN, False, (UK, US, FR), {"201": DIRECT, "202": None})
    wanted = Settings(LONDON, True, (FR, BS, Rule("0044", NASSAU)), {"201": None, "202": MAIN})
    by_kind = {change.kind: change for change in difference(applied, wanted)}
    for made, expected in (
        (["default", "override"], replace(applied, default=LONDON, override=True)),
        (["rule_removed"], replace(applied, rules=(UK, FR))),
        (["rule_number"], replace(applied, rules=(Rule("0044", NASSAU), US, FR))),
        (["rule_moved"], replace(applied, rules=(FR, UK, US))),
        (["rule_added"], replace(applied, rules=(UK, US, FR, BS))),
        (["rule_added", "rule_moved"], replace(applied, rules=(FR, BS, UK, US))),
        (["extension"], replace(applied, extensions={"201": DIRECT, "202": MAIN})),
    ):
        assert carried_out(applied, wanted, [by_kind[kind] for kind in made]) == expected


def test_a_rule_goes_below_the_one_before_it():
    wanted = Settings(rules=(BS, US))
    first, second = difference(Settings(), wanted)
    assert (above(wanted, first), above(wanted, second)) == (None, BS)


@settings(max_examples=2000, deadline=None, derandomize=True, database=None)
@given(SETTINGS, SETTINGS, st.data())
def test_what_was_made_so_far_is_never_asked_for_again(applied, wanted, data):
    changes = difference(applied, wanted)
    assert carried_out(applied, wanted, []) == applied
    assert without_default(carried_out(applied, wanted, changes)) == without_default(wanted)
    done = [change for change in changes if data.draw(st.booleans())]
    held = carried_out(applied, wanted, done)
    assert held == carried_out(applied, wanted, done[::-1])
    twice = any(
        len({rule.prefix for rule in version.rules}) < len(version.rules)
        for version in (applied, wanted)
    )
    if not twice:  # of a prefix held twice, either line may be the one that stays
        assert len(difference(held, wanted)) == len(changes) - len(done)
