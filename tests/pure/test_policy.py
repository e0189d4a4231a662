"""Which number is shown, and why: DOMAIN.md, "The resolution, exactly"."""

import json
import re
import sys
from dataclasses import replace

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import SUPPORTED_REGIONS, PhoneMetadata, PhoneNumberFormat, PhoneNumberType

from callerid import policy
from callerid.dialing import Destination, NotDiallableError
from callerid.policy import CallerId, PassedOver, Policy, Rule, Settings

REGIONS = sorted(SUPPORTED_REGIONS)
MAIN, DIRECT, LONDON, NASSAU = "+3222903490", "+3222903491", "+442079460001", "+12423651234"
TO_LONDON, TO_NASSAU, TO_NEW_YORK = "+442079460958", "+12423655678", "+12125550123"


def shown(dialled, extension="201", withdrawn=(), called=None, **wanted):
    """Return (number, source) for a caller in Belgium."""
    prepared = Policy(Settings(**wanted), "BE", frozenset(withdrawn))
    answer = prepared.caller_id(extension, prepared.read(dialled, called))
    return answer.number, answer.source


def rules(*lines):
    return tuple(Rule(prefix, number) for prefix, number in lines)


UK = rules(("0044", LONDON))
OWN = {"201": DIRECT}


# Every number of every region


def example_numbers():
    """Return {E.164: PhoneNumber}: a fixed-line, a mobile and a toll-free number of every region,
    and the non-geographic ones."""
    numbers = [phonenumbers.example_number_for_non_geo_entity(code) for code in NON_GEOGRAPHIC]
    for region in REGIONS:
        for number_type in (
            PhoneNumberType.FIXED_LINE,
            PhoneNumberType.MOBILE,
            PhoneNumberType.TOLL_FREE,
        ):
            numbers.append(phonenumbers.example_number_for_type(region, number_type))
    return {
        phonenumbers.format_number(number, PhoneNumberFormat.E164): number
        for number in numbers
        if number
    }


NON_GEOGRAPHIC = phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS
EXAMPLES = example_numbers()
CODES = sorted(phonenumbers.COUNTRY_CODE_TO_REGION_CODE)
A_RULE_PER_CODE = Settings(
    default=MAIN, rules=tuple(Rule(f"00{code}", f"+{code}") for code in CODES)
)
FORMATS = {
    "international": PhoneNumberFormat.INTERNATIONAL,
    "national": PhoneNumberFormat.NATIONAL,
    "tel": PhoneNumberFormat.RFC3966,
}


def written(number, form):
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    if form in FORMATS:
        return phonenumbers.format_number(number, FORMATS[form])
    return {"E.164": e164, "00": "00" + e164[1:]}[form]


def test_the_examples_are_those_of_every_region_and_calling_code():
    assert {number.country_code for number in EXAMPLES.values()} == set(CODES)
    assert len(EXAMPLES) > 600


@pytest.mark.parametrize("form", ["E.164", "00", "national", "international", "tel"])
def test_every_example_number_resolves_to_the_rule_of_its_country_code(form):
    prepared = Policy(A_RULE_PER_CODE, "BE")
    wrong = []
    for e164, number in EXAMPLES.items():
        region = phonenumbers.region_code_for_number(number)
        if form == "national" and number.country_code in NON_GEOGRAPHIC:
            continue
        destination = prepared.read(written(number, form), region)
        answer = prepared.caller_id("201", destination)
        if (destination.e164, answer.number) != (e164, f"+{number.country_code}"):
            wrong.append((region, written(number, form), destination, answer))
    assert not wrong


@pytest.fixture(scope="module")
def a_policy_per_region():
    return {home: Policy(A_RULE_PER_CODE, home) for home in REGIONS}


# One code at a time: phonenumbers' patterns of a single plan stay in the cache of ``re``.
@pytest.mark.parametrize("code", CODES)
def test_every_00_form_resolves_to_the_rule_of_its_country_code_from_every_region(
    code, a_policy_per_region
):
    wrong = []
    for e164, number in EXAMPLES.items():
        if number.country_code != code:
            continue
        for home, prepared in a_policy_per_region.items():
            answer = prepared.caller_id("201", prepared.read("00" + e164[1:]))
            if answer.number != f"+{code}":
                wrong.append((home, e164, answer))
    assert not wrong


# Order


def test_first_matching_rule_wins():
    assert shown(TO_LONDON, rules=rules(("0044", LONDON), ("0044", MAIN))) == (LONDON, "rule")
    assert shown(TO_LONDON, rules=rules(("0032", MAIN), ("0044", LONDON))) == (LONDON, "rule")


def test_bahamas_before_north_america():
    lines = rules(("001242", NASSAU), ("001", MAIN))
    assert shown(TO_NASSAU, rules=lines) == (NASSAU, "rule")
    assert shown(TO_NEW_YORK, rules=lines) == (MAIN, "rule")


def test_north_america_before_the_bahamas_takes_both():
    lines = rules(("001", MAIN), ("001242", NASSAU))
    assert shown(TO_NASSAU, rules=lines) == (MAIN, "rule")
    assert shown(TO_NEW_YORK, rules=lines) == (MAIN, "rule")


def test_a_prefix_is_digits_and_not_a_country():
    guernsey = "+441481256789"
    assert shown(guernsey, rules=UK) == (LONDON, "rule")
    assert shown(guernsey, rules=rules(("004420", LONDON)), default=MAIN) == (MAIN, "default")


def test_kazakhstan_has_its_own_rule_behind_russias_code():
    lines = rules(("0077", DIRECT), ("007", MAIN))
    assert shown("007 727 212 3456", rules=lines) == (DIRECT, "rule")
    assert shown("8 727 212 3456", called="KZ", rules=lines) == (DIRECT, "rule")
    assert shown("007 495 123 4567", rules=lines) == (MAIN, "rule")


def test_italian_prefixes_keep_their_zero():
    lines = rules(("003902", DIRECT), ("0039", MAIN))
    assert shown("+39 02 1234 5678", rules=lines) == (DIRECT, "rule")
    assert shown("02 1234 5678", called="IT", rules=lines) == (DIRECT, "rule")
    assert shown("+39 312 345 6789", rules=lines) == (MAIN, "rule")
    assert shown("06 698 12345", called="VA", rules=lines) == (MAIN, "rule")
    assert shown("0549 886377", called="SM", rules=lines, default=LONDON) == (LONDON, "default")


def test_what_a_console_holds_verbatim_matches_as_digits_do():
    assert shown("0470 12 34 56", rules=rules(("04", LONDON)), default=MAIN) == (MAIN, "default")
    assert shown("02 290 34 90", rules=rules(("0032/2", LONDON))) == (None, "none")
    assert shown(TO_LONDON, rules=rules(("+44", LONDON))) == (None, "none")
    assert shown(TO_LONDON, rules=rules(("00", LONDON))) == (LONDON, "rule")
    assert shown(TO_LONDON, rules=rules(("00442079460958", LONDON))) == (LONDON, "rule")
    assert shown(TO_LONDON, rules=rules(("004420794609581", LONDON))) == (None, "none")


# Rule, own number, default, none


@pytest.mark.parametrize("override", [False, True])
@pytest.mark.parametrize(
    ("lines", "own", "default", "without_override", "with_override"),
    [
        (UK, DIRECT, MAIN, (DIRECT, "user"), (LONDON, "rule")),
        (UK, DIRECT, None, (DIRECT, "user"), (LONDON, "rule")),
        (UK, None, MAIN, (LONDON, "rule"), (LONDON, "rule")),
        (UK, None, None, (LONDON, "rule"), (LONDON, "rule")),
        ((), DIRECT, MAIN, (DIRECT, "user"), (DIRECT, "user")),
        ((), DIRECT, None, (DIRECT, "user"), (DIRECT, "user")),
        ((), None, MAIN, (MAIN, "default"), (MAIN, "default")),
        ((), None, None, (None, "none"), (None, "none")),
    ],
)
def test_rules_go_before_the_own_number_with_the_override_only(
    override, lines, own, default, without_override, with_override
):
    assert shown(
        TO_LONDON,
        override=override,
        rules=rules(("0033", NASSAU)) + lines,
        extensions={"201": own, "202": NASSAU},
        default=default,
    ) == (with_override if override else without_override)


def test_an_extension_that_the_account_does_not_know_is_on_default():
    assert shown(TO_LONDON, "999", extensions=OWN, default=MAIN) == (MAIN, "default")


@pytest.mark.parametrize("override", [False, True])
def test_no_outside_number_is_chosen_for_internal_emergency_and_service_calls(override):
    wanted = {
        "override": override,
        "rules": rules(("", LONDON), ("1", LONDON), ("00", LONDON)),
        "extensions": {"201": DIRECT, "202": None, "101": None},
        "default": MAIN,
    }
    for dialled, source in (
        ("202", "internal"),
        ("101", "internal"),
        ("100", "emergency"),
        ("112", "emergency"),
        ("1207", "service"),
        ("116117", "service"),
        ("*98", "service"),
        ("#31#", "service"),
    ):
        assert shown(dialled, **wanted) == (None, source)


# Numbers given back


def test_a_rule_with_a_withdrawn_number_counts_as_absent():
    lines = rules(("0044", LONDON), ("0044", NASSAU))
    assert shown(TO_LONDON, withdrawn=[LONDON], rules=lines) == (NASSAU, "rule")
    assert shown(TO_LONDON, withdrawn=[LONDON, NASSAU], rules=lines) == (None, "none")


def test_a_withdrawn_own_number_counts_as_default():
    wanted = {"extensions": OWN, "default": MAIN}
    assert shown(TO_LONDON, withdrawn=[DIRECT], **wanted) == (MAIN, "default")
    assert shown(TO_LONDON, withdrawn=[DIRECT], rules=UK, **wanted) == (LONDON, "rule")


def test_a_withdrawn_default_is_none():
    assert shown(TO_LONDON, withdrawn=[MAIN], default=MAIN) == (None, "none")


def test_with_the_override_a_withdrawn_rule_leaves_the_own_number():
    wanted = {"override": True, "rules": UK, "extensions": OWN, "default": MAIN}
    assert shown(TO_LONDON, withdrawn=[LONDON], **wanted) == (DIRECT, "user")
    assert shown(TO_LONDON, withdrawn=[LONDON, DIRECT], **wanted) == (MAIN, "default")
    assert shown(TO_LONDON, withdrawn=[LONDON, DIRECT, MAIN], **wanted) == (None, "none")


# Rules that did not decide


def passed_over(dialled, extension="201", withdrawn=(), **wanted):
    prepared = Policy(Settings(**wanted), "BE", frozenset(withdrawn))
    return prepared.passed_over(extension, prepared.read(dialled))


def test_each_rule_passed_over_says_why():
    france, given_back, decides, later, longer = lines = rules(
        ("0033", MAIN), ("004420", NASSAU), ("0044", LONDON), ("0044", MAIN), ("00442", DIRECT)
    )
    assert passed_over(TO_LONDON, rules=lines, withdrawn=[NASSAU]) == [
        PassedOver(france, "other_destination"),
        PassedOver(given_back, "withdrawn"),
        PassedOver(later, "later", decides),
        PassedOver(longer, "later", decides),
    ]


def test_rules_are_passed_over_for_the_extensions_own_number():
    lines = rules(("0033", MAIN), ("0044", LONDON), ("0044", NASSAU))
    assert passed_over(TO_LONDON, rules=lines, extensions=OWN, withdrawn=[NASSAU]) == [
        PassedOver(lines[0], "other_destination"),
        PassedOver(lines[1], "own_number"),
        PassedOver(lines[2], "withdrawn"),
    ]
    assert passed_over(TO_LONDON, rules=lines[:2], extensions=OWN, override=True) == [
        PassedOver(lines[0], "other_destination")
    ]


@pytest.mark.parametrize("dialled", ["202", "112", "1207", "*98"])
def test_no_rule_applies_to_internal_emergency_and_service_calls(dialled):
    lines = rules(("00", MAIN), ("0044", LONDON))
    assert passed_over(dialled, rules=lines, extensions={"202": None}) == [
        PassedOver(lines[0], "no_rules"),
        PassedOver(lines[1], "no_rules"),
    ]


# Rules that can never match


@pytest.mark.parametrize(
    ("prefixes", "shadows"),
    [
        (["0044", "0044"], {1: 0}),
        (["0044", "004420"], {1: 0}),
        (["001", "0033", "001242"], {2: 0}),
        (["004420", "0044"], {}),
        (["0044", "0033", "00", "0032"], {3: 2}),
        (["004420", "0044", "0044207"], {2: 0}),
        (["0044", "0044", "0044"], {1: 0, 2: 0}),
        (["", "0044"], {1: 0}),
        (["0032/2", "00322"], {}),
    ],
)
def test_a_rule_is_shadowed_by_the_first_that_takes_all_its_calls(prefixes, shadows):
    lines = [Rule(prefix, MAIN, key) for key, prefix in enumerate(prefixes)]
    found = policy.shadowed(lines)
    assert {rule.key: by.key for rule, by in found} == shadows


def test_a_withdrawn_rule_neither_shadows_nor_is_shadowed():
    given_back, uk, london = rules(("00", NASSAU), ("0044", LONDON), ("004420", MAIN))
    assert policy.shadowed([given_back, uk, london], {NASSAU}) == [(london, uk)]
    assert policy.shadowed([uk, Rule("004420", NASSAU)], {NASSAU}) == []


# Stored settings


@pytest.mark.parametrize(
    "wanted",
    [
        Settings(),
        Settings(
            default=MAIN,
            override=True,
            rules=rules(("0044", LONDON), ("0044", LONDON), ("0032/2", MAIN), ("", NASSAU)),
            extensions={"201": DIRECT, "202": None},
        ),
    ],
)
def test_settings_come_back_from_json_as_they_were(wanted):
    assert Settings.from_json(json.loads(json.dumps(wanted.to_json()))) == wanted


def test_what_is_no_settings_document_is_called_so():
    with pytest.raises(ValueError, match="^This is no settings document$"):
        Settings.from_json({"default": 5})


def test_two_policies_read_alike_what_is_an_extension_of_both_or_of_neither():
    one, both = Policy(Settings(extensions={"201": None})), Policy(Settings())
    assert not one.reads_like(both, one.read("201"))
    assert not both.reads_like(one, one.read("201"))
    assert one.reads_like(one, one.read("201"))
    assert one.reads_like(both, one.read("112", "BE"))


def test_settings_come_back_from_json_without_what_only_odoo_knows():
    stored = json.dumps(Settings(rules=(Rule("0044", LONDON, key=object()),)).to_json())
    assert Settings.from_json(json.loads(stored)).rules[0].key is None


# Cost


def steps(prepared, dialled):
    """Return how many lines of callerid/ run for an answer; each turn of a loop counts.

    Lines, since every Python reports them: 3.12 does not report the bytecode instructions of a
    frame that asked for them while it was entered.
    """
    count = 0

    def trace(frame, event, _argument):
        nonlocal count
        if not frame.f_globals["__name__"].startswith("callerid"):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        prepared.caller_id("201", prepared.read(dialled))
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("dialled", [TO_LONDON, "+33 1 99 00 12 34"])
def test_an_answer_takes_as_many_steps_with_ten_rules_as_with_a_thousand(dialled):
    def prepared(count):
        others = tuple(Rule(f"001{number}", MAIN) for number in range(2000, 1999 + count))
        return Policy(Settings(rules=others + UK, default=MAIN), "BE")

    few, many = prepared(10), prepared(1000)
    assert len(many.settings.rules) == 1000
    assert steps(few, dialled) == steps(many, dialled) > 30


# The whole resolution, against a naive reading of its text

POOL = (MAIN, DIRECT, LONDON, NASSAU)
ODD_PREFIXES = ("", "0", "00", "04", "0032/2", "+44", "0044", "001", "001242", "0039", "007", "44")
SHORT = ("112", "911", "999", "100", "101", "000", "1207", "116117", "*98", "#31#", "201", "202")
SHORT += (
    "+201",
    "3001",
    "12345",
    "",
    "0",
    "00",
    "00999123456",
    "hello",
    "0470 taxi 12",
    "#31#+442079460958",
)
EXTENSIONS = ("201", "202", "112", "101", "12345")


def naive_digits(dialled):
    """Return what is left of a written form, which names the same destination."""
    return "".join(
        str(int(char)) if char.isdecimal() else char
        for char in dialled.replace("＋", "+")
        if char.isdecimal() or char in "+*#"
    )


def naive_e164(digits, region):
    """Return the E.164 number by DOMAIN.md, step 4, or None."""
    readings = []
    if digits.startswith("+"):
        readings.append((digits, None))
    if digits.startswith("00"):
        readings.append(("+" + digits[2:], None))
    plan = PhoneMetadata.metadata_for_region(region)
    dials_abroad = re.match(plan.international_prefix, digits)
    if dials_abroad:
        readings.append(("+" + digits[dials_abroad.end() :], None))
    readings.append((digits, region))
    readings.append((f"+{plan.country_code}{digits}", None))
    for reading in readings:
        try:
            number = phonenumbers.parse(*reading)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return None


def naive_answer(wanted, withdrawn, home, extension, dialled, called):
    """Follow DOMAIN.md, steps 1 to 8, one after the other; return (source, number shown, rule,
    E.164)."""
    digits = "" if re.search("[a-z]", dialled.replace("tel:", "")) else naive_digits(dialled)
    region = called or home
    bare = digits.isdecimal()

    if bare and not called and digits in wanted.extensions:
        return "internal", None, None, None
    if bare and phonenumbers.is_emergency_number(digits, home) and digits not in wanted.extensions:
        return "emergency", None, None, None
    if "*" in digits or "#" in digits:
        return "service", None, None, None
    if bare and naive_short(digits, region, phonenumbers.is_valid_short_number_for_region):
        return "service", None, None, None
    e164 = naive_e164(digits, region)
    if e164 is None:
        if bare and naive_short(digits, region, phonenumbers.is_possible_short_number_for_region):
            return "service", None, None, None
        return "refused", None, None, None

    matching = None
    for rule in wanted.rules:
        if ("00" + e164[1:]).startswith(rule.prefix) and rule.number not in withdrawn:
            matching = rule
            break
    own = wanted.extensions.get(extension)
    if own in withdrawn:
        own = None
    if wanted.override and matching:
        return "rule", matching.number, matching.key, e164
    if own:
        return "user", own, None, e164
    if matching:
        return "rule", matching.number, matching.key, e164
    if wanted.default and wanted.default not in withdrawn:
        return "default", wanted.default, None, e164
    return "none", None, None, e164


def naive_short(digits, region, is_short):
    if digits.startswith("00"):
        return False
    try:
        return is_short(phonenumbers.parse(digits, region), region)
    except phonenumbers.NumberParseException:
        return False


def any_form(number, home, form, dress):
    """Return (written form, digits behind the 00) of a number; ``form`` counts through the
    forms."""
    digits = phonenumbers.format_number(number, PhoneNumberFormat.E164)[1:]
    forms = ["+" + digits, "00" + digits, *(written(number, name) for name in FORMATS)]
    plan = PhoneMetadata.metadata_for_region(home)
    abroad = plan.preferred_international_prefix or plan.international_prefix or ""
    if abroad.isdecimal():
        forms.append(f"{abroad} {digits}")
    text = forms[form % len(forms)]
    if dress == "marks":
        text = f"\u202a{text}\u202c"
    elif dress == "wide":
        text = "".join(chr(ord(char) + 0xFEE0) if char in "0123456789+" else char for char in text)
    elif dress == "dots":
        text = text.replace(" ", ".").replace("-", " – ")
    elif dress == "zero" and text.startswith(f"+{number.country_code} "):
        text = text.replace(" ", " (0)", 1)
    return text, digits


def call(home, number, ending, called, form, dress, wanted, withdrawn, extension):
    """Return the arguments of ``naive_answer``; the rules' prefixes are texts, or beginnings of the
    number, given by their length."""
    dialled, digits, region = number, "442079460958", None
    if not isinstance(number, str):
        region = phonenumbers.region_code_for_number(number)
        if ending is not None:
            number = phonenumbers.parse(written(number, "E.164")[:-3] + f"{ending:03}")
        dialled, digits = any_form(number, home, form, dress)
    if called == "own":
        called = region if region in SUPPORTED_REGIONS else None
    default, override, lines, extensions = wanted
    lines = tuple(
        Rule(("00" + digits)[:prefix] if isinstance(prefix, int) else prefix, shown_number, key)
        for key, (prefix, shown_number) in enumerate(lines)
    )
    wanted = Settings(default, override, lines, extensions)
    return wanted, withdrawn, home, extension, dialled, called


NUMBERS = st.sampled_from(POOL)
MAYBE = st.sampled_from((None, *POOL))
CALLS = st.builds(
    call,
    home=st.sampled_from(REGIONS),
    number=st.sampled_from([*EXAMPLES.values(), *SHORT * 6]),
    ending=st.none() | st.integers(0, 999),
    called=st.sampled_from([*[None, "own"] * 200, *REGIONS]),
    form=st.integers(0, 59),
    dress=st.sampled_from(["", "marks", "wide", "dots", "zero"]),
    wanted=st.tuples(
        MAYBE,
        st.booleans(),
        st.lists(st.tuples(st.sampled_from([*range(2, 16), *ODD_PREFIXES]), NUMBERS), max_size=7),
        st.fixed_dictionaries({}, optional=dict.fromkeys(EXTENSIONS, MAYBE)),
    ),
    withdrawn=st.sets(NUMBERS, max_size=2),
    extension=st.sampled_from(["201", "202", "999"]),
)


@settings(max_examples=3000, deadline=None, derandomize=True, database=None)
@given(CALLS)
def test_any_call_is_answered_as_a_naive_reading_of_the_text_answers_it(call):
    wanted, withdrawn, home, extension, dialled, called = call
    prepared = Policy(wanted, home, withdrawn)
    try:
        destination = prepared.read(dialled, called)
    except NotDiallableError:
        assert naive_answer(*call) == ("refused", None, None, None)
        return
    answer = prepared.caller_id(extension, destination)
    decided = answer.rule.key if answer.rule else None
    assert (answer.source, answer.number, decided, destination.e164) == naive_answer(*call)
    assert [passed.rule for passed in prepared.passed_over(extension, destination)] == [
        rule for rule in wanted.rules if rule.key != decided
    ]


@settings(max_examples=2000, deadline=None, derandomize=True, database=None)
@given(CALLS)
def test_without_the_line_that_decides_a_call_shows_what_the_others_make_of_it(call):
    wanted, withdrawn, home, extension, dialled, called = call
    prepared = Policy(wanted, home, withdrawn)
    try:
        destination = prepared.read(dialled, called)
    except NotDiallableError:
        return
    answer = prepared.caller_id(extension, destination)
    left = {
        "rule": lambda: replace(
            wanted, rules=tuple(rule for rule in wanted.rules if rule is not answer.rule)
        ),
        "user": lambda: replace(wanted, extensions={**wanted.extensions, extension: None}),
        "default": lambda: replace(wanted, default=None),
    }.get(answer.source, lambda: wanted)()
    shown_without = Policy(left, home, withdrawn).caller_id(extension, destination).number
    assert prepared.number_without(extension, destination) == shown_without


@settings(max_examples=1000, deadline=None, derandomize=True, database=None)
@given(
    st.lists(st.tuples(st.text("01", max_size=4), st.sampled_from(POOL)), max_size=8),
    st.frozensets(st.sampled_from(POOL), max_size=2),
    st.text("01", max_size=3),
)
def test_a_shadowed_rule_never_decides_and_any_other_can(lines, withdrawn, more):
    wanted = tuple(Rule("00" + line[0], line[1], key) for key, line in enumerate(lines))
    prepared = Policy(Settings(rules=wanted), withdrawn=withdrawn)
    shadows = {rule.key: by.key for rule, by in policy.shadowed(wanted, withdrawn)}
    for rule in wanted:
        if rule.number in withdrawn:
            assert rule.key not in shadows
            continue
        begun, longer = (
            prepared.first_match(Destination("external", "", f"+{rule.prefix[2:]}{end}")).key
            for end in ("", more)
        )
        assert begun == shadows.get(rule.key, rule.key)
        assert longer <= begun


def test_the_answer_names_the_rule_that_decided():
    line = Rule("0044", LONDON, key=7)
    prepared = Policy(Settings(rules=(line,)))
    answer = prepared.caller_id("201", prepared.read(TO_LONDON))
    assert answer == CallerId(LONDON, "rule", line)
    assert answer.rule.key == 7
