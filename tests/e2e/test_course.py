"""How a call goes, and how the call log says that it ended."""

from functools import partial

import pytest
from scene import ENOUGH_PACKETS, LEAD_LONDON, LONDON


@pytest.mark.parametrize(
    ("answer", "words", "state", "outcome"),
    [
        pytest.param("486 Busy Here", "Busy", "rejected", "busy", id="busy"),
        pytest.param("603 Decline", "Declined", "rejected", "rejected", id="rejected"),
        pytest.param(
            *("480 Temporarily Unavailable", "No answer", "missed", "no_answer"), id="no answer"
        ),
        pytest.param("408 Request Timeout", "No answer", "missed", "no_answer", id="rings out"),
        pytest.param(
            *("404 Not Found", "This number does not exist", "aborted", "failed"), id="unknown"
        ),
        pytest.param(
            *("502 Bad Gateway\nReason: Q.850;cause=27", "out of service", "aborted", "failed"),
            id="out of service",
        ),
        pytest.param(*("302 Moved Temporarily", "another number", "aborted", "failed"), id="moved"),
        pytest.param("500 Meltdown", "Meltdown (500)", "aborted", "failed", id="no word for it"),
    ],
)
def test_unanswered_call_ends_as_the_carrier_ends_it(scene, sophie, answer, words, state, outcome):
    sophie.at(scene.form("demo_lead_london"))
    with scene.network.carrier_side("rings", ring=2, answer=answer) as carrier:
        sophie.call_from_form()
        sophie.shown()
        sophie.hears("ringbacktone.mp3")
        sophie.see(".o_axivox_situation", "Ringing")
        sophie.gone(".o_axivox_clock")
        said = sophie.see(".o_notification", words)
        sophie.idle()
    assert carrier.wrong == []
    assert sophie.heard() == []
    scene.ended(answer.split("\n")[0], state, outcome, said)


@pytest.mark.parametrize("end", ["is answered", "is answered by another", "is out of service"])
def test_announcement_is_heard_before_the_answer(scene, sophie, end):
    sophie.at(scene.form("demo_lead_london"))
    is_answered = "is answered" in end
    ends = {"first": "agree" if is_answered else "refuse"}
    ends |= {"answer": "404 Not Found\nReason: Q.850;cause=27"}
    ends |= {"tag": "another"} if "another" in end else {}
    with scene.network.carrier_side("announces", ring=4, **ends) as carrier:
        sophie.call_from_form()
        sophie.see(".o_axivox_situation", "Not answered yet")
        sophie.hears("voice")
        _sent, heard = sophie.packets()
        sophie.gone(".o_axivox_clock")
        if is_answered:
            sophie.see(".o_axivox_clock", "00:0")
            assert min(sophie.sound()) > heard
            assert sophie.heard() == ["voice"]
            sophie.hang_up()
        else:
            sophie.see(".o_notification", "This number is out of service")
            sophie.idle()
    assert carrier.wrong == []
    assert sophie.heard() == []
    assert heard >= ENOUGH_PACKETS
    right = ("terminated", "answered") if is_answered else ("aborted", "failed")
    scene.ended(f"announced, then {end}", *right, f"packets {heard} heard before the answer")


def test_answer_without_sound_is_no_conversation(scene, sophie):
    sophie.at(scene.form("demo_lead_london"))
    with scene.network.carrier_side("answers", port=0) as carrier:
        sophie.call_from_form()
        said = sophie.see(".o_notification", "no sound could get through")
        sophie.idle()
    assert carrier.wrong == []
    scene.ended("answered without sound", "aborted", "failed", said)


@pytest.mark.parametrize("who_calls", ["we", "they"])
def test_denied_microphone_is_said_to_be_that(scene, sophie, who_calls):
    sophie.at(scene.form("demo_lead_london"))
    with sophie.without_microphone():
        if who_calls == "we":
            sophie.call_from_form()
            said = sophie.see(".o_notification", "may not use the microphone")
        else:
            with scene.call_in() as carrier:
                sophie.accept()
                said = sophie.see(".o_notification", "may not use the microphone")
            assert carrier.wrong == []
        sophie.idle()
    assert sophie.heard() == []
    scene.ended(f"no microphone: {who_calls} call", "aborted", "failed", said)


def test_call_that_we_cancel_is_logged_as_cancelled(scene):
    log = scene.call("sophie", LEAD_LONDON, "rule", LONDON)
    scene.ended("cancelled", "aborted", "cancelled", log=log)


@pytest.mark.parametrize("who_hangs_up", ["we", "they"])
@pytest.mark.parametrize("who_calls", ["we", "they"])
def test_answered_call_carries_sound_both_ways(scene, sophie, who_calls, who_hangs_up):
    sophie.at(scene.form("demo_lead_london"))
    place = {"we": partial(scene.network.carrier_side, "answers"), "they": scene.call_in}
    with place[who_calls](talk={"we": 60, "they": 5}[who_hangs_up]) as carrier:
        if who_calls == "we":
            sophie.call_from_form()
        else:
            sophie.accept()
        sent, received = sophie.sound()
        if who_hangs_up == "we":
            sophie.hang_up()
        else:
            sophie.idle()
    assert carrier.wrong == []
    echoed = carrier.packets()
    note = f"packets {sent} sent, {echoed} back from the carrier, {received} received"
    assert min(sent, received, echoed) >= ENOUGH_PACKETS, note
    scene.ended(f"{who_calls} call, {who_hangs_up} hang up", "terminated", "answered", note)


@pytest.mark.parametrize(
    ("scenario", "state", "outcome"),
    [("answers", "terminated", "answered"), ("rings", "aborted", "cancelled")],
)
def test_leaving_the_page_is_asked_about_and_ends_the_call(scene, sophie, scenario, state, outcome):
    sophie.at(scene.form("demo_lead_london"))
    with scene.network.carrier_side(scenario) as carrier:
        sophie.call_from_form()
        carrier.invite()
        if scenario == "answers":
            sophie.sound()
        sophie.questions.clear()
        sophie.at_home()
    assert sophie.questions == ["beforeunload"]
    assert carrier.wrong == []
    scene.ended(f"leaves: it {scenario}", state, outcome)
