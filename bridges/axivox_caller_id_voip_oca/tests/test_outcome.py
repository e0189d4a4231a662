from odoo.tests import BaseCase, tagged

from ..sip.outcome import outcome, stronger

OUTGOING = {
    403: "rejected",
    404: "failed",
    408: "no_answer",
    433: "rejected",
    480: "no_answer",
    486: "busy",
    487: "no_answer",
    503: "failed",
    600: "busy",
    603: "rejected",
    607: "rejected",
    608: "rejected",
    None: "failed",
}
Q850 = {1: "failed", 17: "busy", 18: "no_answer", 19: "no_answer", 20: "no_answer", 21: "rejected"}
# From weak to strong.
STRENGTH = [
    "answered_elsewhere",
    "no_answer",
    "busy",
    "failed",
    "cancelled",
    "rejected",
    "answered",
]


def _outcome(**told):
    return outcome(**{"incoming": False, "answered": False, "ended_here": False, **told})


@tagged("post_install", "-at_install")
class TestOutcome(BaseCase):
    """RFC 3261, 3326, 5079, 6432, 8197 and 8688, and ITU-T Q.850, as a table."""

    def test_status_of_an_outgoing_call(self):
        for status, word in OUTGOING.items():
            with self.subTest(status):
                self.assertEqual(_outcome(status=status), word)
                self.assertEqual(_outcome(status=status, ended_here=True), "cancelled")
                self.assertEqual(_outcome(status=status, answered=True), "answered")

    def test_cause_of_the_telephone_network_goes_before_the_status(self):
        for cause, word in Q850.items():
            for reason in (
                f"Q.850;cause={cause}",
                f'sip;cause=404, q.850 ; cause = {cause};text=""',
            ):
                with self.subTest(reason):
                    self.assertEqual(_outcome(reason=reason, status=404), word)

    def test_cause_of_sip_goes_before_the_status(self):
        self.assertEqual(_outcome(reason="SIP;cause=486", status=480), "busy")
        self.assertEqual(_outcome(reason="xSIP;cause=486", status=480), "no_answer")

    def test_incoming_call(self):
        for told, word in (
            ({}, "no_answer"),
            ({"status": 487}, "no_answer"),
            ({"status": 200}, "answered_elsewhere"),
            ({"reason": "SIP;cause=200"}, "answered_elsewhere"),
            ({"reason": "SIP;cause=600"}, "busy"),
            ({"reason": "SIP;cause=603"}, "rejected"),
            ({"status": 500}, "failed"),
            ({"ended_here": True}, "rejected"),
            ({"ended_here": True, "status": 480}, "rejected"),
            ({"ended_here": True, "status": 486}, "busy"),
            ({"ended_here": True, "status": 600}, "busy"),
            ({"ended_here": True, "answered": True}, "answered"),
        ):
            with self.subTest(told):
                self.assertEqual(_outcome(incoming=True, **told), word)

    def test_stronger_word_is_kept(self):
        for weak, strong in zip(STRENGTH, STRENGTH[1:], strict=False):
            self.assertEqual(stronger(weak, strong), strong)
            self.assertEqual(stronger(strong, weak), strong)
