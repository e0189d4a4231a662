"""What the connector writes where, and what the sandbox knows of it. tests/databases has a real
Odoo take it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from test_calls import LONDON, MAIN, PARIS
from test_pages import rows

SOPHIE, BEGAN = 7, "2026-11-25T09:00:00Z"
CALL = {"extension": "201", "number": "00442079460321", "at": BEGAN, "seconds": 60}


class Odoo(HTTPServer):
    """Answers as Odoo does, and records its requests."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Asked)
        self.asked, self.ids, self.refuses = [], iter(range(1, 10**6)), False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def connection(self):
        address = f"http://127.0.0.1:{self.server_port}"
        return {"url": address, "database": "one", "key": "secret"}


class Asked(BaseHTTPRequestHandler):
    def do_POST(self):
        odoo = self.server
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        _, _, _, model, method = self.path.split("/")
        odoo.asked.append((model, method, content))
        right = self.headers["Authorization"], self.headers["X-Odoo-Database"]
        refused = odoo.refuses or right != ("bearer secret", "one")
        answer = {
            "search_read": [{"id": SOPHIE, "email": "sophie@meridian-bikes.example"}],
            "create": [next(odoo.ids) for _ in content.get("vals_list", ())],
            "write": True,
        }[method]
        self.send_response(403 if refused else 200)
        self.end_headers()
        self.wfile.write(json.dumps({"message": "No."} if refused else answer).encode())

    def log_message(self, *_args):
        pass


@pytest.fixture
def odoo(sandbox):
    odoo = Odoo()
    sandbox.control("PUT", "connector", odoo.connection)
    yield odoo
    odoo.shutdown()
    odoo.server_close()


def test_a_call_is_written_when_it_begins_and_when_it_has_ended(sandbox, odoo):
    [told] = sandbox.control("POST", "calls", [CALL])
    (_model, _method, asked), (model, created, begun), (_model, written, ended) = odoo.asked
    assert "sophie@meridian-bikes.example" in asked["domain"][0][2]
    assert (model, created, written) == ("axivox.call", "create", "write")
    assert begun["vals_list"] == [
        {
            "phone_number": "00442079460321",
            "direction": "outgoing",
            "state": "calling",
            "start_date": "2026-11-25 09:00:00",
            "user_id": SOPHIE,
        }
    ]
    assert ended == {
        "ids": [1],
        "vals": {
            "state": "terminated",
            "end_date": "2026-11-25 09:01:08",
            "talk_duration_s": 60,
            "did": LONDON,
        },
    }
    assert (told["id"], told["kind"], told["shown"]) == (1, "external", LONDON)


def test_calls_are_written_together_each_whole(sandbox, odoo):
    calls = [
        CALL,
        {**CALL, "extension": "100", "number": "202", "seconds": 0},
        {**CALL, "direction": "incoming", "did": PARIS, "seconds": 0},
    ]
    told = sandbox.control("POST", "calls?together=true", calls)
    [(_model, _method, content)] = odoo.asked[1:]
    names = ("direction", "state", "did", "user_id", "talk_duration_s")
    assert [tuple(vals[name] for name in names) for vals in content["vals_list"]] == [
        ("outgoing", "terminated", LONDON, SOPHIE, 60),
        ("outgoing", "aborted", False, False, 0),
        ("incoming", "missed", PARIS, SOPHIE, 0),
    ]
    assert [call["id"] for call in told] == [1, 2, 3]
    assert [call["kind"] for call in told] == ["external", "internal", None]


def test_what_is_shown_is_what_live_calls_run_on(sandbox, odoo):
    sandbox.control("POST", "edit", {"users": {"201": PARIS}})
    sandbox.control("POST", "deviations", [{"kind": "rule_not_applied", "prefix": "0033"}])
    [told] = sandbox.control("POST", "calls", [{**CALL, "number": "+33199004567"}])
    assert (told["shown"], told["as_applied"]) == (MAIN, PARIS)
    assert odoo.asked[-1][2]["vals"]["did"] == MAIN
    assert sandbox.control("GET", "calls") == [told]


def test_a_call_without_a_time_is_of_now(sandbox, odoo):
    [told] = sandbox.control("POST", "calls", [{"extension": "201", "number": "112"}])
    assert told["kind"] == "emergency"
    assert told["at"] > BEGAN


@pytest.mark.parametrize(
    "call",
    [
        {"extension": "999"},
        {"did": PARIS},
        {"direction": "incoming"},
        {"number": ""},
        {"at": "2026-11-25T09:00:00"},
        {"seconds": -1},
        {"user_id": 1},
    ],
)
def test_a_call_that_cannot_be_is_not_written(sandbox, odoo, call):
    address = f"{sandbox.address}/sandbox/calls"
    answer = sandbox.session.post(address, json=[CALL, CALL | call], timeout=5)
    assert answer.status_code == 422
    assert odoo.asked == []
    assert sandbox.control("GET", "calls") == []


def test_without_an_odoo_nothing_is_written(sandbox):
    assert sandbox.control("GET", "connector") is None
    address = f"{sandbox.address}/sandbox/calls"
    answer = sandbox.session.post(address, json=[CALL], timeout=5)
    assert answer.status_code == 409
    sandbox.control("PUT", "connector", {"url": "http://127.0.0.1:9", "database": "d", "key": "k"})
    answer = sandbox.session.post(address, json=[CALL], timeout=5)
    assert answer.status_code == 502


def test_what_odoo_says_is_told_and_its_key_is_not(sandbox, odoo):
    assert "key" not in sandbox.control("GET", "connector")
    odoo.refuses = True
    page = sandbox.page("/live/calls", {"extension": "201", "number": "004930123456"})
    assert page.status_code == 502
    assert "Odoo refused res.users.search_read" in page.text
    assert "secret" not in page.text


def test_a_page_places_a_call_and_lists_them(sandbox, odoo):
    page = sandbox.page("/live/calls", {"extension": "201", "number": "0044 20 7946 0321"})
    assert page.url == f"{sandbox.address}/live"
    [began, *row] = rows(page)[0]
    assert row == ["201", "00442079460321", "external", LONDON, LONDON]
    assert "<b>one</b>" in page.text
    assert sandbox.page("/live/calls", {"extension": "x", "number": "1"}).status_code == 400
