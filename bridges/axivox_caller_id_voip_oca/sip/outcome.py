"""Derives how a call ended from SIP: RFC 3261 (status codes), RFC 3326 and RFC 6432 (the header
Reason)."""

import re

ANSWERED = "answered"
NO_ANSWER = "no_answer"
BUSY = "busy"
REJECTED = "rejected"
CANCELLED = "cancelled"
FAILED = "failed"
ELSEWHERE = "answered_elsewhere"

# From weak to strong: if tabs of one user report different outcomes of a call, the stronger stays.
_STRENGTH = (ELSEWHERE, NO_ANSWER, BUSY, FAILED, CANCELLED, REJECTED, ANSWERED)

_BY_STATUS = {
    408: NO_ANSWER,  # Request Timeout
    480: NO_ANSWER,  # Temporarily Unavailable: nobody there
    487: NO_ANSWER,  # Request Terminated, though not by us
    486: BUSY,  # Busy Here
    600: BUSY,  # Busy Everywhere
    403: REJECTED,  # Forbidden
    433: REJECTED,  # Anonymity Disallowed, RFC 5079
    603: REJECTED,  # Decline
    607: REJECTED,  # Unwanted, RFC 8197
    608: REJECTED,  # Rejected, RFC 8688
}
# ITU-T Q.850, as a gateway to the telephone network tells it.
_BY_Q850 = {17: BUSY, 18: NO_ANSWER, 19: NO_ANSWER, 20: NO_ANSWER, 21: REJECTED}


def outcome(*, incoming, answered, ended_here, status=None, reason=""):
    """Return the outcome of a call.

    :param bool incoming: whether the call came in
    :param bool answered: whether the two sides were connected
    :param bool ended_here: whether this user hung up
    :param int status: the final SIP status, if there was one
    :param str reason: the header ``Reason``, such as ``SIP;cause=200``
    """
    if answered:
        return ANSWERED
    causes = {
        protocol.upper(): int(cause)
        for protocol, cause in re.findall(
            r"(?i)\b(SIP|Q\.850)\s*;\s*cause\s*=\s*(\d{1,3})\b", reason
        )
    }
    status = causes.get("SIP", status)
    if incoming:
        return _incoming(ended_here, status)
    if ended_here:
        return CANCELLED
    return _BY_Q850.get(causes.get("Q.850")) or _BY_STATUS.get(status, FAILED)


def _incoming(ended_here, status):
    if ended_here:
        return BUSY if status in (486, 600) else REJECTED
    if status == 200:
        return ELSEWHERE
    return _BY_STATUS.get(status, FAILED) if status else NO_ANSWER


def stronger(first, second):
    """Return which of two reported outcomes of one call is kept."""
    return max(first, second, key=_STRENGTH.index)
