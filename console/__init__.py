"""Where an account's settings become what live calls run on: Axivox's console, over an API."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ..callerid.policy import Settings


@dataclass(frozen=True, slots=True)
class Company:
    """Whose console this is."""

    name: str
    domain: str
    numbers: int
    users: int
    revision: str


@dataclass(frozen=True, slots=True)
class PendingChange:
    """Something that somebody saved and nobody applied yet. ``setting`` is ``default``,
    ``override``, ``rules`` or ``extension``; ``saved_at`` is in the form of RFC 3339."""

    setting: str
    extension: str | None
    saved_by: str
    saved_at: str


@dataclass(frozen=True, slots=True)
class State:
    """All that a console holds, as of one revision.

    ``users`` is ``{"201": (name, e-mail or None)}``, ``numbers`` is ``{E.164: (destination type,
    target or None)}``.
    """

    domain: str
    revision: str
    saved: Settings
    applied: Settings
    users: dict
    numbers: dict
    pending: tuple[PendingChange, ...] = ()


class ConsoleError(Exception):
    """The console did not do what was asked.

    ``reason`` is one of

    =================  ====================================================================
    ``address``        no such host, connection refused, or not the address of the contract
    ``timeout``        no answer in time
    ``slow``           reading all there is was not through in ``detail`` seconds
    ``size``           the answer, or all of a reading, is larger than ``detail`` (``32 MiB``)
    ``lost``           the connection broke before the answer was whole
    ``certificate``    the host could not prove who it is
    ``redirect``       it sent us elsewhere, to ``detail``: nothing is sent there
    ``token``          the token was not accepted, or holds what no token holds
    ``busy``           too many requests, or out of service; ``wait`` is in seconds, if told
    ``changed``        somebody changed the console since the revision that was named
    ``refused``        the console refuses the values; ``detail`` says which
    ``fault``          the console failed by itself; ``detail`` is the HTTP status
    ``nonsense``       the answer is not what the contract says; ``detail`` is the place
    ``echo``           the answer repeats the token: nothing of it is kept
    =================  ====================================================================

    ``in_doubt`` tells that the request may have been carried out all the same. No token and no text
    of an answer is in it or in what it was raised from, but for a ``detail`` that says so.
    """

    def __init__(self, reason, detail="", *, wait=None, in_doubt=False):
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.wait = wait
        self.in_doubt = in_doubt


class Console(ABC):
    """What keeping in step asks of a console. Put another API behind it by implementing these,
    and name it in ``axivox.account._consoles``.

    A *revision* is an opaque text that changes with every save and every apply, whoever does
    it. Every method may raise ``ConsoleError``.
    """

    @abstractmethod
    def describe(self):
        """:rtype: Company"""

    @abstractmethod
    def read(self):
        """:rtype: State"""

    @abstractmethod
    def save_settings(self, settings, revision):
        """Save the default number, the override and all rules; live calls stay as they are.

        :param Settings settings: its ``extensions`` are not looked at
        :param str revision: what the console has to be at, or nothing is saved
        :return: the new revision
        """

    @abstractmethod
    def save_users(self, outgoing_numbers, revision):
        """Save users' outgoing numbers, page by page; live calls stay as they are.

        :param dict outgoing_numbers: ``{"201": E.164, or None for Default}``
        :return: an iterator: after each page, (how many users it held, the new revision)
        """

    @abstractmethod
    def apply(self, revision):
        """Make live calls run on all that is saved, by whomever.

        :return: the new revision
        """
