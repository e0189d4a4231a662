from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from odoo.addons.axivox_caller_id.tests.common import LONDON

from .test_voip_call import CALLED, VoipCase


@tagged("post_install", "-at_install")
class TestCallsScreen(VoipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.action = cls.env["ir.actions.act_window"]._for_xml_id(
            "axivox_caller_id_voip_oca.voip_call_action"
        )
        cls.contact = cls.env["res.partner"].create({"name": "Harriet", "phone": "+33199004567"})

    def _search(self, user, domain=()):
        return self.calls.with_user(user).search([*domain])

    def _filter(self, name):
        arch = self.calls.get_view(view_type="search")["arch"]
        return safe_eval(
            arch.split(f'name="{name}"')[1]
            .split('domain="')[1]
            .split('"')[0]
            .replace("&quot;", '"'),
            {"uid": self.sophie.id},
        )

    def test_every_view_opens_for_everybody_and_is_to_read(self):
        views = [(False, kind) for kind in self.action["view_mode"].split(",")]
        for user in (self.sophie, self.manager):
            shown = self.calls.with_user(user).get_views([*views, (False, "search")])["views"]
            self.assertEqual({*shown}, {"list", "kanban", "pivot", "graph", "form", "search"})
            for kind in ("list", "kanban", "form"):
                self.assertIn('create="False"', shown[kind]["arch"].replace('"0"', '"False"'))
                self.assertIn('edit="False"', shown[kind]["arch"].replace('"0"', '"False"'))

    def test_menu_is_there_for_everybody_and_says_which_log_it_is(self):
        menu = self.env.ref("axivox_caller_id_voip_oca.voip_call_menu")
        self.assertEqual(menu.name, "Calls in Odoo")
        seen = self.env["ir.ui.menu"].with_user(self.sophie)._visible_menu_ids()
        self.assertIn(menu.id, seen)
        names = menu.parent_id.child_id.mapped("name")
        self.assertEqual(len(names), len({*names}))

    def test_salespeople_see_their_own_and_managers_the_companys(self):
        mine = self._from_lead(ended_ago=0)[0]
        theirs = self._call(CALLED, self.james, ended_ago=0)[0]
        both = mine.ids + theirs.ids
        self.assertEqual(self._search(self.sophie, [("id", "in", both)]).ids, mine.ids)
        self.assertEqual({*self._search(self.manager, [("id", "in", both)]).ids}, {*both})
        stranger = self._user(
            "stranger_test",
            "axivox_caller_id.group_manager",
            company=self.env["res.company"].create({"name": "Other"}),
        )
        elsewhere = self.calls.with_user(stranger).with_context(allowed_company_ids=None)
        self.assertFalse(elsewhere.search([("id", "in", both)]))

    def test_duration_is_how_long_they_talked(self):
        self.assertAlmostEqual(self._call(answered_ago=90, ended_ago=0)[0].duration, 1.5)
        self.assertEqual(self._call(ended_ago=0)[0].duration, 0)
        groups = self.calls.formatted_read_group([], ["outcome"], ["duration:sum", "__count"])
        self.assertIn(1.5, [group["duration:sum"] for group in groups])

    def test_call_is_found_by_number_in_any_form_contact_and_lead(self):
        call = self._from_lead(ended_ago=0)[0]
        other = self._call("+33199004567", ended_ago=0)[0]
        for text in ("020 7946 0321", "+44 20 7946", "0044 20 7946 0321", "79460321"):
            with self.subTest(text):
                found = self._search(self.sophie, [("phone_display", "ilike", text)])
                self.assertEqual(found, call)
        self.assertEqual(self._search(self.sophie, [("partner_id", "ilike", "Harriet")]), other)
        self.assertEqual(self._search(self.sophie, [("lead_id", "in", self.lead.ids)]), call)
        self.assertEqual(call.phone_display, "+44 20 7946 0321")
        self.assertEqual(call.caller_id_display, "+44 20 7946 0958")

    def test_filters_say_what_became_of_calls(self):
        missed = self._call("+33199004567", type_call="incoming", ended_ago=0)[0]
        busy = self._call(
            "+33199004567", type_call="incoming", ended_ago=0, ended_here=True, status=486
        )[0]
        tried = self._call(CALLED, ended_ago=0, status=480)[0]
        answered = self._call(CALLED, answered_ago=9, ended_ago=0)[0]
        for name, calls in (
            ("missed", missed + busy),
            ("not_answered", tried),
            ("answered", answered),
            ("incoming", missed + busy),
            ("mine", missed + busy + tried + answered),
        ):
            with self.subTest(name):
                self.assertEqual(self._search(self.sophie, self._filter(name)), calls.sorted("id"))

    def test_buttons_count_the_calls_that_the_reader_may_see(self):
        self._from_lead(ended_ago=0)
        self._call("+33199004567", ended_ago=0)
        self._call("+33199004567", self.james, ended_ago=0)
        company = self.env["res.partner"].create({"name": "Thames", "is_company": True})
        self.contact.parent_id = company
        for record, mine, all_of_them in (
            (self.lead, 1, 1),
            (self.contact, 1, 2),
            (company, 1, 2),
            (self.london, 1, 1),
        ):
            with self.subTest(record._name):
                self.manager.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
                for user, count in ((self.sophie, mine), (self.manager, all_of_them)):
                    seen = record.with_user(user)
                    self.assertEqual(seen.voip_call_count, count)
                    domain = seen.action_voip_calls()["domain"]
                    self.assertEqual(self.calls.with_user(user).search_count(domain), count)

    def test_counting_for_ten_costs_as_many_queries_as_for_one(self):
        leads = self.lead.concat(*(self.lead.copy() for _count in range(10)))

        def queries(records):
            return self.count_queries(records.with_user(self.sophie).mapped, "voip_call_count")

        queries(leads)
        self.assertEqual(queries(leads), queries(self.lead))

    def test_calls_of_all_logs_are_counted_in_one_query(self):
        lead = self.lead.with_user(self.sophie)
        counts = [
            name for name, field in lead._fields.items() if field.compute == "_compute_call_counts"
        ]
        lead.mapped("voip_call_count")
        lead.invalidate_recordset(counts)
        with self.assertQueryCount(1):
            self.assertEqual([lead[name] for name in counts], [0] * len(counts))

    def test_call_is_shown_under_the_number_that_was_shown_then(self):
        call = self._from_lead(ended_ago=0)[0]
        self.assertEqual(call.caller_id, LONDON)
        self.assertEqual(self.london.with_user(self.sophie).voip_call_count, 1)
