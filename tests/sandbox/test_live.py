"""What live calls run on if they deviate from what is applied, and how that is switched."""

import pytest
from test_calls import FREEPHONE, LONDON, MAIN, MIAMI, NEW_YORK, PARIS, asked
from test_pages import rows

TO_LONDON, TO_PARIS, TO_NASSAU = "00442079460321", "0033199004567", "0012423456789"
TO_BERLIN, TO_GUERNSEY = "004930123456", "00441481256789"


def deviate(sandbox, *deviations):
    sandbox.control("POST", "deviations", list(deviations))


@pytest.mark.parametrize(
    ("deviation", "shown"),
    [
        (
            {"kind": "rule_not_applied", "prefix": "0033"},
            {TO_PARIS: MAIN, TO_LONDON: LONDON},
        ),
        (
            {"kind": "rule_not_applied", "prefix": "0044"},
            {TO_LONDON: FREEPHONE, TO_GUERNSEY: MAIN},
        ),
        (
            {"kind": "rule_number", "prefix": "0033", "number": NEW_YORK},
            {TO_PARIS: NEW_YORK, TO_LONDON: LONDON},
        ),
        (
            {"kind": "rules_swapped", "prefix": "001242", "other_prefix": "001"},
            {TO_NASSAU: NEW_YORK, TO_PARIS: PARIS},
        ),
        (
            {"kind": "default_number", "number": NEW_YORK},
            {TO_BERLIN: NEW_YORK, TO_PARIS: PARIS},
        ),
        (
            {"kind": "default_number"},
            {TO_BERLIN: "-", TO_PARIS: PARIS},
        ),
        (
            {"kind": "user_number", "extension": "201", "number": MIAMI},
            {TO_BERLIN: MIAMI, TO_PARIS: PARIS},
        ),
        (
            {"kind": "forwarded", "extension": "201", "number": "+32470123456"},
            {TO_BERLIN: "+32470123456", TO_PARIS: "+32470123456"},
        ),
    ],
)
def test_live_calls_deviate_from_what_is_applied(sandbox, deviation, shown):
    applied = sandbox.control("GET", "applied")
    deviate(sandbox, deviation)
    for destination, number in shown.items():
        assert asked(sandbox, "201", destination) == f"external {number}"
    assert asked(sandbox, "204", TO_BERLIN) == f"external {NEW_YORK}"
    assert sandbox.control("GET", "applied") == applied
    sandbox.control("DELETE", "deviations")
    assert asked(sandbox, "201", TO_PARIS) == f"external {PARIS}"
    assert asked(sandbox, "201", TO_BERLIN) == f"external {MAIN}"


def test_the_box_is_the_other_way(sandbox):
    assert asked(sandbox, "202", TO_PARIS) == f"external {PARIS}"
    deviate(sandbox, {"kind": "box_flipped"})
    assert asked(sandbox, "202", TO_PARIS) == f"external {LONDON}"


def test_an_earlier_version_still_runs(sandbox):
    for number in (NEW_YORK, MIAMI):
        sandbox.control("POST", "edit", {"default_number": number, "apply": True})
    sandbox.control("POST", "edit", {"apply": True})  # nothing: no version of its own
    assert asked(sandbox, "201", TO_BERLIN) == f"external {MIAMI}"
    deviate(sandbox, {"kind": "older_version"})
    assert asked(sandbox, "201", TO_BERLIN) == f"external {NEW_YORK}"
    deviate(sandbox, {"kind": "older_version", "back": 2})
    assert asked(sandbox, "201", TO_BERLIN) == f"external {MAIN}"


def test_several_deviations_come_one_after_the_other(sandbox):
    deviate(
        sandbox,
        {"kind": "default_number", "number": NEW_YORK},
        {"kind": "rule_not_applied", "prefix": "0044"},
        {"kind": "rule_not_applied", "prefix": "0044"},
    )
    assert asked(sandbox, "201", TO_LONDON) == f"external {NEW_YORK}"
    assert len(sandbox.control("GET", "deviations")) == 3
    assert sandbox.control("GET", "live")["default_number"] == NEW_YORK


def test_a_deviation_from_what_is_applied_no_more_changes_nothing(sandbox):
    deviate(sandbox, {"kind": "rule_not_applied", "prefix": "0033"})
    sandbox.control("POST", "edit", {"rules": [], "apply": True})
    assert asked(sandbox, "201", TO_PARIS) == f"external {MAIN}"


@pytest.mark.parametrize(
    "deviation",
    [
        {"kind": "nonsense"},
        {"kind": "rule_not_applied"},
        {"kind": "rule_not_applied", "prefix": "0099"},
        {"kind": "rules_swapped", "prefix": "0033", "other_prefix": "0033"},
        {"kind": "default_number", "number": MAIN},
        {"kind": "user_number", "extension": "999", "number": MAIN},
        {"kind": "forwarded", "extension": "999", "number": MAIN},
        {"kind": "older_version"},
        {"kind": "box_flipped", "prefix": "0033"},
    ],
)
def test_what_would_change_nothing_is_refused(sandbox, deviation):
    deviate(sandbox, {"kind": "box_flipped"})
    address = f"{sandbox.address}/sandbox/deviations"
    answer = sandbox.session.post(address, json=[deviation], timeout=5)
    assert answer.status_code == 422
    assert [d["kind"] for d in sandbox.control("GET", "deviations")] == ["box_flipped"]


def test_a_page_switches_them_on_and_off(sandbox):
    page = sandbox.page("/live")
    assert "None: live calls use what is applied." in page.text
    page = sandbox.page("/live/deviations", {"kind": "rule_not_applied", "prefix": "0033"})
    assert page.url == f"{sandbox.address}/live"
    sandbox.page("/live/deviations", {"kind": "default_number", "number": ""})
    page = sandbox.page("/live/deviations", {"kind": "box_flipped"})
    for sentence in (
        "Rule 0033 is not applied",
        "The default outgoing number is none",
        "The checkbox below the rules is inverted",
    ):
        assert f"Switch off: {sentence}" in page.text
    page = sandbox.page("/live/off", {"place": "1"})
    assert "The default outgoing number is none" not in page.text
    kinds = [deviation["kind"] for deviation in sandbox.control("GET", "deviations")]
    assert kinds == ["rule_not_applied", "box_flipped"]


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"kind": "nonsense"}, 400),
        ({"kind": "rule_number", "prefix": "0033", "number": "0044"}, 400),
        ({"kind": "user_number", "extension": "201", "number": ""}, 422),
    ],
)
def test_a_form_that_lets_nothing_deviate_is_said(sandbox, form, status):
    page = sandbox.page("/live/deviations", form)
    assert page.status_code == status
    assert sandbox.control("GET", "deviations") == []
    if status == 422:
        assert "that would change nothing" in page.text


def test_the_page_offers_the_version_before_where_there_is_one(sandbox):
    offer = 'value="older_version"'
    assert offer not in sandbox.page("/live").text
    sandbox.control("POST", "edit", {"default_number": PARIS, "apply": True})
    assert offer in sandbox.page("/live").text
    assert rows(sandbox.page("/live")) == []
