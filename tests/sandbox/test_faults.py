"""Each way to misbehave, and whether a change was made is as documented."""

import json
import time

import jsonschema
import pytest
import requests
from conftest import check

LONDON, PARIS, MAIN = "+442079460958", "+33199001234", "+3212345678"


def save(sandbox, revision, number=LONDON):
    wanted = {"users": [{"extension": "201", "outgoing_number": number}]}
    return sandbox.raw(
        "PATCH", "/users", json=wanted, headers={"If-Match": f'"{revision}"'}, stream=True
    )


def changes(sandbox):
    return sandbox.call("GET", "/changes").json()["items"]


def test_delay_only_delays(sandbox):
    sandbox.faults({"kind": "delay", "seconds": 0.3})
    began = time.monotonic()
    sandbox.call("GET", "/company")
    assert time.monotonic() - began >= 0.3


@pytest.mark.parametrize("kind", ["429", "503"])
def test_busy_says_when_to_ask_again_and_does_nothing(sandbox, kind):
    before = sandbox.revision
    sandbox.faults({"kind": kind, "seconds": 2}, {"request": 2, "kind": kind})
    for seconds in ("2", "1"):
        answer = sandbox.write("POST", "/apply", key="one", revision=before, status=int(kind))
        assert answer.headers["Retry-After"] == seconds
    assert sandbox.revision == before


@pytest.mark.parametrize(("kind", "made"), [("500_before", 0), ("500_after", 1)])
def test_a_defect_before_or_after_the_change(sandbox, kind, made):
    revision = sandbox.revision
    sandbox.faults({"kind": kind})
    answer = save(sandbox, revision)
    assert answer.status_code == answer.json()["status"] == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert len(changes(sandbox)) == made


@pytest.mark.parametrize(("kind", "made"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_carries_no_byte(sandbox, kind, made):
    revision = sandbox.revision
    sandbox.faults({"kind": kind})
    with pytest.raises(requests.ConnectionError, match="RemoteDisconnected"):
        save(sandbox, revision)
    assert len(changes(sandbox)) == made
    assert sandbox.control("GET", "requests")[-2]["status"] is None


def test_a_cut_answer_promises_more_than_it_gives(sandbox):
    revision = sandbox.revision
    sandbox.faults({"kind": "cut"})
    answer = save(sandbox, revision)
    assert answer.status_code == 200
    assert answer.headers["Content-Length"] == "13"
    with pytest.raises(requests.RequestException, match="6 bytes read, 7 more expected"):
        answer.json()
    assert len(changes(sandbox)) == 1


def test_nonsense_is_a_page_that_says_it_went_well(sandbox):
    revision = sandbox.revision
    sandbox.faults({"kind": "nonsense"})
    answer = save(sandbox, revision)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.text.startswith("<!DOCTYPE html>")
    assert len(changes(sandbox)) == 1


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/company"),
        ("GET", "/numbers"),
        ("GET", "/users"),
        ("GET", "/outgoing-settings"),
        ("GET", "/changes"),
        ("POST", "/apply"),
    ],
)
def test_the_wrong_shape_is_wrong_for_every_answer(sandbox, method, path):
    headers = {"If-Match": f'"{sandbox.revision}"', "Idempotency-Key": "one"}
    sandbox.faults({"kind": "wrong_shape"})
    answer = sandbox.raw(method, path, headers=headers)
    assert answer.status_code == 200
    assert isinstance(answer.json(), dict)
    with pytest.raises(jsonschema.ValidationError):
        check(method, path, answer)


def test_a_redirect_leads_to_another_host(sandbox):
    revision = sandbox.revision
    sandbox.faults({"kind": "redirect"})
    answer = save(sandbox, revision)
    assert answer.status_code == 307
    port = sandbox.address.rpartition(":")[2]
    assert answer.headers["Location"] == f"http://localhost:{port}/stolen"
    assert changes(sandbox) == []
    requests.get(f"{sandbox.address}/stolen", timeout=5)
    assert sandbox.control("GET", "requests")[-1]["path"] == "/stolen"


def test_an_edit_comes_just_before_the_request(sandbox):
    revision = sandbox.revision
    sandbox.faults({"kind": "edit", "edit": {"users": {"202": PARIS}}, "method": "PATCH"})
    assert sandbox.revision == revision
    assert save(sandbox, revision).status_code == 412
    assert [(c["extension"], c["saved_by"]) for c in changes(sandbox)] == [("202", "Console user")]
    assert save(sandbox, sandbox.revision).status_code == 200


def test_an_edit_can_be_applied_too(sandbox):
    edit = {"default_number": None, "rules_override_users": False, "rules": [], "apply": True}
    sandbox.faults({"kind": "edit", "edit": edit})
    assert sandbox.call("GET", "/changes").json()["items"] == []
    live = sandbox.control("GET", "applied")
    assert (live["default_number"], live["rules_override_users"], live["rules"]) == (
        None,
        False,
        [],
    )


def test_an_edit_and_a_fault_meet_in_one_request(sandbox):
    revision = sandbox.revision
    sandbox.faults({"kind": "edit", "edit": {"default_number": PARIS}}, {"kind": "500_before"})
    assert save(sandbox, revision).status_code == 500
    assert [c["setting"] for c in changes(sandbox)] == ["default_number"]


def test_faults_strike_the_requests_that_were_named(sandbox):
    sandbox.faults(
        {"request": 2, "times": 2, "kind": "500_before"},
        {"request": 2, "kind": "503", "method": "GET", "path": "/numbers"},
    )
    paths = ["/company", "/numbers", "/users", "/company", "/numbers", "/numbers"]
    statuses = [sandbox.raw("GET", path).status_code for path in paths]
    assert statuses == [200, 500, 500, 200, 503, 200]


def test_faults_are_replaced_and_forgotten(sandbox):
    sandbox.faults({"kind": "500_before", "times": 9})
    sandbox.faults({"kind": "503", "times": 9})
    assert sandbox.raw("GET", "/company").status_code == 503
    sandbox.control("DELETE", "faults")
    sandbox.call("GET", "/company")


def test_faults_leave_pages_and_controls_alone(sandbox):
    sandbox.faults({"kind": "drop_before", "times": 9})
    assert sandbox.page("/settings").ok
    assert sandbox.control("GET", "applied")["default_number"] == MAIN


def test_requests_are_listed_without_headers(sandbox):
    sandbox.raw("GET", "/users?limit=3")
    sandbox.raw("GET", "/users", headers={"Authorization": "Bearer wrong"})
    sandbox.page("/settings")
    assert sandbox.control("GET", "requests") == [
        {"method": "GET", "path": "/api/users?limit=3", "status": 200},
        {"method": "GET", "path": "/api/users", "status": 401},
    ]
    sandbox.control("DELETE", "requests")
    assert sandbox.control("GET", "requests") == []


def test_a_reset_never_brings_an_old_revision_back(sandbox):
    before = sandbox.revision
    sandbox.control("POST", "edit", {"default_number": PARIS})
    sandbox.control("POST", "reset")
    assert save(sandbox, before).status_code == 412
    assert sandbox.control("GET", "applied")["default_number"] == MAIN


def test_of_a_thousand_requests_and_one_the_first_is_forgotten(sandbox):
    for _ in range(1000):
        sandbox.raw("GET", "/nowhere")
    sandbox.raw("GET", "/company")
    listed = sandbox.control("GET", "requests")
    assert len(listed) == 1000
    assert listed[-1]["path"] == "/api/company"


HALF = "\ud800"  # of a character
STATE = {
    "company": {"name": "Other", "domain": "other.example"},
    "numbers": [{"number": MAIN, "destination": {"type": "extension", "target": "201"}}],
    "users": [{"extension": "201", "name": "Somebody", "email": "somebody@other.example"}],
    "outgoing_settings": {"default_number": None, "rules_override_users": False, "rules": []},
}


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PUT", "state", {}),
        ("PUT", "state", {HALF: 1}),
        ("PUT", "state", STATE | {"company": float("nan")}),
        ("PUT", "state", STATE | {"company": {}}),
        ("PUT", "state", STATE | {"company": {"name": HALF, "domain": "other.example"}}),
        ("PUT", "state", STATE | {"users": [STATE["users"][0] | {"name": HALF}]}),
        ("PUT", "state", STATE | {"users": [STATE["users"][0] | {"email": HALF}]}),
        ("PUT", "state", STATE | {"users": [STATE["users"][0] | {"outgoing_number": PARIS}]}),
        (
            "PUT",
            "state",
            STATE
            | {"numbers": [{"number": MAIN, "destination": {"type": "voicemail", "target": HALF}}]},
        ),
        ("POST", "edit", {"users": {"999": None}}),
        ("POST", "edit", {"users": {HALF: None}}),
        ("POST", "edit", {"rules": [{"prefix": HALF, "number": MAIN}]}),
        ("POST", "faults", [{"kind": "edit"}]),
        ("POST", "faults", [{"kind": "delay", "seconds": float("nan")}]),
        ("POST", "faults", [{"kind": "429", "seconds": float("inf")}]),
        ("DELETE", "numbers/0044", None),
        ("GET", "caller-id", None),
    ],
)
def test_nonsense_is_refused_and_no_defect(sandbox, method, path, body):
    before = sandbox.revision
    text = None if body is None else json.dumps(body)
    answer = sandbox.session.request(
        method,
        f"{sandbox.address}/sandbox/{path}",
        data=text,
        headers={"Content-Type": "application/json"},
        timeout=5,
    )
    assert answer.status_code in (400, 422)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert sandbox.revision == before
    assert sandbox.page("/settings").ok


def test_an_edit_that_cannot_be_made_is_said_to_whom_it_strikes(sandbox):
    sandbox.faults({"kind": "edit", "edit": {"users": {"999": None}}})
    assert sandbox.raw("GET", "/company").status_code == 422
    assert sandbox.raw("GET", "/company").status_code == 200
