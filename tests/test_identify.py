from odoo import Command
from odoo.tests import tagged

from .common import AxivoxCase

MOBILE = "+32470123456"


@tagged("post_install", "-at_install")
class TestIdentify(AxivoxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sophie.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.partners = cls.env["res.partner"].with_user(cls.sophie)

    def _contact(self, name, phone=MOBILE, **vals):
        return self.env["res.partner"].create({"name": name, "phone": phone, **vals})

    def _lead(self, name, phone=MOBILE, **vals):
        return self.env["crm.lead"].create(
            {"name": name, "phone": phone, "company_id": self.company.id, "partner_id": False}
            | vals
        )

    def _identified(self, number=MOBILE):
        return self.partners.identify_caller(number)

    def test_caller_is_found_whatever_form_the_pbx_and_the_contact_use(self):
        belgium = self.env.ref("base.be").id
        forms = (
            "+32470123456",
            "+32 470 12 34 56",
            "+32 (0)470 12 34 56",
            "+32.470.12.34.56",
            "+32-470-12-34-56",
            "(+32) 470/12.34.56",
            "0032470123456",
            "0032 470 12 34 56",
            "0470123456",
            "0470 12 34 56",
            "0470/12.34.56",
            "0470-12-34-56",
            "32 470 12 34 56",
            "tel:+32470123456",
        )
        contact = self._contact("Bram", country_id=belgium)
        for kept in forms:
            contact.phone = kept
            for told in forms:
                with self.subTest(kept=kept, told=told):
                    self.assertEqual(self._identified(told)["partner_id"], contact.id)

    def test_person_goes_before_their_company_and_others_are_not_hidden(self):
        company = self._contact("Velodrome", is_company=True)
        self.assertFalse(self._identified()["ambiguous"])
        person = self._contact("Bram", parent_id=company.id)
        self._contact("Another company", is_company=True)
        found = self._identified()
        self.assertEqual(found["partner_id"], person.id)
        self.assertEqual(found["name"], "Bram")
        self.assertTrue(found["ambiguous"])

    def test_newest_contact_goes_before_the_oldest(self):
        self._contact("Old")
        new = self._contact("New")
        self.assertEqual(self._identified()["partner_id"], new.id)
        new.active = False
        self.assertEqual(self._identified()["name"], "Old")

    def test_open_lead_goes_before_a_closed_one_and_the_newest_before_the_oldest(self):
        self._lead("Old")
        new = self._lead("New")
        won = self._lead("Won")
        won.action_set_won()
        lost = self._lead("Lost")
        lost.action_set_lost()
        self.assertEqual(self._identified()["lead_id"], new.id)
        self.assertTrue(self._identified()["ambiguous"])
        (self._lead("Newest") | new).unlink()
        self.assertEqual(self._identified()["name"], "Old")
        self.assertFalse(self._identified()["ambiguous"])
        self.env["crm.lead"].search([("name", "=", "Old")]).unlink()
        self.assertEqual(self._identified()["lead_id"], lost.id)

    def test_lead_of_the_caller_or_of_their_company_is_found_without_its_number(self):
        company = self._contact("Velodrome", phone=False, is_company=True)
        person = self._contact("Bram", parent_id=company.id)
        lead = self._lead("Fleet", phone=False, partner_id=company.id)
        found = self._identified()
        self.assertEqual((found["partner_id"], found["lead_id"]), (person.id, lead.id))
        mine = self._lead("Mine", phone=False, partner_id=person.id)
        self.assertEqual(self._identified()["lead_id"], mine.id)

    def test_nobody_is_given_the_lead_of_somebody_else_with_their_number(self):
        other = self._contact("Other")
        self._lead("Theirs", partner_id=other.id)
        caller = self._contact("Bram")
        found = self._identified()
        self.assertEqual((found["partner_id"], found["lead_id"]), (caller.id, False))
        self.assertTrue(found["ambiguous"])

    def test_contacts_own_lead_goes_before_one_without_a_contact(self):
        caller = self._contact("Bram")
        own = self._lead("Own", phone=False, partner_id=caller.id)
        form = self._lead("Filled in on the website")
        self.assertEqual(self._identified()["lead_id"], own.id)
        self.assertFalse(self._identified()["ambiguous"])
        own.unlink()
        self.assertEqual(self._identified()["lead_id"], form.id)

    def test_one_person_is_not_ambiguous_with_several_leads_or_the_number_of_their_company(self):
        company = self._contact("Velodrome", is_company=True)
        caller = self._contact("Bram", parent_id=company.id)
        for name in ("First", "Second"):
            self._lead(name, partner_id=caller.id)
        self._lead("Company's", partner_id=company.id)
        self.assertFalse(self._identified()["ambiguous"])
        (caller | company).phone = False
        self.env["crm.lead"].search([("name", "=", "Company's")]).unlink()
        self.assertEqual(self._identified()["partner_id"], caller.id)
        self.assertFalse(self._identified()["ambiguous"])

    def test_lead_without_a_contact_names_who_calls(self):
        lead = self._lead("Fleet", contact_name="Harriet", partner_name="Thames Couriers")
        self.assertEqual(
            self._identified(),
            {
                "partner_id": False,
                "lead_id": lead.id,
                "name": "Harriet",
                "last_user_id": False,
                "ambiguous": False,
            },
        )
        lead.contact_name = False
        self.assertEqual(self._identified()["name"], "Thames Couriers")
        lead.partner_name = False
        self.assertEqual(self._identified()["name"], "Fleet")

    def test_what_is_longer_than_any_number_is_not_searched(self):
        self.assertTrue(self.partners._same_number("x" * 250, None))
        self.assertFalse(self.partners._same_number("x" * 251, None))

    def test_what_is_no_telephone_number_is_found_as_it_is_kept(self):
        contact = self._contact("Lobby", phone="4-711")
        self.assertEqual(self._identified("4711")["partner_id"], contact.id)

    def test_nobody_is_found_for_what_is_no_number(self):
        nobody = {
            "partner_id": False,
            "lead_id": False,
            "name": False,
            "last_user_id": False,
            "ambiguous": False,
        }
        self._contact("Without a phone", phone=False)
        for number in (
            MOBILE,
            "",
            "   ",
            "\t \n",
            None,
            False,
            "anonymous",
            "201",
            "☎",
            "+" * 999,
            "\ud800x0",
            "a\x00bc",
            7,
            [],
            {},
        ):
            with self.subTest(number=number):
                self.assertEqual(self._identified(number), nobody)

    def test_only_what_the_user_may_read_is_told(self):
        other = self.env["res.company"].create({"name": "Other"})
        self._contact("Theirs", company_id=other.id)
        self._lead("Theirs", company_id=other.id)
        self.assertFalse(self._identified()["name"])
        theirs = self._contact("Theirs", phone=False, company_id=other.id)
        lead = self._lead("Ours")
        self.env.cr.execute(
            "UPDATE crm_lead SET partner_id = %s WHERE id = %s", (theirs.id, lead.id)
        )
        lead.invalidate_recordset()
        found = self._identified()
        self.assertEqual((found["lead_id"], found["partner_id"]), (lead.id, False))
        self.sophie.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        self.assertFalse(self._identified()["lead_id"])

    def test_contact_of_the_parent_company_is_found_at_a_branch(self):
        branch = self.env["res.company"].create({"name": "Branch", "parent_id": self.company.id})
        contact = self._contact("Bram", company_id=self.company.id)
        self.sophie.write({"company_ids": [Command.set(branch.ids)], "company_id": branch.id})
        at_branch = self.partners.with_context(allowed_company_ids=branch.ids)
        for _ in range(2):  # the second time with all that outlives a request
            self.env.invalidate_all()
            self.assertEqual(at_branch.identify_caller(MOBILE)["partner_id"], contact.id)
        self._contact("Theirs", company_id=branch.id)
        self.sophie.write(
            {"company_ids": [Command.set(self.company.ids)], "company_id": self.company.id}
        )
        self.assertEqual(self._identified()["partner_id"], contact.id)

    def test_caller_costs_two_queries_and_one_for_all_logs_of_calls(self):
        contact = self._contact("Bram")
        self._lead("Fleet", partner_id=contact.id)
        logs = self.partners._talks(contact, self.env["crm.lead"])
        # The contacts, the leads.
        self.assertEqual(self.queries_of(self._identified), 2 + bool(logs))

    def test_caller_is_looked_up_in_an_index(self):
        self.env.flush_all()
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        for table in ("res_partner", "crm_lead"):
            self.env.cr.execute(
                f"EXPLAIN SELECT id FROM {table} WHERE phone_sanitized = '{MOBILE}'"
            )
            plan = " ".join(line for (line,) in self.env.cr.fetchall())
            self.assertRegex(plan, rf"{table}_+phone_sanitized_i(nde|d)x")
