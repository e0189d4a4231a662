"""Which number the called person sees: rules, users' numbers, the default, or none."""

import pytest
from scene import (
    ANTWERP,
    BERLIN,
    ENOUGH_PACKETS,
    GUERNSEY,
    LEAD_BOSTON,
    LEAD_LONDON,
    LEAD_LYON,
    LEAD_NASSAU,
    LONDON,
    MAIN_LINE,
    MIAMI,
    MILAN,
    NEW_YORK,
    NOTHING,
    PARIS,
    STRAY,
    TYPED_LONDON,
)

CHOOSING = {"asks": True, "choose": PARIS}


@pytest.mark.parametrize(
    ("called", "shown"),
    [
        pytest.param(LEAD_LONDON, LONDON, id="london"),
        pytest.param(LEAD_LYON, PARIS, id="lyon"),
        pytest.param(GUERNSEY, LONDON, id="guernsey: 0044 is before 00441481"),
        pytest.param(LEAD_NASSAU, MIAMI, id="nassau"),
        pytest.param(LEAD_BOSTON, NEW_YORK, id="boston"),
        pytest.param(TYPED_LONDON, LONDON, id="typed"),
    ],
)
def test_first_matching_rule_wins(scene, called, shown):
    scene.call("sophie", called, "rule", shown)


@pytest.mark.parametrize("phone", ["0044 20 7946 0321", "011 44 20 7946 0321"])
def test_rule_matches_however_the_number_is_stored(scene, phone):
    lead = f"demo_lead_in_the_usa_with_{phone.split()[0]}"
    scene.admin.new_lead(lead, phone, "US")
    scene.call("sophie", (lead, "00442079460321"), "rule", LONDON)


@pytest.mark.parametrize(
    "called",
    [
        pytest.param(BERLIN, id="berlin"),
        pytest.param(MILAN, id="milan"),
        pytest.param(ANTWERP, id="antwerp"),
        pytest.param(("0450 00 12 34", "0032450001234"), id="typed"),
    ],
)
def test_default_is_shown_where_nothing_else_says_more(scene, called):
    scene.call("sophie", called, "default", MAIN_LINE)


def test_users_own_number_is_shown_where_no_rule_matches(scene):
    scene.call("james", BERLIN, "user", LONDON)


def test_rules_go_before_users_numbers(scene):
    scene.call("james", LEAD_LYON, "rule", PARIS)


# Where no number of ours is shown --------------------------------------------------


@pytest.mark.parametrize("typed", ["112", "101"])
def test_emergency_call_leaves_the_number_to_the_carrier(scene, typed):
    scene.call("sophie", (typed, typed), "emergency", NOTHING)


@pytest.mark.parametrize("typed", ["1207", "*97", "#31#0450001234"])
def test_service_call_shows_no_number_of_ours(scene, typed):
    scene.call("sophie", (typed, typed), "service", NOTHING)


def test_extension_with_an_emergency_number_is_internal(scene, sophie):
    sophie.at_home()
    sophie.numpad("100")
    sophie.see(".o_axivox_call_preview", "Internal call")
    sophie.dial()
    scene.ended("100", "missed", "no_answer", "an extension, whose phone is off")


def test_internal_call_shows_the_extension_and_carries_sound(scene, sophie, james):
    james.at_home()
    sophie.at_home()
    sophie.numpad("202")
    sophie.dial()
    james.see(".o_axivox_caller", "Sophie Lambert")
    james.accept()
    at_sophie, at_james = sophie.sound(), james.sound()
    sophie.hang_up()
    james.idle()
    log, seen = scene.logged("sophie"), scene.logged("james")
    note = f"James sees {seen['phone_number']}; packets {at_sophie} and {at_james}"
    scene.rows.append(("sophie", "202", "202", log["caller_id_source"], "internal", note))
    assert log["caller_id_source"] == "internal"
    assert not log["caller_id"]
    assert seen["phone_number"] == "201"
    assert min(*at_sophie, *at_james) >= ENOUGH_PACKETS


# What was saved, and what was applied ----------------------------------------------


def test_rules_no_longer_go_first_once_that_is_applied(scene, settings):
    settings.account("write", {"rules_override_users": False})
    scene.call("james", LEAD_LYON, "rule", PARIS, pending=True)
    settings.account("action_apply_changes")
    scene.call("james", LEAD_LYON, "user", LONDON)
    scene.call("sophie", LEAD_LYON, "rule", PARIS)


def test_users_new_number_is_shown_once_it_is_applied(scene, settings):
    settings.settle(rules_override_users=False)
    london = settings.id_of("demo_number_london")
    settings.save("axivox.extension", "demo_extension_201", outgoing_number_id=london)
    scene.call("sophie", BERLIN, "default", MAIN_LINE, pending=True)
    settings.account("action_apply_changes")
    scene.call("sophie", BERLIN, "user", LONDON)


def test_no_number_is_shown_without_a_default_until_there_is_one(scene, settings):
    settings.settle(default_outgoing_number_id=False)
    scene.call("sophie", BERLIN, "none", NOTHING)
    settings.settle(default_outgoing_number_id=settings.id_of("demo_number_main"))
    scene.call("sophie", BERLIN, "default", MAIN_LINE)


@pytest.mark.parametrize(
    ("login", "called"),
    [
        pytest.param("sophie", LEAD_BOSTON, id="not by a rule"),
        pytest.param("noor", BERLIN, id="not as a user's own"),
    ],
)
@pytest.mark.usefixtures("without_new_york")
def test_number_that_was_given_back_is_not_shown(scene, login, called):
    scene.call(login, called, "default", MAIN_LINE)


# How phones dial and ask -----------------------------------------------------------


@pytest.mark.parametrize(
    ("called", "source", "shown"),
    [
        pytest.param(("demo_lead_london", "+442079460321"), "rule", LONDON, id="london"),
        pytest.param(("demo_partner_berlin", "+4930123456"), "default", MAIN_LINE, id="berlin"),
    ],
)
@pytest.mark.usefixtures("dial_plus")
def test_plus_is_dialled_where_that_is_the_format(scene, called, source, shown):
    scene.call("sophie", called, source, shown)


@pytest.mark.usefixtures("asking")
def test_phone_asks_for_the_number_where_it_may(scene):
    scene.call("sophie", LEAD_LONDON, "rule", LONDON, asks=True)


@pytest.mark.usefixtures("asking")
def test_phone_asks_for_nothing_in_an_emergency(scene):
    scene.call("sophie", ("112", "112"), "emergency", NOTHING)


def test_phone_asks_no_more_once_axivox_decides(scene):
    scene.admin.account("write", {"signalling": "ask"})
    scene.admin.account("write", {"signalling": "axivox"})
    scene.call("sophie", LEAD_LONDON, "rule", LONDON)


@pytest.mark.usefixtures("asking")
def test_chosen_number_is_shown_for_one_call(scene, admin):
    admin.let_choose(admin.id_of("demo_number_paris"))
    scene.call("sophie", TYPED_LONDON, "choice", PARIS, **CHOOSING)
    scene.call("sophie", TYPED_LONDON, "rule", LONDON, asks=True, on_this_page=True)


@pytest.mark.usefixtures("asking")
def test_choice_that_was_forbidden_meanwhile_is_not_shown(scene, admin):
    admin.let_choose(admin.id_of("demo_number_paris"))
    forbid = admin.let_choose
    scene.call("sophie", TYPED_LONDON, "rule", LONDON, **CHOOSING, meanwhile=forbid)


@pytest.mark.usefixtures("asking")
def test_number_that_axivox_has_not_is_refused(scene, sophie, stray):
    scene.admin.let_choose(stray)
    sophie.at_home()
    sophie.numpad(TYPED_LONDON[0])
    sophie.choose(STRAY)
    sophie.dial()
    sophie.see(".o_notification", "Not a number of this account")
    sophie.idle()
    scene.ended("chosen: Stray", "rejected", "rejected")
