"""How versions of the settings differ: two of them, or three that have to become one."""

import json
from bisect import bisect_left
from collections import Counter, defaultdict, deque
from dataclasses import dataclass
from functools import partial

from .policy import Rule, Settings


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. ``kind`` says what ``old`` and ``new`` are:

    ==================  ===================================================================
    ``default``         E.164 numbers or None
    ``override``        booleans
    ``rule_added``      ``new`` is the number, ``position`` where it goes, counted from 1
    ``rule_removed``    ``old`` is the number
    ``rule_number``     the numbers of a rule that stays
    ``rule_moved``      positions, counted from 1, of a rule that stays
    ``extension``       E.164 numbers, or None for *Default*
    ==================  ===================================================================

    ``subject`` is the prefix or the extension; ``position`` which of the new rules is meant,
    or, for ``rule_removed``, which of the old ones.
    """

    kind: str
    subject: str | None
    old: object
    new: object
    position: int | None = None


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """One setting that somebody changed in the console since it was last seen there.

    ==============  ======================================================================
    ``kind``        ``seen`` last, ``found`` now and ``wanted`` here
    ==============  ======================================================================
    ``default``     E.164 numbers or None
    ``override``    booleans
    ``rule``        numbers, or None where there is no such rule
    ``rule_order``  the rules that both sides have, in order, as (prefix, nth)
    ``extension``   E.164 numbers, or None for *Default*
    ==============  ======================================================================

    ``subject`` is the prefix or the extension; ``nth`` tells the rules of one prefix apart,
    counted from 0. ``settle`` makes others of other things too.
    """

    kind: str
    subject: str | None
    seen: object
    found: object
    wanted: object
    nth: int = 0

    @property
    def key(self):
        """A text for what was found: a choice that was made for it is for no other value."""
        return json.dumps([self.kind, self.subject, self.nth, self.found])

    @property
    def clashes(self):
        """Whether it was changed here too, to something else."""
        return self.wanted != self.seen


def settle(kind, subject, seen, found, wanted, choose, changed, *, nth=0):
    """What one thing becomes that has three values; see ``Elsewhere`` and ``merge``.

    :param choose: takes an Elsewhere, gives ``"found"``, ``"wanted"`` or None
    :param list changed: where the Elsewhere goes, if it is one
    """
    if found in (seen, wanted):
        return wanted
    elsewhere = Elsewhere(kind, subject, seen, found, wanted, nth)
    changed.append(elsewhere)
    choice = choose(elsewhere) or ("wanted" if elsewhere.clashes else "found")
    return found if choice == "found" else wanted


def merge(seen, found, wanted, choose=lambda elsewhere: None):
    """Bring together what was changed in the console and what was changed here.

    What only one side changed is taken from that side. Where both did, nothing is decided
    without ``choose``: the wanted value stays.

    :param policy.Settings seen: what the console held when it was last looked at
    :param policy.Settings found: what it holds now
    :param policy.Settings wanted: only its extensions are looked at
    :param choose: takes an Elsewhere, gives ``"found"``, ``"wanted"`` or None
    :return: the settings, and what was changed in the console to what is not wanted here
    :rtype: tuple[policy.Settings, list[Elsewhere]]
    """
    changed = []
    three = seen, found, wanted
    decide = partial(settle, choose=choose, changed=changed)
    return Settings(
        decide("default", None, *(settings.default for settings in three)),
        decide("override", None, *(settings.override for settings in three)),
        _merge_rules(decide, *(_by_key(settings.rules) for settings in three)),
        {
            extension: decide("extension", extension, *(s.extensions.get(extension) for s in three))
            for extension in wanted.extensions
        },
    ), changed


def value(settings, elsewhere):
    """What other settings say on the subject of an Elsewhere: a value as it has."""
    if elsewhere.kind in ("default", "override"):
        return getattr(settings, elsewhere.kind)
    if elsewhere.kind == "extension":
        return settings.extensions.get(elsewhere.subject)
    rules = _by_key(settings.rules)
    if elsewhere.kind == "rule":
        return rules.get((elsewhere.subject, elsewhere.nth))
    return tuple(key for key in rules if key in elsewhere.found)


def _by_key(rules):
    """:return: {(prefix, how often it came before): number}, in order"""
    count, result = Counter(), {}
    for rule in rules:
        result[rule.prefix, count[rule.prefix]] = rule.number
        count[rule.prefix] += 1
    return result


def _merge_rules(decide, seen, found, wanted):
    numbers = {}
    for key in {**wanted, **found, **seen}:
        prefix, nth = key
        three = (rules.get(key) for rules in (seen, found, wanted))
        if number := decide("rule", prefix, *three, nth=nth):
            numbers[key] = number
    both = found.keys() & wanted.keys()
    orders = [tuple(key for key in rules if key in both) for rules in (seen, found, wanted)]
    order = decide("rule_order", None, *orders)
    first, second = (wanted, found) if order == orders[2] else (found, wanted)
    keys = [key for key in first if key in numbers]
    before = None
    for key in second:  # each one that only this side has stays behind the one before it
        if key in numbers and key not in first:
            keys.insert(keys.index(before) + 1 if before else 0, key)
        before = key if key in numbers else before
    return tuple(Rule(key[0], numbers[key]) for key in keys)


def arrived(seen, sent, found):
    """What was last seen in the console, with what was sent to it since, as far as that arrived:
    values of our own, found there, are nobody else's change.

    :param policy.Settings seen:
    :param policy.Settings sent: by an attempt that did not end, in parts: a page at a time
    :param policy.Settings found:
    :rtype: policy.Settings
    """
    default, override, rules = (
        getattr(found if getattr(found, part) == getattr(sent, part) else seen, part)
        for part in ("default", "override", "rules")
    )
    ours = {e: n for e, n in sent.extensions.items() if found.extensions.get(e) == n}
    return Settings(default, override, rules, {**seen.extensions, **ours})


def difference(applied, wanted):
    """The changes that lead from one version to the other, in the order of the console's pages.

    :param policy.Settings applied:
    :param policy.Settings wanted:
    :rtype: list[Change]
    """
    changes = []
    if applied.default != wanted.default:
        changes.append(Change("default", None, applied.default, wanted.default))
    if applied.override != wanted.override:
        changes.append(Change("override", None, applied.override, wanted.override))
    changes += _rule_changes(applied.rules, wanted.rules)
    for extension in sorted(applied.extensions.keys() | wanted.extensions.keys()):
        old, new = applied.extensions.get(extension), wanted.extensions.get(extension)
        if old != new:
            changes.append(Change("extension", extension, old, new))
    return changes


def _rule_changes(applied, wanted):
    stayed = _stayed(applied, wanted)
    left = set(stayed.values())
    changes = [
        Change("rule_removed", rule.prefix, rule.number, None, position)
        for position, rule in enumerate(applied, 1)
        if position not in left
    ]
    unmoved = _longest_increasing([stayed[position] for position in sorted(stayed)])
    for position, rule in enumerate(wanted, 1):
        old_position = stayed.get(position)
        if not old_position:
            changes.append(Change("rule_added", rule.prefix, None, rule.number, position))
            continue
        if old_position not in unmoved:
            changes.append(Change("rule_moved", rule.prefix, old_position, position, position))
        old_number = applied[old_position - 1].number
        if old_number != rule.number:
            changes.append(Change("rule_number", rule.prefix, old_number, rule.number, position))
    return changes


def _stayed(applied, wanted):
    """{new position: old position}, counted from 1, of the rules that stay.

    A console may hold a prefix twice: those that still show the same number are found first.
    """
    stayed, left = {}, set()
    for same in (lambda rule: (rule.prefix, rule.number), lambda rule: rule.prefix):
        waiting = defaultdict(deque)
        for position, rule in enumerate(applied, 1):
            if position not in left:
                waiting[same(rule)].append(position)
        for position, rule in enumerate(wanted, 1):
            if position not in stayed and waiting[same(rule)]:
                stayed[position] = waiting[same(rule)].popleft()
        left.update(stayed.values())
    return stayed


def _longest_increasing(positions):
    """The largest set of rules that kept their order among each other: the others moved."""
    tails, ends, before = [], [], {}
    for position in positions:
        place = bisect_left(tails, position)
        before[position] = ends[place - 1] if place else None
        tails[place : place + 1] = [position]
        ends[place : place + 1] = [position]
    result, position = set(), ends[-1] if ends else None
    while position is not None:
        result.add(position)
        position = before[position]
    return result
