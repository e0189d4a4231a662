from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.tests import tagged

from .test_voip_call import CALLED, VoipCase


class ListCase(VoipCase):
    def _activity(self, record=None, user=None, **vals):
        about = {}
        if record:
            about = {
                "res_id": record.id,
                "res_model_id": self.env["ir.model"]._get_id(record._name),
            }
        return self.env["mail.activity"].create(
            {
                "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                "user_id": (user or self.sophie).id,
                "date_deadline": fields.Date.today(),
                **about,
                **vals,
            }
        )

    def _listed(self, search="", user=None):
        activities = self.env["mail.activity"].with_user(user or self.sophie)
        return activities.get_call_activities(search, 0, 20).get("mail.activity", [])

    def _recent(self, search="", user=None):
        return self.calls.with_user(user or self.sophie).get_recent_calls(search, 0, 20)


@tagged("post_install", "-at_install")
class TestActivities(ListCase):
    def test_lead_without_a_contact_is_listed_with_person_lead_number_and_what_is_shown(self):
        self.lead.contact_name = "Harriet Poole"
        self._activity(self.lead)
        (listed,) = self._listed()
        card = listed["axivox_called"]
        self.assertEqual((card["person"], card["about"]), ("Harriet Poole", "Cargo bikes"))
        self.assertEqual(card["number"], "+44 20 7946 0321")
        self.assertEqual(card["shown"]["display"], "+44 20 7946 0958")
        self.assertEqual(listed["axivox_phone"], self.lead.phone)

    def test_lead_that_is_nobodys_is_called_by_its_name_once(self):
        self._activity(self.lead)
        (listed,) = self._listed()
        self.assertEqual(listed["axivox_called"]["person"], "Cargo bikes")
        self.assertEqual(listed["axivox_called"]["about"], "")

    def test_contact_is_listed_with_their_number_and_a_document_with_its_contacts(self):
        company = self.env["res.partner"].create({"name": "Thames Couriers", "is_company": True})
        contact = self.env["res.partner"].create(
            {"name": "Harriet", "phone": CALLED, "parent_id": company.id}
        )
        self._activity(contact)
        (listed,) = self._listed()
        card = listed["axivox_called"]
        self.assertEqual((card["person"], card["about"]), ("Harriet", "Thames Couriers"))
        self.assertEqual(card["number"], "+44 20 7946 0321")
        document = type(self.account)
        self._activity(self.account)
        with patch.object(document, "get_activity_main_partner_id", lambda _document: contact):
            card = self._listed()[1]["axivox_called"]
        self.assertEqual((card["person"], card["about"]), ("Harriet", self.account.display_name))
        self.assertEqual(card["number"], "+44 20 7946 0321")

    def test_without_a_number_or_an_extension_there_is_nothing_to_show_and_no_false(self):
        self.lead.phone = False
        self._activity(self.lead)
        (listed,) = self._listed()
        self.assertEqual(listed["axivox_called"]["number"], "")
        self.assertFalse(listed["axivox_called"]["shown"])
        self.editor.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.lead.phone = "020 7946 0321"
        self._activity(self.lead, self.editor)
        (listed,) = self._listed(user=self.editor)
        self.assertEqual(listed["axivox_called"]["number"], "020 7946 0321")

    def test_activity_about_nothing_is_listed_as_well(self):
        self._activity(summary="Call the bank")
        self._activity(self.lead)
        self.assertEqual([one["res_model"] for one in self._listed()], [False, "crm.lead"])
        self.assertFalse(self._listed()[0]["axivox_called"])

    def test_what_the_user_may_not_open_any_more_is_not_listed_and_hides_nothing(self):
        secret = self.env["crm.lead"].create(
            {"name": "Secret", "phone": CALLED, "company_id": self.company.id}
        )
        activity = self._activity(secret)
        self._activity(self.lead)
        self.env["res.company"].create({"name": "Other"})
        other = self.env["res.company"].create({"name": "Another"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_lead SET company_id = %s WHERE id = %s", (other.id, secret.id)
        )
        self.env.invalidate_all()
        self.assertEqual([one["res_id"] for one in self._listed()], [self.lead.id])
        seen = activity.with_user(self.sophie).sudo(False)
        self.assertFalse(seen.axivox_phone or seen.axivox_called or seen.main_partner)

    def test_contact_of_a_lead_who_may_not_be_opened_is_no_error(self):
        contact = self.env["res.partner"].create({"name": "Harriet"})
        self.lead.partner_id = contact
        self._activity(self.lead)
        other = self.env["res.company"].create({"name": "Other"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", (other.id, contact.id)
        )
        self.env.invalidate_all()
        (listed,) = self._listed()
        self.assertFalse(listed["main_partner"])

    def test_search_finds_by_person_lead_and_number(self):
        self.lead.contact_name = "Harriet Poole"
        self._activity(self.lead, summary="About the offer")
        for text in ("harriet", "Cargo", "7946 0321", "offer"):
            with self.subTest(text):
                self.assertEqual(len(self._listed(text)), 1)
        self.assertFalse(self._listed("Nobody"))

    @freeze_time("2026-03-02 20:00:00")
    def test_due_is_what_is_due_today_where_the_user_is(self):
        self.sophie.tz, self.james.tz = "UTC", "Asia/Tokyo"
        for user, count in ((self.sophie, 0), (self.james, 1)):
            with self.subTest(user.tz):
                self._activity(user=user, date_deadline="2026-03-03")
                self.assertEqual(len(self._listed(user=user)), count)

    def test_ten_activities_cost_as_many_queries_as_two(self):
        self.commit_answers()

        def queries(count):
            for number in range(count):
                lead = self.lead.copy({"name": f"Lead {number}"})
                self._activity(lead)
            return self.count_queries(lambda: self.assertGreaterEqual(len(self._listed()), count))

        queries(1)
        few = queries(2)
        self.assertLessEqual(queries(10), few)


@tagged("post_install", "-at_install")
class TestRecentCalls(ListCase):
    def test_call_is_listed_with_person_lead_number_what_was_shown_and_its_end(self):
        self.lead.contact_name = "Harriet Poole"
        self._from_lead(ended_ago=0, status=486)
        (listed,) = self._recent()
        self.assertEqual((listed["person"], listed["leadName"]), ("Harriet Poole", "Cargo bikes"))
        self.assertEqual(listed["number"], "+44 20 7946 0321")
        self.assertEqual((listed["callerId"], listed["result"]), ("+44 20 7946 0958", "Busy"))

    def test_call_of_a_stranger_has_no_false_in_it(self):
        self._call("anonymous", type_call="incoming", ended_ago=0)
        (listed,) = self._recent()
        texts = ("person", "leadName", "number", "callerId", "dialled", "result")
        self.assertEqual(
            [listed[name] for name in texts], ["", "", "Number withheld", "", "", "Missed"]
        )

    def test_incoming_call_says_which_of_our_numbers_was_dialled(self):
        self._call(CALLED, type_call="incoming", dialled=["3212345678"], ended_ago=0)
        (listed,) = self._recent()
        self.assertIn("Main line", listed["dialled"])
        self.assertEqual(listed["number"], "+44 20 7946 0321")

    def test_search_finds_by_person_lead_and_number(self):
        self.lead.contact_name = "Harriet Poole"
        self._from_lead(ended_ago=0)
        self._call("+33199004567", ended_ago=0)
        for text in ("harriet", "Cargo", "7946 0321", "020 7946 0321"):
            with self.subTest(text):
                self.assertEqual(len(self._recent(text)), 1)

    def test_digit_in_a_name_is_not_searched_in_numbers(self):
        self._call(CALLED, ended_ago=0)
        self._call("+33199004567", ended_ago=0)
        self.assertFalse(self._recent("Studio 44"))
        self.assertEqual(len(self._recent("44")), 1)

    def test_number_is_kept_as_everything_else_compares_it(self):
        self.assertEqual(self._from_lead()[0].phone_e164, CALLED)
        self.assertEqual(self._call("0044 20 7946 0321")[0].phone_e164, CALLED)
        incoming = self._call("00442079460321", type_call="incoming")[0]
        self.assertEqual(incoming.phone_e164, CALLED)
        for typed in ("202", "nonsense", "anonymous"):
            self.assertFalse(self._call(typed)[0].phone_e164)
            self.assertFalse(self._call(typed, type_call="incoming")[0].phone_e164)

    def test_ten_calls_cost_as_many_queries_as_two(self):
        def queries(count):
            for number in range(count):
                contact = self.env["res.partner"].create(
                    {"name": f"Contact {number}", "phone": f"+44207946{number:04}"}
                )
                self._call(contact.phone, res_model="res.partner", res_id=contact.id, ended_ago=0)
                lead = self.lead.copy({"name": f"Lead {number}"})
                self._call(CALLED, res_model="crm.lead", res_id=lead.id, ended_ago=0)
            return self.count_queries(self.calls.get_recent_calls, "", 0, 50)

        queries(1)
        few = queries(2)
        self.assertLessEqual(queries(10), few)
