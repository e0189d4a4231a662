"""The line of the settings that a call proves or contradicts."""

from typing import NamedTuple

from odoo.addons.axivox_caller_id.callerid import policy

SETTINGS = {policy.RULE: "rule", policy.DEFAULT: "default"}


class Line(NamedTuple):
    """A line of an account's settings with the number (E.164) that it shows; ``setting`` is
    ``("rule", prefix)``, ``("default", None)`` or ``("extension", number)``, as in
    ``callerid.changes``. The number of an extension may be None, for *Default*."""

    account_id: int
    setting: tuple
    number: str | None

    @property
    def key(self):
        """The text by which calls refer to this line."""
        kind, subject = self.setting
        return f"{self.account_id} {kind} {subject} {self.number}"


def decided_by(account_id, answer):
    """Return the Line of the rule or default number that decides a call, or None.

    :param policy.CallerId answer: what the call shows
    """
    if not (kind := SETTINGS.get(answer.source)):
        return None
    return Line(account_id, (kind, answer.rule and answer.rule.prefix), answer.number)


def of_user(account_id, extension, settings, answer):
    """Return the Line of an extension's outgoing number; None if another number would not have
    changed the answer.

    :param policy.Settings settings: the settings that gave the answer
    :param policy.CallerId answer: what a call from this extension shows
    """
    goes_first = not settings.override or answer.source != policy.RULE
    own = answer.number if answer.source == policy.USER else None
    return Line(account_id, ("extension", extension), own) if goes_first else None
