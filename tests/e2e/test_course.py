"""How a call goes, and how the call log says that it ended."""

from functools import partial

import pytest
from scene import ENOUGH_PACKETS, LEAD_LONDON, LONDON


@pytest.mark.parametrize(
    ("answer", "state", "outcome"),
    [
        pytest.param("486 Busy Here", "rejected", "busy", id="busy"),
        pytest.param("603 Decline", "rejected", "rejected", id="rejected"),
        pytest.param("480 Temporarily Unavailable", "missed", "no_answer", id="no answer"),
        pytest.param("408 Request Timeout", "missed", "no_answer", id="rings out"),
    ],
)
def test_unanswered_call_is_logged_as_the_carrier_ends_it(scene, sophie, answer, state, outcome):
    sophie.at(scene.form("demo_lead_london"))
    with scene.network.carrier_side("rings", ring=1, answer=answer) as carrier:
        sophie.call_from_form()
        sophie.shown()
        sophie.idle()
    assert carrier.wrong == []
    scene.ended(answer, state, outcome)


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
