"""Find what in the console would make calls show the numbers that they showed.

A hypothesis supposes that one thing in the console is not as promised. The calls that it explains
and those that it breaks are sets, held as integers with one bit per call. So a hypothesis costs a
few operations, however many calls, rules and users there are; and only those are made that a
differing call suggests.
"""

import heapq
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import accumulate, chain, islice

from . import changes, dialing
from .policy import DEFAULT, NONE, RULE, Policy

KINDS = (
    *("older_version", "not_applied", "override", "default_number", "rule_missing", "rule_number"),
    *("rule_order", "extension_number", "forwarded", "unknown_number", "other"),
)
EXPLAINED_FOR_ONE_BROKEN = 20
# The kind of the `changes.Change` that an explanation supposes, if it is a single edit.
EDITS = {
    "override": "override",
    "default_number": "default",
    "rule_number": "rule_number",
    "extension_number": "extension",
}


@dataclass(frozen=True)
class Explanation:
    """One thing that may be different in the console, and the calls that it would account for.

    ====================  ======================================================================
    ``kind``              ``subject``
    ====================  ======================================================================
    ``older_version``     which of the ``earlier`` versions runs, counted from 0
    ``not_applied``       None: the saved settings run already
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

    ``settings`` are the console's under this hypothesis; None for the last three kinds. It
    ``explains`` that many of the ``of`` differing calls, and ``breaks`` that many of the calls that
    were right. No call tells it from those in ``alike``: they explain and break the same calls.
    """

    kind: str
    subject: object
    settings: object
    explains: int
    breaks: int
    of: int
    alike: tuple = ()


def explain(settings, calls, *, earlier=(), saved=None, known_numbers=()):
    """Return the likeliest reasons why calls were not shown as promised.

    The first explains most; the next ones explain what it leaves. A call that two of them explain
    counts for both.

    :param policy.Settings settings: as promised, without the numbers that were withdrawn
    :param calls: iterable of (extension, destination, shown) of external calls, both in E.164
    :param earlier: the versions that were applied before, newest first
    :param policy.Settings saved: the saved settings if they are not applied, or None
    :param known_numbers: the account's (E.164); those that ``settings`` name are known too
    :return: empty if no call differs
    :rtype: list[Explanation]
    """
    observed = _Calls(settings, calls)
    if not observed.differ:
        return []
    hypotheses = chain(
        _versions(observed, earlier, saved),
        _edits(observed),
        _elsewhere(observed, {*known_numbers, *settings.numbers()}),
    )
    by_effect = defaultdict(dict)
    for kind, subject, changed, as_shown, supposed in hypotheses:
        explains = changed & as_shown & observed("differing")
        breaks = changed & ~as_shown & observed("right")
        if explains and _are_few(breaks, explains):
            by_effect[explains, breaks].setdefault((kind, subject), supposed)
    picked, left = _pick(by_effect, observed("differing"))
    of, result = observed("differing").bit_count(), []
    for explains, breaks in picked:
        counts = explains.bit_count(), breaks.bit_count(), of
        first, *alike = (
            Explanation(kind, subject, supposed and supposed(), *counts)
            for (kind, subject), supposed in by_effect[explains, breaks].items()
        )
        result.append(replace(first, alike=tuple(alike)))
    if left:
        result.append(Explanation("other", None, None, left.bit_count(), 0, of))
    return sorted(result, key=lambda e: (e.breaks - e.explains, KINDS.index(e.kind)))


def telling_call(settings, calls, one, other):
    """Return a test call that two explanations would show differently.

    :param policy.Settings settings: as for ``explain``, and ``calls`` too
    :param Explanation one:
    :param Explanation other:
    :return: (extension, destination in E.164), preferably a destination that was called before;
        None if none is known, or if an explanation does not say what other calls show
    :rtype: tuple[str, str] | None
    """
    calls = list(calls)
    shown = [_shown_by(explanation, settings, calls) for explanation in (one, other)]
    if None in shown:
        return None
    consoles = [Policy(explanation.settings or settings) for explanation in (one, other)]
    subjects = (one.subject, other.subject)
    called = sorted({number for _caller, number, _shown in calls})
    # One caller stands for all who are treated alike; the subject of an explanation is apart.
    callers, tried = {}, set()
    for caller in sorted(
        {*settings.extensions, *(caller for caller, _called, _shown in calls)},
        key=lambda caller: (caller not in subjects, caller),
    ):
        own = (console.settings.extensions.get(caller) for console in consoles)
        callers.setdefault((caller in subjects, *own), caller)
    for number in chain(called, _numbers_to_call(*(console.settings for console in consoles))):
        destination = _external(number)
        alike = number in subjects, *(console.first_match(destination) for console in consoles)
        if alike not in tried:
            tried.add(alike)
            for caller in callers.values():
                if len({shows(caller, destination) for shows in shown}) > 1:
                    return caller, number
    return None


def supposed(settings, calls, explanation):
    """Return the value that an explanation supposes in place of the promised one.

    :param policy.Settings settings: as for ``explain``, and ``calls`` too
    :param Explanation explanation:
    :return: an E.164 number, None for *Default* and for what is missing, a boolean for ``override``
    """
    if explanation.kind == "forwarded":
        return _forwarded_with(explanation, calls)
    if explanation.kind == "unknown_number":
        return explanation.subject
    edits = changes.difference(settings, explanation.settings or settings)
    kind = EDITS.get(explanation.kind)
    return next((edit.new for edit in edits if edit.kind == kind), None)


class _Calls:
    """The observed calls, grouped into sets.

    ``places`` maps each (extension, destination, shown) to the positions of its calls; ``differ``
    lists those that were not shown as promised, each once; ``matching`` maps each destination to
    the positions of the rules that match it, in order.
    """

    def __init__(self, settings, calls):
        self.settings = settings
        self.places = defaultdict(list)
        for place, call in enumerate(calls):
            self.places[tuple(call)].append(place)
        zero_forms = {called: _external(called).zero_form for _, called, _ in self.places}
        matching = _matching(settings.rules, zero_forms.values())
        self.matching = {called: matching[digits] for called, digits in zero_forms.items()}
        self._promised = Policy(settings)
        self.differ = sorted(c for c in self.places if not _is_shown(self._promised, c))
        self._flipped = Policy(replace(settings, override=not settings.override))
        self._without_own = Policy(replace(settings, extensions={}))
        self._without_rules = Policy(replace(settings, rules=()))
        self._sets = {}

    def __call__(self, *group):
        """Return the set of the calls of a group, such as ``("shown", number)``."""
        if group not in self._sets:
            self._sets[group] = _set_of(self._members.get(group, ()))
        return self._sets[group]

    def above(self, group):
        """Return, for each position and for the end, the set of the calls whose rule in ``group``
        (``"first rule"`` or ``"second rule"``) stands above it."""
        sets = (self(group, position) for position in range(len(self.settings.rules)))
        return list(accumulate(sets, int.__or__, initial=0))

    @cached_property
    def _members(self):
        members = defaultdict(list)
        for call, places in self.places.items():
            for group in self._groups_of(*call):
                members[group].extend(places)
        return members

    def _groups_of(self, caller, called, shown):
        destination, matching = _external(called), self.matching[called]
        promised = self._promised.caller_id(caller, destination)
        yield from [("all",), ("right",) if promised.number == shown else ("differing",)]
        yield from [("shown", shown), ("extension", caller), ("destination", called)]
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


# A hypothesis: its kind and subject, the set of the calls that it changes, the set of the calls
# that were shown as it predicts (maybe with others), a function that makes its settings, or None.


def _versions(observed, earlier, saved):
    """Suppose that the console runs another version as a whole."""
    versions = [("older_version", place, version) for place, version in enumerate(earlier)]
    if saved is not None:
        versions.append(("not_applied", None, saved))
    for kind, subject, version in versions:
        policy = Policy(version)
        if any(_is_shown(policy, call) for call in observed.differ):
            same = (places for call, places in observed.places.items() if _is_shown(policy, call))
            as_shown = _set_of(list(chain.from_iterable(same)))
            yield kind, subject, observed("all"), as_shown, partial(replace, version)


def _edits(observed):
    """Suppose that the console differs by one edit."""
    settings = observed.settings
    callers = sorted({(caller, shown) for caller, _called, shown in observed.differ})
    lines = sorted(
        {(observed.matching[c][0], n) for _, c, n in observed.differ if observed.matching[c]}
    )

    flipped = partial(replace, settings, override=not settings.override)
    yield "override", None, observed("all"), observed("as with the box flipped"), flipped

    for number in sorted({shown for _caller, shown in callers}):
        supposed = partial(replace, settings, default=number)
        yield "default_number", None, observed("on default"), observed("shown", number), supposed

    for position in sorted({position for position, _number in lines}):
        prefix, changed = settings.rules[position].prefix, observed("first rule", position)
        supposed = partial(_with_rules, settings, position, position + 1)
        yield "rule_missing", prefix, changed, observed("as without the first rule"), supposed

    for position, number in lines:
        prefix, changed = settings.rules[position].prefix, observed("first rule", position)
        rule = replace(settings.rules[position], number=number)
        supposed = partial(_with_rules, settings, position, position + 1, rule)
        yield "rule_number", prefix, changed, observed("shown", number), supposed

    yield from _orders(observed)

    own_goes_first = observed("matches", None) if settings.override else observed("all")
    for caller in sorted({caller for caller, _shown in callers}):
        changed, supposed = (
            observed("extension", caller),
            partial(_with_own, settings, caller, None),
        )
        yield "extension_number", caller, changed, observed("as without an own number"), supposed
    for caller, number in callers:
        changed = observed("extension", caller) & own_goes_first
        supposed = partial(_with_own, settings, caller, number)
        yield "extension_number", caller, changed, observed("shown", number), supposed


def _orders(observed):
    """Suppose that two rules are the other way round: the lower was dragged above the upper, the
    upper below the lower, or they were swapped."""
    settings, rules = observed.settings, observed.settings.rules
    first_above, second_above = observed.above("first rule"), observed.above("second rule")
    as_second = observed("as without the first rule")
    for upper, lower in _pairs(observed):
        high, *between, low = rules[upper : lower + 1]
        matching, as_low = observed("matches", lower), observed("shown", low.number)
        raised = matching & first_above[lower] & ~first_above[upper]
        lowered = observed("first rule", upper) & second_above[lower + 1]
        as_both = matching & as_low | ~matching & as_second
        for changed, as_shown, order in (
            (raised, as_low, (low, high, *between)),
            (lowered, as_second, (*between, low, high)),
            (raised | lowered, as_both, (low, *between, high)),
        ):
            supposed = partial(_with_rules, settings, upper, lower + 1, *order)
            yield "rule_order", (high.prefix, low.prefix), changed, as_shown, supposed


def _pairs(observed):
    """Return the positions (upper, lower) of rules that can match the same call and may be the
    other way round: a differing call showed the number of a rule below the upper one, or that of
    the lower one."""
    rules = observed.settings.rules
    lowered, raised = set(), set()
    for _caller, called, shown in observed.differ:
        first, *later = observed.matching[called] or [None]
        others = [position for position in later if rules[position].number == shown]
        raised.update(others)
        lowered.update([first] if others else [])
    matching = _matching(rules, {rule.prefix for rule in rules})
    pairs = {
        tuple(sorted([position, other]))
        for position, rule in enumerate(rules)
        for other in matching[rule.prefix]
        if other != position
    }
    return sorted(pair for pair in pairs if pair[0] in lowered or pair[1] in raised)


def _elsewhere(observed, known_numbers):
    """Suppose that something outside the settings decides, or that it shows a number unknown to
    Odoo."""
    ends = {("extension", caller, shown) for caller, _called, shown in observed.differ}
    ends |= {("destination", called, shown) for _caller, called, shown in observed.differ}
    for end, subject, number in sorted(ends):
        changed, as_shown = observed(end, subject), observed("shown", number)
        if _are_few(changed & ~as_shown, changed & as_shown):
            yield "forwarded", subject, changed, as_shown, None
    for number in sorted({shown for _caller, _called, shown in observed.differ} - known_numbers):
        yield "unknown_number", number, observed("shown", number), observed("shown", number), None


def _with_rules(settings, start, end, *rules):
    return replace(settings, rules=settings.rules[:start] + rules + settings.rules[end:])


def _with_own(settings, extension, number):
    return replace(settings, extensions={**settings.extensions, extension: number})


def _pick(by_effect, differing):
    """Pick the hypotheses that explain most of the calls that are left, one after the other; of
    equals, the one that explains fewest in all.

    :param by_effect: (set explained, set broken) of the hypotheses, the first kind first
    :param int differing: the set of the calls to explain
    :return: those picked, and the set of the calls that are left
    """

    def rank(order, evidence):
        explains, breaks = evidence
        gain = explains & left
        if not gain or not _are_few(breaks, gain):
            return None
        worth = gain.bit_count() - breaks.bit_count()
        return -worth, explains.bit_count(), order, evidence

    picked, left = [], differing
    ranks = [rank(order, evidence) for order, evidence in enumerate(by_effect)]
    heapq.heapify(ranks)
    while ranks:
        best = heapq.heappop(ranks)
        now = rank(*best[2:])  # an earlier pick may have explained its calls
        if now == best:
            picked.append(best[-1])
            left &= ~best[-1][0]
        elif now:
            heapq.heappush(ranks, now)
    return picked, left


def _shown_by(explanation, settings, calls):
    """Return a function of an extension and a ``Destination`` that gives the number shown; None if
    the explanation says nothing of calls that were not made."""
    policy, subject = Policy(explanation.settings or settings), explanation.subject
    if explanation.kind != "forwarded":
        return explanation.settings and (lambda *call: policy.caller_id(*call).number)
    number = _forwarded_with(explanation, calls)
    return lambda extension, destination: (
        number
        if subject in (extension, destination.e164)
        else policy.caller_id(extension, destination).number
    )


def _forwarded_with(explanation, calls):
    subject = explanation.subject
    forwarded = [shown for caller, called, shown in calls if subject in (caller, called)]
    return max(sorted(set(forwarded)), key=forwarded.count, default=None)


def _numbers_to_call(one, other):
    """Yield E.164 numbers that two settings may show differently, first those whose rules
    differ."""
    changed = [c.subject for c in changes.difference(one, other) if c.setting[0] == "rule"]
    prefixes = {rule.prefix for rule in (*one.rules, *other.rules)}

    def is_as_ever(prefix):
        return not any(prefix.startswith(c) or c.startswith(prefix) for c in changed)

    for prefix in sorted(prefixes, key=lambda p: (is_as_ever(p), p)):
        yield from islice(dialing.examples(prefix), 1)
    yield from dialing.examples("00")


def _matching(rules, zero_forms):
    """Return {number or prefix in 00-form: positions of the rules whose prefix begins it, in
    order}."""
    positions = defaultdict(list)
    for position, rule in enumerate(rules):
        if dialing.is_e164(rule.number):
            positions[rule.prefix].append(position)
    longest = max(map(len, positions), default=0)
    return {
        digits: sorted(
            chain.from_iterable(
                positions.get(digits[:length], ())
                for length in range(min(len(digits), longest) + 1)
            )
        )
        for digits in zero_forms
    }


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
