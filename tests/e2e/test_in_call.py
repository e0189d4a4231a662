"""What either side requests during a call, and what happens if that is refused."""

import pytest
from scene import ENOUGH_PACKETS, conversation


def goes_on(agent):
    """Check that sound still goes both ways; return the packets of two seconds (sent, received)."""
    sent, received = agent.sound(0)
    more_sent, more_received = agent.sound()
    packets = more_sent - sent, more_received - received
    assert min(packets) >= ENOUGH_PACKETS
    return packets


WINDOWS = (1366, 768), (390, 844)


def test_no_control_lies_below_another(scene, sophie):
    with conversation(scene, sophie, "holds", "demo_partner_berlin"):
        sophie.pause()
        sophie.is_on_hold()
        covered = [sophie.covered(*size) for size in WINDOWS]
        sophie.pause()
        sophie.is_on_hold(False)
    scene.ended("controls", "terminated", "answered", f"covered: {covered}")
    with scene.call_in("<sip:+32450001234@carrier.example>"):
        sophie.see(".o_voip_softphone_content", "Bram Peeters")
        covered += [sophie.covered(*size) for size in WINDOWS]
        words = sophie.see("button[title=Decline]"), sophie.see("button[title=Accept]")
        sophie.decline()
    scene.ended("declined", "rejected", "rejected", f"covered: {covered[2:]}")
    assert covered == [[], [], [], []]
    assert [text.strip() for text in words] == ["Decline", "Accept"]


# Hold ------------------------------------------------------------------------------


def test_call_is_put_on_hold_and_goes_on(scene, sophie):
    with conversation(scene, sophie, "holds"):
        sophie.pause()
        sophie.is_on_hold()
        scene.said("hold", sophie.situation(), "On hold")
        assert not sophie.is_heard()
        sophie.pause()
        sophie.is_on_hold(False)
        scene.said("goes on", sophie.situation(), "", f"packets {goes_on(sophie)}")
        assert sophie.situation() == ""
        assert sophie.is_heard()
    scene.ended("held", "terminated", "answered")


def test_hold_that_is_refused_is_said_and_the_call_goes_on(scene, sophie):
    with conversation(scene, sophie, "holds", first="refuse", answer="488 Not Acceptable Here"):
        sophie.pause()
        said = sophie.see(".o_notification", "could not be put on hold")
        assert sophie.situation() == ""
        assert sophie.is_heard()
        scene.said("hold: 488", said, "no audio format in common", f"packets {goes_on(sophie)}")
    scene.ended("hold: 488", "terminated", "answered")


def test_hold_is_asked_for_again_where_both_sides_asked_at_once(scene, sophie):
    with conversation(scene, sophie, "holds", first="refuse", answer="491 Request Pending"):
        sophie.pause()
        sophie.is_on_hold()
        scene.said("hold: 491", sophie.situation(), "On hold", "asked again")
        sophie.pause()
        sophie.is_on_hold(False)
        assert sophie.situation() == ""
        goes_on(sophie)
    scene.ended("hold: 491", "terminated", "answered")


def test_hold_by_the_other_side_is_said(scene, sophie):
    with conversation(scene, sophie, "holds_us", talk=3):
        said = sophie.see(".o_axivox_situation", "The other side")
        scene.said("is put on hold", said, "The other side has put the call on hold.")
        sophie.gone(".o_axivox_situation:has-text('The other side')")
        goes_on(sophie)
    scene.ended("is put on hold", "terminated", "answered")


# Transfer --------------------------------------------------------------------------

COLLEAGUE = "+44 20 7946 0322", "00442079460322"


def test_transferred_call_ends_here_once_the_target_has_answered(scene, sophie):
    typed, dialled = COLLEAGUE
    with conversation(scene, sophie, "transfers", answer="200 OK") as carrier:
        sophie.transfer(typed)
        scene.said("transfer", sophie.see(".o_axivox_situation", typed), "still on the line")
        sophie.idle()
        assert carrier.refer_to() == dialled
    log = scene.logged("sophie")
    lines = scene.admin.lines("demo_lead_london")
    scene.rows.append(("sophie", "transferred", dialled, log["transferred_to"], "", lines[0]))
    assert log["transferred_to"] == "+442079460322"
    assert "transferred to +44 20 7946 0322" in lines[0]
    scene.ended("transferred", "terminated", "answered", log=log)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param("486 Busy Here", "Busy", id="busy"),
        pytest.param("603 Decline", "Declined", id="refuses"),
        pytest.param("408 Request Timeout", "No answer", id="silent"),
        pytest.param("404 Not Found", "This number does not exist", id="unknown"),
    ],
)
def test_whoever_cannot_be_transferred_is_still_here(scene, sophie, answer, words):
    with conversation(scene, sophie, "transfers", answer=answer):
        sophie.transfer("202")
        said = sophie.see(".o_notification", "Not transferred")
        scene.said(f"transfer: {answer}", said, words, f"packets {goes_on(sophie)}")
    stays(scene, "the target does not answer")


def test_transfer_that_the_pbx_refuses_is_said(scene, sophie):
    answer = "403 Forbidden"
    with conversation(scene, sophie, "transfers", first="refuse", answer=answer) as carrier:
        sophie.transfer("*97#")
        said = sophie.see(".o_notification", "Not transferred")
        scene.said(f"REFER: {answer}", said, "Forbidden", f"packets {goes_on(sophie)}")
        assert carrier.refer_to() == "*97#"
    stays(scene, "the PBX refuses")


def test_number_that_cannot_be_dialled_is_not_transferred_to(scene, sophie):
    with conversation(scene, sophie, "answers") as carrier:
        sophie.transfer("+32 12")
        said = sophie.see(".o_notification", "+32 12")
        scene.said("transfer: +32 12", said, "", f"packets {goes_on(sophie)}")
        assert carrier.refer_to() is None
    stays(scene, "no such number")


def stays(scene, note):
    """Check that the call was transferred to nobody, as the call log says."""
    log = scene.logged("sophie")
    assert not log["transferred_to"]
    scene.ended("not transferred", "terminated", "answered", note, log=log)
