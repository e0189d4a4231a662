"""What an attacker can send, or leave in stored data, for everything that ``callerid`` offers."""

import gc
import inspect
import json
import re
import tracemalloc
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import islice
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callerid import changes, dialing, explain, policy, reconcile
from callerid.changes import Change
from callerid.dialing import Destination, NotDiallableError, PrefixError
from callerid.policy import Policy, Settings
from callerid.reconcile import Side, Snapshot

NOON = datetime(2026, 1, 15, 12, tzinfo=timezone.utc)
ROOMS = (changes, dialing, explain, policy, reconcile)
FORGED = "+442079460958\r\nP-Asserted-Identity: <sip:+33199001234@axivox.example>"
NUMBERS = ["+442079460958", "+33199001234", "+3212345678"]
E164 = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
REGION = re.compile(r"[A-Z]{2}|001")
DIALLED = re.compile(r"[0-9+*#]+")


# What is sent

PIECES = st.sampled_from(
    [
        *"+0123456789*#;,=:.xX~()[]-/ \t\r\n\0",
        *("tel:", ";ext=", ";isub=", ";phone-context=", "+32", "ext", "int", "доб"),
        *("\u202a", "\u2028", "\ufeff", "\ufdfa", "\ud800", "＋", "²", "①", "٣", "🯱"),
        *("9999999999999999", "+442079460958", "0450001234", "0044", "112"),
    ]
)
SHORT = st.lists(PIECES, max_size=8).map("".join) | st.text(st.characters(), max_size=8)
TEXTS = SHORT | st.builds(lambda piece, times: piece * times, PIECES, st.integers(50, 300))
REGIONS = st.sampled_from([None, "BE", "US", "GB", "AQ", "001", "ZZ", "", "\ud800", "be"])
STORED_NUMBERS = st.sampled_from(
    [
        *NUMBERS,
        *(FORGED, "", "+", "0044", "+0123", "+442079460958\n", " +442079460958", "+٤٤٢٠٧٩٤٦٠٩٥٨"),
        *("+1234567890123456", "+44 20 7946 0958", "+44\x002079460958", "\ud800"),
    ]
)
STORED_PREFIXES = st.sampled_from(["0044", "004420", "0033", "00", "04", "", FORGED, "\ud800"])
EXTENSIONS = st.sampled_from(["201", "202", "112", "0044", "", FORGED, "\ud800"])
DOCUMENTS = st.fixed_dictionaries(
    {
        "default": st.none() | STORED_NUMBERS,
        "override": st.booleans(),
        "rules": st.lists(st.tuples(STORED_PREFIXES, STORED_NUMBERS).map(list), max_size=4),
        "extensions": st.dictionaries(EXTENSIONS, st.none() | STORED_NUMBERS, max_size=3),
    }
)
SCALARS = st.sampled_from([None, True, 0, 1.5, float("nan"), "", "0044", "\ud800"])
JSON = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(EXTENSIONS, SCALARS, max_size=2)
WRONG = {
    "all": lambda _document, nonsense: nonsense,
    "a member": lambda document, nonsense: {**document, "color": nonsense},
    "a rule": lambda document, nonsense: {**document, "rules": [*document["rules"], nonsense]},
    "a number": lambda document, nonsense: {**document, "rules": [["0044", nonsense]]},
    "an extension": lambda document, nonsense: {**document, "extensions": {"201": nonsense}},
    "a default": lambda document, nonsense: {**document, "default": nonsense},
    "rules": lambda document, nonsense: {**document, "rules": nonsense},
    "nothing": lambda document, _nonsense: document,
    "less": lambda document, _nonsense: {"default": document["default"]},
}
ALMOST_DOCUMENTS = st.builds(
    lambda wrong, document, nonsense: WRONG[wrong](document, nonsense),
    st.sampled_from(sorted(WRONG)),
    DOCUMENTS,
    JSON,
)
STORED = DOCUMENTS.map(Settings.from_json)
DESTINATIONS = st.sampled_from(
    [
        *(Destination(dialing.EXTERNAL, number, number) for number in NUMBERS),
        Destination(dialing.INTERNAL, "201"),
        Destination(dialing.SERVICE, "*97"),
    ]
)
SAID = st.builds(
    SimpleNamespace,
    text=TEXTS,
    home=REGIONS,
    called=REGIONS,
    theirs=st.just(Settings(extensions={"201": None, "0044": None})),
    numbers=st.just(frozenset()),
)
KEPT = st.builds(
    SimpleNamespace,
    text=SHORT,
    home=REGIONS,
    called=REGIONS,
    extension=EXTENSIONS,
    destination=DESTINATIONS,
    document=ALMOST_DOCUMENTS,
    base=STORED,
    theirs=STORED,
    ours=STORED,
    numbers=st.frozensets(st.sampled_from(NUMBERS)),
    choice=st.sampled_from(["theirs", "ours", None]),
)


# What holds for the answer


def is_e164(text):
    return E164.fullmatch(text) is not None


def is_region(text):
    return text is None or REGION.fullmatch(text) is not None


def is_destination(sent, found):
    if found.kind != dialing.EXTERNAL:
        return DIALLED.fullmatch(found.dial()) and found.e164 is found.region is None
    zero_form = re.fullmatch(r"00[1-9][0-9]{0,14}", found.zero_form)
    forms = found.dial("+") == found.e164 and found.dial() == found.zero_form
    return is_e164(found.e164) and is_region(found.region) and zero_form and forms


def is_as_written(sent, text):
    """Return whether the text is a number as people write it, or the input unchanged."""
    return text == sent.text if not is_e164(sent.text) else re.fullmatch(r"\+[0-9 -]+", text)


def is_prefix(sent, prefix):
    regions = dialing.regions_of_prefix(prefix)
    return re.fullmatch(r"00[1-9][0-9]{0,14}", prefix) and all(map(is_region, regions))


def is_read(sent, stored):
    again = json.loads(json.dumps(stored.to_json()))
    return Settings.from_json(again) == stored and stored.to_json().items() <= sent.document.items()


def named(stored):
    numbers = {stored.default, *(rule.number for rule in stored.rules)}
    return (numbers | {*stored.extensions.values()}) - {None}


def prepared(sent):
    return Policy(sent.theirs, sent.home, sent.numbers)


def is_fit_for_a_header(sent, shown):
    """Return whether no header can be forged with the number, whatever is stored."""
    ours = named(sent.theirs) - sent.numbers
    return shown.number is None or (is_e164(shown.number) and shown.number in ours)


def is_first(sent, rule):
    return rule is None or (
        is_e164(rule.number)
        and rule.number not in sent.numbers
        and sent.destination.zero_form.startswith(rule.prefix)
    )


def are_passed_over(sent, passed):
    rules = list(sent.theirs.rules)
    decided = prepared(sent).caller_id(sent.extension, sent.destination).rule
    return [p.rule for p in passed] == [rule for rule in rules if rule is not decided]


def are_shadowed(sent, pairs):
    return all(rule.prefix.startswith(by.prefix) for rule, by in pairs)


def three(sent):
    return sent.base, sent.theirs, sent.ours


def merge(sent):
    return reconcile.merge(*three(sent), lambda _change: sent.choice)


def is_merged(sent, merged):
    result, changed = merged
    known = set().union(*map(named, three(sent)))
    keys = [json.loads(change.key) for change in changed]
    return (
        named(result) <= known
        and result.extensions.keys() == sent.ours.extensions.keys()
        and len(keys) == len(changed)
        and all(change.is_conflict in (True, False) for change in changed)
    )


def snapshot(sent):
    def side(held):
        users = {extension: (extension, None) for extension in held.extensions}
        return Side(held, users, dict.fromkeys(named(held), ("hang_up", None)))

    base, theirs, ours = map(side, three(sent))
    return Snapshot(base, ours, theirs, live=sent.theirs, in_flight=sent.base)


def is_a_plan_to_apply(sent, plan):
    """Return whether carrying out the plan gives what it says, and users unknown to Odoo keep their
    numbers."""
    held = sent.theirs
    page = plan.settings if plan.saves_settings else held
    after = replace(page, extensions={**held.extensions, **plan.outgoing_numbers})
    strangers = held.extensions.keys() - sent.ours.extensions.keys()
    return (
        after == plan.live
        and plan.outgoing_numbers.keys() <= sent.ours.extensions.keys()
        and all(plan.live.extensions[e] == held.extensions[e] for e in strangers)
        and bool(plan.undecided) == (bool(plan.changes) and sent.choice is None)
    )


def is_a_plan_to_pull(sent, plan):
    """Return whether every user of the console is here afterwards, and nothing is sent."""
    here = {*sent.ours.extensions, *plan.new_users}
    return (
        here >= sent.theirs.extensions.keys()
        and not plan.saves_settings
        and not plan.outgoing_numbers
        and all(change.is_conflict for change in plan.undecided)
        and plan.base.settings.extensions.keys() >= sent.theirs.extensions.keys()
    )


def explained(sent):
    """Return some calls, the explanations that were found, and those with all that are alike."""
    calls = [
        (e, d, n)
        for e in (sent.extension, "299")
        for d, n in zip(NUMBERS, NUMBERS[::-1], strict=True)
    ]
    versions = {"earlier": [sent.base], "saved": sent.ours, "known_numbers": sent.numbers}
    found = explain.explain(sent.theirs, calls, **versions)
    alike = [named for entry in found for named in (entry, *entry.alike)]
    return SimpleNamespace(calls=calls, found=found, alike=alike)


def are_explanations(sent, answer):
    """Return whether the explanations name only numbers that were stored or observed, and count
    only these calls."""
    stored = named(sent.base) | named(sent.theirs) | named(sent.ours)
    return (
        all(e.settings is None or named(e.settings) <= stored | {*NUMBERS} for e in answer.alike)
        and all(0 < e.explains <= e.of <= 6 and 20 * e.breaks <= e.explains for e in answer.alike)
        and sum(e.kind == "other" for e in answer.alike) <= 1
    )


def suppose(sent):
    heard = explained(sent)
    return [explain.supposed(sent.theirs, heard.calls, entry) for entry in heard.alike]


def tell(sent):
    heard = explained(sent)
    return [
        explain.telling_call(sent.theirs, heard.calls, entry, other)
        for entry in heard.found[:1]
        for other in entry.alike[:2]
    ]


@dataclass
class Promise:
    """``call`` takes what was sent; ``holds`` checks the answer against it; ``errors`` are the
    documented ones."""

    call: object
    holds: object
    errors: tuple = ()


PROMISES = {
    "dialing.read": Promise(
        lambda sent: dialing.read(
            sent.text, home=sent.home, called=sent.called, extensions=sent.theirs.extensions
        ),
        is_destination,
        (NotDiallableError,),
    ),
    "dialing.Destination.dial": Promise(
        lambda sent: sent.destination.dial(sent.text),
        lambda _sent, dialled: DIALLED.fullmatch(dialled),
    ),
    "dialing.Destination.zero_form": Promise(
        lambda sent: sent.destination.e164 and sent.destination.zero_form,
        lambda _sent, text: text is None or re.fullmatch(r"00[1-9][0-9]{0,14}", text),
    ),
    "dialing.parse": Promise(
        lambda sent: dialing.parse(sent.text, sent.home),
        lambda _sent, number: 1 <= number.country_code <= 999,
        (NotDiallableError,),
    ),
    "dialing.e164": Promise(
        lambda sent: dialing.e164(sent.text, sent.home),
        lambda _sent, number: is_e164(number),
        (NotDiallableError,),
    ),
    "dialing.caller_numbers": Promise(
        lambda sent: dialing.caller_numbers(sent.text, sent.home),
        lambda _sent, numbers: len(numbers) <= 2 and all(map(is_e164, numbers)),
    ),
    "dialing.readings": Promise(
        lambda sent: dialing.readings(sent.text),
        lambda _sent, texts: 1 <= len(texts) <= 2 and all(isinstance(text, str) for text in texts),
        (NotDiallableError,),
    ),
    "dialing.is_e164": Promise(
        lambda sent: dialing.is_e164(sent.text), lambda sent, yes: yes is is_e164(sent.text)
    ),
    "dialing.international": Promise(lambda sent: dialing.international(sent.text), is_as_written),
    "dialing.region_of": Promise(
        lambda sent: dialing.region_of(sent.text), lambda _sent, region: is_region(region)
    ),
    "dialing.number_type": Promise(
        lambda sent: dialing.number_type(sent.text),
        lambda _sent, kind: kind is None or kind.replace("_", "").isalpha(),
    ),
    "dialing.place_of": Promise(
        lambda sent: dialing.place_of(sent.text, "en"),
        lambda _sent, place: isinstance(place, str) and place.isprintable(),
    ),
    "dialing.local_times": Promise(
        lambda sent: dialing.local_times(sent.text, NOON),
        lambda _sent, times: times is None or (len(times) == 2 and set(times) <= {NOON}),
    ),
    "dialing.is_emergency": Promise(
        lambda sent: dialing.is_emergency(sent.text, sent.home),
        lambda _sent, yes: isinstance(yes, bool),
    ),
    "dialing.prefix": Promise(lambda sent: dialing.prefix(sent.text), is_prefix, (PrefixError,)),
    "dialing.examples": Promise(
        lambda sent: list(islice(dialing.examples(sent.text), 3)),
        lambda sent, numbers: all(
            is_e164(number) and number.startswith("+" + sent.text[2:]) for number in numbers
        ),
    ),
    "dialing.regions_of_prefix": Promise(
        lambda sent: dialing.regions_of_prefix(sent.text),
        lambda sent, regions: (
            all(map(is_region, regions)) and (len(sent.text) <= 17 or not regions)
        ),
    ),
    "dialing.plain": Promise(
        lambda sent: dialing.plain(sent.text),
        lambda sent, text: (
            len(sent.text) <= dialing.LONGEST_INPUT and not set(text) & set("\r\0\u202a\ufeff")
        ),
        (NotDiallableError,),
    ),
    "policy.Settings.from_json": Promise(
        lambda sent: Settings.from_json(sent.document), is_read, (ValueError,)
    ),
    "policy.Settings.to_json": Promise(
        lambda sent: sent.theirs.to_json(), lambda _sent, document: json.dumps(document)
    ),
    "policy.Settings.numbers": Promise(
        lambda sent: sent.theirs.numbers(), lambda sent, numbers: numbers == named(sent.theirs)
    ),
    "policy.Settings.unreadable": Promise(
        lambda sent: sent.theirs.unreadable(),
        lambda sent, broken: broken == {n for n in named(sent.theirs) if not is_e164(n)},
    ),
    "policy.Settings.without": Promise(
        lambda sent: sent.theirs.without(sent.numbers),
        lambda sent, left: all(is_e164(n) and n not in sent.numbers for n in named(left)),
    ),
    "policy.Policy.read": Promise(
        lambda sent: prepared(sent).read(sent.text, sent.called),
        is_destination,
        (NotDiallableError,),
    ),
    "policy.Policy.reads_like": Promise(
        lambda sent: prepared(sent).reads_like(Policy(sent.ours), sent.destination),
        lambda _sent, alike: alike in (True, False),
    ),
    "policy.Policy.caller_id": Promise(
        lambda sent: prepared(sent).caller_id(sent.extension, sent.destination),
        is_fit_for_a_header,
    ),
    "policy.Policy.first_match": Promise(
        lambda sent: sent.destination.e164 and prepared(sent).first_match(sent.destination),
        is_first,
    ),
    "policy.Policy.number_without": Promise(
        lambda sent: prepared(sent).number_without(sent.extension, sent.destination),
        lambda sent, number: number is None or number in named(sent.theirs) - sent.numbers,
    ),
    "policy.Policy.passed_over": Promise(
        lambda sent: prepared(sent).passed_over(sent.extension, sent.destination),
        are_passed_over,
    ),
    "policy.shadowed": Promise(
        lambda sent: policy.shadowed(sent.theirs.rules, sent.numbers), are_shadowed
    ),
    "reconcile.plan_apply": Promise(
        lambda sent: reconcile.plan_apply(snapshot(sent), lambda _change: sent.choice),
        is_a_plan_to_apply,
    ),
    "reconcile.plan_pull": Promise(
        lambda sent: reconcile.plan_pull(snapshot(sent), lambda _change: sent.choice),
        is_a_plan_to_pull,
    ),
    "reconcile.merge": Promise(merge, is_merged),
    "reconcile.settle": Promise(
        lambda sent: reconcile.settle(
            "default", None, *(s.default for s in three(sent)), lambda _e: sent.choice, []
        ),
        lambda sent, settled: settled in [s.default for s in three(sent)],
    ),
    "reconcile.value": Promise(
        lambda sent: [reconcile.value(sent.base, change) for change in merge(sent)[1]],
        lambda sent, values: len(values) == len(merge(sent)[1]),
    ),
    "reconcile.RemoteChange.key": Promise(
        lambda sent: [change.key for change in merge(sent)[1]],
        lambda _sent, keys: len(set(keys)) == len(keys) and "".join(keys).isascii(),
    ),
    "reconcile.RemoteChange.is_conflict": Promise(
        lambda sent: [change.is_conflict for change in merge(sent)[1]],
        lambda _sent, clash: set(clash) <= {True, False},
    ),
    "reconcile.arrived": Promise(
        lambda sent: reconcile.arrived(*three(sent)),
        lambda sent, stored: named(stored) <= set().union(*map(named, three(sent))),
    ),
    "explain.explain": Promise(explained, are_explanations),
    "explain.supposed": Promise(
        suppose,
        lambda sent, values: all(
            value in (None, True, False) or value in {*NUMBERS, *named(sent.theirs)}
            for value in values
        ),
    ),
    "explain.telling_call": Promise(
        tell,
        lambda sent, found: all(
            call is None
            or (call[0] in {*sent.theirs.extensions, sent.extension, "299"})
            and is_e164(call[1])
            for call in found
        ),
    ),
    "changes.difference": Promise(
        lambda sent: changes.difference(sent.theirs, sent.ours),
        lambda sent, found: (
            all(isinstance(change, Change) for change in found)
            and (not found or sent.theirs != sent.ours)
        ),
    ),
    "changes.pending": Promise(
        lambda sent: changes.pending(sent.theirs, sent.ours),
        lambda sent, found: (
            {change.subject for change in found if change.kind == "extension"}
            <= sent.ours.extensions.keys()
        ),
    ),
    "changes.Change.setting": Promise(
        lambda sent: [c.setting for c in changes.difference(sent.theirs, sent.ours)],
        lambda _sent, found: (
            {kind for kind, _subject in found} <= {"default", "override", "rule", "extension"}
        ),
    ),
    "changes.carried_out": Promise(
        lambda sent: changes.carried_out(
            sent.theirs, sent.ours, changes.difference(sent.theirs, sent.ours)
        ),
        lambda sent, held: held.rules == sent.ours.rules,
    ),
    "changes.above": Promise(
        lambda sent: [
            changes.above(sent.ours, change)
            for change in changes.difference(sent.theirs, sent.ours)
            if change.kind in ("rule_added", "rule_moved")
        ],
        lambda sent, found: set(found) <= {None, *sent.ours.rules},
    ),
}


SPOKEN = {
    name: promise
    for name, promise in PROMISES.items()
    if name.startswith("dialing.") and "Destination" not in name or name == "policy.Policy.read"
}


def offered():
    """Yield the names of all functions, methods and properties that the rooms offer."""
    for room in ROOMS:
        area = room.__name__.rpartition(".")[2]
        for name, thing in vars(room).items():
            if name.startswith("_") or getattr(thing, "__module__", None) != room.__name__:
                continue
            if not inspect.isclass(thing):
                yield f"{area}.{name}"
                continue
            for member, value in vars(thing).items():
                is_ours = isinstance(value, property | classmethod) or inspect.isfunction(value)
                if is_ours and not member.startswith("_"):
                    yield f"{area}.{name}.{member}"


def test_everything_that_is_offered_promises_something():
    assert set(offered()) == PROMISES.keys()


def bounded(examples):
    return settings(max_examples=examples, deadline=None, derandomize=True, database=None)


def kept(promises, sent):
    for name, promise in promises.items():
        try:
            answer = promise.call(sent)
        except promise.errors:
            continue
        assert promise.holds(sent, answer), name


@bounded(1500)
@given(SAID)
def test_whatever_is_dialled_the_answer_has_its_form_or_the_error_its_name(sent):
    kept(SPOKEN, sent)


@bounded(400)
@given(KEPT)
def test_whatever_is_stored_the_answer_has_its_form_or_the_error_its_name(sent):
    kept(PROMISES, sent)


@pytest.mark.parametrize(
    "text", [None, False, True, 0, 1.5, [], ["+3212345678"], {"a": 1}, b"+3212345678", object()]
)
def test_what_is_no_text_is_no_number(text):
    """A client sends any JSON."""
    sent = SimpleNamespace(
        text=text, home="BE", called=None, theirs=Settings(), numbers=frozenset()
    )
    for name in ("dialing.read", "dialing.e164", "dialing.plain", "dialing.prefix"):
        if name == "dialing.plain" and not text:
            continue  # nothing, as of an empty field
        with pytest.raises(PROMISES[name].errors):
            PROMISES[name].call(sent)
    assert dialing.caller_numbers(text, "BE") == []
    assert dialing.is_e164(text) is False
    assert dialing.international(text) is text
    assert dialing.region_of(text) is None


def large(part):
    text = part * (20_000 // len(part))
    document = {
        "default": text,
        "override": True,
        "rules": [[text, "+442079460958"], ["0044", text]],
        "extensions": {text: None, "201": text},
    }
    stored = Settings.from_json(document)
    return SimpleNamespace(
        text=text,
        home="BE",
        called=None,
        extension=text,
        destination=Destination(dialing.EXTERNAL, "+442079460958", "+442079460958", "GB"),
        document=document,
        base=Settings(),
        theirs=stored,
        ours=Settings(extensions={"201": None}),
        numbers=frozenset(),
        choice=None,
    )


@pytest.mark.parametrize("name", PROMISES)
def test_nothing_is_kept_of_what_was_sent(name):
    promise = PROMISES[name]
    with suppress(*promise.errors):
        promise.call(large("x"))  # some load their data at the first call
    gc.collect()
    tracemalloc.start()
    try:
        for part in ("00", "001", "0044", "00999", "0032", "00800", "+1", "1 ", "x"):
            with suppress(*promise.errors):
                promise.call(large(part))
        gc.collect()
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 50_000, "of 180,000 characters, each of them several times"


def test_each_cache_has_a_bound():
    caches = [
        thing for room in ROOMS for thing in vars(room).values() if hasattr(thing, "cache_info")
    ]
    assert caches
    assert all(cache.cache_parameters()["maxsize"] for cache in caches)
