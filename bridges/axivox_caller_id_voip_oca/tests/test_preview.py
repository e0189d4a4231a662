from freezegun import freeze_time

from odoo.tests import Form, tagged

from odoo.addons.axivox_caller_id.tests.common import NEW_YORK, PARIS

from .test_lists import ListCase
from .test_voip_call import CALLED


@tagged("post_install", "-at_install")
class TestPreview(ListCase):
    @freeze_time("2026-01-15 12:00:00")
    def test_local_time_there_is_told_before_the_call(self):
        for number, clock in (
            (CALLED, "12:00\u202fPM there"),
            (NEW_YORK, "7:00\u202fAM there"),
            ("+1 800 555 0123", "between 1:00\u202fAM and 10:00\u202fPM there"),
            ("202", ""),
            ("112", ""),
        ):
            with self.subTest(number):
                self.assertEqual(self.calls.preview_call(number)["local_time"], clock)
        self._activity(self.lead)
        self.assertEqual(self._listed()[0]["axivox_called"]["local_time"], "12:00\u202fPM there")

    def test_number_on_odoos_phone_blacklist_is_told_before_the_call(self):
        self.env["phone.blacklist"].create({"number": CALLED})
        self.assertTrue(self.calls.preview_call("0044 20 7946 0321")["blacklisted"])
        self.assertFalse(self.calls.preview_call(NEW_YORK)["blacklisted"])
        self._activity(self.lead)
        self.assertTrue(self._listed()[0]["axivox_called"]["blacklisted"])
        self.assertTrue(self.lead.with_user(self.sophie).phone_sanitized_blacklisted)

    def test_number_of_the_last_answered_call_is_marked(self):
        self._may_choose(self.paris, self.new_york)
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": "+33199004567"})
        about = {"res_model": "res.partner", "res_id": contact.id}
        called = contact.phone, "res.partner", contact.id

        def marked():
            choices = self.calls.preview_call(*called)["choices"]
            self.assertEqual(len(choices), 2)
            return [choice["id"] for choice in choices if choice["last"]]

        self.assertEqual(marked(), [])
        answered = {"answered_ago": 9, "ended_ago": 0}
        self._call(contact.phone, chosen_number_id=self.paris.id, **about, **answered)
        self.assertEqual(marked(), self.paris.ids)
        self._call(contact.phone, chosen_number_id=self.new_york.id, **about, ended_ago=0)
        self._call(contact.phone, type_call="incoming", dialled=[NEW_YORK], **answered)
        self.assertEqual(marked(), self.paris.ids, "not answered; not shown to them")
        self._call(contact.phone, self.james, **about, **answered)
        self.assertEqual(marked(), self.paris.ids, "a colleague's call, which showed Paris")
        self._call(contact.phone, self.editor, **about, **answered)
        self.assertEqual(marked(), self.paris.ids, "nobody knows what that call showed")
        other = self.env["res.partner"].create({"name": "Luc", "phone": "+33199001111"})
        preview = self.calls.preview_call(other.phone, "res.partner", other.id)
        self.assertFalse(any(choice["last"] for choice in preview["choices"]))

    def test_forms_offer_the_choice_to_who_may_choose(self):
        self.lead.partner_id = self.env["res.partner"].create(
            {"name": "Harriet", "phone": CALLED, "country_id": self.env.ref("base.uk").id}
        )
        for record in (self.lead, self.lead.partner_id):
            with self.subTest(record._name):
                self.account.users_may_choose = False
                own = record.with_user(self.sophie)
                own.invalidate_recordset()
                self.assertFalse(own.axivox_choices)
                self._may_choose(self.paris)
                own.invalidate_recordset()
                (choice,) = own.axivox_choices
                self.assertEqual((choice["id"], choice["last"]), (self.paris.id, False))
        self._call(CALLED, chosen_number_id=self.paris.id, answered_ago=9, ended_ago=0)
        self.lead.invalidate_recordset()
        self.assertTrue(self.lead.with_user(self.sophie).axivox_choices[0]["last"])
        with Form(self.lead.with_user(self.sophie)) as form:
            form.phone = "112"
            self.assertFalse(form.axivox_choices)

    def test_hints_cost_the_call_itself_no_query(self):
        self._may_choose(self.paris)
        self.commit_answers()
        shown = self._from_lead()[1]
        self.assertFalse({"local_time", "blacklisted"} & {*shown})
        self.assertNotIn("last", shown["choices"][0])

    def test_preview_costs_few_queries(self):
        self._may_choose(self.paris)
        called = self.lead.phone, "crm.lead", self.lead.id
        self.assertEqual(self.queries_of(lambda: self.calls.preview_call(*called)), 13)

    def test_number_that_was_shown_elsewhere_is_nobodys_here(self):
        self._may_choose(self.paris)
        call = self._call(CALLED, chosen_number_id=self.paris.id, answered_ago=9, ended_ago=0)[0]
        self.assertEqual(call.caller_id, PARIS)
        stranger = self.env["res.company"].create({"name": "Other"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE voip_call SET company_id = %s WHERE id = %s", (stranger.id, call.id)
        )
        self.env.invalidate_all()
        self.assertFalse(self.calls.preview_call(CALLED)["choices"][0]["last"])
