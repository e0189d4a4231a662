import requests

from odoo import Command
from odoo.tests import tagged

from .common import PARIS, AxivoxCase, BrowserCase
from .stand_in import StandIn
from .test_console import hold


@tagged("post_install", "-at_install")
class TestTours(AxivoxCase, BrowserCase):
    def test_rules_are_dragged_into_order_and_try_a_call_tells_the_answer(self):
        self.start_tour("/odoo/axivox-settings", "axivox_rules", login=self.editor.login)
        self.assertEqual(self.account.rule_ids.mapped("destination_prefix"), ["004420", "0044"])
        self.assertTrue(self.account.rules_override_users)

    def test_rules_are_found_moved_and_inserted_on_their_screen(self):
        for prefix in ("0044", "0033", "0049", "001242"):
            self._rule(prefix, self.london)
        self.start_tour("/odoo/axivox-rules", "axivox_rules_screen", login=self.editor.login)
        self.assertEqual(
            self.account.rule_ids.search([("account_id", "=", self.account.id)]).mapped(
                "destination_prefix"
            ),
            ["001242", "0044", "0033", "0031", "0049"],
        )

    def test_editor_who_cannot_write_users_sets_an_extensions_number(self):
        self.start_tour("/odoo/axivox-users", "axivox_extension_number", login=self.editor.login)
        self.assertEqual(self.extension.outgoing_number_id, self.london)

    def test_a_team_gets_a_number_and_who_differs_follows(self):
        members = self.sophie + self.james + self.editor
        self.env["crm.team"].create(
            {
                "name": "Europe",
                "company_id": self.company.id,
                "member_ids": [Command.set(members.ids)],
            }
        )
        self.start_tour("/odoo/axivox-users", "axivox_team_number", login=self.editor.login)
        self.assertEqual((self.extension + self.own).outgoing_number_id, self.london)
        self.assertEqual(self.own.team, "Team Europe")

    def test_number_in_use_is_replaced_and_archived_with_one_question(self):
        self.start_tour("/odoo/axivox-numbers", "axivox_number_replaced", login=self.editor.login)
        self.assertEqual(self.own.outgoing_number_id, self.london)
        self.assertFalse(self.paris.active)

    def test_health_is_read_mended_and_accepted(self):
        self._rule("0044", self.london)
        self._rule("0044207", self.new_york)
        self.main.destination_type = "hang_up"
        self.age(self.findings(), 30)
        narrow = self._rule("0044208", self.new_york)
        self.start_tour("/odoo/axivox-settings", "axivox_health", login=self.editor.login)
        mine = [("account_id", "=", self.account.id)]
        self.assertEqual(self.account.rule_ids.search(mine, limit=1), narrow)
        [finding] = self.findings().filtered("rule_id")
        self.assertFalse(finding.accepted_on)

    def test_lead_abroad_says_what_is_shown(self):
        self._rule("0044", self.london)
        salesman = "sales_team.group_sale_salesman"
        self.sophie.group_ids += self.env.ref(salesman)
        lead = self.env["crm.lead"].create(
            {
                "name": "Cargo bikes",
                "type": "opportunity",
                "phone": "020 7946 0321",
                "country_id": self.env.ref("base.uk").id,
                "company_id": self.company.id,
                "user_id": self.sophie.id,
            }
        )
        self.start_tour(f"/odoo/crm.lead/{lead.id}", "axivox_shown_as", login=self.sophie.login)

    def test_many_calls_are_tried_and_one_is_kept_that_fails_before_it_is_applied(self):
        uk = self._rule("0044", self.london)
        self.account._record_applied()
        uk.number_id = self.new_york
        self.start_tour("/odoo/axivox-settings", "axivox_try_many", login=self.manager.login)
        case = self.env["axivox.test.case"].search([("account_id", "=", self.account.id)])
        self.assertEqual((case.name, case.expected_number_id), ("Sales to the UK", self.london))
        self.assertEqual(self.account.pending_change_count, 0)

    def test_manual_mode_from_pasted_numbers_to_confirmed(self):
        self.start_tour("/odoo/axivox-numbers", "axivox_manual_mode", login=self.manager.login)
        steps = self.env["axivox.manual.step"]
        [step] = steps.search([("manual_id.account_id", "=", self.account.id)], limit=1)
        self.assertEqual((step.manual_id.state, step.done_by_id), ("done", self.manager))
        self.assertEqual(self.account.default_outgoing_number_id.number, "+3280012345")
        self.assertEqual(self.account.pending_change_count, 0)

    def test_over_the_api_connect_pull_change_look_and_apply(self):
        sandbox = StandIn()
        self.addCleanup(sandbox.stop)
        hold(
            sandbox,
            users=[
                {"extension": "201", "name": "Sophie", "outgoing_number": None},
                {"extension": "202", "name": "James", "outgoing_number": PARIS},
                {"extension": "203", "name": "Nina", "outgoing_number": None},
            ],
        )
        self.manager.group_ids += self.env.ref("base.group_system")
        self.start_tour(
            "/odoo/axivox-settings",
            "axivox_api",
            login=self.manager.login,
            cookies={"axivox_sandbox_port": sandbox.address.rpartition(":")[2]},
        )
        self.assertEqual(self.account.extension_ids.mapped("name"), ["Sophie", "James", "Nina"])
        self.assertTrue(sandbox.applied()["override"])
        page = requests.get(f"{sandbox.address}/settings/advanced", timeout=30).text
        self.assertRegex(page, r"<input[^>]*rules_override_users[^>]*checked")

    def test_hoot(self):
        self.run_hoot("axivox_caller_id")
