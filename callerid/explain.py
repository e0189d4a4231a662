"""What, in the console, would make calls be shown as they were.

A guess supposes that one thing about the console is not as promised. What it explains and what it
breaks are sets of calls: integers whose bits are the places of the calls. So a guess costs a few
operations, however many calls, rules and users there are; and only such are made as a call that
differs suggests.
"""

import heapq
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, chain, islice

from . import changes, dialing
from .policy import DEFAULT, NONE, RULE, Policy

KINDS = (
    *("older_version", "not_applied", "override", "default_number", "rule_missing", "rule_number"),
    *("rule_order", "extension_number", "forwarded", "unknown_number", "other"),
)
EXPLAINED_FOR_ONE_BROKEN = 20


@dataclass(frozen=True)
class Explanation:
    """One thing about the console, and the calls that it would account for.

    ====================  ======================================================================
    ``kind``              ``subject``
    ====================  ======================================================================
    ``older_version``     which of the ``earlier`` versions runs, counted from 0
    ``not_applied``       None: what is saved runs already
    ``override``          None: the checkbox is the other way
    ``default_number``    None
    ``rule_missing``      the prefix
    ``rule_number``       the prefix
    ``rule_order``        two prefixes, as promised: the console has them the other way round
    ``extension_number``  the extension
    ``forwarded``         the extension or destination (E.164) all of whose calls show one number
    ``unknown_number``    the number (E.164)
    ``other``             None: the calls that nothing explains
    ====================  ======================================================================

    ``settings`` are the console's, as supposed; None for the last three kinds. Of the ``of`` calls
    that differ it ``explains`` so many, and ``breaks`` so many of those that were right. ``alike``
    are the Explanations that no call separates from this one: whatever the one explains or breaks,
    the other does.
    """

    kind: str
    subject: object
    settings: object
    explains: int
    breaks: int
    of: int
    alike: tuple = ()


def explain(settings, calls, *, earlier=(), saved=None, known_numbers=()):
    """The likeliest reasons why calls were not shown as promised.

    The first explains most; what it leaves is left for the next. Which calls two of them both
    explain, both count.

    :param policy.Settings settings: as promised, without the numbers that were withdrawn
    :param calls: iterable of (extension, destination, shown) of external calls, both in E.164
    :param earlier: the versions that were applied before, newest first
    :param policy.Settings saved: what is saved and not applied, or None
    :param known_numbers: the account's (E.164); those that ``settings`` name are known too
    :return: empty where nothing differs
    :rtype: list[Explanation]
    """
    heard = _Calls(settings, calls)
    guesses = chain(
        _versions(heard, earlier, saved),
        _edits(heard),
        _elsewhere(heard, {*known_numbers, *settings.numbers()}),
    )
    together = defaultdict(dict)
    for kind, subject, touched, as_shown, supposed in guesses:
        explains, breaks = touched & as_shown & heard.differing, touched & ~as_shown & heard.right
        if explains and _are_few(breaks, explains):
            together[explains, breaks].setdefault((kind, subject), supposed)
    picked, left = _pick(together, heard.differing)
    of, result = heard.differing.bit_count(), []
    for explains, breaks in picked:
        counts = explains.bit_count(), breaks.bit_count(), of
        first, *alike = (
            Explanation(kind, subject, supposed and supposed(), *counts)
            for (kind, subject), supposed in together[explains, breaks].items()
        )
        result.append(replace(first, alike=tuple(alike)))
    if left:
        result.append(Explanation("other", None, None, left.bit_count(), 0, of))
    return sorted(result, key=lambda e: (e.breaks - e.explains, KINDS.index(e.kind)))


def telling_call(settings, calls, one, other):
    """A test call that two explanations would show differently.

    :param policy.Settings settings: as for ``explain``, and ``calls`` too
    :param Explanation one:
    :param Explanation other:
    :return: (extension, destination in E.164), preferably one that was called before; None where
        none is known, or an explanation does not say what other calls show
    :rtype: tuple[str, str] | None
    """
    calls = list(calls)
    shown = [_shown_by(explanation, settings, calls) for explanation in (one, other)]
    if None in shown:
        return None
    consoles = [Policy(explanation.settings or settings) for explanation in (one, other)]
    subjects = (one.subject, other.subject)
    callers = {}  # one of those whose calls every rule treats the same
    for extension in sorted({*settings.extensions, *(call[0] for call in calls)}):
        own = [console.settings.extensions.get(extension) for console in consoles]
        callers.setdefault((extension not in subjects, *own), extension)
    callers = [extension for _same, extension in sorted(callers.items(), key=lambda c: c[0][0])]
    tried = set()
    for number in chain(
        sorted({call[1] for call in calls}), _numbers_to_call(*(c.settings for c in consoles))
    ):
        destination = _external(number)
        same = (number in subjects, *(console.first_match(destination) for console in consoles))
        if same not in tried:
            tried.add(same)
            for extension in callers:
                if len({shows(extension, destination) for shows in shown}) > 1:
                    return extension, number
    return None


class _Calls:
    """The calls that were made, and what is known of them.

    ``places`` has for each (extension, destination, shown) which of the calls are so; ``differ``
    are those that were not shown as promised, each once; ``matching`` has for each destination the
    positions of the rules that match it, in order.
    """

    def __init__(self, settings, calls):
        self.settings = settings
        self.places = defaultdict(list)
        for place, call in enumerate(calls):
            self.places[tuple(call)].append(place)
        self.matching = _matching(settings.rules, {called for _caller, called, _ in self.places})
        self._promised = Policy(settings)
        self._flipped = Policy(replace(settings, override=not settings.override))
        self._without_own = Policy(replace(settings, extensions={}))
        self._without_rules = Policy(replace(settings, rules=()))
        self._members, self._sets = defaultdict(list), {}
        for call, places in self.places.items():
            for group in self._groups_of(*call):
                self._members[group].extend(places)
        self.right, self.differing = self("right"), self("differing")
        self.differ = sorted(c for c in self.places if not _is_shown(self._promised, c))

    def __call__(self, *group):
        """The set of the calls of a group, such as ``("shown", number)``."""
        if group not in self._sets:
            self._sets[group] = _set_of(self._members.get(group, ()))
        return self._sets[group]

    def up_to(self, group):
        """:return: list of the sets of the calls whose rule, as ``group`` means it, is one of the
        first none, one, two, … all"""
        sets = (self(group, position) for position in range(len(self.settings.rules)))
        return list(accumulate(sets, int.__or__, initial=0))

    def _groups_of(self, caller, called, shown):
        destination, matching = _external(called), self.matching[called]
        promised = self._promised.caller_id(caller, destination)
        yield ("right",) if promised.number == shown else ("differing",)
        yield from (("shown", shown), ("extension", caller), ("destination", called))
        yield from (("matches", position) for position in matching or [None])
        if self._flipped.caller_id(caller, destination).number == shown:
            yield ("as with the box flipped",)
        if self._without_own.caller_id(caller, destination).number == shown:
            yield ("as without an own number",)
        if promised.source in (DEFAULT, NONE):
            yield ("on default",)
        if promised.source == RULE:
            next_shown = self._without_rules.caller_id(caller, destination).number
            yield "first rule", matching[0]
            if len(matching) > 1:
                yield "second rule", matching[1]
                next_shown = self.settings.rules[matching[1]].number
            if next_shown == shown:
                yield ("as without the first rule",)


# A guess: its kind and subject, the set of the calls that it would change, the set of those that
# were shown so (others in it do not count), and what makes the settings supposed, or None.


def _versions(heard, earlier, saved):
    """The console runs another version, whole."""
    versions = [("older_version", place, version) for place, version in enumerate(earlier)]
    if saved is not None:
        versions.append(("not_applied", None, saved))
    for kind, subject, version in versions:
        policy = Policy(version)
        if any(_is_shown(policy, call) for call in heard.differ):
            same = (places for call, places in heard.places.items() if _is_shown(policy, call))
            as_shown = _set_of(list(chain.from_iterable(same)))
            yield kind, subject, heard.right | heard.differing, as_shown, partial(replace, version)


def _edits(heard):
    """The console differs by one edit."""
    settings, rules = heard.settings, heard.settings.rules
    edit = partial(partial, replace, settings)
    callers = sorted({(caller, shown) for caller, _called, shown in heard.differ})
    numbers, orders = set(), set()
    for _caller, called, shown in heard.differ:
        for first, *later in filter(None, [heard.matching[called]]):
            numbers.add((first, shown))
            orders.update(
                (first, position) for position in later if rules[position].number == shown
            )

    changed, as_shown = heard.right | heard.differing, heard("as with the box flipped")
    yield "override", None, changed, as_shown, edit(override=not settings.override)

    for number in sorted({shown for _caller, shown in callers}):
        changed, as_shown = heard("on default"), heard("shown", number)
        yield "default_number", None, changed, as_shown, edit(default=number)

    for position in sorted({position for position, _number in numbers}):
        changed, as_shown = heard("first rule", position), heard("as without the first rule")
        without = edit(rules=rules[:position] + rules[position + 1 :])
        yield "rule_missing", rules[position].prefix, changed, as_shown, without

    for position, number in sorted(numbers):
        changed, as_shown = heard("first rule", position), heard("shown", number)
        rule = replace(rules[position], number=number)
        other = edit(rules=(*rules[:position], rule, *rules[position + 1 :]))
        yield "rule_number", rule.prefix, changed, as_shown, other

    for subject, changed, as_shown, order in _orders(heard, sorted(orders)):
        yield "rule_order", subject, changed, as_shown, edit(rules=order)

    for caller, number in callers:
        changed, as_shown = heard("extension", caller), heard("shown", number)
        if settings.override:
            changed &= heard("matches", None)
        other = edit(extensions={**settings.extensions, caller: number})
        yield "extension_number", caller, changed, as_shown, other
    for caller in sorted({caller for caller, _shown in callers}):
        changed, as_shown = heard("extension", caller), heard("as without an own number")
        on_default = edit(extensions={**settings.extensions, caller: None})
        yield "extension_number", caller, changed, as_shown, on_default


def _orders(heard, pairs):
    """Two rules are the other way round: the lower was dragged above the upper, the upper below the
    lower, or each has the other's place.

    :param pairs: their positions, upper and lower
    :return: iterator of subject, changed, as shown, the rules in that order
    """
    rules = heard.settings.rules
    first_up_to, second_up_to = heard.up_to("first rule"), heard.up_to("second rule")
    as_second = heard("as without the first rule")
    for upper, lower in pairs:
        high, low = rules[upper], rules[lower]
        above, between, below = rules[:upper], rules[upper + 1 : lower], rules[lower + 1 :]
        subject = high.prefix, low.prefix
        matching, as_low = heard("matches", lower), heard("shown", low.number)
        raised = matching & first_up_to[lower] & ~first_up_to[upper]
        yield subject, raised, as_low, (*above, low, high, *between, *below)
        lowered = heard("first rule", upper) & second_up_to[lower + 1]
        yield subject, lowered, as_second, (*above, *between, low, high, *below)
        as_both = matching & as_low | ~matching & as_second
        yield subject, raised | lowered, as_both, (*above, low, *between, high, *below)


def _elsewhere(heard, known_numbers):
    """Something else decides, or with a number that Odoo does not know."""
    ends = {("extension", caller, shown) for caller, _called, shown in heard.differ}
    ends |= {("destination", called, shown) for _caller, called, shown in heard.differ}
    for end, subject, number in sorted(ends):
        changed, as_shown = heard(end, subject), heard("shown", number)
        if _are_few(changed & ~as_shown, changed & as_shown):
            yield "forwarded", subject, changed, as_shown, None
    for number in sorted({shown for _caller, _called, shown in heard.differ} - known_numbers):
        yield "unknown_number", number, heard("shown", number), heard("shown", number), None


def _pick(together, differing):
    """What explains most of the calls that are left, one after the other; of those that explain as
    many of them, what explains fewest others.

    :param together: (set explained, set broken) of the guesses, the first kind first
    :param int differing: the set of the calls to explain
    :return: those picked, and the set that is left
    """

    def rank(order, evidence):
        explains, breaks = evidence
        gain = explains & left
        if not gain or not _are_few(breaks, gain):
            return None
        worth = gain.bit_count() - breaks.bit_count()
        return -worth, explains.bit_count(), order, evidence

    picked, left = [], differing
    ranks = [rank(order, evidence) for order, evidence in enumerate(together)]
    heapq.heapify(ranks)
    while ranks:
        best = heapq.heappop(ranks)
        now = rank(*best[2:])  # what it explains may be explained by now
        if now == best:
            picked.append(best[-1])
            left &= ~best[-1][0]
        elif now:
            heapq.heappush(ranks, now)
    return picked, left


def _shown_by(explanation, settings, calls):
    """
    :return: function of an extension and a ``Destination`` that gives the number shown; None where
        the explanation says nothing of calls that were not made
    """
    policy, subject = Policy(explanation.settings or settings), explanation.subject
    if explanation.kind != "forwarded":
        return explanation.settings and (lambda *call: policy.caller_id(*call).number)
    forwarded = [shown for caller, called, shown in calls if subject in (caller, called)]
    number = max(sorted(set(forwarded)), key=forwarded.count, default=None)
    return lambda extension, destination: (
        number
        if subject in (extension, destination.e164)
        else policy.caller_id(extension, destination).number
    )


def _numbers_to_call(one, other):
    """Numbers for calls that consoles with these settings may show differently, where their rules
    differ first."""
    changed = [c.subject for c in changes.difference(one, other) if c.setting[0] == "rule"]
    prefixes = {rule.prefix for rule in (*one.rules, *other.rules)}

    def is_as_ever(prefix):
        return not any(prefix.startswith(c) or c.startswith(prefix) for c in changed)

    for prefix in sorted(prefixes, key=lambda p: (is_as_ever(p), p)):
        yield from islice(dialing.examples(prefix), 1)
    yield from dialing.examples("00")


def _matching(rules, destinations):
    """{E.164 number: positions of the rules whose prefix begins it, in order}"""
    positions, result = defaultdict(list), {}
    for position, rule in enumerate(rules):
        if dialing.is_e164(rule.number):
            positions[rule.prefix].append(position)
    longest = max(map(len, positions), default=0)
    for number in destinations:
        digits = _external(number).zero_form[:longest]
        beginnings = (digits[:length] for length in range(len(digits) + 1))
        result[number] = sorted(chain.from_iterable(positions.get(b, ()) for b in beginnings))
    return result


def _is_shown(policy, call):
    extension, destination, shown = call
    return policy.caller_id(extension, _external(destination)).number == shown


def _external(number):
    return dialing.Destination(dialing.EXTERNAL, number, number)


def _are_few(broken, explained):
    return broken.bit_count() * EXPLAINED_FOR_ONE_BROKEN <= explained.bit_count()


def _set_of(places):
    bits = bytearray(max(places, default=0) // 8 + 1)
    for place in places:
        bits[place // 8] |= 1 << place % 8
    return int.from_bytes(bits, "little")
