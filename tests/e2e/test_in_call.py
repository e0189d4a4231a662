"""What is asked for during a call, by either side, and what happens where that is refused."""

import contextlib

from scene import ENOUGH_PACKETS


@contextlib.contextmanager
def conversation(scene, agent, scenario, **ends):
    """A call of somebody's in which sound went both ways; hung up at the end, and without
    complaint of the carrier's."""
    agent.at(scene.form("demo_lead_london"))
    with scene.network.carrier_side(scenario, **ends) as carrier:
        agent.call_from_form()
        assert min(agent.sound()) >= ENOUGH_PACKETS
        yield carrier
        agent.hang_up()
    assert carrier.wrong == []


def goes_on(agent):
    """Sound goes both ways, still; return the packets of two seconds (sent, received)."""
    sent, received = agent.sound(0)
    more_sent, more_received = agent.sound()
    packets = more_sent - sent, more_received - received
    assert min(packets) >= ENOUGH_PACKETS
    return packets


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
        scene.said("hold: 488", said, "no sound in common", f"packets {goes_on(sophie)}")
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
