import re
import sys
from collections import Counter

from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import PARIS, BrowserCase

from .test_voip_call import CALLED, VoipCase


@tagged("post_install", "-at_install")
class TestTours(VoipCase, BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sophie.voip_pbx_id = cls.env["voip.pbx"].create({"name": "Axivox"})
        cls.sophie.group_ids += cls.env.ref("base.group_partner_manager")

    def _tour(self, name, path="/odoo"):
        self.start_tour(path, name, login=self.sophie.login)
        return self.calls.search([("user_id", "=", self.sophie.id)], order="id")

    def test_dial_from_a_lead(self):
        call = self._tour("axivox_dial_from_lead", f"/odoo/crm.lead/{self.lead.id}")
        self.assertEqual((call.lead_id, call.outcome), (self.lead, "answered"))
        (line,) = self._lines(self.lead)
        self.assertIn("shown as +44 20 7946 0958 · Answered", line)

    def test_activity_is_scheduled_for_who_is_called_and_the_chatter_shows_the_call_at_once(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": CALLED})
        call = self._tour("axivox_schedule_activity", f"/odoo/crm.lead/{self.lead.id}")
        self.assertEqual(call.outcome, "cancelled")
        for record, summary in ((self.lead, "Send the offer"), (contact, "Birthday")):
            self.assertEqual(record.activity_ids.mapped("summary"), [summary])
            self.assertEqual(record.activity_ids.user_id, self.sophie)

    def test_call_costs_no_request_more_than_voip_ocas_own(self):
        with_bridge = self._requests()
        self.env["ir.asset"].create(
            {
                "name": "Without the bridge",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "axivox_caller_id_voip_oca/static/src/**/*",
            }
        )
        without = self._requests()
        sys.stdout.write(
            f"Requests between click and INVITE: {len(with_bridge)} {with_bridge}; "
            f"without the bridge: {len(without)} {without}\n"
        )
        self.assertFalse(Counter(with_bridge) - Counter(without))
        self.assertEqual(with_bridge.count("/web/dataset/call_kw/voip.call/create_call"), 1)

    def _requests(self):
        """Return the paths that the browser requests between the click and the INVITE."""
        with self.assertLogs(self._logger.getChild("browser"), "WARNING") as logs:
            self._tour("axivox_count_requests", f"/odoo/crm.lead/{self.lead.id}")
        (paths,) = re.findall("between click and INVITE: (.*)", "\n".join(logs.output))
        return sorted(paths.split())

    def test_choose_another_number(self):
        self._may_choose(self.paris)
        chosen, next_call = self._tour("axivox_choose_number")
        self.assertEqual((chosen.caller_id, chosen.caller_id_source), (PARIS, "choice"))
        self.assertEqual(next_call.caller_id_source, "rule")
        self.assertEqual(chosen.outcome, "cancelled")

    def test_missed_caller_is_called_back_with_the_number_that_they_dialled(self):
        self._may_choose(self.paris)
        missed, back = self._tour("axivox_missed_call")
        self.assertEqual((missed.outcome, missed.to_call_back), ("no_answer", False))
        self.assertEqual((back.caller_id, back.caller_id_source), (PARIS, "choice"))
        self.assertEqual((back.lead_id, back.outcome), (self.lead, "answered"))
        self.assertFalse(self.lead.activity_ids, "they were talked to within a minute")

    def test_calls_are_a_screen(self):
        self._call(
            self.lead.phone, res_model="crm.lead", res_id=self.lead.id, ended_ago=0, status=486
        )
        self._call("+33199004567", ended_ago=0)
        self._tour("axivox_calls_screen", "/odoo/axivox-rules")

    def test_known_caller(self):
        company = self.env["res.partner"].create({"name": "Thames Couriers", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Harriet", "phone": CALLED, "parent_id": company.id}
        )
        self.lead.write({"partner_id": contact.id, "user_id": self.sophie.id})
        self._call(CALLED, self.james, answered_ago=60, ended_ago=0, sip_call_id="earlier")
        call = self._tour("axivox_known_caller")
        self.assertEqual((call.partner_id, call.lead_id), (contact, self.lead))
        self.assertEqual((call.axivox_number_id, call.outcome), (self.main, "rejected"))

    def test_unknown_caller(self):
        self._tour("axivox_unknown_caller")
        contact = self.env["res.partner"].search([("name", "=", "Luc Moreau")])
        self.assertEqual(contact.country_id, self.env.ref("base.fr"))
        self.assertEqual(self._call("0033199004567", type_call="incoming")[0].partner_id, contact)
