"""The difference between two versions of the settings."""

from bisect import bisect_left
from collections import defaultdict, deque
from dataclasses import dataclass, replace


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

    @property
    def setting(self):
        """The setting that it concerns: ``("rule", prefix)``, ``("extension", number)``, …"""
        return "rule" if self.kind.startswith("rule_") else self.kind, self.subject


def difference(applied, wanted):
    """Return the changes that lead from one version to the other, in the order of the console's
    pages.

    :param policy.Settings applied:
    :param policy.Settings wanted:
    :rtype: list[Change]
    """
    changes = []
    if applied.default != wanted.default:
        changes.append(Change("default", None, applied.default, wanted.default))
    if applied.override != wanted.override:
        changes.append(Change("override", None, applied.override, wanted.override))
    if applied.rules != wanted.rules:
        changes += _rule_changes(applied.rules, wanted.rules)
    for extension in sorted(applied.extensions.keys() | wanted.extensions.keys()):
        old, new = applied.extensions.get(extension), wanted.extensions.get(extension)
        if old != new:
            changes.append(Change("extension", extension, old, new))
    return changes


def pending(held, wanted):
    """Return the changes that lead to the wanted settings. Users who are not in those stay as they
    are.

    :param policy.Settings held: what the console holds
    :param policy.Settings wanted:
    :rtype: list[Change]
    """
    known = {extension: held.extensions.get(extension) for extension in wanted.extensions}
    return difference(replace(held, extensions=known), wanted)


def carried_out(applied, wanted, done):
    """Return what a console holds after only some of the changes between two versions were made.

    An added or moved rule stands below the nearest rule before it in ``wanted`` that the console
    has.

    :param policy.Settings applied:
    :param policy.Settings wanted:
    :param done: those of the changes from one to the other that were made, in any order
    :rtype: policy.Settings
    """
    single = {change.kind: change.new for change in done if change.kind in ("default", "override")}
    extensions = {change.subject: change.new for change in done if change.kind == "extension"}
    return replace(
        applied,
        rules=_rules_carried_out(applied.rules, wanted.rules, done),
        extensions={**applied.extensions, **extensions},
        **single,
    )


def above(wanted, change):
    """Return the rule directly above an added or moved one; None at the top.

    :rtype: policy.Rule
    """
    return wanted.rules[change.position - 2] if change.position > 1 else None


def _rules_carried_out(applied, wanted, done):
    made = defaultdict(set)
    for change in done:
        made[change.kind].add(change.position)
    kept = _kept_rules(applied, wanted)
    held = {
        new: wanted[new - 1] if new in made["rule_number"] else applied[old - 1]
        for new, old in kept.items()
    }
    going = {
        -position: rule
        for position, rule in enumerate(applied, 1)
        if position not in {*kept.values(), *made["rule_removed"]}
    }
    places = {old: new for new, old in kept.items()}
    order = [places.get(old, -old) for old in range(1, len(applied) + 1)]
    order = [place for place in order if place in held or place in going]
    for place in sorted(made["rule_moved"] | made["rule_added"]):
        if place in held:
            order.remove(place)
        before = max((other for other in order if 0 < other < place), default=None)
        order.insert(order.index(before) + 1 if before else 0, place)
    added = {place: wanted[place - 1] for place in made["rule_added"]}
    everything = {**held, **going, **added}
    return tuple(everything[place] for place in order)


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
    """Return {new position: old position}, counted from 1, of the rules that stay.

    A console may hold a prefix twice: rules that still show the same number are matched first.
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
    """Return the largest set of rules that kept their order among each other: the others moved."""
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
