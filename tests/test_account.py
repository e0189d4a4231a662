from unittest.mock import patch

from freezegun import freeze_time
from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.modules.registry import Registry
from odoo.tests import Form, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from .common import CALLED_IN_LONDON, AxivoxCase
from .test_console import BERLIN


@tagged("post_install", "-at_install")
class TestAccount(AxivoxCase):
    def _changes_in_the_chatter(self):
        self.cr.precommit.run()
        bodies = self.account.message_ids.mapped("body")
        return [body for body in bodies if "<li>" in body or "<details>" in body]

    @mute_logger("odoo.sql_db")
    def test_company_has_one_active_account(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self.env["axivox.account"].create({"company_id": self.company.id})
        self.account.active = False
        self.env.flush_all()
        self.env["axivox.account"].create({"company_id": self.company.id})

    def test_company_knows_its_account_within_a_transaction(self):
        company = self.env["res.company"].create({"name": "Late"})
        self.assertFalse(company.axivox_account_id)
        account = self.env["axivox.account"].create({"company_id": company.id})
        self.assertEqual(company.axivox_account_id, account)
        account.active = False
        self.assertFalse(company.axivox_account_id)
        account.active = True
        self.assertEqual(company.axivox_account_id, account)
        account.unlink()
        self.assertFalse(company.axivox_account_id)

    def test_deleting_an_account_deletes_what_is_in_it(self):
        self._rule("0044", self.london)
        self.paris.write({"destination_type": "extension", "extension_id": self.own.id})
        self.account.with_user(self.manager).unlink()
        self.assertFalse((self.main | self.paris).exists() or self.own.exists())

    def test_what_belongs_to_another_account_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        theirs = self.env["axivox.number"].create({"account_id": account.id, "number": BERLIN})
        with self.assertRaisesRegex(ValidationError, "does not belong to this account"):
            self.account.default_outgoing_number_id = theirs
        with self.assertRaisesRegex(
            ValidationError, "201 Sophie does not belong to the same account as"
        ):
            theirs.write({"destination_type": "extension", "extension_id": self.extension.id})

    def test_settings_menu_opens_the_current_companys_account(self):
        action = self.env["axivox.account"].with_company(self.company).action_open_settings()
        self.assertEqual(action["res_id"], self.account.id)
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        action = self.env["axivox.account"].with_company(other).action_open_settings()
        self.assertFalse(action["res_id"])

    def test_settings_menu_leads_back_to_an_archived_account(self):
        self.account.active = False
        accounts = self.env["axivox.account"].with_user(self.manager)
        action = accounts.action_open_settings()
        self.assertEqual([view for _id, view in action["views"]], ["list", "form"])
        self.assertEqual(accounts.search(action["domain"]), self.account)
        self.account.with_user(self.manager).action_unarchive()
        self.assertEqual(
            accounts.search(action["domain"]), self.account, "a list that is left open"
        )
        self.assertEqual(accounts.action_open_settings()["res_id"], self.account.id)

    def test_what_is_an_archived_accounts_is_in_its_own_lists_only(self):
        self._rule("0044", self.london)
        team = self.env["crm.team"].create({"name": "Europe", "company_id": self.company.id})
        self.env["axivox.team.number"].create({"account_id": self.account.id, "team_id": team.id})
        self.env["axivox.test.case"].create(
            {
                "account_id": self.account.id,
                "extension_id": self.extension.id,
                "destination": CALLED_IN_LONDON,
                "expected_number_id": self.main.id,
            }
        )

        def shown(action):
            domain = action["domain"] or "[]"
            domain = safe_eval(domain) if isinstance(domain, str) else domain
            mine = [("account_id", "=", self.account.id)]
            return self.env[action["res_model"]].search_count(Domain.AND([domain, mine]))

        names = ("outgoing_rule", "number", "extension", "team_number", "test_case")
        actions = [
            self.env["ir.actions.act_window"]._for_xml_id(f"axivox_caller_id.axivox_{name}_action")
            for name in names
        ]
        self.assertEqual([shown(action) for action in actions], [1, 4, 2, 1, 1])
        self.account.active = False
        self.assertEqual([shown(action) for action in actions], [0] * 5)
        own = (self.account.action_open_rules, self.account.action_open_numbers)
        own += (self.account.action_open_extensions, self.paris.action_open_shown_by)
        self.assertEqual([shown(action()) for action in own], [1, 4, 2, 1])

    def test_everything_is_pending_until_it_is_applied(self):
        self._rule("0044", self.london)
        self.assertEqual(self.account.pending_change_count, 3)
        self.assertEqual(
            self.account.pending_changes(),
            [
                "Default outgoing number: none → +32 12 34 56 78",
                "Rule 0044 → +44 20 7946 0958 is added at position 1",
                "202 James: Default → +33 1 99 00 12 34",
            ],
        )

    def test_pending_changes_are_what_differs_from_the_applied_settings(self):
        uk, france = self._rule("0044", self.london), self._rule("0033", self.paris)
        self.account._record_applied()
        self.assertEqual(self.account.pending_changes(), [])
        france.sequence = uk.sequence - 1
        uk.number_id = self.new_york
        self.account.write(
            {"rules_override_users": True, "default_outgoing_number_id": self.london.id}
        )
        self.extension.outgoing_number_id = self.london
        self.assertEqual(
            self.account.pending_changes(),
            [
                "Default outgoing number: +32 12 34 56 78 → +44 20 7946 0958",
                "Advanced rules apply even for users with an outgoing number: no → yes",
                "Rule 0033 moves from position 2 to 1",
                "Rule 0044: +44 20 7946 0958 → +1 212-555-0123",
                "201 Sophie: Default → +44 20 7946 0958",
            ],
        )
        self.assertEqual(self.account.pending_change_count, 5)

    def test_warnings_are_gathered_and_open_what_they_are_about(self):
        self.assertFalse(self.account.warnings)
        self._rule("0044", self.london)
        narrow = self._rule("004420", self.london)
        self.extension.number = "101"
        self.paris.active = False
        self.main.destination_type = "hang_up"
        self.account.invalidate_recordset()
        findings = self.findings()
        opened = {
            (finding._subject()._name, finding._subject().id)
            for notice in self.account.warnings
            for finding in findings.search(
                [("cause", "=", notice["action"]["context"]["search_default_cause"])]
            )
        }
        self.assertEqual(
            opened,
            {
                ("axivox.number", self.main.id),
                ("axivox.number", self.paris.id),
                ("axivox.outgoing.rule", narrow.id),
                ("axivox.extension", self.extension.id),
            },
        )

    def test_warnings_of_many_numbers_cost_no_more_queries_than_those_of_few(self):
        def read_warnings():
            self.account.read(["warnings"])
            self.account.number_ids.mapped("warning")
            self.account.finding_ids.mapped("message")

        def queries():
            self.count_queries(read_warnings)  # the first time fills caches
            return self.count_queries(read_warnings)

        def paste(first, last):
            numbers = self.env["axivox.number"].create(
                [
                    {
                        "account_id": self.account.id,
                        "number": f"+44 20 7946 {position:04}",
                        "destination_type": "hang_up",
                    }
                    for position in range(first, last)
                ]
            )
            for number in numbers[::2]:
                self._rule(f"001{number.number[-4:]}", number)
                self.env["axivox.extension"].create(
                    {
                        "account_id": self.account.id,
                        "number": f"3{number.number[-4:]}",
                        "name": "Shows it",
                        "outgoing_number_id": number.id,
                    }
                )

        def reach_no_one():
            messages = self.account.finding_ids.mapped("message")
            return sum("Customers who call back will reach no one" in said for said in messages)

        paste(0, 5)
        self.findings()
        few = queries()
        self.assertEqual(reach_no_one(), 3)
        paste(5, 50)
        self.findings()
        self.assertEqual(queries(), few)
        self.assertEqual(reach_no_one(), 26)
        lines = [notice["message"] for notice in self.account.warnings]
        self.assertIn("Shown numbers where callers reach no one: 26 (26 new)", lines)

    def test_missing_default_number_and_country_are_warned_of(self):
        self.account.default_outgoing_number_id = False
        self.assertIn("no default outgoing number", self.account.warnings[0]["message"])
        self.company.country_id = False
        self.account.invalidate_recordset()
        self.assertIn("has no country", self.account.warnings[0]["message"])

    def test_chatter_tells_who_when_from_and_to(self):
        self._rule("0044", self.london)
        self.cr.precommit.run()
        account = self.account.with_user(self.editor)
        account.write({"default_outgoing_number_id": self.paris.id, "rules_override_users": True})
        self.assertIn(
            "Default outgoing number: +32 12 34 56 78 → +33 1 99 00 12 34",
            self._changes_in_the_chatter()[0],
        )
        self.extension.with_user(self.editor).outgoing_number_id = self.london
        entry = self._changes_in_the_chatter()[0]
        self.assertIn("201 Sophie: Default → +44 20 7946 0958", entry)
        self.assertEqual(self.account.message_ids[0].author_id, self.editor.partner_id)

    def test_many_changes_are_a_summary_that_opens(self):
        self.env["axivox.outgoing.rule"].create(
            [
                {
                    "account_id": self.account.id,
                    "destination_prefix": f"0044{1000 + position}",
                    "number_id": self.london.id,
                }
                for position in range(1000)
            ]
        )
        self.extension.outgoing_number_id = self.london
        entry = self._changes_in_the_chatter()[0]
        self.assertIn("<details><summary>1,003 changes: 1 setting, 1,000 rules, 2 users", entry)
        self.assertIn("\n• Rule 00441999 → +44 20 7946 0958 is added at position 1000\n", entry)
        self.account._record_applied()
        applied = self.account.applied_ids[0]
        self.assertEqual(len(applied.changes.splitlines()), 1003)
        self.assertTrue(applied.summary.endswith(", and 1002 more"))

    def test_what_changes_no_answer_leaves_no_entry(self):
        before = len(self._changes_in_the_chatter())
        self.extension.email = "sophie@example.com"
        self.london.name = "UK"
        self.assertEqual(len(self._changes_in_the_chatter()), before)

    def test_one_save_of_a_dragged_list_is_one_entry_and_one_invalidation(self):
        rules = [self._rule(prefix, self.london) for prefix in ("0044", "0033", "0049", "0039")]
        entries = len(self._changes_in_the_chatter())
        order = [rules[3], *rules[:3]]
        with patch.object(Registry, "clear_cache", autospec=True) as clear_cache:
            self.account.with_user(self.editor).write(
                {
                    "rule_ids": [
                        Command.update(rule.id, {"sequence": position})
                        for position, rule in enumerate(order)
                    ]
                }
            )
        self.assertEqual(clear_cache.call_count, 1)
        changes = self._changes_in_the_chatter()
        self.assertEqual(len(changes), entries + 1)
        self.assertEqual(changes[0].count("<li>"), 1)
        self.assertIn("Rule 0039 moves from position 4 to 1", changes[0])

    def test_what_only_the_server_remembers_has_no_call_answered_anew(self):
        self.commit_answers()
        entries = len(self._changes_in_the_chatter())
        with patch.object(Registry, "clear_cache", autospec=True) as clear_cache:
            self.account._remember(theirs={"default": None}, check_failure={"reason": "busy"})
            self.env.flush_all()
            self.assertFalse(clear_cache.called)
            self.assertFalse(self.account._are_answers_changing())
            self.account._record_applied()
            self.assertTrue(clear_cache.called)
            self.assertTrue(self.account._are_answers_changing())
        self.assertEqual(len(self._changes_in_the_chatter()), entries + 1)
        self.assertNotIn("axivox_remembering", self.account.env.context)

    def test_saving_an_account_does_not_silence_later_saves(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        self.assertNotIn("axivox_saving", account.env.context)
        self.assertNotIn("axivox_saving", self.account.rule_ids.env.context)

    def test_try_call_tells_now_after_and_the_rules_passed_over(self):
        uk = self._rule("0044", self.london)
        self.account._record_applied()
        narrow = self._rule("004420", self.new_york, sequence=uk.sequence - 1)
        self._rule("0033", self.paris)
        answer = self.account.try_call(self.extension.id, CALLED_IN_LONDON)
        self.assertEqual(answer["destination"], "United Kingdom, +44 20 7946 0321")
        self.assertEqual(answer["now"]["display"], "+44 20 7946 0958")
        self.assertEqual(answer["after"]["display"], "+1 212-555-0123")
        self.assertEqual(
            [(rule["id"], rule["decides"], rule["why"]) for rule in answer["rules"]],
            [
                (narrow.id, True, "Rule 004420 is the first that matches this destination."),
                (uk.id, False, "Rule 004420 comes first."),
            ],
        )
        self.assertEqual((answer["hidden_rules"], answer["never_applied"]), (1, False))

    def test_try_call_says_why_rules_do_not_apply(self):
        self._rule("0044", self.london)
        answer = self.account.try_call(self.own.id, CALLED_IN_LONDON)
        self.assertEqual(
            answer["rules"][0]["why"], "The user's own outgoing number takes precedence."
        )
        answer = self.account.try_call(self.own.id, "112")
        self.assertEqual(answer["destination"], "Emergency number 112")
        self.assertEqual((answer["rules"], answer["hidden_rules"]), ([], 0))
        self.assertIn("no rule applies", answer["after"]["reason"])
        answer = self.account.try_call(self.own.id, "020 7946", self.env.ref("base.uk").id)
        self.assertIn("United Kingdom", answer["error"])

    def test_try_call_is_not_for_another_accounts_user(self):
        other = self.env["axivox.account"].create(
            {"company_id": self.env["res.company"].create({"name": "Other"}).id}
        )
        theirs = self.env["axivox.extension"].create(
            {"account_id": other.id, "number": "201", "name": "Theirs"}
        )
        answer = self.account.try_call(theirs.id, CALLED_IN_LONDON)
        self.assertEqual(answer, {"error": "This user belongs to another account."})

    def test_general_settings_show_the_companys_account(self):
        with Form(self.env["res.config.settings"].with_company(self.company)) as form:
            self.assertEqual(form.axivox_default_outgoing_number_id, self.main)
            form.axivox_default_outgoing_number_id = self.paris
            form.axivox_rules_override_users = True
        form.record.execute()
        self.assertEqual(self.account.default_outgoing_number_id, self.paris)
        self.assertTrue(self.account.rules_override_users)

    def test_leads_and_contacts_say_what_is_shown_to_them(self):
        rule = self._rule("0044", self.london)
        values = {
            "name": "Poole",
            "phone": "020 7946 0321",
            "country_id": self.env.ref("base.uk").id,
        }
        for model in ("crm.lead", "res.partner"):
            record = self.env[model].create(values)
            own = record.with_user(self.sophie).sudo()
            self.assertEqual(own.axivox_shown_as, "+44 20 7946 0958")
            self.assertEqual(own.axivox_dial, "00442079460321")
            self.assertIn("Rule 0044", own.axivox_shown_as_reason)
            self.assertNotIn("Apply changes", own.axivox_shown_as_reason)
            self.account._record_applied()
            rule.number_id = self.paris
            own.invalidate_recordset()
            self.assertEqual(own.axivox_shown_as, "+44 20 7946 0958")
            self.assertIn("After applying: +33 1 99 00 12 34", own.axivox_shown_as_reason)
            rule.number_id = self.london
            self.assertFalse(record.with_user(self.editor).sudo().axivox_shown_as)
            record.phone = "+33 1 99 00 45 67"
            self.account.default_outgoing_number_id = False
            self.account._record_applied()
            self.assertEqual(own.axivox_shown_as, "no number")
            self.account.default_outgoing_number_id = self.main
            for phone in ("not a number", "202", "112", "*98"):
                record.write({"phone": phone, "country_id": False})
                self.assertFalse(own.axivox_shown_as, phone)
            record.phone = False
            self.assertFalse(own.axivox_shown_as)

    @freeze_time("2026-01-15 12:00:00")
    def test_local_time_stands_beside_what_is_shown(self):
        lead = self.env["crm.lead"].create({"name": "Poole", "phone": "+1 212 555 0123"})
        own = lead.with_user(self.sophie).sudo()
        self.assertEqual(own.axivox_local_time, "7:00\u202fAM there")
        for phone, clock in (
            ("+44 20 7946 0321", "12:00\u202fPM there"),
            ("+1 800 555 0123", "between 1:00\u202fAM and 10:00\u202fPM there"),
            ("+800 1234 5678", ""),
            ("202", ""),
        ):
            lead.phone = phone
            self.assertEqual(own.axivox_local_time or "", clock)
        self.assertFalse(lead.with_user(self.editor).sudo().axivox_local_time)
        with freeze_time("2026-01-15 22:00:00"):
            own.invalidate_recordset()
            lead.phone = "+1 800 555 0123"
            days = "between Thursday 11:00\u202fAM and Friday 8:00\u202fAM there"
            self.assertEqual(own.axivox_local_time, days)
