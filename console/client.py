"""The console over HTTP, as defined in ``openapi.json`` beside this file."""

import json
import logging
import math
import re
import uuid
from dataclasses import dataclass, replace
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from ssl import SSLEOFError
from time import monotonic
from urllib.parse import urlsplit

import requests
from urllib3 import HTTPResponse
from urllib3.exceptions import (
    HTTPError,
    InvalidHeader,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
)
from urllib3.util import Retry

from ..callerid.policy import Rule, Settings
from . import Company, Console, ConsoleError, PendingChange, State, contract, secret, wire

# Limits of one answer, and of a whole reading with its pages and repetitions. 2,000 users and 5,000
# rules are less than two MiB together.
MIB = 2**20
CONNECT_SECONDS, READ_SECONDS = 5, 20  # of silence
ANSWER_SECONDS, READING_SECONDS = 30, 90  # Odoo ends a worker at its work after 120
ANSWER_BYTES, READING_BYTES = 32 * MIB, 64 * MIB  # without the compression
HEADER_BYTES = MIB  # on top of that, with whatever else is around the body on the wire
ANSWER_VALUES = 500_000  # a list of empty lists takes twenty times the memory of its text
MOST_PAGES = 1000
PAGE = 500
READINGS = 3
REPEATS = 2
LONGEST_WAIT = 20  # seconds: if a server asks for more, the request fails

COMPRESSIONS = ("gzip", "deflate")
ACCEPTED = {"Accept": "application/json", "Accept-Encoding": ", ".join(COMPRESSIONS)}
ADDRESS = re.compile(r"[!-\[\]-~]+")  # no backslash: some read it as a slash
NOT_SERVED = (429, 503)
PASSING = (500, 502, 504)
SAFE_TO_REPEAT = ("GET", "POST")  # changes nothing, is known by its idempotency key
STATUSES = {
    401: "token",
    403: "token",
    404: "address",
    405: "address",
    412: "changed",
    **dict.fromkeys(NOT_SERVED, "busy"),
}
NEVER_ARRIVED = (
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.ProxyError,
    LocationValueError,
)
UNREADABLE = (
    requests.exceptions.ContentDecodingError,
    requests.exceptions.InvalidHeader,  # such as two lengths: nothing of ours can be one
)

_logger = logging.getLogger(__name__)


def is_safe_address(text):
    """Return whether a token may be sent to this base URL: over TLS, or to this very machine. Text
    before an ``@`` would be a second secret, in a field that others may read."""
    text = text or ""
    if not ADDRESS.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    host = parts.hostname or ""
    schemes = ("https", "http") if _is_here(host) else ("https",)
    plain = "@" not in parts.netloc and not set("?#") & set(text)
    return parts.scheme in schemes and bool(host) and plain


def _is_here(host):
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:  # a name, such as 127.0.0.1.example.com
        return False


class HttpConsole(Console):
    """A console behind the contract's API.

    :param str base_url: ``https://host/path``, before ``/company``
    :param str token: the bearer token
    :raises ConsoleError: ``token`` or ``address`` if either has an impossible form
    """

    def __init__(self, base_url, token):
        if not is_safe_address(base_url):
            raise ConsoleError("address")
        # An invalid token must not reach the library, which quotes bad headers in its errors.
        if not secret.FORM.fullmatch(token or ""):
            raise ConsoleError("token")
        self._token = secret.Token(token)
        self._base_url = base_url.rstrip("/")
        self._session = _Session()
        self._session.auth = self._token.authorize  # else a .netrc of the machine goes first

    def describe(self):
        company, revision = self._ask("GET", "/company")
        return Company(
            company["name"], company["domain"], company["numbers"], company["users"], revision
        )

    def read(self):
        reading = _Reading(READING_SECONDS, READING_BYTES)
        for _ in range(READINGS):
            state = self._read(reading)
            if len(reading.revisions) == 1:
                return state
        raise ConsoleError("changed")

    def _read(self, reading):
        reading.revisions.clear()
        company = self._see("/company", reading)
        settings = self._see("/outgoing-settings", reading)
        pending = self._see("/changes", reading)["items"]
        saved, applied = (
            Settings(
                settings[which]["default_number"],
                settings[which]["rules_override_users"],
                tuple(Rule(rule["prefix"], rule["number"]) for rule in settings[which]["rules"]),
            )
            for which in ("saved", "applied")
        )
        users = {}
        for user in self._see_pages("/users", reading):
            extension, number = user["extension"], user["outgoing_number"]
            users[extension] = (user["name"] or extension, user["email"])
            saved.extensions[extension] = number["saved"]
            applied.extensions[extension] = number["applied"]
        numbers = {
            number["number"]: (number["destination"]["type"], number["destination"]["target"])
            for number in self._see_pages("/numbers", reading)
        }
        return State(
            company["domain"],
            min(reading.revisions),
            saved,
            applied,
            users,
            numbers,
            tuple(
                PendingChange(
                    _SETTINGS[item["setting"]],
                    item["extension"],
                    item["saved_by"],
                    item["saved_at"],
                )
                for item in pending
            ),
        )

    def save_settings(self, settings, revision):
        document = {
            "default_number": settings.default,
            "rules_override_users": settings.override,
            "rules": [{"prefix": rule.prefix, "number": rule.number} for rule in settings.rules],
        }
        return self._ask("PUT", "/outgoing-settings", revision, json=document)[1]

    def save_users(self, outgoing_numbers, revision):
        users = [
            {"extension": extension, "outgoing_number": number}
            for extension, number in outgoing_numbers.items()
        ]
        for start in range(0, len(users), PAGE):
            page = users[start : start + PAGE]
            _, revision = self._ask("PATCH", "/users", revision, json={"users": page})
            yield len(page), revision

    def apply(self, revision):
        # With the same key a repeated request does nothing twice: RFC draft "Idempotency-Key".
        key = {"Idempotency-Key": str(uuid.uuid4())}
        return self._ask("POST", "/apply", revision, headers=key)[1]

    def _see(self, path, reading, **params):
        document, revision = self._ask("GET", path, reading=reading, params=params)
        reading.revisions.add(revision)
        return document

    def _see_pages(self, path, reading):
        params, cursors = {"limit": PAGE}, set()
        for _ in range(MOST_PAGES):
            page = self._see(path, reading, **params)
            yield from page["items"]
            cursor = page["next"]
            if cursor is None:
                return
            if cursor in cursors:
                break
            cursors.add(cursor)
            params["cursor"] = cursor
        raise ConsoleError("nonsense", f"GET {path}")

    def _ask(self, method, path, revision=None, headers=(), reading=None, **content):
        """Send one request, repeated if that is safe.

        :param _Reading reading: the reading that it belongs to, if any
        :return: the answer's document, and the revision that it came with
        """
        reading = reading or _Reading(math.inf, math.inf)
        headers = {**ACCEPTED, **dict(headers)}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        repeat = _Repeat(REPEATS, backoff_factor=0.2)
        in_doubt = False
        while True:
            outcome = self._try(method, path, reading, headers=headers, **content)
            if isinstance(outcome, _Answer):
                outcome = self._understood(method, path, outcome)
            if not isinstance(outcome, _Failure):
                return outcome
            # A doubt that an earlier try left stays, whatever later tries give.
            in_doubt = in_doubt or (outcome.in_doubt and method != "GET")
            is_due = repeat.is_due(outcome.response, within=reading.seconds)
            if not (is_due and outcome.may_be_repeated(method)):
                break
            repeat = repeat.increment(method, path)
            repeat.sleep(outcome.response)
        # No error of a library is handled here: it would stay in the context of this one.
        raise ConsoleError(outcome.reason, outcome.detail, wait=outcome.wait, in_doubt=in_doubt)

    def _try(self, method, path, reading, **request):
        """Send one request, and write its one line in the log.

        :rtype: _Answer or _Failure
        """
        if reading.seconds <= 0:
            return _too_slow()
        started, body, word = monotonic(), bytearray(), "failed"
        try:
            outcome = self._exchange(method, path, reading, body, request)
            word = outcome.status if isinstance(outcome, _Answer) else outcome.reason
            return outcome
        finally:
            reading.bytes -= len(body)
            place = self._token.hidden(urlsplit(self._base_url + path).path)
            _logger.info(
                "%s %s: %s, %d ms, %d bytes",
                method,
                place.encode("unicode_escape").decode(),
                word,
                (monotonic() - started) * 1000,
                len(body),
            )

    def _exchange(self, method, path, reading, body, request):
        """Send a request and receive the answer within the limits.

        Failures are returned, not raised: the libraries' exceptions quote what they received.

        :param bytearray body: takes the content of the answer
        """
        seconds = min(ANSWER_SECONDS, reading.seconds)
        most = min(ANSWER_BYTES, reading.bytes)
        exchange = wire.Exchange(seconds, most + HEADER_BYTES, (CONNECT_SECONDS, READ_SECONDS))
        response = None
        try:
            with (
                exchange,
                self._session.request(
                    method,
                    self._base_url + path,
                    stream=True,
                    **request,
                ) as response,
            ):
                answer = _Answer(response, body)
                if answer.is_told_by_its_status:
                    return answer
                if not answer.is_readable:
                    return _Failure("nonsense", f"{method} {path} Content-Encoding", in_doubt=True)
                wire.read_into(body, response, most)
                return answer
        except (OSError, HTTPError, ValueError) as error:  # not all that requests lets out is its
            failure = _unanswered(error, method, in_doubt=exchange.sent, is_first=response is None)
        if failure.reason == "size":
            limit = ANSWER_BYTES if most == ANSWER_BYTES else READING_BYTES
            return replace(failure, detail=f"{limit / MIB:g} MiB")
        if failure.reason == "timeout" and reading.seconds <= 0:
            return _too_slow()
        return failure

    def _understood(self, method, path, answer):
        """Return the document and the revision, or a _Failure."""
        if answer.status >= 300:
            return self._refusal(answer)
        place = f"{method} {path}"
        try:
            document = _document(answer.body)
            if self._is_echoed(answer, document):
                return _Failure("echo", in_doubt=True)
            wrong = contract.fault(method, path, document)
        except (ValueError, RecursionError):
            return _Failure("nonsense", place, in_doubt=True)
        if wrong is not None:
            return _Failure("nonsense", f"{place} {wrong}".strip(), in_doubt=True)
        tag = re.fullmatch(r'"([!#-~]+)"', answer.response.headers.get("ETag", ""))
        if not tag:
            return _Failure("nonsense", f"{place} ETag", in_doubt=True)
        return document, tag[1]

    def _refusal(self, answer):
        status, response = answer.status, answer.response
        if status in NOT_SERVED:
            wait = _Repeat().get_retry_after(response.raw)
            return _Failure("busy", wait=wait, passing=True, response=response.raw)
        if status in STATUSES:
            return _Failure(STATUSES[status])
        if status >= 500:
            passing = status in PASSING
            return _Failure(
                "fault", str(status), in_doubt=True, passing=passing, response=response.raw
            )
        if status < 400:
            return _Failure("redirect", self._clean(response.headers.get("Location", "")))
        return _Failure("refused", self._clean(_problem(answer)))

    def _is_echoed(self, answer, document):
        text = f"{answer.head}\n{_text(document)}"
        return self._token.is_in_bytes(answer.body) or self._token.is_in(text)

    def _clean(self, text):
        """Return a server's text in one line, without the token if it repeats that."""
        text = " ".join(self._token.hidden(text).split())[:500]
        text = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(text.split())


class _Reading:
    """The limits that are left for the requests of one reading, and the revisions that they met.

    :param float seconds: from now
    :param int limit: bytes of content
    """

    def __init__(self, seconds, limit):
        self._until = monotonic() + seconds
        self.bytes = limit
        self.revisions = set()

    @property
    def seconds(self):
        return self._until - monotonic()


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer that came within the limits."""

    response: requests.Response
    body: bytearray

    @property
    def status(self):
        return self.response.status_code

    @property
    def is_told_by_its_status(self):
        return self.status in STATUSES or 300 <= self.status < 400 or self.status >= 500

    @property
    def is_readable(self):
        compression = self.response.headers.get("Content-Encoding")
        return compression is None or compression.lower() in COMPRESSIONS

    @property
    def head(self):
        headers = self.response.raw.headers.items()
        lines = [self.response.reason or "", *(f"{name}: {text}" for name, text in headers)]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Failure:
    """Why one request failed, as for ``ConsoleError``.

    ``in_doubt`` is whether the server may have carried it out, ``passing`` whether another try may
    succeed; ``response`` may say when to try.
    """

    reason: str
    detail: str = ""
    wait: int | None = None
    in_doubt: bool = False
    passing: bool = False
    response: HTTPResponse | None = None

    def may_be_repeated(self, method):
        return self.passing and (not self.in_doubt or method in SAFE_TO_REPEAT)


class _Session(requests.Session):
    def __init__(self):
        super().__init__()
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter())
        # Nothing limits how many cookies are kept, and the contract knows none.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))

    def get_redirect_target(self, _answer):
        """Follow no redirect: the token is for this host only."""


class _Adapter(wire.LimitedAdapter):
    def send(self, request, **options):
        if request.url.startswith("http:"):
            options["proxies"] = {}  # to this very machine: a proxy would read the token
        return super().send(request, **options)


class _Repeat(Retry):
    """How many tries are left, and when the next one is due."""

    def is_due(self, response, within):
        """Return whether another try may follow.

        :param response: the last answer, if there was one
        :param float within: seconds
        """
        wait = (response and self.get_retry_after(response)) or 0
        return self.total > 0 and wait <= min(LONGEST_WAIT, within)

    def get_retry_after(self, response):
        try:
            wait = super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):  # a date may be impossible
            return None
        return wait and math.ceil(wait)


def _too_slow():
    return _Failure("slow", f"{READING_SECONDS:g}")


def _unanswered(error, method, *, in_doubt, is_first):
    """Return the failure of a request without a complete answer.

    :param bool in_doubt: whether any of the request was sent
    :param bool is_first: whether nothing was received yet
    :rtype: _Failure
    """
    if _is_caused_by(error, wire.TooMuch):
        return _Failure("size", in_doubt=in_doubt)
    cause = error.args[0] if error.args else None
    cause = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(error, requests.exceptions.SSLError):
        # It may also occur while the answer is being received.
        reason = "lost" if _is_caused_by(error, SSLEOFError) else "certificate"
        return _Failure(reason, in_doubt=in_doubt)
    if isinstance(error, NEVER_ARRIVED):
        return _Failure("address")
    if isinstance(cause, NewConnectionError):
        return _Failure("address", passing=True)
    if isinstance(error, requests.ConnectTimeout):
        return _Failure("timeout", passing=True)
    if _is_caused_by(error, TimeoutError):
        return _Failure("timeout", in_doubt=in_doubt, passing=is_first)
    if isinstance(error, UNREADABLE):
        return _Failure("nonsense", method, in_doubt=in_doubt)
    if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
        return _Failure("certificate")  # no such file as REQUESTS_CA_BUNDLE names
    passing = is_first and isinstance(cause, ProtocolError)
    return _Failure("lost", in_doubt=in_doubt, passing=passing)


def _is_caused_by(error, kind):
    while error and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return bool(error)


_SETTINGS = {
    "default_number": "default",
    "rules_override_users": "override",
    "rules": "rules",
    "outgoing_number": "extension",
}


def _document(body):
    """Parse a JSON document.

    :raises ValueError: if it is no JSON, or holds more values than any account needs
    :raises RecursionError: if it is nested too deeply
    """
    # One of these precedes each value and each name.
    if sum(map(body.count, b"[{,:")) > ANSWER_VALUES:
        raise ValueError("too many values")
    return json.loads(body)


def _text(document):
    """Return all names and texts in a document, one per line, so that no token can seem to span
    two.

    :raises ValueError: if one contains what no database can store
    """
    parts, texts = [document], []
    while parts:
        part = parts.pop()
        if type(part) is str:
            texts.append(part)
        elif type(part) is dict:
            parts += part
            parts += part.values()
        elif type(part) is list:
            parts += part
    text = "\n".join(texts)
    text.encode()  # half of a surrogate pair is no character
    if "\0" in text:
        raise ValueError("a NUL in a text")
    return text


def _problem(answer):
    """Return what a refusal says in the form of RFC 9457, else its status."""
    try:
        problem = _document(answer.body)
        errors = [f"{error['pointer']}: {error['detail']}" for error in problem.get("errors", ())]
        return "; ".join([problem["detail"], *errors])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return str(answer.status)
