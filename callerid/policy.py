"""Which number is shown for a call, and why."""

from dataclasses import dataclass, field

from . import dialing

RULE, USER, DEFAULT, NONE = "rule", "user", "default", "none"


@dataclass(frozen=True, slots=True)
class Rule:
    """A line of *Advanced options*: for destinations that begin with ``prefix`` (00-form), show
    ``number`` (E.164). ``key`` is the caller's own identifier of the line."""

    prefix: str
    number: str
    key: object = field(default=None, compare=False)


@dataclass(frozen=True)
class Settings:
    """The outgoing settings of an account, as the console holds them.

    ``default`` is an E.164 number or None; ``rules`` are in order; ``extensions`` maps every
    extension (``201``) to its own outgoing number, or to None for *Default*.
    """

    default: str | None = None
    override: bool = False
    rules: tuple[Rule, ...] = ()
    extensions: dict[str, str | None] = field(default_factory=dict)

    def to_json(self):
        """Return the settings as a JSON document that ``from_json`` reads."""
        return {
            "default": self.default,
            "override": self.override,
            "rules": [[rule.prefix, rule.number] for rule in self.rules],
            "extensions": self.extensions,
        }

    def numbers(self):
        """Return the E.164 numbers that these settings name.

        :rtype: frozenset[str]
        """
        named = {self.default, *(rule.number for rule in self.rules), *self.extensions.values()}
        return frozenset(named - {None})

    def unreadable(self):
        """Return what stands in place of an E.164 number: damaged values, which are never shown.

        :rtype: frozenset[str]
        """
        return frozenset(n for n in self.numbers() if not dialing.is_e164(n))

    def without(self, numbers):
        """Return these settings without the lines that name one of these E.164 numbers, or an
        unreadable one."""
        numbers = numbers | self.unreadable()
        if not numbers:
            return self
        return Settings(
            None if self.default in numbers else self.default,
            self.override,
            tuple(rule for rule in self.rules if rule.number not in numbers),
            {e: None if n in numbers else n for e, n in self.extensions.items()},
        )

    @classmethod
    def from_json(cls, document):
        """Read a document that ``to_json`` made.

        :raises ValueError: for any other document
        """
        match document:
            case {
                "default": str() | None as default,
                "override": bool() as override,
                "rules": list() as rules,
                "extensions": dict() as extensions,
            } if (
                all(isinstance(r, list) and [type(text) for text in r] == [str, str] for r in rules)
                and all(isinstance(e, str) for e in extensions)
                and all(isinstance(n, str | None) for n in extensions.values())
            ):
                return cls(default, override, tuple(Rule(*line) for line in rules), {**extensions})
        raise ValueError("This is no settings document")


@dataclass(frozen=True, slots=True)
class CallerId:
    """The number that a call shows: ``number`` (E.164) or None; ``source`` is ``rule``, ``user``,
    ``default`` or ``none``, or the destination's kind if Axivox or the carrier decides; ``rule`` is
    the rule that decided."""

    number: str | None
    source: str
    rule: Rule | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A rule that did not decide a call, and ``why``: ``other_destination``, ``later`` (``by``
    comes first), ``own_number`` (the extension's own number takes precedence), ``withdrawn`` (its
    number is archived) or ``no_rules`` (no rule applies to such a call)."""

    rule: Rule
    why: str
    by: Rule | None = None


class Policy:
    """Settings prepared for many calls: an answer costs a few look-ups, however many rules there
    are.

    :param Settings settings:
    :param str home: region (ISO 3166 code) of the company, or None
    :param frozenset withdrawn: the E.164 numbers that were given back: never shown
    """

    def __init__(self, settings, home=None, withdrawn=frozenset()):
        self.settings = settings
        self.home = home
        self._withdrawn = withdrawn | settings.unreadable()
        self._first, self._repeated = {}, {}
        # The distinct lengths of prefixes: a few, however many rules there are.
        self._lengths = sorted({len(rule.prefix) for rule in settings.rules})
        for place in enumerate(settings.rules):
            _position, rule = place
            if rule.number not in self._withdrawn and (
                self._first.setdefault(rule.prefix, place) is not place
            ):
                self._repeated.setdefault(rule.prefix, place)

    def read(self, dialled, called=None):
        """Parse a dialled string for a caller of this account: see ``dialing.read``."""
        return dialing.read(
            dialled, home=self.home, called=called, extensions=self.settings.extensions
        )

    def reads_like(self, other, destination):
        """Return whether another policy of the account parses a number as this one does: what was
        dialled is an extension of both, or of neither."""
        dialled = destination.dialled
        return (dialled in self.settings.extensions) == (dialled in other.settings.extensions)

    def caller_id(self, extension, destination):
        """Return the number that is shown when ``extension`` calls ``destination``.

        :param str extension: such as ``201``; one that is not in the settings is on *Default*
        :param dialing.Destination destination:
        :rtype: CallerId
        """
        if destination.kind != dialing.EXTERNAL:
            return CallerId(None, destination.kind)
        own = self._usable(self.settings.extensions.get(extension))
        rule = self.first_match(destination) if self.settings.override or not own else None
        if rule:
            return CallerId(rule.number, RULE, rule)
        if own:
            return CallerId(own, USER)
        default = self._usable(self.settings.default)
        return CallerId(default, DEFAULT if default else NONE)

    def first_match(self, destination):
        """Return the first rule, in order, whose prefix begins the external destination, or
        None."""
        return _earliest(self._first, destination.zero_form, self._lengths)

    def number_without(self, extension, destination):
        """Return the number that ``extension`` would show without the one line that decides: the
        rule, the extension's own number, or the default.

        :return: E.164, or None
        """
        answer = self.caller_id(extension, destination)
        own = self._usable(self.settings.extensions.get(extension))
        default = self._usable(self.settings.default)
        if answer.source == RULE:
            places = [
                place
                for first in (self._first, self._repeated)
                for place in _matching(first, destination.zero_form, self._lengths)
                if place[1] is not answer.rule
            ]
            return min(places)[1].number if places else own or default
        if answer.source == USER:
            rule = self.first_match(destination)
            return rule.number if rule else default
        return None

    def passed_over(self, extension, destination):
        """Return every rule that did not decide the call, in order. It walks through all rules: for
        *Try a call*, not for calls.

        :rtype: list[PassedOver]
        """
        answer = self.caller_id(extension, destination)
        first = self.first_match(destination) if destination.kind == dialing.EXTERNAL else None
        result = []
        for rule in self.settings.rules:
            if rule is answer.rule:
                continue
            if destination.kind != dialing.EXTERNAL:
                result.append(PassedOver(rule, "no_rules"))
            elif not destination.zero_form.startswith(rule.prefix):
                result.append(PassedOver(rule, "other_destination"))
            elif rule.number in self._withdrawn:
                result.append(PassedOver(rule, "withdrawn"))
            elif answer.source == USER:
                result.append(PassedOver(rule, "own_number"))
            else:
                result.append(PassedOver(rule, "later", first))
        return result

    def _usable(self, number):
        return number if number and number not in self._withdrawn else None


def shadowed(rules, withdrawn=frozenset()):
    """Return the rules that can never match because an earlier one matches all their destinations.

    :param rules: iterable of Rule, in order
    :param withdrawn: container of the numbers whose rules count as absent
    :rtype: list[tuple[Rule, Rule]]: (the rule, the one that shadows it)
    """
    first, result = {}, []
    for position, rule in enumerate(rules):
        if rule.number in withdrawn:
            continue
        by = _earliest(first, rule.prefix, range(len(rule.prefix) + 1))
        if by:
            result.append((rule, by))
        else:
            first[rule.prefix] = position, rule
    return result


def _earliest(first, digits, lengths):
    """Return the first rule, in order, whose prefix begins the digits, or None.

    :param first: {prefix: (position, rule)}
    :param lengths: the lengths that a prefix can have
    """
    found = _matching(first, digits, lengths)
    return min(found)[1] if found else None


def _matching(first, digits, lengths):
    return [first[start] for length in lengths if (start := digits[:length]) in first]
