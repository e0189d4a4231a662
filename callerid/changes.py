"""How two versions of the settings differ."""

from bisect import bisect_left
from collections import defaultdict, deque
from dataclasses import dataclass


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
    kept = _kept_rules(applied, wanted)
    left = set(kept.values())
    changes = [
        Change("rule_removed", rule.prefix, rule.number, None, position)
        for position, rule in enumerate(applied, 1)
        if position not in left
    ]
    unmoved = _longest_increasing([kept[position] for position in sorted(kept)])
    for position, rule in enumerate(wanted, 1):
        old_position = kept.get(position)
        if not old_position:
            changes.append(Change("rule_added", rule.prefix, None, rule.number, position))
            continue
        if old_position not in unmoved:
            changes.append(Change("rule_moved", rule.prefix, old_position, position, position))
        old_number = applied[old_position - 1].number
        if old_number != rule.number:
            changes.append(Change("rule_number", rule.prefix, old_number, rule.number, position))
    return changes


def _kept_rules(applied, wanted):
    """{new position: old position}, counted from 1, of the rules that stay.

    A console may hold a prefix twice: those that still show the same number are kept first.
    """
    kept, left = {}, set()
    for same in (lambda rule: (rule.prefix, rule.number), lambda rule: rule.prefix):
        left_over = defaultdict(deque)
        for position, rule in enumerate(applied, 1):
            if position not in left:
                left_over[same(rule)].append(position)
        for position, rule in enumerate(wanted, 1):
            if position not in kept and left_over[same(rule)]:
                kept[position] = left_over[same(rule)].popleft()
        left.update(kept.values())
    return kept


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
