"""Who may send requests to the sandbox, and how large; byte by byte, as a browser does."""

import itertools
import socket

import pytest
from conftest import TOKEN

PARIS, MAIN = "+33199001234", "+3212345678"
TOO_MUCH = 1024 * 1024 + 1
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WAYS_IN = [
    ("POST", "/settings", "application/x-www-form-urlencoded", "default_number=%2B33199001234"),
    ("POST", "/apply-changes", "application/x-www-form-urlencoded", "page=/users"),
    ("POST", "/sandbox/edit", "text/plain", '{"default_number": "+33199001234"}'),
    ("POST", "/sandbox/edit", "application/json", '{"default_number": "+33199001234"}'),
    ("POST", "/sandbox/reset", "text/plain", ""),
    ("GET", "/sandbox/applied", "text/plain", ""),
    ("GET", "/settings", "text/plain", ""),
    ("GET", "/api/company", "text/plain", ""),
]
NAVIGATION = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


def port(sandbox):
    return int(sandbox.address.rpartition(":")[2])


def ask(sandbox, way, **headers):
    method, path, media_type, body = way
    headers = BEARER | {"Content-Type": media_type} | headers
    return sandbox.session.request(
        method,
        sandbox.address + path,
        data=body,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        allow_redirects=False,
        timeout=5,
    )


def status(sandbox, head, parts=()):
    """Return the status of a request whose body comes in these parts; None if the connection ended.

    :param str head: the request line and the headers, without Host
    :param parts: iterable of bytes, read only until the answer comes
    """
    with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=10) as connection:
        lines = [*head.split("\n"), "Host: localhost", *(f"{n}: {v}" for n, v in BEARER.items())]
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        for part in parts:
            connection.sendall(part)
        words = connection.makefile("rb").readline().split()
    return int(words[1]) if words else None


def untouched(sandbox, revision):
    assert sandbox.revision == revision
    assert sandbox.control("GET", "applied")["default_number"] == MAIN


# Other sites


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "127.0.0.1.evil.example", "localhost@evil.example", "169.254.1.1", ""],
)
def test_a_name_that_was_bound_to_this_machine_reaches_nothing(sandbox, way, host):
    before = sandbox.revision
    answer = ask(sandbox, way, Host=host.format(port=port(sandbox)))
    assert answer.status_code == 421
    untouched(sandbox, before)


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "https://localhost:{port}",
        "http://localhost",
        "http://127.0.0.1:1",
        "http://127.0.0.1:{port}.evil.example",
        "http://localhost:{port}",
        "",
    ],
)
def test_a_page_of_another_site_sends_nothing(sandbox, way, origin):
    before = sandbox.revision
    # Asked by its number: to a browser that is not the same as `localhost`.
    assert ask(sandbox, way, Origin=origin.format(port=port(sandbox))).status_code == 403
    untouched(sandbox, before)


@pytest.mark.parametrize("way", WAYS_IN)
@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense", ""])
@pytest.mark.parametrize("destination", ["empty", "image", "iframe"])
def test_a_browser_that_names_no_origin_says_where_it_comes_from(sandbox, way, site, destination):
    before = sandbox.revision
    fetched = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": destination}
    assert ask(sandbox, way, **fetched).status_code == 403
    untouched(sandbox, before)


def test_a_link_of_another_site_may_lead_to_a_page_and_a_form_may_not(sandbox):
    followed = NAVIGATION | {"Sec-Fetch-Site": "cross-site"}
    assert ask(sandbox, ("GET", "/settings", "", ""), **followed).status_code == 200
    assert ask(sandbox, WAYS_IN[0], **followed).status_code == 403


def test_the_softphone_alone_stands_in_a_frame_of_another_site(sandbox):
    framed = {
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "iframe",
        "Sec-Fetch-Site": "same-site",
    }
    assert ask(sandbox, ("GET", "/phone", "", ""), **framed).status_code == 200
    fetched = framed | {"Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty"}
    for way, headers in ((("GET", "/users", "", ""), framed), (("GET", "/phone", "", ""), fetched)):
        assert ask(sandbox, way, **headers).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST", "[::1]:80"])
def test_its_own_pages_may_send_what_they_like(sandbox, host):
    host = host.format(port=port(sandbox))
    headers = {"Host": host, "Origin": f"http://{host.lower()}", "Sec-Fetch-Site": "same-origin"}
    assert ask(sandbox, WAYS_IN[0], **headers).status_code == 303
    saved = sandbox.call("GET", "/outgoing-settings").json()["saved"]
    assert saved["default_number"] == PARIS


@pytest.mark.parametrize("headers", [{}, NAVIGATION | {"Sec-Fetch-Site": "none"}])
def test_what_is_no_page_is_served(sandbox, headers):
    for way in WAYS_IN:
        assert ask(sandbox, way, **headers).status_code not in (403, 421)


def test_a_request_without_a_host_is_refused(sandbox):
    with socket.create_connection(("127.0.0.1", port(sandbox)), timeout=5) as connection:
        connection.sendall(b"GET /settings HTTP/1.0\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 421 ")


# How much

LARGE = ["PUT /api/outgoing-settings", "POST /settings", "PUT /sandbox/state", "GET /stolen"]


def chunked(parts):
    return (b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


@pytest.mark.parametrize("line", LARGE)
def test_a_body_in_chunks_is_counted_as_it_comes(sandbox, line):
    head = f"{line} HTTP/1.1\nTransfer-Encoding: chunked"
    parts = [b"x" * 65536] * 17
    assert status(sandbox, head, chunked(parts)) == 413, "there was no end yet"
    length = f"{head}\nContent-Length: 1"
    assert status(sandbox, length, chunked(parts)) in (400, 413)


@pytest.mark.parametrize("line", LARGE)
def test_a_body_is_not_awaited_beyond_what_is_taken(sandbox, line):
    head = f"{line} HTTP/1.1\nContent-Length: {10**12}"
    assert status(sandbox, head, itertools.repeat(b"x" * 65536, 17)) == 413


@pytest.mark.parametrize("line", LARGE)
@pytest.mark.parametrize("length", ["-1", "+1", "1e3", "0x10", "1, 2", "9" * 5000, "", "²", "1 1"])
def test_a_length_that_is_none_is_a_bad_request(sandbox, line, length):
    assert status(sandbox, f"{line} HTTP/1.1\nContent-Length: {length}") == 400


def test_what_is_just_not_too_large_is_read(sandbox):
    body = b'{"users": [' + b" " * (TOO_MUCH - 14) + b"]}"
    assert len(body) == TOO_MUCH - 1
    headers = {"If-Match": f'"{sandbox.revision}"', "Content-Type": "application/json"}
    sandbox.call("PATCH", "/users", 422, data=body, headers=headers)
    sandbox.call("PATCH", "/users", 413, data=body + b" ", headers=headers)
    sandbox.call("PATCH", "/users", 413, data=iter([body, b" "]), headers=headers)
