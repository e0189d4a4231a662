"""Which number a call leaves with, as Axivox's side of the network asks."""

import pytest

MAIN, PARIS, LONDON = "+3212345678", "+33199001234", "+442079460958"
NEW_YORK, MIAMI, FREEPHONE = "+12125550123", "+13055550145", "+448081570123"


def asked(sandbox, extension, destination, preferred=None):
    params = {"extension": extension, "destination": destination, "asked": preferred}
    address = f"{sandbox.address}/sandbox/caller-id"
    return sandbox.session.get(address, params=params, timeout=5).text


@pytest.mark.parametrize(
    ("destination", "number"),
    [
        ("0033199004567", PARIS),
        ("+33199004567", PARIS),
        ("00442079460321", LONDON),
        ("00441481256789", LONDON),
        ("0012423456789", MIAMI),
        ("0016175550187", NEW_YORK),
        ("004930123456", MAIN),
        ("0450001234", MAIN),
    ],
)
def test_first_matching_rule_wins_then_the_default(sandbox, destination, number):
    assert asked(sandbox, "201", destination) == f"external {number}"


def test_rules_go_before_a_users_number_only_with_the_override(sandbox):
    assert asked(sandbox, "202", "0033199004567") == f"external {PARIS}"
    assert asked(sandbox, "202", "004930123456") == f"external {LONDON}"
    sandbox.control("POST", "edit", {"rules_override_users": False, "apply": True})
    assert asked(sandbox, "202", "0033199004567") == f"external {LONDON}"
    assert asked(sandbox, "201", "0033199004567") == f"external {PARIS}"


def test_what_is_saved_reaches_no_call_before_it_is_applied(sandbox):
    sandbox.control("POST", "edit", {"users": {"201": LONDON}})
    assert asked(sandbox, "201", "004930123456") == f"external {MAIN}"
    sandbox.control("POST", "edit", {"apply": True})
    assert asked(sandbox, "201", "004930123456") == f"external {LONDON}"


def test_a_number_that_was_given_back_counts_as_not_named(sandbox):
    for number in (NEW_YORK, LONDON):
        sandbox.control("DELETE", f"numbers/{number}")
    assert asked(sandbox, "204", "0016175550187") == f"external {MAIN}"
    assert asked(sandbox, "202", "004930123456") == f"external {MAIN}"
    assert asked(sandbox, "201", "00442079460321") == f"external {FREEPHONE}", "the next rule 0044"
    sandbox.control("DELETE", f"numbers/{MAIN}")
    assert asked(sandbox, "201", "004930123456") == "external -"


def test_no_number_configured_is_said(sandbox):
    sandbox.control("POST", "edit", {"default_number": None, "apply": True})
    assert asked(sandbox, "201", "004930123456") == "external -"


@pytest.mark.parametrize(
    ("destination", "kind"),
    [
        ("202", "internal"),
        ("100", "internal"),  # an emergency number that is an extension
        ("112", "emergency"),
        ("101", "emergency"),
        ("1207", "service"),
        ("*97", "service"),
        ("#31#0450001234", "service"),
    ],
)
def test_no_outside_number_is_shown_whatever_is_asked_for(sandbox, destination, kind):
    assert asked(sandbox, "204", destination) == f"{kind} -"
    assert asked(sandbox, "204", destination, PARIS) == f"{kind} -"


def test_only_the_accounts_numbers_may_be_asked_for(sandbox):
    assert asked(sandbox, "201", "00442079460321", PARIS) == f"external {PARIS}"
    assert asked(sandbox, "201", "00442079460321", "+33199009999") == "refused -"


def test_an_extension_that_is_not_there_shows_nothing(sandbox):
    assert "no such extension" in asked(sandbox, "999", "00442079460321")
