"""The way to a console, where an account's settings become what live calls run on."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from ..callerid.policy import Settings


@dataclass(frozen=True, slots=True)
class Company:
    """The account behind a console."""

    name: str
    domain: str
    numbers: int
    users: int
    revision: str


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A setting that somebody saved and nobody has applied yet. ``setting`` is ``default``,
    ``override``, ``rules`` or ``extension``; ``saved_at`` is in the form of RFC 3339."""

    setting: str
    extension: str | None
    saved_by: str
    saved_at: str


@dataclass(frozen=True, slots=True)
class State:
    """Everything that a console holds, as of one revision.

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
    ``slow``           reading everything was not finished in ``detail`` seconds
    ``size``           the answer, or all of a reading, is larger than ``detail`` (``32 MiB``)
    ``lost``           the connection broke before the answer was complete
    ``certificate``    the host could not prove its identity
    ``redirect``       it redirected us to ``detail``: nothing is sent there
    ``token``          the token was not accepted, or has an impossible form
    ``busy``           too many requests, or out of service; ``wait`` is in seconds, if known
    ``changed``        somebody changed the console since the given revision
    ``refused``        the console refuses the values; ``detail`` says which
    ``fault``          the console itself failed; ``detail`` is the HTTP status
    ``nonsense``       the answer breaks the contract; ``detail`` is the place
    ``echo``           the answer repeats the token: nothing of it is kept
    =================  ====================================================================

    ``in_doubt`` tells that the request may have been carried out all the same. Neither this error
    nor its causes hold a token or text of an answer, except for a ``detail`` as described above.
    """

    def __init__(self, reason, detail="", *, wait=None, in_doubt=False):
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail
        self.wait = wait
        self.in_doubt = in_doubt


class Console(ABC):
    """What pulling and applying need of a console. To put another API behind it, implement these
    methods and name the class in ``axivox.account._consoles``.

    A *revision* is an opaque text that changes with every save and every apply, by anybody. Every
    method may raise ``ConsoleError``.
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

        :param Settings settings: without regard to its ``extensions``
        :param str revision: the revision that the console must be at, or nothing is saved
        :return: the new revision
        """

    @abstractmethod
    def save_users(self, outgoing_numbers, revision):
        """Save users' outgoing numbers, page by page; live calls stay as they are.

        :param dict outgoing_numbers: ``{"201": E.164, or None for Default}``
        :param str revision: as above, for the first page
        :return: an iterator that gives, after each page, (number of users in it, the new revision)
        """

    @abstractmethod
    def apply(self, revision):
        """Make live calls run on all that is saved, by anybody.

        :param str revision: as above
        :return: the new revision
        """
