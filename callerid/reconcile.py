"""Plan how Odoo and a console are brought into agreement, from what both hold.

Three versions of everything are compared: ``base``, on which both last agreed, ``ours``, what Odoo
wants, and ``theirs``, what the console holds. What one side changed is taken from that side; what
both changed, somebody has to choose.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial

from .policy import Rule, Settings

NOT_CONFIGURED, UNKNOWN = ("not_configured", None), ("unknown", None)
OURS, THEIRS = "ours", "theirs"


@dataclass(frozen=True, slots=True)
class RemoteChange:
    """A change in the console since both sides agreed, to a value that is not wanted here.

    ===============  =====================================================================
    ``kind``         what ``base``, ``theirs`` and ``ours`` are
    ===============  =====================================================================
    ``default``      E.164 numbers or None
    ``override``     booleans
    ``rule``         numbers, or None where there is no such rule
    ``rule_order``   the rules that both sides have, in order, as (prefix, nth)
    ``extension``    E.164 numbers, or None for *Default*
    ``name``         a user's name
    ``email``        a user's e-mail address, or None
    ``destination``  a number's (destination type, target or None)
    ===============  =====================================================================

    ``subject`` is the prefix, the extension or the number; ``nth`` tells rules with the same prefix
    apart, counted from 0.
    """

    kind: str
    subject: str | None
    base: object
    theirs: object
    ours: object
    nth: int = 0

    @property
    def key(self):
        """A text that identifies the change with the console's value: a choice is valid for this
        value only."""
        return json.dumps([self.kind, self.subject, self.nth, self.theirs])

    @property
    def is_conflict(self):
        """Whether the value was changed here too."""
        return self.ours != self.base


@dataclass(frozen=True, slots=True)
class Side:
    """What Odoo or a console holds: ``users`` is ``{"201": (name, e-mail or None)}``, ``numbers``
    is ``{E.164: (destination type, target or None)}``."""

    settings: Settings = field(default_factory=Settings)
    users: Mapping[str, tuple] = field(default_factory=dict)
    numbers: Mapping[str, tuple] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Directory:
    """Further records of Odoo. ``archived_users`` (extensions) and ``archived_numbers`` (E.164) are
    kept, and used for nothing; ``assigned`` are the extensions that have an Odoo user; ``people``
    maps e-mail addresses in lower case to the ids of the Odoo users that may be assigned."""

    archived_users: frozenset[str] = frozenset()
    archived_numbers: frozenset[str] = frozenset()
    assigned: frozenset[str] = frozenset()
    people: Mapping[str, list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The input of a plan. ``live`` is what calls run on; ``in_flight`` is what an interrupted
    attempt was sending: such values in the console are our own changes."""

    base: Side
    ours: Side
    theirs: Side
    live: Settings
    in_flight: Settings | None = None
    directory: Directory = field(default_factory=Directory)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a pull or an apply does.

    To be asked: ``changes`` in the console, and ``undecided``, those of them without a choice.

    In Odoo: ``new_numbers`` (E.164), ``renumbered`` (``{"201": "211"}``), ``new_users``
    (extensions), ``proposed`` (``{"201": id}``: the Odoo user with that e-mail address),
    ``profiles`` (``{"201": {"name": …, "email": …}}``, what changes) and ``destinations``
    (``{E.164: (type, target)}``) are written; ``settings`` become the saved ones.

    At the console: if ``saves_settings``, the page *Settings* is sent, and ``outgoing_numbers``
    (``{"201": E.164 or None}``) are; then ``live`` is what calls run on.

    To be reported: ``absent_users`` and ``absent_numbers`` are in use here and missing in the
    console, ``archived_numbers`` the other way round; ``missing`` are numbers that the settings
    name and the console does not have. ``base`` is what both agree on afterwards.
    """

    settings: Settings
    changes: tuple[RemoteChange, ...] = ()
    undecided: tuple[RemoteChange, ...] = ()
    new_numbers: tuple[str, ...] = ()
    renumbered: Mapping[str, str] = field(default_factory=dict)
    new_users: tuple[str, ...] = ()
    proposed: Mapping[str, int] = field(default_factory=dict)
    profiles: Mapping[str, dict] = field(default_factory=dict)
    destinations: Mapping[str, tuple] = field(default_factory=dict)
    saves_settings: bool = False
    outgoing_numbers: Mapping[str, str | None] = field(default_factory=dict)
    live: Settings | None = None
    absent_users: tuple[str, ...] = ()
    absent_numbers: tuple[str, ...] = ()
    archived_numbers: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    base: Side = field(default_factory=Side)


def _undecided(_change):
    """Choose nothing."""


def plan_apply(snapshot, choose=_undecided):
    """Plan how the console comes to hold, and run on, what is wanted here.

    :param Snapshot snapshot:
    :param choose: function of a RemoteChange that returns ``"ours"``, ``"theirs"`` or None
    :rtype: Plan
    """
    theirs = snapshot.theirs
    base = _agreed_settings(snapshot)
    settings, changes = _merge_known(snapshot, base, choose)
    held = theirs.settings
    named = settings.numbers()
    known = {*snapshot.ours.numbers, *snapshot.directory.archived_numbers}
    after = replace(settings, extensions={**held.extensions, **settings.extensions})
    return Plan(
        settings,
        tuple(changes),
        tuple(change for change in changes if not choose(change)),
        new_numbers=tuple(sorted((named & theirs.numbers.keys()) - known)),
        saves_settings=replace(settings, extensions={}) != replace(held, extensions={}),
        outgoing_numbers={
            extension: number
            for extension, number in settings.extensions.items()
            if number != held.extensions[extension]
        },
        live=after,
        absent_users=tuple(e for e in snapshot.ours.users if e not in theirs.users),
        missing=tuple(sorted(named - theirs.numbers.keys())),
        base=replace(snapshot.base, settings=held),
    )


def plan_pull(snapshot, choose=_undecided):
    """Plan how Odoo comes to hold what the console holds, except for what was changed here. What
    both changed and nobody has chosen stays as it is here, and is asked again.

    :param Snapshot snapshot:
    :param choose: function of a RemoteChange that returns ``"ours"``, ``"theirs"`` or None
    :rtype: Plan
    """
    theirs, directory = snapshot.theirs, snapshot.directory
    renumbered = _renumbered(snapshot)
    new_users = tuple(
        sorted(
            theirs.users.keys()
            - {*snapshot.ours.users, *directory.archived_users, *renumbered.values()}
        )
    )
    new_numbers = tuple(
        sorted(theirs.numbers.keys() - {*snapshot.ours.numbers, *directory.archived_numbers})
    )
    here = snapshot
    if renumbered:
        here = replace(
            snapshot,
            base=_renamed(snapshot.base, renumbered),
            ours=_renamed(snapshot.ours, renumbered),
        )
    pulled = {e: theirs.settings.extensions.get(e) for e in new_users}
    ours = here.ours
    extensions = {**ours.settings.extensions, **pulled}
    here = replace(here, ours=replace(ours, settings=replace(ours.settings, extensions=extensions)))
    base = _agreed_settings(here)
    settings, changes = _merge_known(here, base, choose)
    profiles = _merge_profiles(here, choose, changes)
    destinations = _merge_destinations(here, new_users, choose, changes)
    for number in new_numbers:
        if _is_reachable(theirs.numbers[number], {*ours.users, *new_users}):
            destinations[number] = theirs.numbers[number]
    open_questions = [change for change in changes if change.is_conflict and not choose(change)]
    return Plan(
        settings,
        tuple(changes),
        tuple(open_questions),
        new_numbers=new_numbers,
        renumbered=renumbered,
        new_users=new_users,
        proposed=_proposed(snapshot),
        profiles=profiles,
        destinations=destinations,
        absent_users=tuple(e for e in ours.users if e not in theirs.users),
        absent_numbers=tuple(n for n in ours.numbers if n not in theirs.numbers),
        archived_numbers=tuple(sorted(directory.archived_numbers & theirs.numbers.keys())),
        base=_agreed(here.base, theirs, open_questions),
    )


def merge(base, theirs, ours, choose=_undecided):
    """Merge what was changed in the console and what was changed here.

    What only one side changed is taken from that side. What both changed keeps our value unless
    ``choose`` decides otherwise.

    :param policy.Settings base: what both last agreed on
    :param policy.Settings theirs: what the console holds now
    :param policy.Settings ours: of the users, only its extensions are merged
    :param choose: function of a RemoteChange that returns ``"ours"``, ``"theirs"`` or None
    :return: the settings, and the changes in the console that are not wanted here
    :rtype: tuple[policy.Settings, list[RemoteChange]]
    """
    changes = []
    three = base, theirs, ours
    decide = partial(settle, choose=choose, changes=changes)
    return Settings(
        decide("default", None, *(settings.default for settings in three)),
        decide("override", None, *(settings.override for settings in three)),
        _merge_rules(decide, *(settings.rules for settings in three)),
        {
            extension: decide("extension", extension, *(s.extensions.get(extension) for s in three))
            for extension in ours.extensions
        },
    ), changes


def settle(kind, subject, base, theirs, ours, choose, changes, *, nth=0):
    """Return the merged value of one thing; see ``RemoteChange`` and ``merge``.

    :param list changes: takes the RemoteChange, if it is one
    """
    if theirs in (base, ours):
        return ours
    change = RemoteChange(kind, subject, base, theirs, ours, nth)
    changes.append(change)
    choice = choose(change) or (OURS if change.is_conflict else THEIRS)
    return theirs if choice == THEIRS else ours


def value(settings, change):
    """Return the value of other settings for the subject of a RemoteChange of settings."""
    if change.kind in ("default", "override"):
        return getattr(settings, change.kind)
    if change.kind == "extension":
        return settings.extensions.get(change.subject)
    rules = _by_key(settings.rules)
    if change.kind == "rule":
        return rules.get((change.subject, change.nth))
    return tuple(key for key in rules if key in change.theirs)


def arrived(base, in_flight, theirs):
    """Return what was last agreed on, updated with what was sent since, as far as it arrived: our
    own values in the console are nobody else's change.

    :param policy.Settings base:
    :param policy.Settings in_flight: sent in parts, page by page, by an interrupted attempt
    :param policy.Settings theirs:
    :rtype: policy.Settings
    """
    default, override, rules = (
        getattr(theirs if getattr(theirs, part) == getattr(in_flight, part) else base, part)
        for part in ("default", "override", "rules")
    )
    ours = {e: n for e, n in in_flight.extensions.items() if theirs.extensions.get(e) == n}
    return Settings(default, override, rules, {**base.extensions, **ours})


def _agreed_settings(snapshot):
    base, theirs = snapshot.base.settings, snapshot.theirs.settings
    return arrived(base, snapshot.in_flight, theirs) if snapshot.in_flight else base


def _merge_known(snapshot, base, choose):
    """``merge`` for the users that both sides have; for others, report what is saved and not
    live."""
    theirs, ours, live = snapshot.theirs.settings, snapshot.ours.settings, snapshot.live
    both = {e: n for e, n in ours.extensions.items() if e in theirs.extensions}
    settings, changes = merge(base, theirs, replace(ours, extensions=both), choose)
    for extension, number in theirs.extensions.items():
        runs = live.extensions.get(extension)
        if extension not in both and number != runs:
            changes.append(RemoteChange("extension", extension, runs, number, runs))
    return settings, changes


def _merge_profiles(snapshot, choose, changes):
    """Merge users' names and e-mail addresses, which Odoo only mirrors.

    :return: ``{"201": {"name": …}}``, what changes here
    """
    profiles = defaultdict(dict)
    for extension, ours in snapshot.ours.users.items():
        if theirs := snapshot.theirs.users.get(extension):
            base = snapshot.base.users.get(extension, (None, None))
            for kind, *three in zip(("name", "email"), base, theirs, ours, strict=True):
                settled = settle(kind, extension, *three, choose, changes)
                if settled != three[-1]:
                    profiles[extension][kind] = settled
    return dict(profiles)


def _merge_destinations(snapshot, new_users, choose, changes):
    """Merge numbers' destinations, except those that are users unknown to Odoo.

    :return: ``{E.164: (type, target)}``, what changes here
    """
    users, destinations = {*snapshot.ours.users, *new_users}, {}
    for number, ours in snapshot.ours.numbers.items():
        theirs = snapshot.theirs.numbers.get(number)
        if theirs and _is_reachable(theirs, users):
            # A destination that is unknown here is taken from the console.
            base = snapshot.base.numbers.get(number, NOT_CONFIGURED) if ours != UNKNOWN else ours
            settled = settle("destination", number, base, theirs, ours, choose, changes)
            if settled != ours:
                destinations[number] = settled
    return destinations


def _is_reachable(destination, users):
    kind, target = destination
    return kind != "extension" or target in users


def _renumbered(snapshot):
    """Return {old extension: new one}: the e-mail address of an extension that is gone in the
    console is that of a new one there."""
    ours, theirs = snapshot.ours.users, snapshot.theirs.users
    gone = _by_email({e: user for e, user in ours.items() if e not in theirs})
    known = {*ours, *snapshot.directory.archived_users}
    new = _by_email({e: user for e, user in theirs.items() if e not in known})
    return {
        before: new[email][0]
        for email, [before, *others] in gone.items()
        if not others and len(new.get(email, ())) == 1
    }


def _by_email(users):
    by_email = defaultdict(list)
    for extension, (_name, email) in users.items():
        if email:
            by_email[email.lower()].append(extension)
    return by_email


def _renamed(side, renumbered):
    """Return the side with its users under their new extensions."""

    def renamed(by_extension):
        return {renumbered.get(e, e): held for e, held in by_extension.items()}

    settings = replace(side.settings, extensions=renamed(side.settings.extensions))
    numbers = {
        number: (kind, renumbered.get(target, target) if kind == "extension" else target)
        for number, (kind, target) in side.numbers.items()
    }
    return Side(settings, renamed(side.users), numbers)


def _proposed(snapshot):
    """Return {extension: id of the only Odoo user with its e-mail address}."""
    directory = snapshot.directory
    emails = {
        extension: email.strip().lower()
        for extension, (_name, email) in snapshot.theirs.users.items()
        if email and extension not in directory.assigned
    }
    often = Counter(emails.values())
    return {
        extension: directory.people[email][0]
        for extension, email in emails.items()
        if often[email] == 1 and len(directory.people.get(email, ())) == 1
    }


def _agreed(base, theirs, open_questions):
    """Return what both agree on after a pull: what the console holds, and as before what is
    undecided.

    :rtype: Side
    """
    asked = defaultdict(set)
    for change in open_questions:
        asked[change.kind].add(change.subject)
    settings = theirs.settings
    if asked["default"]:
        settings = replace(settings, default=base.settings.default)
    if asked["rule"] or asked["rule_order"]:
        settings = replace(settings, rules=base.settings.rules)
    before = {e: base.settings.extensions.get(e) for e in asked["extension"]}
    settings = replace(settings, extensions={**settings.extensions, **before})
    return Side(
        settings,
        _held_back(base.users, theirs.users, asked["name"] | asked["email"]),
        _held_back(base.numbers, theirs.numbers, asked["destination"]),
    )


def _held_back(base, theirs, asked):
    """Return ``theirs``, but for the keys in ``asked`` the value of ``base``, if there is one."""
    return {
        key: base[key] if key in asked else held
        for key, held in theirs.items()
        if key not in asked or key in base
    }


def _by_key(rules):
    """Return {(prefix, how many rules with it came before): number}, in order."""
    count, result = Counter(), {}
    for rule in rules:
        result[rule.prefix, count[rule.prefix]] = rule.number
        count[rule.prefix] += 1
    return result


def _merge_rules(decide, base, theirs, ours):
    if theirs in (base, ours):
        return ours
    base, theirs, ours = map(_by_key, (base, theirs, ours))
    numbers = {}
    for key in {**ours, **theirs, **base}:
        prefix, nth = key
        three = (rules.get(key) for rules in (base, theirs, ours))
        if number := decide("rule", prefix, *three, nth=nth):
            numbers[key] = number
    both = theirs.keys() & ours.keys()
    orders = [tuple(key for key in rules if key in both) for rules in (base, theirs, ours)]
    order = decide("rule_order", None, *orders)
    first, second = (ours, theirs) if order == orders[2] else (theirs, ours)
    keys = [key for key in first if key in numbers]
    before = None
    for key in second:  # a rule that only this side has stays below the one before it
        if key in numbers and key not in first:
            keys.insert(keys.index(before) + 1 if before else 0, key)
        before = key if key in numbers else before
    return tuple(Rule(key[0], numbers[key]) for key in keys)
