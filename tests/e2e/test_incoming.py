"""Calls from outside: who it is, on which number they call, and how that ends."""

import re

import pytest
from scene import ANOTHER, MAIN_LINE, STRANGERS

# A number of ours that is called, its name, and who answers there.
TO_MAIN_LINE = MAIN_LINE, "Main line", "sophie"
TO_CLAIRE = "+33199001235", "Claire", "claire"


@pytest.mark.parametrize(
    ("caller", "called", "seen"),
    [
        pytest.param(f"<sip:{user}@carrier.example>", called, seen, id=name)
        for name, user, called, seen in (
            ("stored with a 0", "+32450001234", TO_MAIN_LINE, "Bram Peeters"),
            ("without the plus", "32450001234", TO_MAIN_LINE, "Bram Peeters"),
            ("national", "0450001234", TO_MAIN_LINE, "Bram Peeters"),
            ("a lead", "00442079460321", TO_MAIN_LINE, "Fleet of cargo bikes"),
            ("unknown", STRANGERS[0], TO_MAIN_LINE, "Unknown caller"),
            ("on a direct line", "+32450001234", TO_CLAIRE, "Bram Peeters"),
        )
    ]
    + [
        pytest.param(
            *('"Anonymous" <sip:anonymous@anonymous.invalid>', TO_MAIN_LINE, "withholds"),
            id="withheld",
        )
    ],
)
def test_incoming_caller_is_named_with_the_line_that_rings(scene, caller, called, seen):
    number, name, login = called
    agent = scene.agent(login)
    agent.at_home()
    with scene.call_in(caller, number) as carrier:
        dialled = agent.see(".o_axivox_caller_dialled", name)
        text = agent.see(".o_voip_softphone_content")
        agent.decline()
    user, said = re.search("sip:([^@]+)", caller)[1], seen if seen in text else text[:40]
    scene.rows.append((user, login, "", said, seen, dialled.strip()))
    assert seen in text
    assert carrier.wrong == []
    scene.ended("rejected", "rejected", "rejected", login=login)


BRAM = "+32450001234", "Bram Peeters"
ASSERTED = 'P-Asserted-Identity: "Bram" <sip:+32450001234@carrier.example>'


@pytest.mark.parametrize(
    ("caller", "headers", "number", "seen"),
    [
        pytest.param(
            *('"Trunk 3" <sip:trunk@carrier.example>', [ASSERTED], *BRAM), id="a trunk in From"
        ),
        pytest.param(
            '"Trunk 3" <sip:trunk@carrier.example>',
            ["P-Asserted-Identity: <tel:+32450001234>"],
            *BRAM,
            id="asserted as tel",
        ),
        pytest.param(
            *("<sip:+32450001234;npdi;rn=+3299@carrier.example>", [], *BRAM), id="ported number"
        ),
        pytest.param(
            *("<sip:450001234;phone-context=+32@carrier.example>", [], *BRAM), id="phone-context"
        ),
        pytest.param(
            f'"Luc Moreau" <sip:{STRANGERS[0]}@carrier.example>',
            [],
            *(STRANGERS[0], "Name sent by the caller: Luc Moreau"),
            id="unknown with a name",
        ),
        pytest.param(
            f"<sip:{STRANGERS[0]}@carrier.example>",
            [ASSERTED, "Privacy: id"],
            *("anonymous", "The caller withholds their number"),
            id="asserted and withheld",
        ),
    ],
)
def test_incoming_caller_is_who_the_provider_vouches_for(
    scene, sophie, caller, headers, number, seen
):
    sophie.at_home()
    with scene.call_in(caller, headers=headers) as carrier:
        sophie.see(".o_axivox_caller_dialled", "Main line")
        text = " ".join(sophie.see(".o_voip_softphone_content").split())
        sophie.decline()
    assert carrier.wrong == []
    assert seen in text
    log = scene.logged("sophie")
    scene.rows.append((caller, "sophie", "", log["phone_number"], number, seen))
    assert log["phone_number"] == number
    scene.ended("declined", "rejected", "rejected", log=log)


def test_incoming_caller_who_gives_up_was_missed(scene, sophie):
    sophie.at_home()
    with scene.call_in(ring=4) as carrier:
        sophie.see(".o_axivox_caller", "France")
        sophie.idle()
    assert carrier.wrong == []
    scene.ended("gave up", "missed", "no_answer")


@pytest.mark.usefixtures("asking")
def test_missed_caller_is_called_back_with_the_number_that_they_dialled(scene, sophie, admin):
    admin.let_choose(admin.id_of("demo_number_main"))
    sophie.at_home()
    with scene.call_in(ring=4):
        sophie.see(".o_axivox_caller", "France")
        sophie.idle()
    scene.ended("gave up, on the main line", "missed", "no_answer")
    sophie.see(".o_menu_systray .o_axivox_missed")
    sophie.at_home()
    sophie.open_softphone()
    missed = ".o_axivox_missed_item:has-text('+33 1 99 00 49 99')"
    scene.said("missed", sophie.see(missed), "the number that they dialled")
    with scene.network.carrier_side("rings") as carrier:
        sophie.click(f"{missed} .o_axivox_call_back")
        invite = carrier.invite()
        sophie.hang_up()
    scene.said(
        "called back", f"{invite.dialled} by {invite.asserted}", f"0033199004999 by {MAIN_LINE}"
    )
    assert scene.logged("sophie")["caller_id_source"] == "choice"


# A user with two tabs --------------------------------------------------------------


def test_call_answered_in_one_tab_stops_ringing_in_the_other(scene, sophie, other_tab):
    with scene.call_in() as carrier:
        both_ring(sophie, other_tab)
        other_tab.accept()
        sophie.idle()
        other_tab.sound()
        other_tab.hang_up()
    assert carrier.wrong == []
    scene.ended("answered in a tab", "terminated", "answered")


def test_call_declined_in_one_tab_stops_ringing_in_the_other(scene, sophie, other_tab):
    with scene.call_in() as carrier:
        both_ring(sophie, other_tab)
        sophie.decline()
        other_tab.idle()
    assert carrier.wrong == []
    scene.ended("declined in a tab", "rejected", "rejected")


def test_second_caller_finds_the_user_of_two_tabs_busy(scene, sophie, other_tab):
    with scene.call_in() as first:
        both_ring(sophie, other_tab)
        sophie.accept()
        with scene.call_in(ANOTHER) as second:
            sophie.sound()
        sophie.hang_up()
    assert (first.wrong, second.wrong) == ([], [])
    assert second.final() == "486 Busy Here"
    for what, number, end in (
        ("first caller", STRANGERS[0], ("terminated", "answered")),
        ("second caller", STRANGERS[1], ("rejected", "busy")),
    ):
        scene.ended(what, *end, log=scene.logged("sophie", number))


def both_ring(*tabs):
    for tab in tabs:
        tab.see(".o_axivox_caller", "France")
