"""What a pull and an apply do, as their plans say."""

from dataclasses import replace

import pytest

from callerid.policy import Rule, Settings
from callerid.reconcile import Directory, RemoteChange, Side, Snapshot, plan_apply, plan_pull

MAIN, LONDON, PARIS, BERLIN = "+3212345678", "+442079460958", "+33199001234", "+4930901820"
MENU = ("dial_plan", "Main menu")
AGREED = Side(
    Settings(MAIN, False, (Rule("0044", LONDON),), {"201": None, "202": PARIS}),
    {"201": ("Sophie", "sophie@velo.example"), "202": ("James", None)},
    dict.fromkeys((MAIN, LONDON, PARIS), MENU),
)


def snapshot(*, base=AGREED, ours=AGREED, theirs=AGREED, live=AGREED.settings, **more):
    return Snapshot(base, ours, theirs, live, **more)


def changed(side=AGREED, *, users=None, numbers=None, **settings):
    return Side(
        replace(side.settings, **settings),
        side.users if users is None else users,
        side.numbers if numbers is None else numbers,
    )


def choosing(side):
    return lambda _change: side


def does_nothing(plan):
    here = plan.new_numbers, plan.renumbered, plan.new_users, plan.profiles, plan.destinations
    return not (any(here) or plan.changes or plan.saves_settings or plan.outgoing_numbers)


def test_where_both_agree_there_is_nothing_to_do():
    for plan in (plan_apply(snapshot()), plan_pull(snapshot())):
        assert does_nothing(plan)
        assert (plan.settings, plan.base) == (AGREED.settings, AGREED)


# Apply


def test_an_apply_sends_what_was_changed_here_and_nothing_else():
    plan = plan_apply(snapshot(ours=changed(extensions={"201": LONDON, "202": PARIS})))
    assert (plan.saves_settings, plan.outgoing_numbers) == (False, {"201": LONDON})
    assert plan.live == replace(AGREED.settings, extensions={"201": LONDON, "202": PARIS})
    plan = plan_apply(snapshot(ours=changed(override=True)))
    assert (plan.saves_settings, plan.outgoing_numbers) == (True, {})


def test_what_was_saved_there_goes_live_with_ours_and_is_asked():
    theirs = changed(default=PARIS)
    plan = plan_apply(snapshot(ours=changed(override=True), theirs=theirs))
    assert [change.kind for change in plan.undecided] == ["default"]
    plan = plan_apply(snapshot(ours=changed(override=True), theirs=theirs), choosing("theirs"))
    assert plan.undecided == ()
    assert (plan.live.default, plan.live.override) == (PARIS, True)
    kept_out = plan_apply(snapshot(ours=changed(override=True), theirs=theirs), choosing("ours"))
    assert kept_out.live.default == MAIN


def test_users_whom_odoo_does_not_know_stay_as_they_are():
    held = {**AGREED.settings.extensions, "100": LONDON}
    theirs = changed(users={**AGREED.users, "100": ("Lobby", None)}, extensions=held)
    plan = plan_apply(snapshot(ours=changed(default=PARIS), theirs=theirs, live=theirs.settings))
    assert (plan.outgoing_numbers, plan.live.extensions["100"]) == ({}, LONDON)
    assert plan.changes == ()


def test_what_is_saved_for_a_user_whom_odoo_does_not_know_would_go_live_and_is_asked():
    held = {**AGREED.settings.extensions, "100": LONDON}
    theirs = changed(users={**AGREED.users, "100": ("Lobby", None)}, extensions=held)
    plan = plan_apply(snapshot(theirs=theirs))
    assert plan.undecided == (RemoteChange("extension", "100", None, LONDON, None),)
    live = replace(AGREED.settings, extensions={**AGREED.settings.extensions, "100": PARIS})
    plan = plan_apply(snapshot(theirs=theirs, live=live))
    assert plan.undecided == (RemoteChange("extension", "100", PARIS, LONDON, PARIS),)


def test_users_who_are_not_there_are_left_out_and_said():
    users = {**AGREED.users, "203": ("Ana", None)}
    ours = changed(users=users, extensions={**AGREED.settings.extensions, "203": LONDON})
    plan = plan_apply(snapshot(ours=ours))
    assert (plan.outgoing_numbers, plan.absent_users) == ({}, ("203",))


def test_numbers_that_the_console_has_not_are_missing():
    plan = plan_apply(snapshot(ours=changed(default=BERLIN)))
    assert plan.missing == (BERLIN,)


def test_a_number_that_only_their_choice_names_is_new_here():
    theirs = changed(default=BERLIN, numbers={**AGREED.numbers, BERLIN: MENU})
    assert plan_apply(snapshot(theirs=theirs)).new_numbers == (BERLIN,)
    known = Directory(archived_numbers=frozenset({BERLIN}))
    assert plan_apply(snapshot(theirs=theirs, directory=known)).new_numbers == ()


def test_what_is_decided_is_not_asked_and_what_is_not_is():
    def choose(change):
        return {"default": "theirs"}.get(change.kind)

    theirs = changed(default=PARIS, override=True, extensions={"201": PARIS, "202": PARIS})
    ours = changed(default=LONDON, extensions={"201": LONDON, "202": PARIS})
    plan = plan_apply(snapshot(ours=ours, theirs=theirs), choose)
    assert [change.kind for change in plan.undecided] == ["override", "extension"]
    plan = plan_pull(snapshot(ours=ours, theirs=theirs), choose)
    assert [change.kind for change in plan.undecided] == ["extension"]


def test_a_number_that_no_setting_names_is_no_business_of_an_apply():
    theirs = changed(numbers={**AGREED.numbers, BERLIN: MENU})
    assert plan_apply(snapshot(ours=changed(default=BERLIN), theirs=AGREED)).new_numbers == ()
    assert plan_apply(snapshot(theirs=theirs)).new_numbers == ()


def test_what_was_sent_and_arrived_is_our_own():
    sent = replace(AGREED.settings, default=PARIS)
    theirs = changed(default=PARIS)
    ours = changed(default=LONDON)
    assert plan_apply(snapshot(ours=ours, theirs=theirs)).changes
    assert not plan_apply(snapshot(ours=ours, theirs=theirs, in_flight=sent)).changes


def test_after_an_apply_both_agree_on_what_the_console_held_before_it():
    theirs = changed(default=PARIS)
    plan = plan_apply(snapshot(theirs=theirs), choosing("ours"))
    assert plan.base == replace(AGREED, settings=theirs.settings)


# Pull


def test_a_pull_sends_nothing():
    plan = plan_pull(snapshot(ours=changed(default=PARIS, extensions={"201": LONDON})))
    assert (plan.saves_settings, plan.outgoing_numbers, plan.live) == (False, {}, None)


def test_new_numbers_and_users_are_created_as_the_console_has_them():
    theirs = changed(
        users={**AGREED.users, "207": ("Nina", "nina@velo.example")},
        numbers={**AGREED.numbers, BERLIN: ("extension", "207")},
        extensions={**AGREED.settings.extensions, "207": BERLIN},
    )
    plan = plan_pull(snapshot(theirs=theirs))
    assert (plan.new_numbers, plan.new_users) == ((BERLIN,), ("207",))
    assert plan.settings.extensions["207"] == BERLIN
    assert plan.destinations == {BERLIN: ("extension", "207")}
    assert plan.changes == ()
    assert plan.base == theirs


def test_what_is_here_only_is_said():
    fewer = {number: leads for number, leads in AGREED.numbers.items() if number != PARIS}
    users = {"201": AGREED.users["201"]}
    plan = plan_pull(snapshot(theirs=changed(users=users, numbers=fewer)))
    assert (plan.absent_users, plan.absent_numbers) == (("202",), (PARIS,))


def test_where_a_number_leads_is_kept_where_the_console_never_said():
    base = changed(numbers={})
    theirs = changed(numbers={**AGREED.numbers, MAIN: ("not_configured", None)})
    plan = plan_pull(snapshot(base=base, theirs=theirs))
    assert MAIN not in plan.destinations
    assert not [change for change in plan.changes if change.subject == MAIN]


def test_what_is_archived_here_is_not_created_again():
    theirs = changed(
        users={**AGREED.users, "207": ("Nina", None)},
        numbers={**AGREED.numbers, BERLIN: MENU},
        extensions={**AGREED.settings.extensions, "207": None},
    )
    known = Directory(frozenset({"207"}), frozenset({BERLIN}))
    plan = plan_pull(snapshot(theirs=theirs, live=theirs.settings, directory=known))
    assert (plan.new_numbers, plan.new_users) == ((), ())
    assert plan.archived_numbers == (BERLIN,)


def test_a_user_at_another_extension_is_known_by_their_email_address():
    theirs = changed(
        users={"211": ("Sophie", "Sophie@velo.example"), "202": ("James", None)},
        numbers={**AGREED.numbers, MAIN: ("extension", "211")},
        extensions={"211": LONDON, "202": PARIS},
    )
    ours = changed(numbers={**AGREED.numbers, MAIN: ("extension", "201")})
    plan = plan_pull(snapshot(base=ours, ours=ours, theirs=theirs))
    assert (plan.renumbered, plan.new_users, plan.absent_users) == ({"201": "211"}, (), ())
    # It is the same user: what was set there since is a change to it, and no conflict.
    assert plan.settings.extensions == {"211": LONDON, "202": PARIS}
    changes = [(change.kind, change.subject, change.is_conflict) for change in plan.changes]
    assert changes == [("extension", "211", False), ("email", "211", False)]
    assert plan.destinations == {}


def test_where_a_number_leads_is_taken_from_the_console_where_it_is_unknown_here():
    ours = changed(numbers={**AGREED.numbers, MAIN: ("unknown", None)})
    for theirs in (MENU, ("hang_up", None), ("not_configured", None)):
        console = changed(numbers={**AGREED.numbers, MAIN: theirs})
        plan = plan_pull(snapshot(ours=ours, theirs=console))
        assert (plan.destinations, plan.undecided) == ({MAIN: theirs}, ())


def test_of_a_renumbered_user_all_that_was_agreed_goes_along():
    def at(extension, **settings):
        return changed(
            users={extension: ("Sophie", "sophie@velo.example"), "202": ("James", None)},
            numbers={
                MAIN: ("extension", extension),
                LONDON: ("extension", "202"),
                PARIS: ("voicemail", "201"),
            },
            extensions={extension: LONDON, "202": PARIS},
            **settings,
        )

    theirs = at("211")
    elsewhere = replace(theirs, numbers={**theirs.numbers, LONDON: MENU})
    plan = plan_pull(snapshot(base=at("201"), ours=at("201"), theirs=elsewhere))
    assert (plan.destinations, plan.undecided) == ({LONDON: MENU}, ())
    plan = plan_pull(snapshot(base=at("201"), ours=at("201", default=PARIS), theirs=theirs))
    assert plan.renumbered == {"201": "211"}
    assert (plan.changes, plan.destinations, plan.profiles) == ((), {}, {})
    assert plan.base == at("211")


@pytest.mark.parametrize(
    "users",
    [
        {"211": ("Sophie", "sophie@velo.example"), "212": ("S", "sophie@velo.example")},
        {"201": ("Sophie", None), "211": ("Sophie", "sophie@velo.example")},
        {"211": ("Sophie", "other@velo.example")},
    ],
    ids=["two of them", "still there", "another one"],
)
def test_where_it_is_not_certain_nobody_is_renumbered(users):
    theirs = changed(users=users, extensions=dict.fromkeys(users))
    plan = plan_pull(snapshot(theirs=theirs))
    assert plan.renumbered == {}
    assert plan.new_users == tuple(sorted(users.keys() - {"201"}))


def test_names_addresses_and_destinations_are_mirrored_unless_they_were_changed_here():
    theirs = changed(
        users={"201": ("Sophie L.", "new@velo.example"), "202": ("Jim", None)},
        numbers={MAIN: ("hang_up", None), LONDON: ("voicemail", "Box"), PARIS: MENU},
    )
    ours = changed(
        users={**AGREED.users, "202": ("Jimmy", None)},
        numbers={**AGREED.numbers, LONDON: ("conference", "Room")},
    )
    plan = plan_pull(snapshot(ours=ours, theirs=theirs))
    assert plan.profiles == {"201": {"name": "Sophie L.", "email": "new@velo.example"}}
    assert plan.destinations == {MAIN: ("hang_up", None)}
    assert {(change.kind, change.subject) for change in plan.undecided} == {
        ("name", "202"),
        ("destination", LONDON),
    }
    taken = plan_pull(snapshot(ours=ours, theirs=theirs), choosing("theirs"))
    assert taken.profiles["202"] == {"name": "Jim"}
    assert taken.destinations[LONDON] == ("voicemail", "Box")


def test_a_number_that_rings_an_unknown_user_leads_where_it_did():
    known = Directory(frozenset({"209"}))
    theirs = changed(numbers={**AGREED.numbers, MAIN: ("extension", "209")})
    plan = plan_pull(snapshot(theirs=theirs, directory=known))
    assert (plan.destinations, plan.changes) == ({}, ())


def test_what_both_changed_is_asked_again_and_agreed_as_before():
    theirs = changed(
        default=PARIS,
        rules=(Rule("0044", PARIS),),
        extensions={"201": PARIS, "202": PARIS},
        users={**AGREED.users, "202": ("Jim", None)},
    )
    ours = changed(
        default=LONDON,
        rules=(Rule("0044", MAIN),),
        extensions={"201": LONDON, "202": PARIS},
        users={**AGREED.users, "202": ("Jimmy", None)},
    )
    plan = plan_pull(snapshot(ours=ours, theirs=theirs))
    assert plan.settings == ours.settings
    assert plan.base == AGREED
    again = plan_pull(snapshot(base=plan.base, ours=ours, theirs=theirs))
    assert again.undecided == plan.undecided
    assert len(again.undecided) == 4
    decided = plan_pull(snapshot(ours=ours, theirs=theirs), choosing("ours"))
    assert (decided.settings, decided.base) == (ours.settings, theirs)


def test_what_is_asked_of_one_user_or_number_is_agreed_as_before():
    base = changed(extensions={"201": LONDON, "202": PARIS})
    theirs = changed(
        users={**AGREED.users, "201": ("Sophie", "theirs@velo.example")},
        numbers={**AGREED.numbers, MAIN: ("hang_up", None)},
        extensions={"201": PARIS, "202": PARIS},
    )
    ours = changed(
        users={**AGREED.users, "201": ("Sophie", "ours@velo.example")},
        numbers={**AGREED.numbers, MAIN: ("voicemail", "Box")},
        extensions={"201": MAIN, "202": PARIS},
    )
    plan = plan_pull(snapshot(base=base, ours=ours, theirs=theirs))
    assert [change.kind for change in plan.undecided] == ["extension", "email", "destination"]
    assert plan.base == base
    # Of what was never agreed on, nothing is.
    never = plan_pull(snapshot(base=Side(), ours=ours, theirs=theirs)).base
    assert "201" not in never.users
    assert MAIN not in never.numbers
    assert never.users.keys() | never.numbers.keys() == {"202", LONDON, PARIS}


def test_what_arrived_of_an_interrupted_apply_is_agreed_where_something_else_is_asked():
    sent = replace(AGREED.settings, default=PARIS)
    theirs = changed(default=PARIS, rules=(Rule("0044", PARIS),))
    ours = changed(default=LONDON, rules=(Rule("0044", MAIN),))
    plan = plan_pull(snapshot(ours=ours, theirs=theirs, in_flight=sent))
    assert [change.kind for change in plan.undecided] == ["rule"]
    assert plan.base.settings == sent


def test_rules_in_another_order_on_both_sides_are_agreed_as_before():
    first, second, third = Rule("0044", LONDON), Rule("0033", PARIS), Rule("0049", MAIN)
    base = changed(rules=(first, second, third))
    ours, theirs = changed(rules=(second, first, third)), changed(rules=(third, first, second))
    plan = plan_pull(snapshot(base=base, ours=ours, theirs=theirs, live=base.settings))
    assert [change.kind for change in plan.undecided] == ["rule_order"]
    assert plan.base.settings.rules == base.settings.rules


def test_odoo_users_are_proposed_where_there_is_no_doubt():
    theirs = changed(
        users={
            "201": ("Sophie", "sophie@velo.example"),
            "207": ("Nina", " Nina@velo.example"),
            "208": ("A", "shared@velo.example"),
            "209": ("B", "shared@velo.example"),
            "210": ("C", "twice@velo.example"),
        },
        extensions=dict.fromkeys(("201", "207", "208", "209", "210")),
    )
    people = {
        "sophie@velo.example": [1],
        "nina@velo.example": [7],
        "shared@velo.example": [8],
        "twice@velo.example": [9, 10],
    }
    known = Directory(assigned=frozenset({"201"}), people=people)
    assert plan_pull(snapshot(theirs=theirs, directory=known)).proposed == {"207": 7}
