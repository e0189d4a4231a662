"""The addon's client, against the stand-in and against servers that break every rule."""

import contextlib
import copy
import gzip
import html
import itertools
import json
import logging
import math
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import traceback
import tracemalloc
import types
import zlib
from collections import Counter
from dataclasses import replace
from email.utils import formatdate
from functools import partial
from pathlib import Path
from urllib.parse import quote

import jsonschema
import pytest
import requests
import urllib3.util.retry
from axivox_caller_id.callerid.policy import Rule, Settings
from axivox_caller_id.console import Company, ConsoleError, PendingChange, client, contract
from axivox_caller_id.console.client import HttpConsole, is_safe_address
from axivox_caller_id.console.secret import WRAPPINGS, Token
from conftest import ROOT, TOKEN
from nonsense import Nonsense, answer, without_end

SEED = json.loads((ROOT / "sandbox" / "seed.json").read_text("utf-8"))
LONDON, PARIS, MAIN = "+442079460958", "+33199001234", "+3212345678"
STRANGER = "+15555550100"
REASONS = set(re.findall(r"^ {4}``(\w+)``  ", ConsoleError.__doc__, re.MULTILINE))
TRIES = 1 + client.REPEATS
EVER = 99
SETTINGS = Settings(PARIS, False, (Rule("0044", LONDON), Rule("04", MAIN)))


@pytest.fixture(autouse=True)
def waits(monkeypatch):
    """Yield the list of seconds that the client would have waited; no test waits."""
    waits = []
    clock = types.SimpleNamespace(sleep=waits.append, time=time.time)
    monkeypatch.setattr(urllib3.util.retry, "time", clock)
    return waits


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Hide the machine's proxy, certificates and .netrc."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "no-netrc"))


@pytest.fixture
def console(sandbox):
    return HttpConsole(f"{sandbox.address}/api", TOKEN)


@pytest.fixture
def serve():
    """Start a server that answers what ``say`` gives: bytes, or a function of the request."""
    servers = []

    def serve(say, **options):
        server = Nonsense(say if callable(say) else lambda asked: say, **options)
        servers.append(server)
        return server

    yield serve
    for server in servers:
        server.stop()


def at(server, scheme="http", host="127.0.0.1"):
    return HttpConsole(f"{scheme}://{host}:{server.port}/api", TOKEN)


# One of each method, as (method, what to call with a revision)
ACTIONS = {
    "GET": lambda console, revision: console.describe(),
    "PUT": lambda console, revision: console.save_settings(SETTINGS, revision),
    "PATCH": lambda console, revision: list(console.save_users({"201": LONDON}, revision)),
    "POST": lambda console, revision: console.apply(revision),
}
each_method = pytest.mark.parametrize("method", ACTIONS)


def failure(action, *arguments):
    with pytest.raises(ConsoleError) as raised:
        action(*arguments)
    assert raised.value.reason in REASONS
    return raised.value


def outcome(console, method, revision="1"):
    """Return the result: the reason, and whether it leaves a doubt."""
    error = failure(ACTIONS[method], console, revision)
    return error.reason, error.in_doubt


def tries(sandbox, method):
    return sum(r["method"] == method for r in sandbox.control("GET", "requests"))


def held(sandbox):
    return sandbox.control("GET", "applied")


# The stand-in, well-behaved


def test_all_that_the_console_holds_is_read(console, sandbox):
    found = console.read()
    settings = Settings(
        MAIN,
        True,
        tuple(Rule(r["prefix"], r["number"]) for r in SEED["outgoing_settings"]["rules"]),
        {user["extension"]: user["outgoing_number"] for user in SEED["users"]},
    )
    assert found.domain == "meridian-bikes.axivox.example"
    assert found.revision == sandbox.revision
    assert found.saved == found.applied == settings
    assert found.pending == ()
    assert found.users["201"] == ("Sophie Lambert", "sophie@meridian-bikes.example")
    assert found.users["100"] == ("Lobby phone", None)
    assert found.numbers == {
        n["number"]: (n["destination"]["type"], n["destination"]["target"]) for n in SEED["numbers"]
    }


def test_pages_however_short_come_together(start, console):
    sandbox = start("--page-size", "2")
    paged = HttpConsole(f"{sandbox.address}/api/", TOKEN).read()
    whole = console.read()
    assert (paged.saved, paged.applied, paged.users, paged.numbers) == (
        whole.saved,
        whole.applied,
        whole.users,
        whole.numbers,
    )
    paths = [r["path"].partition("?")[0] for r in sandbox.control("GET", "requests")]
    assert paths.count("/api/users") == 4
    assert paths.count("/api/numbers") == 5


def test_the_company_is_described(console, sandbox):
    name, domain = SEED["company"]["name"], SEED["company"]["domain"]
    assert console.describe() == Company(name, domain, 9, 7, sandbox.revision)


def test_what_is_saved_is_pending_until_it_is_applied(console, sandbox):
    before = held(sandbox)
    revision = console.save_settings(SETTINGS, console.describe().revision)
    ((count, revision),) = console.save_users({"201": LONDON, "202": None}, revision)
    assert count == 2
    found = console.read()
    users = {**found.applied.extensions, "201": LONDON, "202": None}
    wanted = replace(SETTINGS, extensions=users)
    assert found.saved == wanted
    assert found.revision == revision
    assert [(item.setting, item.extension) for item in found.pending] == [
        ("default", None),
        ("override", None),
        ("rules", None),
        ("extension", "201"),
        ("extension", "202"),
    ]
    assert {item.saved_by for item in found.pending} == {"API"}
    assert all(isinstance(item, PendingChange) for item in found.pending)
    assert held(sandbox)["users"] == before["users"]

    revision = console.apply(revision)
    found = console.read()
    assert (found.applied, found.pending, found.revision) == (wanted, (), revision)


def test_saving_nobodys_number_asks_nothing(console, sandbox):
    assert list(console.save_users({}, sandbox.revision)) == []
    assert tries(sandbox, "PATCH") == 0


def test_saving_is_guarded_page_by_page(console, sandbox, monkeypatch):
    monkeypatch.setattr(client, "PAGE", 1)
    edit = {"users": {"203": None}}
    sandbox.faults({"request": 2, "method": "PATCH", "kind": "edit", "edit": edit})
    pages = console.save_users({"201": LONDON, "202": LONDON}, sandbox.revision)
    assert next(pages)[0] == 1
    error = failure(next, pages)
    assert (error.reason, error.in_doubt) == ("changed", False)
    assert console.read().saved.extensions["202"] != PARIS


def test_requests_grow_with_the_pages_and_not_with_the_users(console, sandbox):
    users = [
        {"extension": str(1000 + n), "name": f"User {n}", "outgoing_number": None}
        for n in range(2000)
    ]
    sandbox.control("PUT", "state", {**SEED, "users": users})
    print("\nchanged users  read  save  apply   fewest")
    for changed in (1, 100, 2000):
        sandbox.control("DELETE", "requests")
        found = console.read()
        reading = tries(sandbox, "GET")
        # Another number each time: what is the same as before would be no change.
        number = {1: LONDON, 100: PARIS, 2000: MAIN}[changed]
        wanted = {user["extension"]: number for user in users[:changed]}
        *_, (_count, revision) = console.save_users(wanted, found.revision)
        console.apply(revision)
        saving, applying = tries(sandbox, "PATCH"), tries(sandbox, "POST")
        # The company, the settings, what waits, a page of numbers; then the users' pages.
        fewest = 4 + math.ceil(len(users) / 500), math.ceil(changed / 500), 1
        print(f"{changed:13}  {reading:4}  {saving:4}  {applying:5}   {sum(fewest)}")
        assert (reading, saving, applying) == fewest
    assert set(console.read().applied.extensions.values()) == {MAIN}


# The stand-in, misbehaving. In each row: the reason, whether it leaves a doubt, how many tries.

READ_AGAIN = {"GET": (False, TRIES), "PUT": (True, 1), "PATCH": (True, 1), "POST": (True, TRIES)}
REFUSED = dict.fromkeys(ACTIONS, (False, TRIES))
AT_ONCE = dict.fromkeys(ACTIONS, (False, 1))
SPOILT = {"GET": (False, 1), "PUT": (True, 1), "PATCH": (True, 1), "POST": (True, 1)}
FAULTS = {
    "429": ("busy", REFUSED),
    "503": ("busy", REFUSED),
    "500_before": ("fault", READ_AGAIN),
    "500_after": ("fault", READ_AGAIN),
    "drop_before": ("lost", READ_AGAIN),
    "drop_after": ("lost", READ_AGAIN),
    "cut": ("lost", SPOILT),
    "nonsense": ("nonsense", SPOILT),
    "wrong_shape": ("nonsense", SPOILT),
    "redirect": ("redirect", AT_ONCE),
}


@each_method
@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_that_stays_is_told_with_its_doubt(console, sandbox, kind, method):
    revision = sandbox.revision
    sandbox.control("DELETE", "requests")
    sandbox.faults({"kind": kind, "method": method, "times": EVER, "seconds": 0})
    reason, expected = FAULTS[kind]
    in_doubt, tried = expected[method]
    assert outcome(console, method, revision) == (reason, in_doubt)
    assert tries(sandbox, method) == tried


@each_method
@pytest.mark.parametrize(
    "kind", ["429", "503", "500_before", "500_after", "drop_before", "drop_after"]
)
def test_a_fault_that_passes_is_not_noticed_where_repeating_is_safe(console, sandbox, kind, method):
    revision = sandbox.revision
    sandbox.control("DELETE", "requests")
    sandbox.faults({"kind": kind, "method": method, "seconds": 0})
    reason, expected = FAULTS[kind]
    in_doubt, tried = expected[method]
    if tried == 1:
        assert outcome(console, method, revision) == (reason, in_doubt)
    else:
        ACTIONS[method](console, revision)
    assert tries(sandbox, method) == min(tried, 2)


@pytest.mark.parametrize("kind", ["500_after", "drop_after"])
def test_an_apply_whose_answer_was_lost_is_not_made_twice(console, sandbox, kind):
    revision = console.save_settings(SETTINGS, sandbox.revision)
    sandbox.faults({"kind": kind, "method": "POST"})
    after = console.apply(revision)
    assert after == sandbox.revision == held(sandbox)["revision"]
    assert int(after) == int(revision) + 1
    assert held(sandbox)["default_number"] == PARIS


def test_each_apply_has_a_key_of_its_own_and_keeps_it(serve):
    server = serve(answer(status="503 Service Unavailable"))
    console = at(server)
    for _ in range(2):
        failure(console.apply, "1")
    keys = [asked.headers["idempotency-key"] for asked in server.asked]
    assert len(keys) == 2 * TRIES
    assert len(set(keys[:TRIES])) == len(set(keys[TRIES:])) == 1
    assert keys[0] != keys[-1]
    assert {asked.headers["if-match"] for asked in server.asked} == {'"1"'}


def test_a_doubt_stays_whatever_later_tries_say(console, sandbox):
    revision = console.save_settings(SETTINGS, sandbox.revision)
    sandbox.faults(
        {"kind": "drop_after", "method": "POST"},
        {"request": 2, "times": EVER, "kind": "503", "seconds": 0, "method": "POST"},
    )
    assert outcome(console, "POST", revision) == ("busy", True)
    assert held(sandbox)["default_number"] == PARIS


@pytest.mark.parametrize(
    ("status", "reason"),
    [("401 No", "token"), ("404 No", "address"), ("412 No", "changed"), ("307 No", "redirect")],
)
def test_a_doubt_stays_whoever_answers_next(serve, status, reason):
    server = serve(lambda asked: answer(status=status) if len(server.asked) > 1 else b"")
    assert outcome(at(server), "POST") == (reason, True)
    assert outcome(at(server), "POST") == (reason, False)


def test_a_doubt_stays_when_the_server_is_gone(serve):
    server = serve(lambda asked: server.stop() or b"")
    assert outcome(at(server), "POST") == ("address", True)


def test_a_doubt_is_of_one_request_only(serve):
    server = serve(lambda asked: answer(status="401 No") if len(server.asked) > TRIES else b"")
    console = at(server)
    assert outcome(console, "POST") == ("lost", True)
    assert outcome(console, "POST") == ("token", False)


def test_a_late_answer_is_a_timeout(start, monkeypatch):
    sandbox = start()  # of its own: what was given up here is carried out later
    console = HttpConsole(f"{sandbox.address}/api", TOKEN)
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)
    sandbox.faults({"kind": "delay", "times": EVER, "seconds": 0.5})
    for method, tried in (("GET", TRIES), ("PUT", 1), ("PATCH", 1), ("POST", TRIES)):
        before = tries(sandbox, method)
        assert outcome(console, method, "1") == ("timeout", method != "GET")
        assert tries(sandbox, method) - before == tried


@each_method
def test_a_host_that_takes_no_connection_is_tried_again(monkeypatch, waits, method):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.05)
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port = listener.getsockname()[1]
        for _ in range(4):  # nobody accepts them, and no more are queued
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        console = HttpConsole(f"http://127.0.0.1:{port}/api", TOKEN)
        assert outcome(console, method) == ("timeout", False)
    assert waits


def test_an_answer_that_stops_midway_is_a_timeout(serve, monkeypatch):
    monkeypatch.setattr(client, "READ_SECONDS", 0.1)

    server = serve(answer(b"{", length=2), linger=0.3)
    for method in ACTIONS:
        assert outcome(at(server), method) == ("timeout", method != "GET")


@each_method
def test_a_busy_server_is_asked_again_when_it_says(console, sandbox, waits, method):
    revision = sandbox.revision
    sandbox.faults(
        {"kind": "429", "method": method, "seconds": 3},
        {"request": 2, "kind": "503", "method": method, "seconds": client.LONGEST_WAIT},
    )
    ACTIONS[method](console, revision)
    assert waits == [3, client.LONGEST_WAIT]


def test_a_broken_server_is_asked_again_when_it_says(serve, waits):
    server = serve(answer(b"", "Retry-After: 7", status="500 Broken"))
    error = failure(at(server).describe)
    assert (error.reason, error.detail, waits) == ("fault", "500", [7] * client.REPEATS)


def test_a_busy_server_may_name_a_date(serve, waits):
    later = formatdate(time.time() + 9, usegmt=True)
    server = serve(answer(b"", f"Retry-After: {later}", status="503 Busy"))
    error = failure(at(server).describe)
    assert (error.reason, len(waits)) == ("busy", client.REPEATS)
    assert all(6 < wait <= 9 for wait in [*waits, error.wait])


@each_method
def test_a_longer_wait_is_told_and_not_waited_for(console, sandbox, waits, method):
    revision = sandbox.revision
    sandbox.control("DELETE", "requests")
    seconds = client.LONGEST_WAIT + 1
    sandbox.faults({"kind": "503", "method": method, "times": EVER, "seconds": seconds})
    error = failure(ACTIONS[method], console, revision)
    assert (error.reason, error.wait, error.in_doubt) == ("busy", seconds, False)
    assert (waits, tries(sandbox, method)) == ([], 1)


def test_a_longer_wait_until_a_date_is_told_in_whole_seconds_and_not_waited_for(serve, waits):
    later = formatdate(time.time() + 3600, usegmt=True)
    server = serve(answer(b"", f"Retry-After: {later}", status="429 Busy"))
    error = failure(at(server).describe)
    assert error.wait in range(3590, 3601)
    assert (waits, len(server.asked)) == ([], 1)


@pytest.mark.parametrize(
    "header",
    [
        "banana",
        "",
        "-5",
        "1.5",
        "9" * 5000,
        "99999999999999",
        "Thu, 01 Jan 99999 00:00:00 GMT",
        "Mon, 99 Foo 2026 99:99:99 GMT",
        "Fri, 31 Feb 2026 00:00:00 GMT",
        "Fri, 01 Jan 0000 00:00:00 GMT",
        "Fri, 01 Jan 2027 00:00:00 +99999999999999999999",
    ],
)
@pytest.mark.parametrize("status", ["429 Busy", "503 Busy", "500 Busy"])
def test_a_retry_after_that_says_nothing_is_no_defect(serve, waits, status, header):
    server = serve(answer(b"", f"Retry-After: {header}", status=status))
    assert failure(at(server).describe).reason == ("fault" if "500" in status else "busy")
    assert all(wait <= client.LONGEST_WAIT for wait in waits)


@each_method
def test_a_redirect_is_told_and_not_followed(console, sandbox, method):
    revision = sandbox.revision
    sandbox.faults({"kind": "redirect", "method": method, "times": EVER})
    error = failure(ACTIONS[method], console, revision)
    port = sandbox.address.rpartition(":")[2]
    assert error.detail == f"http://localhost:{port}/stolen"
    assert "/stolen" not in {r["path"] for r in sandbox.control("GET", "requests")}


@each_method
def test_what_was_changed_meanwhile_is_not_overwritten(console, sandbox, method):
    if method == "GET":
        return
    revision = sandbox.revision
    edit = {"default_number": LONDON}
    sandbox.faults({"kind": "edit", "edit": edit, "method": method})
    assert outcome(console, method, revision) == ("changed", False)
    assert console.read().saved.default == LONDON
    assert held(sandbox)["default_number"] == MAIN


def test_what_is_refused_is_told_with_its_place(console, sandbox):
    revision = sandbox.revision
    settings = replace(SETTINGS, rules=(Rule("0044", LONDON), Rule("", STRANGER)))
    error = failure(console.save_settings, settings, revision)
    assert (error.reason, error.in_doubt) == ("refused", False)
    assert "/rules/1/prefix: " in error.detail
    settings = replace(SETTINGS, rules=(Rule("0044", LONDON), Rule("04", STRANGER)))
    error = failure(console.save_settings, settings, revision)
    assert f"/rules/1/number: {STRANGER} is not one of" in error.detail
    users = {"201": LONDON, "202": STRANGER, "999": None}
    error = failure(list, console.save_users(users, revision))
    assert error.reason == "refused"
    assert "/users/1/outgoing_number: " in error.detail
    assert "; /users/2/extension: No user has the extension 999." in error.detail
    assert console.describe().revision == revision


def test_a_wrong_token_is_told(sandbox):
    console = HttpConsole(f"{sandbox.address}/api", "another-token")
    for action in (console.describe, console.read, lambda: console.apply("1")):
        error = failure(action)
        assert (error.reason, error.detail, error.in_doubt) == ("token", "", False)


def test_another_path_is_not_the_address(sandbox):
    for path in ("", "/api/v2", "/elsewhere"):
        assert failure(HttpConsole(sandbox.address + path, TOKEN).describe).reason == "address"


def test_a_console_that_changes_while_it_is_read_is_read_again(console, sandbox):
    edit = {"default_number": LONDON}
    sandbox.faults({"kind": "edit", "edit": edit, "path": "/users"})
    found = console.read()
    assert (found.saved.default, found.revision) == (LONDON, sandbox.revision)
    assert [item.setting for item in found.pending] == ["default"]


def test_a_console_that_changes_for_ever_is_given_up(console, sandbox):
    sandbox.control("DELETE", "requests")
    edit = {"default_number": LONDON}
    sandbox.faults({"kind": "edit", "edit": edit, "path": "/users", "times": EVER})
    error = failure(console.read)
    assert (error.reason, error.in_doubt) == ("changed", False)
    assert tries(sandbox, "GET") == client.READINGS * 5


# Servers that keep to nothing

NUMBER = {"number": LONDON, "destination": {"type": "dial_plan", "target": "English menu"}}
USER = {
    "extension": "201",
    "name": "Sophie",
    "email": None,
    "outgoing_number": {"saved": LONDON, "applied": None},
}
STATE = {
    "default_number": MAIN,
    "rules_override_users": True,
    "rules": [{"prefix": "04", "number": MAIN}],
}
WAITING = {
    "setting": "rules",
    "extension": None,
    "saved_by": "Console user",
    "saved_at": "2026-11-23T09:30:00Z",
}
GOOD = {
    "GET /company": {
        "name": "Velo",
        "domain": "velo.axivox.example",
        "numbers": 1,
        "users": 1,
        "pending_changes": 1,
    },
    "GET /numbers": {"items": [NUMBER], "next": None},
    "GET /users": {"items": [USER], "next": None},
    "GET /outgoing-settings": {"saved": STATE, "applied": STATE},
    "GET /changes": {"items": [WAITING]},
    "PUT /outgoing-settings": {"saved": STATE, "applied": STATE},
    "PATCH /users": {"updated": 1},
    "POST /apply": {"applied_changes": 1},
}
TAG = 'ETag: "1"'
HEAD = b'HTTP/1.1 200 OK\r\nETag: "1"\r\n'
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


def saying(documents, *headers):
    """Return the server's answers for these documents; bytes are sent as they are."""

    def say(asked):
        document = documents[f"{asked.method} {asked.path.removeprefix('/api')}"]
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        return answer(body, *(headers or [TAG]))

    return say


def everything(console):
    console.read()
    write(console)


def write(console):
    console.save_settings(SETTINGS, "1")
    list(console.save_users({"201": None}, "1"))
    console.apply("1")


DEEP = [b'{"a":' * depth + b"1" + b"}" * depth for depth in (50, 300, 700, 900, 1000, 100_000)]
LISTS = [b'{"items":' + b"[" * depth + b"]" * depth + b"}" for depth in (300, 700, 900, 980)]
SPOILT_ANSWERS = {
    "a page": answer(b"<!DOCTYPE html><title>Welcome</title>", TAG, "Content-Type: text/html"),
    "nothing": answer(b"", TAG),
    "no content": answer(b"", TAG, status="204 No Content"),
    "half a document": answer(b'{"name": "Vel', TAG),
    "another format": answer(b"name: Velo", TAG),
    "no UTF-8": answer(b'{"name": "\xff\xfe\xfa"}', TAG, "Content-Type: application/json"),
    "an unknown charset": answer(b"{]", TAG, "Content-Type: application/json; charset=klingon"),
    "a charset that is none": answer(
        b"\xff{]", TAG, "Content-Type: application/json; charset=idna"
    ),
    "a null": answer(b"null", TAG),
    "a number": answer(b"1", TAG),
    "not a number": answer(b"NaN", TAG),
    "a long number": answer(b"9" * 5000, TAG),
    "a list": answer(b"[]", TAG),
    "a text": answer(b'"name"', TAG),
    "gzip that is none": answer(b'{"name": 1}', TAG, "Content-Encoding: gzip"),
    "deflate that is none": answer(b'{"name": 1}', TAG, "Content-Encoding: deflate"),
    "two lengths": answer(b"{}", TAG, "Content-Length: 5"),
    **{f"nested {len(body)}": answer(body, TAG) for body in DEEP + LISTS},
}
NO_ANSWERS = {
    "silence": b"",
    "no HTTP": b"220 mail.example ESMTP\r\n",
    "bytes": bytes(range(256)) * 9,
    "HTTP/0.9": b"<html>Welcome</html>",
    "no such status": b"HTTP/1.1 banana\r\n\r\n",
    "a huge header": answer(b"{}", TAG, "X-Long: " + "x" * 100_000),
    "very many headers": answer(b"{}", TAG, *(f"X-{n}: 1" for n in range(500))),
    "a chunk that is none": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nbanana\r\n{}",
    "less than was promised": answer(b"{}", TAG, length=50),
}


def assert_no_token(error, console, caplog):
    said = traceback.format_exception(error)
    said += [str(error), repr(error), repr(console), str(console), caplog.text]
    said += [repr(record.__dict__) for record in caplog.records]
    assert not [text for text in said if TOKEN in text]


@each_method
@pytest.mark.parametrize("name", [*SPOILT_ANSWERS, *NO_ANSWERS])
def test_an_answer_that_is_none_is_a_reason_of_the_list(serve, caplog, name, method):
    caplog.set_level(logging.DEBUG)
    server = serve((SPOILT_ANSWERS | NO_ANSWERS)[name])
    console = at(server)
    error = failure(ACTIONS[method], console, "1")
    assert error.reason == ("nonsense" if name in SPOILT_ANSWERS else "lost")
    assert error.detail.startswith(method) == (name in SPOILT_ANSWERS)
    assert error.in_doubt == (method != "GET")
    assert caplog.records  # the library does speak, at this level
    assert_no_token(error, console, caplog)


def wrongs(document):
    """Yield copies of a document, each wrong in one place."""
    for wrong in (None, True, -1, "text"):
        if type(wrong) is not type(document):
            yield wrong
    members = document.items() if isinstance(document, dict) else ()
    for name, member in members:
        yield {other: document[other] for other in document if other != name}
        for wrong in wrongs(member):
            yield {**document, name: wrong}
    if isinstance(document, list):
        for wrong in wrongs(document[0]):
            yield [wrong]


def test_a_document_of_the_wrong_shape_is_nonsense_or_harmless(serve):
    documents = {}
    console = at(serve(saying(documents)))
    refused = 0
    for place, document in GOOD.items():
        if place == "PUT /outgoing-settings":  # answers as GET does
            continue
        for wrong in wrongs(document):
            documents.update({**GOOD, place: wrong})
            try:
                ask = console.read if place.startswith("GET") else partial(write, console)
                ask()
            except ConsoleError as error:
                assert error.reason == "nonsense"
                assert error.detail.startswith(place)
                assert error.in_doubt == (not place.startswith("GET"))
                refused += 1
    assert refused > 200


ODD = [
    *(None, True, False, 0, -1, 1.0, 0.5, -1.0, math.nan, math.inf, 10**30, [], {}, [{}], [None]),
    *("", "text", "rules", "201", "201\n", "٢٠١", "9" * 11, LONDON, LONDON + "\n", "+0123456"),
    *("0" * 32, "0" * 33, "null", "true"),
]


def oddities(document):
    """Yield copies of a document, each odd in one place; most are wrong there."""
    yield document
    yield from (odd for odd in ODD if odd != document or type(odd) is not type(document))
    members = document.items() if isinstance(document, dict) else ()
    for name, member in members:
        yield {other: document[other] for other in document if other != name}
        for odd in oddities(member):
            yield {**document, name: odd}
    if isinstance(document, list):
        for odd in oddities(document[0]):
            yield [document[0], odd, odd]


def test_example_in_the_documents_keeps_the_contract():
    text = (ROOT / "docs/api.md").read_text("utf-8")
    example = re.findall(r"```http\n(\w+) /api(\S+).*?\n200 OK\n(.*?)```", text, re.DOTALL)
    assert [asked[0] for asked in example] == ["GET", "PUT", "PATCH", "POST"]
    for method, path, answered in example:
        _head, _, body = answered.partition("\n\n")
        assert contract.fault(method, path, json.loads(body or "null")) is None, (method, path)


def test_the_contract_is_checked_as_written():
    def pattern(_validator, pattern, value, _schema):
        if isinstance(value, str) and (value[-1:] == "\n" or not re.search(pattern, value)):
            yield jsonschema.ValidationError("does not match")

    validator = jsonschema.validators.extend(jsonschema.Draft202012Validator, {"pattern": pattern})
    text = Path(client.__file__).with_name("openapi.json").read_text("utf-8")
    described = json.loads(text)
    verdicts = Counter()
    for asked, good in GOOD.items():
        method, path = asked.split()
        answered = described["paths"][path][method.lower()]["responses"]["200"]
        schema = answered["content"]["application/json"]["schema"]
        library = validator({**described, **schema})
        for document in oddities(good):
            errors = library.iter_errors(document)
            places = {"/".join(map(str, error.absolute_path)) for error in errors}
            place = contract.fault(method, path, document)
            assert place in (places or {None}), document
            verdicts[place is None] += 1
    assert min(verdicts[True], verdicts[False]) > 50
    assert verdicts.total() > 1000


@pytest.mark.parametrize(
    ("place", "member", "wrong"),
    [
        ("GET /users", "extension", "201\n"),
        ("GET /users", "extension", ""),
        ("GET /users", "extension", "two"),
        ("GET /numbers", "number", LONDON + "\n"),
        ("GET /numbers", "number", "0044 20 7946 0958"),
        ("GET /users", "name", "So\0phie"),
        ("GET /users", "name", "\\\0"),
        ("GET /users", "name", "half \ud83d of a pair"),
    ],
)
def test_a_value_that_odoo_could_not_keep_is_nonsense(serve, place, member, wrong):
    documents = copy.deepcopy(GOOD)
    documents[place]["items"][0][member] = wrong
    error = failure(at(serve(saying(documents))).read)
    assert error.reason == "nonsense"
    assert error.detail.startswith(place)


def test_where_an_answer_is_wrong_is_said(serve):
    documents = copy.deepcopy(GOOD)
    documents["GET /users"]["items"][0]["extension"] = ["201"]
    assert failure(at(serve(saying(documents))).read).detail == "GET /users items/0/extension"


def test_an_echo_is_found_in_as_many_wrappings_as_are_looked_through():
    token = Token("a-secret-of-some-length")
    text = "a-secret-of-some-length"
    for _ in range(WRAPPINGS + 1):
        assert token.is_in(text)
        assert token.hidden(text) == "…"
        text = "".join(f"%{ord(character):02X}" for character in text)
    assert not token.is_in(text)
    assert token.hidden("something else") == "something else"


def test_what_people_typed_is_kept_to_the_letter(serve):
    documents = copy.deepcopy(GOOD)
    names = {"201": r"\u0000", "202": "🚲", "203": "a\tb\u202e", "204": ""}
    documents["GET /users"]["items"] = [
        {**USER, "extension": extension, "name": name} for extension, name in names.items()
    ]
    documents["GET /outgoing-settings"] = {
        state: {**STATE, "rules": [{"prefix": "0032/2 ", "number": MAIN}] * 2}
        for state in ("saved", "applied")
    }
    found = at(serve(saying(documents))).read()
    assert found.saved.rules == (Rule("0032/2 ", MAIN),) * 2
    # A user without a name is called by the extension.
    assert {e: name for e, (name, _email) in found.users.items()} == {**names, "204": "204"}


def test_unknown_members_of_answers_are_ignored(serve):
    def with_more(document):
        if isinstance(document, dict):
            more = {name: with_more(member) for name, member in document.items()}
            return {**more, "colour": {"deep": [1, None]}, "revision": 7}
        return [with_more(item) for item in document] if isinstance(document, list) else document

    plain = at(serve(saying(GOOD)))
    more = at(serve(saying({place: with_more(document) for place, document in GOOD.items()})))
    assert more.read() == plain.read()
    assert more.describe() == plain.describe()
    everything(more)


def test_the_token_goes_with_every_request(serve):
    server = serve(saying(GOOD))
    everything(at(server))
    assert len(server.asked) == 8
    assert {asked.headers["authorization"] for asked in server.asked} == {f"Bearer {TOKEN}"}
    assert not any(TOKEN in asked.target for asked in server.asked)


@pytest.mark.parametrize(
    "tag", ["", "1", 'W/"1"', '""', '"a b"', '"1', '"1"2"', '"é"', '"1", "2"', "banana"]
)
def test_without_a_revision_an_answer_is_nonsense(serve, tag):
    console = at(serve(saying(GOOD, *([f"ETag: {tag}"] if tag else ["X-Tag: 1"]))))
    assert outcome(console, "GET") == ("nonsense", False)
    for method in ("PUT", "PATCH", "POST"):
        assert outcome(console, method) == ("nonsense", True)
    assert failure(console.describe).detail == "GET /company ETag"


def endless(serve, cursor):
    """Return a server whose pages of users have no end."""

    def say(asked):
        page = {**GOOD["GET /users"], "next": cursor(len(server.asked))}
        return saying({**GOOD, "GET /users": page})(asked)

    server = serve(say)
    return server


@pytest.mark.parametrize("cursor", [lambda n: f"another-{n}"])
def test_pages_without_end_are_nonsense(serve, monkeypatch, cursor):
    monkeypatch.setattr(client, "MOST_PAGES", 20)
    server = endless(serve, cursor)
    error = failure(at(server).read)
    assert (error.reason, error.detail) == ("nonsense", "GET /users")
    assert sum(asked.path == "/api/users" for asked in server.asked) == 20


@pytest.mark.parametrize(
    ("cursor", "pages"),
    [(lambda n: "same", 2), (lambda n: "", 2), (lambda n: f"one of three: {n % 3}", 4)],
)
def test_a_cursor_that_was_there_before_leads_nowhere(serve, cursor, pages):
    server = endless(serve, cursor)
    error = failure(at(server).read)
    assert (error.reason, error.detail) == ("nonsense", "GET /users")
    assert sum(asked.path == "/api/users" for asked in server.asked) == pages


def test_a_revision_that_is_never_the_same_is_given_up(serve):
    def say(asked):
        return saying(GOOD, f'ETag: "{len(server.asked)}"')(asked)

    server = serve(say)
    assert failure(at(server).read).reason == "changed"
    assert len(server.asked) == client.READINGS * 5


PROBLEMS = {
    "echo": {"detail": f"No such token: Bearer {TOKEN}"},
    "echo in a place": {"detail": "", "errors": [{"pointer": f"/{TOKEN}", "detail": TOKEN}]},
    "no detail": {"title": "No"},
    "another detail": {"detail": ["No"]},
    "errors are a number": {"detail": "No", "errors": 7},
    "errors are null": {"detail": "No", "errors": None},
    "errors are an object": {"detail": "No", "errors": {"pointer": "/a"}},
    "an error is a text": {"detail": "No", "errors": ["/a"]},
    "an error has no place": {"detail": "No", "errors": [{"detail": "a"}]},
    "a place is a number": {"detail": "No", "errors": [{"pointer": 1, "detail": "a"}]},
    "a list": [{"detail": "No"}],
    "null": None,
    "unprintable": {"detail": "No\0such \ud83d\r\n\tthing\x1b[31m\u202e."},
    "long": {"detail": "No " * 100_000},
}


@each_method
@pytest.mark.parametrize("name", [*PROBLEMS, "deep", "a page", "nothing"])
def test_a_refusal_however_it_is_said_is_a_line_without_the_token(serve, caplog, name, method):
    caplog.set_level(logging.DEBUG)
    bodies = {"deep": DEEP[-1], "a page": b"<html>" + TOKEN.encode(), "nothing": b""}
    body = bodies[name] if name in bodies else json.dumps(PROBLEMS[name]).encode()
    said = answer(body, TAG, "Content-Type: application/problem+json", status="422 No")
    console = at(serve(said))
    error = failure(ACTIONS[method], console, "1")
    assert (error.reason, error.in_doubt) == ("refused", False)
    assert error.detail
    assert error.detail.isprintable()
    assert len(error.detail) <= 500
    assert_no_token(error, console, caplog)


def test_a_refusal_that_says_nothing_is_told_by_its_status(serve):
    error = failure(at(serve(answer(b"no JSON", status="418 Teapot"))).describe)
    assert (error.reason, error.detail) == ("refused", "418")


def test_an_unprintable_refusal_is_made_printable(serve):
    said = json.dumps(PROBLEMS["unprintable"]).encode()
    error = failure(at(serve(answer(said, status="400 No"))).describe)
    assert error.detail == "No such thing [31m ."


@each_method
@pytest.mark.parametrize(
    "location",
    [
        None,
        "",
        f"https://login.example/?token={TOKEN}",
        f"https://{TOKEN}@login.example/",
        "http://[",
        "http://[::1]:port/",
        "\xff\xfe",
        "javascript:alert(1)",
        "//",
        "https://a..b/" + "x" * 2000,
    ],
)
def test_a_redirect_to_wherever_is_only_told(serve, caplog, location, method):
    caplog.set_level(logging.DEBUG)
    lines = [] if location is None else [f"Location: {location}"]
    console = at(server := serve(answer(b"", *lines, status="302 Found")))
    error = failure(ACTIONS[method], console, "1")
    assert (error.reason, error.in_doubt) == ("redirect", False)
    assert len(error.detail) <= 500
    assert bool(error.detail) == bool(location)
    assert len(server.asked) == 1
    assert_no_token(error, console, caplog)


def test_a_token_that_is_echoed_in_an_address_is_not_told(serve):
    token = "base64/looks+like=this"
    location = "https://login.example/?was=base64%2Flooks%2Blike%3Dthis"
    server = serve(answer(b"", f"Location: {location}", status="302 Found"))
    error = failure(HttpConsole(f"http://127.0.0.1:{server.port}", token).describe)
    assert error.detail == "https://login.example/?was=…"


@each_method
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (300, "redirect"),
        (304, "redirect"),
        (308, "redirect"),
        (400, "refused"),
        (401, "token"),
        (403, "token"),
        (404, "address"),
        (405, "address"),
        (409, "refused"),
        (412, "changed"),
        (413, "refused"),
        (418, "refused"),
        (428, "refused"),
        (429, "busy"),
        (500, "fault"),
        (501, "fault"),
        (502, "fault"),
        (503, "busy"),
        (504, "fault"),
        (599, "fault"),
        (999, "fault"),
    ],
)
def test_each_status_has_its_reason(serve, status, reason, method):
    error = failure(ACTIONS[method], at(serve(answer(b"", status=f"{status} No"))), "1")
    assert error.reason == reason
    assert error.in_doubt == (reason == "fault" and method != "GET")
    if reason == "fault":
        assert error.detail == str(status)


# Servers that tell what they were told

SECRET = "s3cret/T0ken+of~this&house=="


def escaped(text):
    """Return a text as JSON may write it, with every character escaped."""
    return "".join(f"\\u{ord(char):04x}" for char in text)


ECHOES = {
    "plain": SECRET,
    "in a text": f"Bearer {SECRET}.",
    "percent-encoded": quote(SECRET, safe=""),
    "percent-encoded in part": SECRET.replace("/", "%2f"),
    "percent-encoded wholly": "".join(f"%{ord(char):02X}" for char in SECRET),
    "percent-encoded twice": quote(quote(SECRET, safe=""), safe=""),
    "HTML": html.escape(SECRET),
    "HTML by number": "".join(f"&#{ord(char)};" for char in SECRET),
    "JSON in a text": json.dumps({"was": SECRET}).replace("/", "\\/"),
    "escapes in a text": escaped(SECRET),
    "another case": SECRET.upper(),
}


def with_echo(document, echo):
    """Yield copies of a document, each with the echo somewhere, even where nothing is read."""
    if isinstance(document, dict):
        yield {**document, "more": echo}
        yield {**document, echo: 1}
        yield {**document, "more": {"deep": [[{"a": [1, echo]}]]}}
        for name, member in document.items():
            for echoing in with_echo(member, echo):
                yield {**document, name: echoing}
    elif isinstance(document, list):
        for echoing in with_echo(document[0], echo):
            yield [echoing]
    elif isinstance(document, str):
        yield echo


def assert_refused_whole(action, console, caplog, secret=SECRET):
    error = failure(action, console, "1")
    assert (error.reason, error.detail) == ("echo", "")
    assert (error.__cause__, error.__context__) == (None, None)
    said = [*traceback.format_exception(error), repr(error), caplog.text]
    said += [repr(record.__dict__) for record in caplog.records]
    assert not [text for text in said if secret in text]
    return error


@pytest.mark.parametrize("name", ECHOES)
def test_a_token_in_a_good_answer_is_refused_whole(serve, caplog, name):
    caplog.set_level(logging.DEBUG)
    documents = {}
    console = HttpConsole(f"http://127.0.0.1:{serve(saying(documents)).port}/api", SECRET)
    for place, document in GOOD.items():
        method = place.partition(" ")[0]
        action = ACTIONS[method] if method != "GET" else lambda console, _: console.read()
        for echoing in with_echo(document, ECHOES[name]):
            caplog.clear()
            documents.update({**GOOD, place: echoing})
            assert assert_refused_whole(action, console, caplog).in_doubt == (method != "GET")


@pytest.mark.parametrize("form", ["escapes", "escaped slashes", "UTF-16", "twice", "a number"])
def test_a_token_in_a_good_answer_is_refused_however_it_is_written(serve, caplog, form):
    caplog.set_level(logging.DEBUG)
    secret = "1234567890123" if form == "a number" else SECRET
    plain = json.dumps({**GOOD["GET /company"], "name": secret})
    body = {
        "escapes": plain.replace(secret, escaped(secret)).encode(),
        "escaped slashes": plain.replace("/", "\\/").encode(),
        "UTF-16": plain.encode("utf-16"),
        "twice": f'{plain[:-1]}, "name": "Velo"}}'.encode(),
        "a number": plain.replace(f'"{secret}"', f'"Velo", "more": {secret}').encode(),
    }[form]
    console = HttpConsole(f"http://127.0.0.1:{serve(answer(body, TAG)).port}", secret)
    assert_refused_whole(ACTIONS["GET"], console, caplog, secret)


@each_method
@pytest.mark.parametrize("name", ECHOES)
@pytest.mark.parametrize("line", ["ETag: {}", 'ETag: "{}"', "X-Request: a={}; b", "Set-Cookie: {}"])
def test_a_token_in_a_header_of_a_good_answer_is_refused(serve, caplog, name, line, method):
    caplog.set_level(logging.DEBUG)
    server = serve(saying(GOOD, TAG, line.format(ECHOES[name])))
    console = HttpConsole(f"http://127.0.0.1:{server.port}/api", SECRET)
    assert_refused_whole(ACTIONS[method], console, caplog)


def test_a_token_that_is_the_name_of_a_header_or_of_a_status_is_refused(serve, caplog):
    caplog.set_level(logging.DEBUG)
    body = json.dumps(GOOD["GET /company"]).encode()
    for said in (
        answer(body, TAG, f"{TOKEN.title()}: 1"),
        answer(body, TAG, status=f"200 {TOKEN}"),
    ):
        assert_refused_whole(ACTIONS["GET"], at(serve(said)), caplog, TOKEN)


def test_a_short_token_may_be_a_part_of_anything(serve):
    address = f"http://127.0.0.1:{serve(saying(GOOD)).port}/api"
    everything(HttpConsole(address, "velo.ax"))
    assert failure(HttpConsole(address, "velo.axi").describe).reason == "echo"


@pytest.mark.parametrize("name", [name for name in ECHOES if name != "another case"])
def test_a_refusal_is_told_without_the_token_in_any_form(serve, caplog, name):
    caplog.set_level(logging.DEBUG)
    problem = json.dumps({"detail": f"No: {ECHOES[name]}"}).encode()
    for said in (
        answer(problem, status="422 No"),
        answer(b"", f"Location: https://login.example/?was={ECHOES[name]}", status="302 Found"),
    ):
        console = HttpConsole(f"http://127.0.0.1:{serve(said).port}", SECRET)
        error = failure(console.describe)
        assert error.reason in ("refused", "redirect")
        assert "…" in error.detail
        assert ECHOES[name] not in error.detail
        assert SECRET not in caplog.text


MARK = "what-the-answer-says"
INDISCREET = {
    "no JSON": answer(MARK.encode(), TAG),
    "a cursor": answer(json.dumps({"items": [USER], "next": MARK}).encode(), TAG),
    "no HTTP": f"{MARK}\r\n\r\n".encode(),
    "no such status": f"HTTP/1.1 {MARK}\r\n\r\n".encode(),
    "no header": answer(b"{}", TAG, MARK),
    "a header that goes on": answer(b"{}", f" {MARK}", TAG),
    "lengths": HEAD + f"Content-Length: 1, {MARK}\r\n\r\n".encode(),
    "no chunk": CHUNKED + f"{MARK}\r\n".encode(),
    "no gzip": answer(MARK.encode(), TAG, "Content-Encoding: gzip"),
    "a compression": answer(b"{}", TAG, f"Content-Encoding: {MARK}"),
    "a revision": answer(json.dumps(GOOD["GET /users"]).encode(), f"ETag: {MARK}"),
    "another shape": answer(json.dumps({MARK: MARK, "items": [MARK]}).encode(), TAG),
    "busy": answer(MARK.encode(), f"Retry-After: {MARK}", status=f"503 {MARK}"),
    "failed": answer(MARK.encode(), status=f"500 {MARK}"),
    "no token": answer(MARK.encode(), f"WWW-Authenticate: {MARK}", status=f"401 {MARK}"),
}


def chain(error):
    while error:
        yield error
        error = error.__cause__ or error.__context__


@pytest.mark.parametrize("mark", [MARK, (TOKEN + "-" * len(MARK))[: len(MARK)]])
@pytest.mark.parametrize("name", INDISCREET)
def test_no_error_and_no_log_says_what_an_answer_said(serve, caplog, name, mark):
    caplog.set_level(logging.DEBUG)
    said = INDISCREET[name].replace(MARK.encode(), mark.encode())
    good = saying(GOOD)
    console = at(serve(lambda asked: said if asked.path == "/api/users" else good(asked)))
    for action in (console.read, lambda: list(console.save_users({"201": LONDON}, "1"))):
        error = failure(action)
        told = [caplog.text, *(repr(record.__dict__) for record in caplog.records)]
        told += [repr(vars(link)) + repr(link) for link in chain(error)]
        told += traceback.format_exception(error)
        assert not [text for text in told if mark in text]


# The log

LINE_OF_A_TRY = re.compile(r"(GET|PUT|PATCH|POST) (/\S*): (\w+), (\d+) ms, (\d+) bytes")


def logged(caplog):
    """Return what each line says of a try: (method, path, status or failure, bytes)."""
    records = [record for record in caplog.records if record.levelno > logging.DEBUG]
    assert {(r.name, r.levelno) for r in records} == {
        ("axivox_caller_id.console.client", logging.INFO)
    }
    lines = [LINE_OF_A_TRY.fullmatch(record.getMessage()).groups() for record in records]
    return [(method, path, word, int(size)) for method, path, word, _ms, size in lines]


def test_each_request_leaves_one_line(serve, caplog):
    caplog.set_level(logging.DEBUG)
    everything(at(serve(saying(GOOD))))
    places = [
        *("GET /company", "GET /outgoing-settings", "GET /changes", "GET /users", "GET /numbers"),
        *("PUT /outgoing-settings", "PATCH /users", "POST /apply"),
    ]
    assert logged(caplog) == [
        (*place.replace(" ", " /api").split(), "200", len(json.dumps(GOOD[place])))
        for place in places
    ]


@each_method
@pytest.mark.parametrize(
    ("said", "word"),
    [
        (answer(b"{}", status="503 Busy"), "503"),
        (answer(b"{}", status="500 No"), "500"),
        (answer(b"{}", status="401 No"), "401"),
        (answer(b"{}", status="422 No"), "422"),
        (answer(b"{}", status="302 No"), "302"),
        (answer(b"{}", TAG), "200"),
        (answer(b"", TAG, length=10**9), "size"),
        (answer(b"", TAG, length=9), "lost"),
        (answer(b"no", TAG, "Content-Encoding: gzip"), "nonsense"),
        (b"", "lost"),
    ],
)
def test_each_try_leaves_one_line_that_says_what_came_of_it(serve, caplog, said, word, method):
    caplog.set_level(logging.DEBUG)
    server = serve(said)
    failure(ACTIONS[method], at(server), "1")
    lines = logged(caplog)
    assert len(lines) == len(server.asked)
    assert {(verb, what) for verb, _path, what, _size in lines} == {(method, word)}


def test_a_try_that_never_arrives_leaves_a_line(caplog):
    caplog.set_level(logging.DEBUG)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    failure(HttpConsole(f"http://127.0.0.1:{port}/api", TOKEN).describe)
    assert logged(caplog) == [("GET", "/api/company", "address", 0)] * TRIES


def test_a_line_says_how_long_it_took(serve, caplog):
    caplog.set_level(logging.INFO)
    at(serve(lambda asked: time.sleep(0.2) or saying(GOOD)(asked))).describe()
    milliseconds = int(LINE_OF_A_TRY.fullmatch(caplog.records[0].getMessage())[4])
    assert 200 <= milliseconds < 5000


def test_a_line_says_no_token_and_no_query(serve, caplog):
    caplog.set_level(logging.DEBUG)
    cursors = iter(["some-cursor", None])

    def say(asked):
        page = {**GOOD["GET /users"]}
        if asked.path == "/api/users":
            page["next"] = next(cursors)
        return saying({**GOOD, "GET /users": page})(asked)

    server = serve(say)
    at(server).read()
    assert "cursor=some-cursor" in server.asked[4].target
    assert "?" not in caplog.text
    assert "cursor" not in caplog.text
    caplog.clear()
    server.say = lambda asked: answer(status="401 No")
    failure(HttpConsole(f"http://127.0.0.1:{server.port}/{TOKEN}/%0a%1b", TOKEN).apply, "1")
    assert logged(caplog) == [("POST", r"/\u2026/%0a%1b/apply", "401", 0)]


def test_a_try_that_ends_in_a_defect_leaves_a_line(serve, caplog, monkeypatch):
    caplog.set_level(logging.INFO)

    def fail(*_arguments):
        raise MemoryError

    monkeypatch.setattr(client.wire, "read_into", fail)
    with pytest.raises(MemoryError):
        at(serve(saying(GOOD))).describe()
    assert [record.getMessage()[:26] for record in caplog.records] == ["GET /api/company: failed, "]


def test_other_users_of_the_library_are_heard(serve, caplog):
    caplog.set_level(logging.DEBUG)
    server = serve(saying(GOOD))
    at(server).describe()
    requests.get(f"http://127.0.0.1:{server.port}/api/company", timeout=5)
    assert "urllib3.connectionpool" in {record.name for record in caplog.records}


# Servers without measure

MIB = 2**20
LINE = b"X: %b\r\n" % (b"x" * 1000)
UNTIL_CLOSED = HEAD + b"\r\n"
LONG_HEAD = HEAD + b"Content-Length: 999999999999\r\n\r\n"
# Empty, with a name, as of RFC 1952.
NOTHING = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff%b\0\x03\0%b" % (b"n" * 1000, bytes(8))
REFUSED_AT_LENGTH = b'HTTP/1.1 422 No\r\n\r\n{"detail": "'
ENDLESS = {
    "a gzip bomb": lambda: answer(bomb(gzip.compress), TAG, "Content-Encoding: gzip"),
    "a deflate bomb": lambda: answer(bomb(zlib.compress), TAG, "Content-Encoding: Deflate"),
    "gzip of nothing": lambda: without_end(
        HEAD + b"Content-Encoding: gzip\r\n\r\n", NOTHING * 1000
    ),
    "an endless body": lambda: without_end(UNTIL_CLOSED, bytes(MIB)),
    "endless chunks": lambda: without_end(CHUNKED, b"%x\r\n%b\r\n" % (MIB, bytes(MIB))),
    "endless trailers": lambda: without_end(CHUNKED + b"0\r\n", LINE * 1000),
    "a length without measure": lambda: LONG_HEAD,
    "200 MB of detail": lambda: itertools.chain(
        [REFUSED_AT_LENGTH], itertools.repeat(b"No, " * 250_000, 200), [b'"}']
    ),
    "endless detail": lambda: without_end(REFUSED_AT_LENGTH, b"No, " * 250_000),
    "endless promises": lambda: without_end(b"", b"HTTP/1.1 100 Continue\r\n%b\r\n" % LINE * 1000),
}
ENDLESS_HEADERS = {
    "lines": lambda: without_end(HEAD, b"X: 1\r\n" * 10_000),
    "a line": lambda: without_end(HEAD + b"X: ", b"x" * 10_000),
    "a status": lambda: without_end(b"HTTP/1.1 200 ", b"x" * 10_000),
}


def bare_deflate(content):
    """Return what some servers send as deflate: RFC 1951, without the frame of RFC 1950."""
    stream = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return stream.compress(content) + stream.flush()


def bomb(compress):
    """Return GBs of blanks, compressed to MBs."""
    compressed = compress(b" " * 128 * MIB)
    return compressed * 16 if compress is gzip.compress else compressed


def memory(action, *arguments):
    """Return the action's result, and the peak of allocated bytes, the server's included."""
    tracemalloc.start()
    try:
        return action(*arguments), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("name", ENDLESS)
def test_an_answer_without_measure_is_given_up_and_takes_no_memory(
    serve, monkeypatch, name, method
):
    monkeypatch.setattr(client, "ANSWER_BYTES", 4 * MIB)
    said = ENDLESS[name]()
    server = serve(said if isinstance(said, bytes) else lambda _asked: ENDLESS[name]())
    error, peak = memory(failure, ACTIONS[method], at(server), "1")
    assert (error.reason, error.detail) == ("size", "4 MiB")
    assert error.in_doubt == (method != "GET")
    assert len(server.asked) == 1
    assert peak < 12 * MIB


# What getrusage tells would be of the process that started this one, too.
IN_A_PROCESS = """
import pathlib, re
import without_odoo
from axivox_caller_id.console import ConsoleError
from axivox_caller_id.console.client import HttpConsole
try:
    HttpConsole("http://127.0.0.1:{port}/api", "a-token-for-tests").describe()
except ConsoleError as error:
    print(error.reason, error.detail)
status = pathlib.Path("/proc/self/status").read_text()
print(int(re.search(r"VmHWM:\\s*(\\d+) kB", status)[1]) // 1024)
"""


@pytest.mark.parametrize("name", ["a gzip bomb", "200 MB of detail", "an endless body"])
def test_a_process_that_asks_for_too_much_stays_small(serve, name):
    said = ENDLESS[name]()
    server = serve(said if isinstance(said, bytes) else lambda _asked: said)
    asking = subprocess.run(
        [sys.executable, "-c", IN_A_PROCESS.format(port=server.port)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    told, megabytes = asking.stdout.splitlines()
    assert told == "size 32 MiB"
    assert int(megabytes) < 200


@pytest.mark.parametrize("name", ENDLESS_HEADERS)
def test_headers_without_end_take_no_memory(serve, name):
    server = serve(lambda _asked: ENDLESS_HEADERS[name]())
    got, peak = memory(outcome, at(server), "POST")
    assert got == ("lost", True)
    assert peak < 10 * MIB


def test_cookies_are_not_collected(serve):
    server = serve(saying(GOOD, TAG, *(f"Set-Cookie: c{n}={'x' * 1000}" for n in range(50))))
    everything(at(server))
    assert not any("cookie" in asked.headers for asked in server.asked)


@pytest.mark.parametrize("junk", [b"[]", b"{}", b"0", b'{"a":0}'])
def test_an_answer_of_very_many_values_takes_no_memory(serve, junk):
    count = 8 * MIB // (len(junk) + 1)
    body = b'{"more": [' + b",".join([junk] * count) + b"]}"
    error, peak = memory(failure, at(serve(answer(body, TAG))).describe)
    assert (error.reason, error.detail) == ("nonsense", "GET /company")
    assert peak < 32 * MIB


def test_an_answer_just_within_the_limit_is_read(serve):
    company = {**GOOD["GET /company"], "more": "x" * (client.ANSWER_BYTES - 1000)}
    assert at(serve(saying({"GET /company": company}))).describe().name == "Velo"


@pytest.mark.parametrize("compress", [gzip.compress, zlib.compress, bare_deflate])
def test_compressed_answers_are_read(serve, compress):
    coding = "gzip" if compress is gzip.compress else "deflate"
    documents = {place: compress(json.dumps(document).encode()) for place, document in GOOD.items()}
    server = serve(saying(documents, TAG, f"Content-Encoding: {coding}"))
    everything(at(server))
    assert {asked.headers["accept-encoding"] for asked in server.asked} == {"gzip, deflate"}


@each_method
@pytest.mark.parametrize("codings", ["br", "zstd", "compress", "gzip, gzip", "gzip, br", "x", ""])
def test_other_compressions_are_refused_unread(serve, codings, method):
    body = gzip.compress(b"{}")
    error = failure(
        ACTIONS[method], at(serve(answer(body, TAG, f"Content-Encoding: {codings}"))), "1"
    )
    assert (error.reason, error.in_doubt) == ("nonsense", method != "GET")
    assert error.detail.endswith(" Content-Encoding")


def test_two_headers_of_compression_are_two_compressions(serve):
    twice = gzip.compress(gzip.compress(b"{}"))
    server = serve(answer(twice, TAG, "Content-Encoding: gzip", "Content-Encoding: gzip"))
    assert failure(at(server).describe).detail == "GET /company Content-Encoding"


def test_the_largest_account_takes_an_eighth_of_what_it_may(serve):
    rules = [{"prefix": f"{n:032}", "number": MAIN} for n in range(5000)]
    state = {**STATE, "rules": rules}
    users = [{**USER, "extension": str(n), "name": "🚲" * 100} for n in range(10_000, 12_000)]
    whole = {
        **GOOD,
        "GET /users": {"items": users, "next": None},
        "GET /outgoing-settings": {"saved": state, "applied": state},
    }
    assert sum(len(json.dumps(document)) for document in whole.values()) < client.READING_BYTES / 8
    assert json.dumps(whole["GET /outgoing-settings"]).count(":") < client.ANSWER_VALUES / 8
    found = at(serve(saying(whole))).read()
    assert (len(found.users), len(found.saved.rules)) == (2000, 5000)


def padded_pages(serve, size, seconds=0):
    """Return a server whose pages of users have no end, and ``size`` bytes each."""

    def say(asked):
        time.sleep(seconds)
        page = {**GOOD["GET /users"], "next": str(len(server.asked)), "more": "x" * size}
        return saying({**GOOD, "GET /users": page})(asked)

    server = serve(say)
    return server


def test_pages_without_end_take_no_memory(serve):
    server = padded_pages(serve, MIB)
    error, peak = memory(failure, at(server).read)
    assert (error.reason, error.detail) == ("size", "64 MiB")
    assert len(server.asked) <= 3 + client.READING_BYTES / MIB
    assert peak < 16 * MIB


def test_pages_without_end_take_no_time(serve, monkeypatch):
    monkeypatch.setattr(client, "READING_SECONDS", 0.6)
    server = padded_pages(serve, 1, seconds=0.05)
    started = time.monotonic()
    error = failure(at(server).read)
    assert (error.reason, error.detail, error.in_doubt) == ("slow", "0.6", False)
    assert time.monotonic() - started < 2
    assert 1 < len(server.asked) < 20


def test_repeated_readings_and_requests_share_one_limit(serve, monkeypatch):
    monkeypatch.setattr(client, "READING_SECONDS", 0.6)
    server = serve(
        lambda asked: time.sleep(0.1) or saying(GOOD, f'ETag: "{len(server.asked)}"')(asked)
    )
    assert failure(at(server).read).reason == "slow"
    assert 2 < len(server.asked) < 10
    stuck = serve(lambda asked: time.sleep(0.25) or b"")
    assert failure(at(stuck).read).reason in ("slow", "lost")
    assert len(stuck.asked) <= 3


def test_no_wait_is_longer_than_what_is_left_of_a_reading(serve, waits, monkeypatch):
    monkeypatch.setattr(client, "READING_SECONDS", 10)
    busy = serve(answer(b"", "Retry-After: 15", status="503 Busy"))
    error = failure(at(busy).read)
    assert (error.reason, error.wait, waits, len(busy.asked)) == ("busy", 15, [], 1)


A_BYTE_NOW_AND_THEN = {
    "a status": (b"HTTP/1.1 200 ", b"x"),
    "promises": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a header": (HEAD + b"X: ", b"x"),
    "headers": (HEAD, b"X: 1\r\n"),
    "a body": (UNTIL_CLOSED, b" "),
    "a body of some length": (HEAD + b"Content-Length: 1000000\r\n\r\n", b" "),
    "chunks": (CHUNKED, b"1\r\n \r\n"),
    "the length of a chunk": (CHUNKED, b"0"),
    "trailers": (CHUNKED + b"0\r\n", b"X: 1\r\n"),
    "gzip": (HEAD + b"Content-Encoding: gzip\r\n\r\n", NOTHING),
    "a refusal": (REFUSED_AT_LENGTH, b"x"),
}


def in_time(method, console, seconds=4):
    """Return the ``outcome``, and check that it did not take long."""
    started = time.monotonic()
    got = outcome(console, method)
    assert time.monotonic() - started < seconds
    return got


@pytest.mark.parametrize("method", ["GET", "PUT"])
@pytest.mark.parametrize("name", A_BYTE_NOW_AND_THEN)
def test_a_byte_now_and_then_is_no_answer(serve, monkeypatch, name, method):
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
    head, byte = A_BYTE_NOW_AND_THEN[name]
    server = serve(lambda _asked: without_end(head, byte, seconds=0.05))
    assert in_time(method, at(server)) == ("timeout", method != "GET")


# Who is there, and on the way there


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """Return a file with a self-signed certificate for localhost and its key."""
    if not shutil.which("openssl"):
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    both = folder / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        + ["-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost"]
        + ["-keyout", folder / "key.pem", "-out", folder / "certificate.pem"],
        check=True,
        capture_output=True,
    )
    both.write_text((folder / "key.pem").read_text() + (folder / "certificate.pem").read_text())
    return both


@pytest.fixture
def secure(serve, certificate):
    """Return a server over TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return serve(saying(GOOD), tls=context)


@each_method
def test_a_host_that_cannot_prove_who_it_is_is_told_nothing(secure, method):
    assert outcome(at(secure, "https", "localhost"), method) == ("certificate", False)
    assert (secure.connections, secure.asked) == (1, [])


def test_certificates_of_ones_own_are_trusted(secure, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    everything(at(secure, "https", "localhost"))
    assert len(secure.asked) == 8


@each_method
def test_a_certificate_is_for_its_host_only(secure, certificate, monkeypatch, method):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert outcome(at(secure, "https", "127.0.0.1"), method) == ("certificate", False)
    assert secure.asked == []


@each_method
def test_certificates_that_are_not_there_prove_nothing(secure, monkeypatch, tmp_path, method):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem"))
    assert outcome(at(secure, "https", "localhost"), method) == ("certificate", False)
    (tmp_path / "none.pem").write_text("no certificates")
    assert outcome(at(secure, "https", "localhost"), method)[0] == "certificate"
    assert secure.asked == []


def test_a_host_that_speaks_no_tls_proves_nothing(serve):
    server = serve(saying(GOOD))
    assert failure(at(server, "https", "localhost").describe).reason == "certificate"
    assert server.asked == []


@each_method
def test_tls_that_breaks_after_a_request_was_sent_leaves_a_doubt(
    secure, certificate, monkeypatch, method
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    # Plain bytes, in the middle of an encrypted conversation.
    secure.say = lambda asked: asked.connection.sendall(b"plain" * 99) or b""
    error = failure(ACTIONS[method], at(secure, "https", "localhost"), "1")
    assert error.in_doubt == (method != "GET")
    assert len(secure.asked) == 1


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_byte_now_and_then_over_tls_is_no_answer(secure, certificate, monkeypatch, method):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.5)
    secure.say = lambda asked: without_end(UNTIL_CLOSED, b" ", seconds=0.05)
    console = at(secure, "https", "localhost")
    assert in_time(method, console) == ("timeout", method != "GET")


@pytest.fixture
def mute():
    """Yield a server that accepts connections and passes them to ``mute.treat``, which does nothing
    by default."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        mute = types.SimpleNamespace(
            port=listener.getsockname()[1], treat=lambda connection: None, taken=[]
        )

        def take():
            with contextlib.suppress(OSError):
                while True:
                    mute.taken.append(listener.accept()[0])
                    mute.treat(mute.taken[-1])

        threading.Thread(target=take, daemon=True).start()
        yield mute
        listener.shutdown(socket.SHUT_RDWR)
    for connection in mute.taken:
        connection.close()


def drip(connection):
    """Send the beginning of a TLS record, and then its bytes one by one."""
    connection.sendall(b"\x16\x03\x03\x3f\xff")
    for _ in range(100):
        time.sleep(0.05)
        connection.sendall(b"\x02")


@pytest.mark.parametrize("treat", [lambda connection: None, drip])
@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_tls_that_is_never_agreed_upon_is_a_timeout_of_nothing_sent(
    mute, monkeypatch, treat, method
):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    monkeypatch.setattr(client, "READ_SECONDS", 0.2)
    mute.treat = treat
    assert in_time(method, at(mute, "https", "localhost")) == ("timeout", False)


def test_a_proxy_that_is_mute_is_not_waited_for(mute, monkeypatch):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{mute.port}")
    console = HttpConsole("https://console.example/api", TOKEN)
    assert in_time("PUT", console) == ("timeout", False)


def test_a_proxy_that_says_a_byte_now_and_then_is_not_waited_for(serve, monkeypatch):
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
    proxy = serve(lambda _asked: without_end(HEAD, b"X: 1\r\n", seconds=0.05))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    console = HttpConsole("https://console.example/api", TOKEN)
    assert in_time("PUT", console) == ("timeout", False)


LARGE = replace(
    SETTINGS, rules=(Rule("04", MAIN),) * 200_000
)  # more than any buffer on the way takes


def test_what_nobody_takes_is_not_sent_for_ever(mute, monkeypatch):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.2)
    started = time.monotonic()
    error = failure(at(mute).save_settings, LARGE, "1")
    assert (error.reason, error.in_doubt) == ("timeout", True)
    assert time.monotonic() - started < 4


def test_what_is_taken_bit_by_bit_over_tls_is_not_sent_for_ever(mute, certificate, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setattr(client, "ANSWER_SECONDS", 1)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def take_a_bit(connection):
        with context.wrap_socket(connection, server_side=True) as secured:
            for _ in range(100):
                secured.recv(20_000)
                time.sleep(0.1)

    mute.treat = take_a_bit
    started = time.monotonic()
    error = failure(at(mute, "https", "localhost").save_settings, LARGE, "1")
    assert (error.reason, error.in_doubt) == ("timeout", True)
    assert time.monotonic() - started < 4


def test_a_host_of_very_many_addresses_is_not_tried_for_ever(monkeypatch):
    monkeypatch.setattr(client, "CONNECT_SECONDS", 0.1)
    monkeypatch.setattr(client, "ANSWER_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        address = full.getsockname()
        many = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address)] * 500
        with socket.create_connection(address):  # whoever comes next has to wait
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_asked: many)
            console = HttpConsole(f"http://127.0.0.1:{address[1]}", TOKEN)
            assert in_time("PUT", console) == ("timeout", False)


def test_nobody_there_is_the_wrong_address(waits):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    for method in ACTIONS:
        assert outcome(HttpConsole(f"http://127.0.0.1:{port}", TOKEN), method) == ("address", False)


@pytest.mark.parametrize(
    "host", ["no-such-host.invalid", "a..b", "x" * 70 + ".invalid", "[::1", "host:port", "-", "%"]
)
def test_an_unknown_host_is_the_wrong_address(host):
    def ask():
        HttpConsole(f"https://{host}/api", TOKEN).describe()

    error = failure(ask)
    assert (error.reason, error.in_doubt) == ("address", False)


def test_a_netrc_of_the_machine_does_not_replace_the_token(serve, monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password something\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve(saying(GOOD))
    at(server).describe()
    assert server.asked[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
def test_a_proxy_is_gone_through_and_reads_nothing(serve, monkeypatch, name):
    proxy = serve(answer(status="403 Forbidden"))
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    console = HttpConsole("https://console.example/api", TOKEN)
    for method in ACTIONS:
        proxy.asked.clear()
        assert outcome(console, method) == ("address", False)
        assert {asked.method for asked in proxy.asked} == {"CONNECT"}
        assert {asked.target for asked in proxy.asked} == {"console.example:443"}
        assert not any("authorization" in asked.headers for asked in proxy.asked)


def test_a_proxy_is_left_out_where_it_is_not_wanted(secure, serve, certificate, monkeypatch):
    proxy = serve(answer(status="403 Forbidden"))
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    at(secure, "https", "localhost").describe()
    assert proxy.asked == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
def test_no_proxy_reads_a_token_that_is_for_this_machine(serve, monkeypatch, name):
    proxy = serve(answer(status="403 Forbidden"))
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    at(serve(saying(GOOD))).describe()
    assert proxy.asked == []


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:1", "http://[", "banana://x", "socks5://x:1"])
def test_a_proxy_that_is_none_is_told(monkeypatch, proxy):
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    console = HttpConsole("https://console.example/api", TOKEN)
    for method in ACTIONS:
        reason, in_doubt = outcome(console, method)
        assert (reason, in_doubt) == ("address", False)


@pytest.mark.parametrize(
    "token", ["", None, False, "two words", "line\nbreak", "\r\nX-Evil: 1", "é", "🚲", "a\0", "a\n"]
)
def test_what_is_no_token_is_not_sent_and_not_quoted(token, caplog):
    caplog.set_level(logging.DEBUG)
    error = failure(HttpConsole, "https://console.example", token)
    assert (error.reason, error.detail, error.in_doubt) == ("token", "", False)
    assert caplog.records == []
    assert str(error) == "('token', '')"
    assert (error.__cause__, error.__context__) == (None, None)


SAFE = [
    "https://console.example",
    "https://console.example:8443/api/v1/",
    "HTTPS://Console.Example/",
    "https://192.0.2.1/api",
    "https://[2001:db8::1]/api",
    "http://localhost:8070/api",
    "http://127.0.0.1/api",
    "http://127.9.9.9:80",
    "http://[::1]:8070",
]
UNSAFE = [
    "",
    None,
    False,
    "console.example",
    "//console.example",
    "https://",
    "https:///api",
    "https:console.example",
    "http://console.example",
    "http://192.168.0.1",
    "http://localhost.example.com",
    "http://127.0.0.1.example.com",
    "http://127.example.com",
    "http://127.1",
    "http://0.0.0.0",
    "http://[::]",
    "https://user:secret@console.example",
    "https://user@console.example",
    "http://localhost@console.example",
    "http://localhost\\@console.example",
    "https://[::1",
    "https://[banana]/",
    "https://console.example/?to=",
    "https://console.example/#",
    "https://console.example/#/api",
    "ftp://console.example",
    "file:///etc/passwd",
    "javascript:alert(1)",
    *(
        f"https://console.example/a{char}b"
        for char in (*"\t\n\r\v\f\0\x1b\x7f \\", "\x85", "\xa0", "é", "\u200b", "\u2028", "🚲")
    ),
    "https://con\tsole.example",
    "ht\ntps://console.example",
    "https://console.example\n",
    " https://console.example",
    "https://console.example ",
    "https://console.example\\@evil.example",
    "https:\\\\console.example",
    "https://cönsole.example",
]


@pytest.mark.parametrize("address", SAFE)
def test_a_token_may_go_over_tls_or_to_this_machine(address):
    assert is_safe_address(address)
    HttpConsole(address, TOKEN)


@pytest.mark.parametrize("address", UNSAFE)
def test_a_token_goes_nowhere_else(address):
    assert not is_safe_address(address)
    assert failure(HttpConsole, address, TOKEN).reason == "address"
