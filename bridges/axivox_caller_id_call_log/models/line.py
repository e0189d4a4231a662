"""What of the settings a call proves, or contradicts."""

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
        """What calls know it by."""
        kind, subject = self.setting
        return f"{self.account_id} {kind} {subject} {self.number}"


def decided_by(account_id, answer):
    """
    :param policy.CallerId answer: what a call shows
    :return: the Line of the rule, or of the default number, that decides it, or None
    """
    if not (kind := SETTINGS.get(answer.source)):
        return None
    return Line(account_id, (kind, answer.rule and answer.rule.prefix), answer.number)


def of_user(account_id, extension, settings, answer):
    """
    :param policy.Settings settings: those that gave the answer
    :param policy.CallerId answer: what a call of this extension shows
    :return: the Line of the extension's outgoing number, or None where another one would not have
        changed the answer
    """
    goes_first = not settings.override or answer.source != policy.RULE
    own = answer.number if answer.source == policy.USER else None
    return Line(account_id, ("extension", extension), own) if goes_first else None
