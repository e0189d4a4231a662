"""Each promise of the contract."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import revision_of

LONDON, PARIS, MAIN = "+442079460958", "+33199001234", "+3212345678"
SETTINGS = {
    "default_number": LONDON,
    "rules_override_users": False,
    "rules": [{"prefix": "04", "number": PARIS}, {"prefix": "04", "number": MAIN}],
}
ONE_USER = {"users": [{"extension": "201", "outgoing_number": LONDON}]}
WRITES = [
    ("PATCH", "/users", ONE_USER),
    ("PUT", "/outgoing-settings", SETTINGS),
    ("POST", "/apply", None),
]
READS = ["/company", "/numbers", "/users", "/outgoing-settings", "/changes"]


def user(sandbox, extension):
    users = sandbox.call("GET", "/users").json()["items"]
    return next(user for user in users if user["extension"] == extension)


# The token


@pytest.mark.parametrize("path", [*READS, "/apply", "/nowhere"])
@pytest.mark.parametrize("credentials", ["", "Bearer wrong", "Basic a-token-for-tests", "Bearer é"])
def test_nothing_below_the_base_url_answers_without_the_token(sandbox, path, credentials):
    headers = {"Authorization": credentials.encode()}
    answer = sandbox.raw("GET", path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert answer.headers["Content-Type"] == "application/problem+json"


# Reading


def test_company(sandbox):
    company = sandbox.call("GET", "/company").json()
    assert company == {
        "name": "Meridian Bikes",
        "domain": "meridian-bikes.axivox.example",
        "numbers": 9,
        "users": 7,
        "pending_changes": 0,
    }


@pytest.mark.parametrize(("path", "key"), [("/numbers", "number"), ("/users", "extension")])
def test_pages_hold_every_item_once_and_in_order(sandbox, path, key):
    everything = sandbox.call("GET", path).json()["items"]
    assert [item[key] for item in everything] == sorted(item[key] for item in everything)
    paged, cursor = [], ""
    while cursor is not None:
        page = sandbox.call("GET", f"{path}?limit=2" + (cursor and f"&cursor={cursor}")).json()
        assert 1 <= len(page["items"]) <= 2
        paged += page["items"]
        cursor = page["next"]
    assert paged == everything


def test_a_full_last_page_has_no_next(sandbox):
    assert sandbox.call("GET", "/users?limit=7").json()["next"] is None
    assert sandbox.call("GET", "/users?limit=6").json()["next"] is not None


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=501", "limit=many", "cursor=!", "cursor=", "offset=1"]
)
def test_a_wrong_query_is_a_bad_request(sandbox, query):
    sandbox.call("GET", f"/numbers?{query}", 400)


def test_unknown_addresses_and_methods_are_problems_too(sandbox):
    for method, path, status in (("GET", "/nowhere", 404), ("DELETE", "/company", 405)):
        answer = sandbox.raw(method, path)
        assert answer.status_code == answer.json()["status"] == status
        assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "methods"),
    [("/company", "GET"), ("/users", "GET, PATCH"), ("/outgoing-settings", "GET, PUT")],
)
def test_a_wrong_method_is_told_the_right_ones(sandbox, path, methods):
    for method in ("OPTIONS", "DELETE", "POST"):
        assert sandbox.raw(method, path).headers["Allow"] == methods


# Revisions


def test_every_answer_carries_the_one_revision(sandbox):
    assert len({revision_of(sandbox.call("GET", path)) for path in READS}) == 1


def test_every_save_and_every_apply_changes_the_revision(sandbox):
    seen = [sandbox.revision]
    for method, path, body in WRITES:
        answer = sandbox.write(method, path, body, key="one" if path == "/apply" else None)
        seen.append(revision_of(answer))
        assert sandbox.revision == seen[-1]
    sandbox.control("POST", "edit", {"default_number": PARIS})
    seen.append(sandbox.revision)
    sandbox.control("POST", "edit", {"apply": True})
    seen.append(sandbox.revision)
    sandbox.page("/numbers/+448081570123", {"type": "hang_up", "target": ""})
    seen.append(sandbox.revision)
    assert len(set(seen)) == len(seen)


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_write_without_a_revision_is_refused(sandbox, method, path, body):
    sandbox.call(method, path, 428, json=body, headers={"Idempotency-Key": "one"})
    assert sandbox.call("GET", "/changes").json()["items"] == []


@pytest.mark.parametrize(("method", "path", "body"), WRITES)
def test_a_write_upon_another_revision_changes_nothing(sandbox, method, path, body):
    before = sandbox.revision
    sandbox.control("POST", "edit", {"default_number": PARIS})
    now, applied = sandbox.revision, sandbox.control("GET", "applied")
    refused = sandbox.write(method, path, body, revision=before, key="one", status=412)
    assert refused.json()["revision"] == now == sandbox.revision
    assert sandbox.control("GET", "applied") == applied
    assert user(sandbox, "201")["outgoing_number"]["saved"] is None


@pytest.mark.parametrize("form", ['W/"{now}"', "*", "{now}", '"{now}', '"{now}", "0"', ""])
def test_a_revision_is_named_exactly(sandbox, form):
    headers = {"If-Match": form.format(now=sandbox.revision)}
    sandbox.call("PATCH", "/users", 412, json=ONE_USER, headers=headers)


def test_of_many_writes_upon_one_revision_one_is_made(sandbox):
    headers = {"If-Match": f'"{sandbox.revision}"'}
    with ThreadPoolExecutor(8) as pool:
        asked = [
            pool.submit(sandbox.raw, "PATCH", "/users", json=ONE_USER, headers=dict(headers))
            for _ in range(8)
        ]
    assert sorted(answer.result().status_code for answer in asked) == [200] + [412] * 7


# Users


def test_users_are_saved_and_not_applied(sandbox):
    wanted = {
        "users": [
            {"extension": "201", "outgoing_number": LONDON},
            {"extension": "203", "outgoing_number": None},
        ]
    }
    assert sandbox.write("PATCH", "/users", wanted).json() == {"updated": 2}
    assert user(sandbox, "201")["outgoing_number"] == {"saved": LONDON, "applied": None}
    assert user(sandbox, "203")["outgoing_number"] == {"saved": None, "applied": "+33199001235"}
    assert sandbox.control("GET", "applied")["users"]["203"] == "+33199001235"


def test_users_are_saved_together_or_not_at_all(sandbox):
    wanted = {
        "users": [
            {"extension": "201", "outgoing_number": LONDON},
            {"extension": "299", "outgoing_number": None},
            {"extension": "202", "outgoing_number": "+442079460000"},
        ]
    }
    before = sandbox.revision
    errors = sandbox.write("PATCH", "/users", wanted, status=422).json()["errors"]
    assert [error["pointer"] for error in errors] == [
        "/users/1/extension",
        "/users/2/outgoing_number",
    ]
    assert sandbox.revision == before
    assert user(sandbox, "201")["outgoing_number"]["saved"] is None


@pytest.mark.parametrize(
    ("wanted", "pointer"),
    [
        ({"users": []}, "/users"),
        ({"users": ONE_USER["users"] * 2}, "/users"),
        ({"users": [{"extension": str(n), "outgoing_number": None} for n in range(501)]}, "/users"),
        ({**ONE_USER, "color": "red"}, "/color"),
        ({"users": [{"extension": "201"}]}, "/users/0/outgoing_number"),
        ({"users": [{"extension": "2O1", "outgoing_number": None}]}, "/users/0/extension"),
        ({"users": [{"extension": "201", "outgoing_number": "0044"}]}, "/users/0/outgoing_number"),
        ({"users": [{"extension": "201", "outgoing_number": None, "name": "S"}]}, "/users/0/name"),
        ([], ""),
    ],
)
def test_what_is_no_list_of_users_is_refused(sandbox, wanted, pointer):
    errors = sandbox.write("PATCH", "/users", wanted, status=422).json()["errors"]
    assert [error["pointer"] for error in errors] == [pointer]


def test_five_hundred_users_are_saved_at_once(sandbox):
    extensions = [str(1000 + n) for n in range(2000)]
    sandbox.control(
        "PUT",
        "state",
        {
            "company": {"name": "Large", "domain": "large.example"},
            "numbers": [{"number": LONDON, "destination": {"type": "hang_up", "target": None}}],
            "users": [{"extension": extension, "name": "Somebody"} for extension in extensions],
            "outgoing_settings": {
                "default_number": None,
                "rules_override_users": False,
                "rules": [],
            },
        },
    )
    wanted = [{"extension": extension, "outgoing_number": LONDON} for extension in extensions[:500]]
    assert sandbox.write("PATCH", "/users", {"users": wanted}).json() == {"updated": 500}
    applied = sandbox.write("POST", "/apply", key="one").json()
    assert applied == {"applied_changes": 500}


# Outgoing settings


def test_outgoing_settings_are_saved_and_not_applied(sandbox):
    before = sandbox.call("GET", "/outgoing-settings").json()["applied"]
    answer = sandbox.write("PUT", "/outgoing-settings", SETTINGS).json()
    assert answer == {"saved": SETTINGS, "applied": before}
    assert sandbox.call("GET", "/outgoing-settings").json() == answer


@pytest.mark.parametrize("prefix", ["04", "0032/2", "+44", " 0044", "x" * 32, "é"])
def test_prefixes_are_kept_as_typed(sandbox, prefix):
    rules = [{"prefix": prefix, "number": LONDON}] * 2
    sandbox.write("PUT", "/outgoing-settings", SETTINGS | {"rules": rules})
    assert sandbox.call("GET", "/outgoing-settings").json()["saved"]["rules"] == rules


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"default_number": "+442079460000"}, "/default_number"),
        ({"default_number": ""}, "/default_number"),
        ({"rules_override_users": "yes"}, "/rules_override_users"),
        ({"rules": [{"prefix": "", "number": LONDON}]}, "/rules/0/prefix"),
        ({"rules": [{"prefix": "x" * 33, "number": LONDON}]}, "/rules/0/prefix"),
        ({"rules": [{"prefix": "1", "number": "+442079460000"}]}, "/rules/0/number"),
        ({"rules": [{"prefix": "1", "number": None}]}, "/rules/0/number"),
        ({"rules": [{"prefix": "1", "number": LONDON, "name": "UK"}]}, "/rules/0/name"),
        ({"users": []}, "/users"),
    ],
)
def test_settings_that_cannot_be_are_refused(sandbox, change, pointer):
    before = sandbox.revision
    refused = sandbox.write("PUT", "/outgoing-settings", SETTINGS | change, status=422).json()
    assert [error["pointer"] for error in refused["errors"]] == [pointer]
    assert sandbox.revision == before


def test_settings_are_put_whole(sandbox):
    wanted = {"default_number": LONDON}
    errors = sandbox.write("PUT", "/outgoing-settings", wanted, status=422).json()["errors"]
    assert {error["pointer"] for error in errors} == {"/rules_override_users", "/rules"}


def test_an_error_is_pointed_at_as_json_pointers_are_written(sandbox):
    wanted = SETTINGS | {"a/b~c": 1}
    errors = sandbox.write("PUT", "/outgoing-settings", wanted, status=422).json()["errors"]
    assert [error["pointer"] for error in errors] == ["/a~1b~0c"]


def test_a_body_that_is_no_json_is_a_bad_request(sandbox):
    headers = {"If-Match": f'"{sandbox.revision}"', "Content-Type": "application/json"}
    sandbox.call("PUT", "/outgoing-settings", 400, data="{", headers=headers)


def test_a_body_that_is_too_large_is_turned_away(sandbox):
    sandbox.call("PUT", "/outgoing-settings", 413, data=b"x" * (1024 * 1024 + 1))


# Changes and apply


def test_changes_say_who_saved_what_and_when(sandbox):
    sandbox.control("POST", "edit", {"rules": [], "users": {"203": None}})
    sandbox.write("PATCH", "/users", ONE_USER)
    wanted = sandbox.call("GET", "/outgoing-settings").json()["saved"] | {"default_number": LONDON}
    sandbox.write("PUT", "/outgoing-settings", wanted)
    changes = sandbox.call("GET", "/changes").json()["items"]
    assert [(c["setting"], c["extension"], c["saved_by"]) for c in changes] == [
        ("default_number", None, "API"),
        ("rules", None, "Console user"),
        ("outgoing_number", "201", "API"),
        ("outgoing_number", "203", "Console user"),
    ]
    assert sandbox.call("GET", "/company").json()["pending_changes"] == 4
    now = datetime.datetime.now(datetime.timezone.utc)
    for change in changes:
        saved_at = datetime.datetime.fromisoformat(change["saved_at"].replace("Z", "+00:00"))
        assert abs(now - saved_at) < datetime.timedelta(minutes=1)


def test_a_change_taken_back_is_none(sandbox):
    sandbox.control("POST", "edit", {"default_number": LONDON})
    sandbox.control("POST", "edit", {"default_number": MAIN})
    assert sandbox.call("GET", "/changes").json()["items"] == []


def test_apply_publishes_all_that_is_saved_by_whomever(sandbox):
    sandbox.control("POST", "edit", {"users": {"203": PARIS}})
    sandbox.write("PUT", "/outgoing-settings", SETTINGS)
    assert sandbox.write("POST", "/apply", key="one").json() == {"applied_changes": 4}
    live = sandbox.control("GET", "applied")
    assert live["users"]["203"] == PARIS
    assert {name: live[name] for name in SETTINGS} == SETTINGS
    assert live["revision"] == sandbox.revision
    assert sandbox.call("GET", "/changes").json()["items"] == []
    states = sandbox.call("GET", "/outgoing-settings").json()
    assert states["saved"] == states["applied"] == SETTINGS


def test_the_same_key_gives_the_same_answer_and_does_nothing(sandbox):
    upon = sandbox.revision
    first = sandbox.write("POST", "/apply", key="one")
    sandbox.control("POST", "edit", {"default_number": LONDON})
    for revision in (upon, sandbox.revision, "nonsense"):
        again = sandbox.write("POST", "/apply", key="one", revision=revision)
        assert (again.json(), again.headers["ETag"]) == (first.json(), first.headers["ETag"])
    assert sandbox.control("GET", "applied")["default_number"] == MAIN
    assert sandbox.write("POST", "/apply", key="two").json() == {"applied_changes": 1}
    assert sandbox.control("GET", "applied")["default_number"] == LONDON


def test_the_key_of_a_refused_apply_can_be_sent_again(sandbox):
    upon = sandbox.revision
    sandbox.control("POST", "edit", {"default_number": LONDON})
    sandbox.write("POST", "/apply", key="one", revision=upon, status=412)
    assert sandbox.write("POST", "/apply", key="one").json() == {"applied_changes": 1}


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 256}])
def test_apply_needs_a_key(sandbox, key):
    before = sandbox.revision
    sandbox.call("POST", "/apply", 400, headers={"If-Match": f'"{before}"'} | key)
    assert sandbox.revision == before
