"""Limits that urllib3 and http.client do not have: the time and size of a whole answer; and a quiet
log."""

import io
import logging
import math
from contextvars import ContextVar
from http.client import HTTPResponse
from time import monotonic

from requests.adapters import HTTPAdapter

PIECE = 16 * 1024  # bytes; one record of TLS
TALKATIVE = ("connection", "connectionpool", "poolmanager", "response", "util.retry")

_current = ContextVar("exchange", default=None)


class TooMuch(OSError):
    """The answer is larger than allowed."""


class Exchange:
    """One request and its answer, through a ``LimitedAdapter``; a context manager.

    After its time it raises ``TimeoutError``, beyond its size ``TooMuch``; the libraries wrap both
    in errors of their own.

    :param float seconds: from now until the answer must be complete
    :param int most: bytes that may come on the wire, headers and all
    :param tuple silence: seconds to wait for a connection, and for each next byte
    """

    def __init__(self, seconds, most, silence):
        self.timeout = tuple(min(seconds, limit) for limit in silence)
        self._until = monotonic() + seconds
        self._left = most
        self.sent = False
        """Whether any of the request may have left: until TLS is agreed upon, nothing does."""

    def __enter__(self):
        self._outer = _current.set(self)
        return self

    def __exit__(self, *_raised):
        _current.reset(self._outer)

    def hurry(self, sock):
        """Limit the next step on this socket to the time that is left."""
        timeout = sock.gettimeout()
        sock.settimeout(min(self.seconds(), math.inf if timeout is None else timeout))

    def seconds(self):
        """Return the seconds that are left, above 0.

        :raises TimeoutError: if none are left
        """
        seconds = self._until - monotonic()
        if seconds <= 0:
            raise TimeoutError("the answer is not whole in time")
        return seconds

    def count(self, received):
        self._left -= received
        if self._left < 0:
            raise TooMuch


def read_into(body, answer, most):
    """Read the content of a ``requests.Response``, decompressed, piece by piece.

    :param bytearray body: takes the content, also before a failure
    :param int most: bytes
    :raises TooMuch: if the content is larger
    """
    if (answer.raw.length_remaining or 0) > most:
        raise TooMuch
    for piece in answer.iter_content(PIECE):
        body += piece
        if len(body) > most:
            raise TooMuch


class LimitedAdapter(HTTPAdapter):
    """Applies the limits of the current ``Exchange``, also on the way to a proxy."""

    def init_poolmanager(self, *args, **options):
        super().init_poolmanager(*args, **options)
        _limit(self.poolmanager)

    def proxy_manager_for(self, proxy, **options):
        if proxy not in self.proxy_manager:
            _limit(super().proxy_manager_for(proxy, **options))
        return self.proxy_manager[proxy]

    def send(self, request, **options):
        options["timeout"] = _current.get().timeout  # a pair: Odoo's tests expect none of a session
        return super().send(request, **options)


def _limit(manager):
    manager.pool_classes_by_scheme = {
        scheme: _limited(pool) for scheme, pool in manager.pool_classes_by_scheme.items()
    }


def _limited(pool):
    connection = type("LimitedConnection", (_LimitedConnection, pool.ConnectionCls), {})
    return type("LimitedPool", (pool,), {"ConnectionCls": connection})


class _LimitedReader(io.RawIOBase):
    """The receiving side of a socket. The socket's own timeout starts anew with each byte."""

    def __init__(self, raw, sock):
        self._raw = raw
        self._sock = sock

    def readable(self):
        return True

    def readinto(self, buffer):
        exchange = _current.get()
        exchange.hurry(self._sock)
        received = self._raw.readinto(buffer)
        exchange.count(received or 0)
        return received

    def fileno(self):
        return self._raw.fileno()

    def close(self):
        self._raw.close()
        super().close()


class _LimitedResponse(HTTPResponse):
    def __init__(self, sock, *args, **options):
        super().__init__(sock, *args, **options)
        self.fp = io.BufferedReader(_LimitedReader(self.fp.detach(), sock))


class _LimitedConnection:
    response_class = _LimitedResponse

    def _new_conn(self):
        self.socket_options = _AskedForEachAddress(self.socket_options or ())
        return super()._new_conn()

    def request(self, *args, **options):
        _current.get().sent = True
        return super().request(*args, **options)

    def send(self, data):
        # Over TLS the socket's timeout starts anew with each record.
        for start in range(0, len(data), PIECE):
            if self.sock:
                _current.get().hurry(self.sock)
            super().send(data[start : start + PIECE])


class _AskedForEachAddress(list):
    """Options of a socket. They are read for each address of a host, of which there may be many,
    each with a timeout of its own."""

    def __iter__(self):
        _current.get().seconds()
        return super().__iter__()


class _Discretion(logging.Filter):
    """Drops urllib3's log lines of an exchange: they hold addresses with cursors, and unreadable
    headers."""

    def filter(self, _record):
        return _current.get() is None


for _name in TALKATIVE:
    logging.getLogger(f"urllib3.{_name}").addFilter(_Discretion())
