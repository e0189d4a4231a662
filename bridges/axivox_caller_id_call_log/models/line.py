"""What of the settings a call proves, or contradicts."""

from typing import NamedTuple

SETTINGS = {"rule": "rule", "user": "extension", "default": "default"}


class Line(NamedTuple):
    """A line of an account's settings with the number (E.164) that it shows; ``setting`` is
    ``("rule", prefix)``, ``("extension", number)`` or ``("default", None)``, as in
    ``callerid.changes``."""

    account_id: int
    setting: tuple
    number: str

    @property
    def key(self):
        """What calls know it by."""
        kind, subject = self.setting
        return f"{self.account_id} {kind} {subject} {self.number}"


def deciding(account, extension, answer):
    """
    :param policy.CallerId answer: what a call of this extension shows
    :return: the Line that decides it; None where none does
    """
    if answer.source not in SETTINGS:
        return None
    subject = {"rule": answer.rule and answer.rule.prefix, "user": extension}.get(answer.source)
    return Line(account.id, (SETTINGS[answer.source], subject), answer.number)
