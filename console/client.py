"""The console over HTTP, as ``openapi.json`` beside this file says."""

import json
import re
import uuid
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from ssl import SSLCertVerificationError, SSLEOFError
from urllib.parse import quote, urlsplit

import jsonschema
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import (
    HTTPError,
    InvalidHeader,
    LocationValueError,
    MaxRetryError,
    NewConnectionError,
    ProtocolError,
    ReadTimeoutError,
)
from urllib3.util import Retry

from . import Company, Console, ConsoleError, Found, Saved

CONNECT_SECONDS, READ_SECONDS = 5, 20
REPEATS = 2
LONGEST_WAIT = 20  # seconds: a server that asks for more is told of instead of waited for
PAGE = 500
READINGS = 3
MOST_PAGES = 1000
TOKEN = re.compile(r"[!-~]+")
NOT_SERVED = (429, 503)
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
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def is_safe_address(text):
    """Whether a token may be sent to this base URL: over TLS, or to this very machine. What stands
    before an ``@`` would be a second secret, in a field that others may read."""
    text = text or ""
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
    """
    :param str base_url: ``https://host/path``, before ``/company``
    :param str token: the bearer token
    :raises ConsoleError: ``token`` or ``address`` for what can be neither
    """

    def __init__(self, base_url, token):
        if not is_safe_address(base_url):
            raise ConsoleError("address")
        # What is no token must not reach the library: it quotes a bad header in its errors.
        if not TOKEN.fullmatch(token or ""):
            raise ConsoleError("token")
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._session = _Session()
        self._session.auth = self._authorize  # else a .netrc of the machine goes first
        self._adapter = _Adapter()
        self._session.mount("https://", self._adapter)
        self._session.mount("http://", self._adapter)

    def describe(self):
        company, revision = self._ask("GET", "/company")
        return Company(
            company["name"], company["domain"], company["numbers"], company["users"], revision
        )

    def read(self):
        for _ in range(READINGS):
            revisions = set()
            company = self._see("/company", revisions)
            settings = self._see("/outgoing-settings", revisions)
            waiting = self._see("/changes", revisions)["items"]
            users = list(self._see_pages("/users", revisions))
            numbers = list(self._see_pages("/numbers", revisions))
            if len(revisions) == 1:
                break
        else:
            raise ConsoleError("changed")
        saved, applied = (
            {
                "default": settings[state]["default_number"],
                "override": settings[state]["rules_override_users"],
                "rules": [[rule["prefix"], rule["number"]] for rule in settings[state]["rules"]],
                "extensions": {user["extension"]: user["outgoing_number"][state] for user in users},
            }
            for state in ("saved", "applied")
        )
        return Found(
            company["domain"],
            revisions.pop(),
            saved,
            applied,
            {
                user["extension"]: (user["name"] or user["extension"], user["email"])
                for user in users
            },
            {
                number["number"]: (number["destination"]["type"], number["destination"]["target"])
                for number in numbers
            },
            tuple(
                Saved(
                    _SETTINGS[item["setting"]],
                    item["extension"],
                    item["saved_by"],
                    item["saved_at"],
                )
                for item in waiting
            ),
        )

    def save_settings(self, settings, revision):
        document = {
            "default_number": settings["default"],
            "rules_override_users": settings["override"],
            "rules": [{"prefix": prefix, "number": number} for prefix, number in settings["rules"]],
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

    def _authorize(self, request):
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _see(self, path, revisions, **params):
        document, revision = self._ask("GET", path, params=params)
        revisions.add(revision)
        return document

    def _see_pages(self, path, revisions):
        params = {"limit": PAGE}
        for _ in range(MOST_PAGES):
            page = self._see(path, revisions, **params)
            yield from page["items"]
            if page["next"] is None:
                return
            params["cursor"] = page["next"]
        raise ConsoleError("nonsense", f"GET {path}")

    def _ask(self, method, path, revision=None, headers=(), **content):
        """One request, repeated where that is safe.

        :return: the answer's document, and the revision that it came with
        """
        headers = {"Accept": "application/json", **dict(headers)}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        try:
            answer = self._session.request(
                method,
                self._base_url + path,
                headers=headers,
                allow_redirects=False,  # the token is for this host only
                **content,
            )
        except (OSError, HTTPError, ValueError) as error:  # not all that requests lets out is its
            raise self._unanswered(method, error) from error
        if answer.status_code >= 300:
            raise self._refusal(method, answer)
        place = f"{method} {path}"
        try:
            document = _document(answer)
            wrong = next(_schema(method, path).iter_errors(document), None)
        except (ValueError, RecursionError) as error:
            raise self._failure(method, "nonsense", place, in_doubt=True) from error
        if wrong:
            where = "/".join(map(str, wrong.absolute_path))
            raise self._failure(method, "nonsense", f"{place} {where}".strip(), in_doubt=True)
        tag = re.fullmatch(r'"([!#-~]+)"', answer.headers.get("ETag", ""))
        if not tag:
            raise self._failure(method, "nonsense", f"{place} ETag", in_doubt=True)
        return document, tag[1]

    def _failure(self, method, reason, detail="", *, wait=None, in_doubt=False):
        """
        :param bool in_doubt: whether the last try may have been carried out; an earlier one that
            may have been leaves the same doubt
        """
        in_doubt = method != "GET" and (in_doubt or self._adapter.in_doubt)
        return ConsoleError(reason, detail, wait=wait, in_doubt=in_doubt)

    def _unanswered(self, method, error):
        """What went wrong where there was no answer."""
        cause = error.args[0] if error.args else None
        cause = cause.reason if isinstance(cause, MaxRetryError) else cause
        if isinstance(error, requests.exceptions.SSLError):
            inner = cause.args[0] if isinstance(cause, HTTPError) and cause.args else None
            # Any other failure of TLS may come late: while the answer is on its way.
            unproven = isinstance(inner, SSLCertVerificationError)
            reason = "lost" if isinstance(inner, SSLEOFError) else "certificate"
            return self._failure(method, reason, in_doubt=not unproven)
        if isinstance(error, NEVER_ARRIVED) or isinstance(cause, NewConnectionError):
            return self._failure(method, "address")
        if isinstance(error, requests.ConnectTimeout):
            return self._failure(method, "timeout")
        if isinstance(error, requests.Timeout) or isinstance(cause, ReadTimeoutError):
            return self._failure(method, "timeout", in_doubt=True)
        if isinstance(error, UNREADABLE):
            return self._failure(method, "nonsense", method, in_doubt=True)
        if isinstance(error, OSError) and not isinstance(error, requests.RequestException):
            return self._failure(method, "certificate")  # no such file as REQUESTS_CA_BUNDLE names
        return self._failure(method, "lost", in_doubt=True)

    def _refusal(self, method, answer):
        status = answer.status_code
        if status in (401, 403):
            return self._failure(method, "token")
        if status in (404, 405):
            return self._failure(method, "address")
        if status == 412:
            return self._failure(method, "changed")
        if status in NOT_SERVED:
            return self._failure(method, "busy", wait=_Repeat().get_retry_after(answer.raw))
        if status >= 500:
            return self._failure(method, "fault", str(status), in_doubt=True)
        if status < 400:
            location = self._clean(answer.headers.get("Location", ""))
            return self._failure(method, "redirect", location)
        return self._failure(method, "refused", self._clean(_problem(answer)))

    def _clean(self, text):
        """What a server said, in one line, without the token if it echoes that."""
        for echo in (self._token, quote(self._token, safe="")):
            text = text.replace(echo, "…")
        text = "".join(char if char.isprintable() else " " for char in text)
        return " ".join(text.split())[:500]


class _Session(requests.Session):
    def get_redirect_target(self, _answer):
        """Nowhere: else what a Location says is read even if nobody goes there."""


class _Adapter(HTTPAdapter):
    def send(self, request, **options):
        self.max_retries = _Repeat()  # one that knows of this request only
        options["timeout"] = (CONNECT_SECONDS, READ_SECONDS)
        if request.url.startswith("http:"):
            options["proxies"] = {}  # to this very machine: a proxy would read the token
        return super().send(request, **options)

    @property
    def in_doubt(self):
        """Whether a try of the last request that was repeated may have been carried out."""
        return bool(self.max_retries.doubts)


class _Repeat(Retry):
    """What is sent again, and when: what changes nothing, what is known by its idempotency key,
    and whatever the server did not get or said it did not serve.

    ``doubts`` is one list for all tries of a request: the failures of those that the server may
    have carried out.
    """

    def __init__(self, total=REPEATS, *, doubts=None, **options):
        options = {
            "other": 0,  # TLS: it may have failed at any moment
            "allowed_methods": {"GET", "POST"},
            "status_forcelist": {429, 500, 502, 503, 504},
            "backoff_factor": 0.2,
            "raise_on_status": False,
            **options,
        }
        super().__init__(total, **options)
        self.doubts = [] if doubts is None else doubts

    def new(self, **options):
        return super().new(doubts=self.doubts, **options)

    def is_retry(self, method, status_code, has_retry_after=False):
        return status_code in NOT_SERVED or super().is_retry(method, status_code, has_retry_after)

    def get_retry_after(self, response):
        try:
            return super().get_retry_after(response)
        except (InvalidHeader, ValueError, OverflowError):  # a date may be one of no calendar
            return None

    def increment(self, method=None, url=None, response=None, error=None, *args, **kwargs):
        failed = response is not None and response.status not in NOT_SERVED
        if failed or isinstance(error, (ReadTimeoutError, ProtocolError)):
            self.doubts.append(error or response.status)
        if response is not None and (self.get_retry_after(response) or 0) > LONGEST_WAIT:
            raise MaxRetryError(None, url)
        return super().increment(method, url, response, error, *args, **kwargs)


_SETTINGS = {
    "default_number": "default",
    "rules_override_users": "override",
    "rules": "rules",
    "outgoing_number": "extension",
}


@cache
def _schema(method, path):
    """:return: what checks a good answer's document against the contract"""
    contract = json.loads(Path(__file__).with_name("openapi.json").read_text())
    answer = contract["paths"][path][method.lower()]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    return _Validator({**contract, **schema})


def _pattern(_validator, pattern, instance, _schema):
    # ECMA's ``$`` is the very end; Python's may have a line break behind it.
    if isinstance(instance, str) and (instance[-1:] == "\n" or not re.search(pattern, instance)):
        yield jsonschema.ValidationError("does not match")


_Validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": _pattern})


def _document(answer):
    """
    :raises ValueError: for what is no JSON, or holds a text that could not be kept
    :raises RecursionError: for what is nested too deeply
    """
    document = answer.json()
    text = json.dumps(document, ensure_ascii=False)
    text.encode()  # half of a surrogate pair is no character
    if NUL.search(text):
        raise ValueError("no database keeps a NUL in a text")
    return document


def _problem(answer):
    """What a refusal says in the form of RFC 9457, else its status."""
    try:
        problem = answer.json()
        errors = [f"{error['pointer']}: {error['detail']}" for error in problem.get("errors", ())]
        return "; ".join([problem["detail"], *errors])
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return str(answer.status_code)
