"""Odoo does not answer, the connection is cut, or the registrar refuses."""

import contextlib
import time

import own_odoo
import pytest
from scene import LEAD_LONDON, LEAD_LYON, LONDON, MIAMI, PARIS, agree, conversation

# Odoo that does not answer: a call leaves after two seconds, in the form that is known


@pytest.fixture(scope="module")
def usual_seconds(scene):
    """Return how many seconds a call takes to leave if Odoo answers."""
    sophie = on_the_form_of_lyon(scene)
    return leave(scene, LEAD_LYON, PARIS, sophie.call_from_form, contextlib.nullcontext)


def test_call_from_a_form_leaves_two_seconds_later_while_odoo_is_silent(scene, usual_seconds):
    sophie = on_the_form_of_lyon(scene)
    seconds = leave(scene, LEAD_LYON, PARIS, sophie.call_from_form, own_odoo.silent)
    assert 1.8 < seconds < usual_seconds + 2.5


@pytest.mark.usefixtures("mobiles_by_miami")
def test_typed_call_leaves_two_seconds_later_while_odoo_is_silent(scene, sophie, usual_seconds):
    def type_and_dial():
        sophie.type(".o_numpad_input", "0450 00 12 34")
        sophie.dial()

    sophie.at_home()
    sophie.numpad("0450")
    called = "0450 00 12 34", "0450001234"
    seconds = leave(scene, called, MIAMI, type_and_dial, own_odoo.silent)
    assert 1.8 < seconds < usual_seconds + 2.5


def test_call_that_is_hung_up_while_odoo_is_silent_never_leaves(scene):
    sophie = on_the_form_of_lyon(scene)
    before = len(scene.network.asked())
    with own_odoo.silent():
        sophie.call_from_form()
        sophie.hang_up()
        time.sleep(3)  # it would have left by then
    assert len(scene.network.asked()) == before
    scene.ended("hangs up at once", "aborted", "cancelled", "nothing left")


def on_the_form_of_lyon(scene):
    """Return Sophie's agent, on a form that already says which number a call will show."""
    sophie = scene.agent("sophie")
    sophie.at(scene.form(LEAD_LYON[0]))
    sophie.promised()
    return sophie


def leave(scene, called, number, dial, odoo):
    """Place a call of Sophie's, compare, and return how many seconds it took to leave.

    :param odoo: function that returns a context manager in which Odoo answers, or is silent
    """
    sophie, (whom, dialled) = scene.agent("sophie"), called
    with scene.network.carrier_side("rings") as carrier:
        with odoo():
            dial()
            began = time.monotonic()
            invite = carrier.invite()
            seconds = time.monotonic() - began
        sophie.hang_up()
    log = scene.logged("sophie")
    said, note = log["caller_id"] or "", f"left after {seconds:.1f} s"
    scene.rows.append(("sophie", whom, invite.dialled, said, invite.asserted or "", note))
    agree(
        {
            "dialled": (invite.dialled, dialled),
            "received": (invite.asserted, number),
            "in the call log": (said, number),
            "the carrier complains": (carrier.wrong, []),
        }
    )
    return seconds


# The WebSocket, and registrations --------------------------------------------------


def test_call_goes_on_while_the_websocket_is_cut_and_so_does_telephoning(scene, sophie, network):
    sophie.at(scene.form("demo_lead_london"))
    with network.carrier_side("answers") as carrier:
        sophie.call_from_form()
        sophie.sound()
        network.kamailio.stop()
        sophie.see(".o_notification", "connection")
        sophie.gone(".o_menu_systray .o_voip_connected")
        network.start_kamailio()
        sophie.see(".o_menu_systray .o_voip_connected", seconds=40)
        _sent, before = sophie.sound(0)
        _sent, after = sophie.sound()
        sophie.hang_up()
    assert carrier.wrong == []
    assert after > before
    scene.ended("WebSocket cut", "terminated", "answered", "cut and back in a call")
    with scene.call_in() as carrier:
        sophie.see(".o_axivox_caller", "France")
        sophie.decline()
    assert carrier.wrong == []
    scene.ended("after the cut", "rejected", "rejected", "the same page rings")
    scene.call("sophie", LEAD_LONDON, "rule", LONDON)


def test_pbx_that_falls_silent_is_seen_within_seconds(scene, sophie, network):
    with conversation(scene, sophie, "answers", patience=90):
        sophie.see(".o_axivox_clock", "00:0")
        with network.silent():
            began = time.monotonic()
            said = sophie.see(".o_axivox_not_registered", "The telephone system does not answer")
            seconds = time.monotonic() - began
            sophie.see(".o_axivox_situation", "not known whether the call is still going on")
            sophie.gone(".o_axivox_clock")
            sophie.gone(".o_menu_systray .o_voip_connected")
        sophie.see(".o_menu_systray .o_voip_connected")
        sophie.see(".o_axivox_clock")
        sophie.gone(".o_axivox_not_registered")
    assert seconds < 17
    scene.said("silent PBX", said, "does not answer", f"after {seconds:.0f} s; and back")
    scene.ended("silent PBX", "terminated", "answered")


@pytest.mark.usefixtures("wrong_password")
def test_registration_with_a_wrong_password_is_said_to_be_refused(james):
    james.go("/odoo")
    says_that_it_is_refused(james, "Forbidden. Check the username and password")


def test_registration_that_is_refused_after_a_cut_is_said_to_be(sophie, registrar_that_refuses):
    sophie.at_home()
    registrar_that_refuses()
    says_that_it_is_refused(sophie, "calls do not ring here")


def says_that_it_is_refused(agent, reason):
    agent.registers("Unregistered")
    agent.open_softphone()
    agent.see(".o_axivox_not_registered", reason)
    assert agent.status() == "disconnected"
