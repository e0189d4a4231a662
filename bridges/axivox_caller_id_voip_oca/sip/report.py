"""What a browser reports of a call: never trusted, never refused."""

import math
from dataclasses import dataclass

LONGEST = 250  # characters of one text
LONGEST_AGO = 30 * 24 * 3600  # seconds: a call that is logged late
# Users in the header From of a caller who withholds their number (RFC 3323, and gateways' habits).
_WITHHELD = {"", "anonymous", "private", "restricted", "unavailable", "unknown", "withheld"}


@dataclass(frozen=True, slots=True)
class CallReport:
    """A call as a browser reports it; each field has its type, whatever was sent.

    ``record`` is the model and id that were called from; ``dialled`` are the users of the SIP
    headers that may name which of our numbers was called, the likeliest first; the two times are in
    seconds before now, or None if it did not happen; ``status`` and ``reason`` are SIP's;
    ``caller_name`` is the name that the caller's side sends; ``transferred_to`` is the number of
    the person who answered a transfer.
    """

    phone_number: str
    incoming: bool = False
    caller_name: str = ""
    sip_call_id: str | None = None
    partner_id: int | None = None
    record: tuple = ()
    chosen_number_id: int | None = None
    dialled: tuple = ()
    answered_ago: float | None = None
    ended_ago: float | None = None
    status: int | None = None
    reason: str = ""
    ended_here: bool = False
    transferred_to: str = ""

    @classmethod
    def from_browser(cls, values):
        """Return the report of any values that a browser sent.

        :param values: anything; a dict with the names above and ``type_call`` is understood
        """
        values = values if isinstance(values, dict) else {}
        dialled = values.get("dialled")
        record = _id(values.get("res_id"))
        return cls(
            phone_number=_text(values.get("phone_number")),
            incoming=values.get("type_call") == "incoming",
            caller_name=_text(values.get("caller_name")),
            sip_call_id=_text(values.get("sip_call_id")) or None,
            partner_id=_id(values.get("partner_id")),
            record=(_text(values.get("res_model")), record) if record else (),
            chosen_number_id=_id(values.get("chosen_number_id")),
            dialled=tuple(map(_text, dialled[:5])) if isinstance(dialled, list) else (),
            answered_ago=_ago(values.get("answered_ago")),
            ended_ago=_ago(values.get("ended_ago")),
            status=_id(values.get("status")),
            reason=_text(values.get("reason")),
            ended_here=values.get("ended_here") is True,
            transferred_to=_text(values.get("transferred_to")),
        )

    @property
    def is_withheld(self):
        """Whether the caller withholds their number."""
        return self.phone_number.lower() in _WITHHELD


def _text(value):
    if not isinstance(value, str):
        return ""
    return "".join(filter(str.isprintable, value[:LONGEST])).strip()


def _id(value):
    return value if type(value) is int and 0 < value < 2**31 else None


def _ago(value):
    # Not math.isfinite: it converts to float, and JSON has larger integers than that.
    if type(value) not in (int, float) or not -math.inf < value < math.inf:
        return None
    return float(min(max(value, 0), LONGEST_AGO))
