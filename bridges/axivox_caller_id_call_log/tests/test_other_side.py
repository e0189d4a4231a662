"""Who is on the other side of a call: its lead, the button there, its line in the chatter."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import html2plaintext

from odoo.addons.axivox_caller_id.tests.common import LONDON, PARIS

from .common import CALLED, LONDONER, CallLogCase

PARISIAN = "+33199001299"


@tagged("post_install", "-at_install")
class TestOtherSide(CallLogCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("seller_test", "sales_team.group_sale_salesman")
        cls.boss = cls._user(
            "boss_test", "sales_team.group_sale_manager", "axivox.group_axivox_all_calls"
        )
        cls.env["axivox.extension"].create(
            {
                "account_id": cls.account.id,
                "number": "209",
                "name": "Seller",
                "user_id": cls.seller.id,
            }
        )
        cls._backdate("axivox_period", CALLED - timedelta(days=50), "since")

    def _lead(self, phone=LONDONER, **vals):
        country = self.env.ref("base.be").id
        values = {"name": "A lead", "phone": phone, "country_id": country, "user_id": False}
        return self.env["crm.lead"].create({**values, **vals})

    def _contact(self, phone=LONDONER, **vals):
        values = {"name": "A contact", "phone": phone, "country_id": self.env.ref("base.be").id}
        return self.env["res.partner"].create({**values, **vals})

    def _lines(self, record):
        """Run the scheduler; return the chatter's lines about calls, the oldest first."""
        self._run_scheduler()
        messages = record.message_ids.sorted("id")
        return [body for m in messages if "call" in (body := html2plaintext(m.body))]

    def test_lead_is_the_one_that_identify_caller_finds(self):
        numbers = ["+442079460321", PARISIAN, "+32470123456", "+12125550199", "+493012345678"]
        numbers.append("+3225550122")
        contact = self._contact(numbers[0])
        company = self._contact("+3225550100", is_company=True, name="Velo")
        person = self._contact(numbers[1], parent_id=company.id)
        self._contact(numbers[1], is_company=True, name="Velo too")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self._lead(numbers[0], partner_id=contact.id)
        self._lead(numbers[0])
        self._lead(numbers[1], partner_id=company.id)
        self._lead(numbers[1], partner_id=person.id).action_set_lost()
        self._lead(numbers[2])
        self._lead(numbers[2], partner_id=company.id)
        self._lead(numbers[3]).action_set_lost()
        self._lead(numbers[4], company_id=elsewhere.id)
        self._lead(numbers[5])
        self._lead(numbers[5]).action_set_lost()
        self._contact(numbers[4], company_id=elsewhere.id)
        forms = ("{}", "00{1}", "{1}")
        calls = self.calls.create(
            [
                self._values(form.format(number, number[1:]), direction=direction)
                for number in numbers
                for form in forms
                for direction in ("incoming", "outgoing")
            ]
        ).sudo()
        # sudo, as the log does: records that a reader may not see are filtered for each reader
        partners = self.env["res.partner"].with_user(self.boss)
        for call in calls:
            with self.subTest(call.phone_number, direction=call.direction):
                found = partners.identify_caller(call.phone_number)
                self.assertEqual(call.lead_id.id, found["lead_id"])
        self.assertEqual(len(calls.lead_id), 4)

    def test_contact_that_the_log_names_is_believed(self):
        other = self._contact("+3225550111")
        lead = self._lead("+3225550111", partner_id=other.id)
        self._lead()
        call = self._call(partner_id=other.id)
        self.assertEqual(call.lead_id, lead)
        self.assertTrue(self._lines(lead))

    def test_lead_stays_where_only_the_call_goes_on(self):
        lead = self._lead()
        call = self._call(state="ongoing", end_date=False)
        newer = self._lead()
        self.calls.browse(call.id).write({"state": "terminated", "end_date": CALLED})
        self.assertEqual(call.lead_id, lead)
        self.calls.browse(call.id).write({"phone_number": "+442079460321"})
        self.assertEqual(call.lead_id, newer)

    def test_line_in_the_chatter_follows_the_lead_of_a_corrected_call(self):
        lead, call = self._lead(), self._call()
        self.assertEqual(len(self._lines(lead)), 1)
        other = self._lead(phone="+442079460321")
        self.calls.browse(call.id).write({"phone_number": "+442079460321"})
        self.assertEqual((self._lines(lead), len(self._lines(other))), ([], 1))

    def test_call_without_a_number_is_with_nobody_of_its_batch(self):
        company = self.env["res.partner"].create({"name": "Acme", "is_company": True})
        self._contact(parent_id=company.id)
        lead = self._lead(phone=False, partner_id=company.id)
        known, withheld = self.calls.create(
            [self._values(), self._values("anonymous", direction="incoming")]
        ).sudo()
        self.assertEqual((known.lead_id, withheld.lead_id), (lead, self.env["crm.lead"]))

    def test_dialled_number_of_an_incoming_call_is_our_number(self):
        call = self._call(did="0044 2079460958", direction="incoming")
        self.assertEqual(call.axivox_number_id, self.london)
        self.assertFalse(call.caller_id_verdict or call.caller_id_promised or call.caller_id_shown)
        unattributed = self._call(did=LONDON, direction="incoming", user_id=False)
        self.assertEqual(unattributed.axivox_number_id, self.london)

    def test_number_that_two_companies_have_is_the_users(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        self.env["axivox.number"].create({"account_id": account.id, "number": LONDON})
        self.assertEqual(self._call(direction="incoming").axivox_number_id, self.london)

    def test_lead_is_told_only_to_who_may_open_it(self):
        lead = self._lead(user_id=self.boss.id)
        call = self._call(user_id=self.seller.id)
        self.assertEqual(call.lead_id, lead)
        for user, sees in ((self.seller, False), (self.boss, True)):
            theirs = call.with_user(user)
            with self.subTest(user.login):
                self.assertEqual(bool(theirs.lead_id), sees)
                self.assertEqual(bool(theirs.read(["lead_id"])[0]["lead_id"]), sees)
                found = theirs.search([("lead_id", "=", lead.id)])
                self.assertEqual(bool(found), sees)
        self.assertFalse(call.with_user(self.sophie).search([("id", "=", call.id)]))

    def test_lead_counts_the_calls_that_its_reader_sees(self):
        lead = self._lead()
        lead.user_id = self.seller
        self._call(user_id=self.seller.id)
        self._call(user_id=self.james.id)
        self._call(user_id=False)
        for user, count in ((self.seller, 1), (self.boss, 3)):
            theirs = lead.with_user(user)
            with self.subTest(user.login):
                self.assertEqual(theirs.axivox_call_count, count)
                action = theirs.action_axivox_calls()
                calls = self.env["axivox.call"].with_user(user).search(action["domain"])
                self.assertEqual(len(calls), count)

    def test_chatter_has_one_line_of_a_call(self):
        lead = self._lead()
        call = self._call(did=False, state="calling", start_date=False, end_date=False)
        self.assertFalse(self._lines(lead))
        write = self.calls.browse(call.id).write
        write({"state": "ongoing", "start_date": CALLED})
        self.assertFalse(self._lines(lead))
        write({"state": "terminated", "end_date": CALLED + timedelta(seconds=123)})
        self.assertEqual(self._lines(lead), ["Outgoing call · 2 min 3 s · Terminated"])
        write({"did": LONDON})
        said = ["Outgoing call · 2 min 3 s · shown as +44 20 7946 0958 · Terminated"]
        self.assertEqual(self._lines(lead), said)
        write({"did": LONDON, "state": "terminated"})
        self.assertEqual(self._lines(lead), said)
        message = lead.message_ids.filtered(lambda m: "Outgoing" in m.body)
        self.assertEqual(message.author_id, self.sophie.partner_id)
        self.assertEqual(message.date, CALLED + timedelta(seconds=123))

    def test_chatter_of_a_contact_without_lead_tells_it(self):
        contact = self._contact()
        self._call(direction="incoming", state="missed", end_date=False)
        said = ["Incoming call · to +44 20 7946 0958 · London · Missed"]
        self.assertEqual(self._lines(contact), said)

    def test_line_is_in_the_language_of_the_calls_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.sophie.lang = "fr_FR"
        lead = self._lead()
        self._call()
        self._run_scheduler()
        [said] = [m.body.unescape() for m in lead.message_ids if "+44 20" in m.body]
        self.assertIn("Appel sortant", said)

    def test_what_the_widget_told_is_not_told_again(self):
        lead = self._lead()
        of_widget = self._of_widget(
            caller_id=LONDON, caller_id_source="rule", state="ongoing", logged_lead_id=lead.id
        )
        call = self._call()
        self.assertEqual(call.lead_id, lead)
        self.assertEqual((call.caller_id_promised, call.caller_id_rule), (LONDON, "0044"))
        self.assertFalse(self._lines(lead))
        of_widget._end("answered")
        for _ in range(2):
            self.assertEqual(len(self._lines(lead)), 1)
        self.assertFalse(call.is_chatter_pending)

    def test_call_taken_on_the_desk_phone_is_told_though_the_widget_rang(self):
        contact = self._contact()
        said = ["Incoming call · 2 min 3 s · to +44 20 7946 0958 · London · Terminated"]
        of_widget = self._of_widget(
            type_call="incoming", caller_id=False, state="calling", partner_id=contact.id
        )
        self._call(direction="incoming")
        self.assertFalse(self._lines(contact), "the widget may still tell it")
        of_widget._end("answered_elsewhere")
        self.assertEqual(self._lines(contact), said)

    def test_lead_that_is_merged_leaves_its_calls_to_the_other(self):
        kept, lead = self._lead(phone="+3225550111"), self._lead()
        call = self._call()
        self.assertEqual(call.lead_id, lead)
        self.assertEqual((kept + lead).merge_opportunity(), kept)
        self.assertEqual((call.lead_id, kept.axivox_call_count), (kept, 1))

    def test_call_taken_in_one_of_two_browsers_is_told_once(self):
        contact = self._contact()
        rang, taken = (
            self._of_widget(
                type_call="incoming", caller_id=False, state="calling", partner_id=contact.id
            )
            for _ in range(2)
        )
        self._backdate("voip_call", CALLED, ids=rang.ids)
        rang._end("answered_elsewhere")
        taken._end("answered")
        self._call(direction="incoming")
        self.assertEqual(len(self._lines(contact)), 1)

    def test_call_that_the_widget_told_to_nobody_is_told_to_whom_the_log_names(self):
        contact = self._contact("+3225550111")
        self._of_widget(state="ongoing")._end("answered")
        self._call(partner_id=contact.id)
        self.assertEqual(len(self._lines(contact)), 1)

    def test_call_whose_end_the_widget_never_reports_is_told_the_day_after(self):
        contact = self._contact()
        self._of_widget(state="ongoing", partner_id=contact.id)
        call = self._call()
        self.assertFalse(self._lines(contact))
        now = fields.Datetime.now()
        self._backdate("axivox_call", now - timedelta(days=1), "write_date", call.ids)
        self.assertEqual(len(self._lines(contact)), 1)
        self.assertFalse(call.is_chatter_pending)

    def test_own_call_is_read_by_its_user_only(self):
        call = self._call()
        for user, sees in ((self.sophie, 1), (self.james, 0), (self.manager, 0), (self.boss, 1)):
            found = self.env["axivox.call"].with_user(user).search_count([("id", "=", call.id)])
            self.assertEqual(found, sees, user.login)

    def test_last_of_several_calls_is_told_whichever_log_has_it(self):
        if "phone_e164" not in getattr(self.env.get("voip.call"), "_fields", ()):
            self.skipTest("voip_oca's widget is not installed")
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": "+442079460321"})
        lead = self._lead(partner_id=contact.id)
        partners = self.env["res.partner"].with_user(self.james)
        self._call(partner_id=contact.id, talk_duration_s=100)
        reported = self.env["voip.call"].sudo()
        values = {"phone_number": LONDONER, "user_id": self.james.id, "caller_id": PARIS}
        hour = timedelta(hours=1)
        for about in ({"partner_id": contact.id}, {"logged_lead_id": lead.id}):
            for when, shown in ((CALLED - hour, LONDON), (CALLED + hour, PARIS)):
                call = reported.create({**values, **about, "start_date": when})
                self.assertEqual(partners._last_talk(contact, lead).shown, shown)
                with self.assertQueryCount(1):
                    partners._last_talk(contact, lead)
                call.unlink()

    def test_who_talked_last_from_a_desk_phone_is_told_when_they_call_back(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": "+442079460321"})
        identify = self.env["res.partner"].with_user(self.james).identify_caller
        self._call(partner_id=contact.id, state="missed", talk_duration_s=0)
        self._call(partner_id=contact.id, start_date=False, end_date=False, talk_duration_s=9)
        self.assertFalse(identify(LONDONER)["last_user_id"])
        self._call(partner_id=contact.id, talk_duration_s=100)
        self.assertEqual(identify(LONDONER)["last_user_id"], self.sophie.id)
        talk = contact.with_user(self.james)._last_talk(contact, self.env["crm.lead"])
        self.assertEqual((talk.when, talk.shown), (CALLED, LONDON))
        another = self.env["res.company"].create({"name": "Another"})
        self.sophie.write({"company_ids": [Command.set(another.ids)], "company_id": another.id})
        self.assertFalse(identify(LONDONER)["last_user_id"])
