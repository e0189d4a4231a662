"""What calls prove or contradict: rules, users' numbers, and the default number."""

from datetime import timedelta

from odoo import fields
from odoo.tests import Form, tagged

from odoo.addons.axivox_caller_id.tests.common import LONDON, MAIN, NEW_YORK, PARIS

from .. import post_init_hook
from .common import BERLINER, LONDONER, CallLogCase

A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)


class RecentCallsCase(CallLogCase):
    """Settings that were applied twenty days ago, and calls since then."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls.account.rule_ids
        cls.now = fields.Datetime.now()
        cls._apply(cls.now - 20 * A_DAY)

    @classmethod
    def _apply(cls, when):
        cls.env.registry.clear_cache()
        return super()._apply(when)

    def _recent(self, number=LONDONER, did=LONDON, days=10, **vals):
        return self._call(number, did, start_date=self.now - days * A_DAY, **vals)

    def _words(self, record):
        record.invalidate_recordset()
        return record.with_user(self.manager).proof_in_words

    def _proof(self, record):
        record.invalidate_recordset()
        return record.with_user(self.manager).proof


@tagged("post_install", "-at_install")
class TestProof(RecentCallsCase):
    def test_call_that_would_show_another_number_without_the_rule_proves_it(self):
        self.assertEqual((self._proof(self.rule), self._words(self.rule)), ("none", "No call yet"))
        call = self._recent()
        self.assertEqual(self._proof(self.rule), "proven")
        self.assertRegex(self._words(self.rule), r"^Proven by a call on \S+ .*")
        call.unlink()
        self.assertEqual(self._proof(self.rule), "none")

    def test_call_that_would_show_the_same_without_the_line_proves_nothing(self):
        self.account.default_outgoing_number_id = self.london
        self._rule("00331", self.paris)
        self.own.outgoing_number_id = self.london
        self._apply(self.now - 15 * A_DAY)
        self._recent()
        self._recent(BERLINER, user_id=self.james.id)
        self.assertEqual([self._proof(r) for r in (self.rule, self.own)], ["none", "none"])
        self.assertEqual(self._proof(self.extension), "proven")
        self._recent(BERLINER)
        self.assertEqual(self._proof(self.account), "proven")
        self._recent("0033199005678", user_id=self.james.id)
        self.assertEqual(self._proof(self.own), "proven")

    def test_users_own_number_and_the_default_are_proven(self):
        self._recent(BERLINER, MAIN)
        self._recent(BERLINER, PARIS, user_id=self.james.id)
        self.assertEqual([self._proof(r) for r in (self.account, self.own)], ["proven", "proven"])
        self.assertEqual(self._proof(self.rule), "none")

    def test_number_that_was_chosen_for_a_call_proves_nothing(self):
        self._of_widget(start_date=self.now - 10 * A_DAY)
        call = self._recent(did=NEW_YORK)
        self.assertEqual((call.caller_id_source, call.caller_id_verdict), ("choice", "as_promised"))
        self.assertEqual([self._proof(self.rule), self._proof(self.extension)], ["none", "none"])

    def test_any_call_as_promised_proves_that_its_user_is_on_default(self):
        self.assertEqual(self._proof(self.extension), "none")
        self._recent()
        self.assertEqual(self._proof(self.extension), "proven")
        self._recent(BERLINER, PARIS, days=9)
        self.assertEqual(self._proof(self.extension), "contradicted")
        self._recent(BERLINER, MAIN, days=8)
        self.assertEqual(self._proof(self.extension), "proven")

    def test_what_rules_decide_first_proves_nothing_of_users(self):
        self.account.rules_override_users = True
        self._apply(self.now - 15 * A_DAY)
        self._recent()
        self._recent(user_id=self.james.id)
        self.assertEqual(self._proof(self.rule), "proven")
        self.assertEqual(
            [self._proof(user) for user in (self.extension, self.own)], ["none", "none"]
        )
        self._recent(BERLINER, MAIN)
        self._recent(BERLINER, PARIS, user_id=self.james.id)
        self.assertEqual(
            [self._proof(user) for user in (self.extension, self.own)], ["proven", "proven"]
        )

    def test_account_that_was_never_applied_has_nothing_to_prove(self):
        self.account.applied_ids.unlink()
        self.account.sudo()._remember(applied_settings=False)
        self.assertEqual(self._proof(self.rule), "none")
        self.account.invalidate_recordset()
        self.assertFalse(self.account.with_user(self.manager).last_changes_proof)
        self.assertEqual(self.account.with_user(self.manager).explain_calls(), [])

    def test_default_that_is_none_is_not_to_be_proven(self):
        self.account.default_outgoing_number_id = False
        self._apply(self.now - 5 * A_DAY)
        self.assertFalse(self._proof(self.account))

    def test_call_that_shows_another_number_contradicts(self):
        self._recent(days=9)
        self._recent(did=PARIS, days=8)
        self.assertEqual(self._proof(self.rule), "contradicted")
        self._recent(days=8)
        self.assertEqual(self._proof(self.rule), "contradicted", "at the same moment")
        self.assertRegex(
            self._words(self.rule),
            r"^Contradicted by a call on .*; Proven by 2 calls, the last on .*",
        )
        self._recent(days=7)
        self._recent(days=6)
        self.assertEqual(self._proof(self.rule), "proven")
        self.assertRegex(
            self._words(self.rule),
            r"^Proven by 4 calls, the last on .*; Contradicted by a call on .*",
        )

    def test_what_was_changed_and_changed_back_is_to_be_proven_anew(self):
        for days, number in ((15, self.paris), (12, self.london)):
            self.rule.number_id = number
            self._apply(self.now - days * A_DAY)
        self._recent()
        self._recent(BERLINER, MAIN)
        self.rule.number_id = self.paris
        self._apply(self.now - 5 * A_DAY)
        self.assertEqual(self._proof(self.rule), "none")
        self.rule.number_id = self.london
        self._apply(self.now - 4 * A_DAY)
        self.assertEqual(self._proof(self.rule), "none")
        self.assertEqual(self._proof(self.account), "proven")
        self._recent(days=3)
        self.assertEqual(self._proof(self.rule), "proven")

    def test_rule_that_was_moved_is_to_be_proven_anew(self):
        other = self._rule("0049", self.paris)
        self._apply(self.now - 200 * A_DAY)
        self._backdate(
            "axivox_applied", self.now - 199 * A_DAY, ids=self.account.applied_ids[1:].ids
        )
        self._apply(self.now - 198 * A_DAY)
        self._recent(days=80)
        self._recent(BERLINER, PARIS, days=80)
        self.assertEqual([self._proof(r) for r in (self.rule, other)], ["proven", "proven"])
        other.position = 1
        self._apply(self.now - 50 * A_DAY)
        self.assertEqual({self._proof(r) for r in (self.rule, other)}, {"proven", "none"})

    def test_rules_of_two_accounts_have_their_own_proofs(self):
        self._recent()
        company = self.env["res.company"].create({"name": "Another"})
        self.manager.company_ids += company
        account = self.env["axivox.account"].create({"company_id": company.id})
        number = self.london.copy({"account_id": account.id})
        rule = self.rule.copy({"account_id": account.id, "number_id": number.id})
        rules = (self.rule + rule).with_user(self.manager)
        rules = rules.with_context(allowed_company_ids=(self.company + company).ids)
        self.assertEqual(rules.mapped("proof"), ["proven", "none"])

    def test_what_is_saved_and_not_applied_has_no_proof(self):
        self._recent()
        self._recent(BERLINER, PARIS, user_id=self.james.id)
        self.rule.number_id = self.paris
        self.own.outgoing_number_id = self.london
        self.assertEqual([self._proof(r) for r in (self.rule, self.own)], [False, False])

    def test_call_of_last_year_proves_nothing(self):
        self._apply(self.now - 200 * A_DAY)
        self._recent(days=100)
        self.assertEqual(self._proof(self.rule), "none")
        self._recent(days=80)
        self.assertEqual(self._proof(self.rule), "proven")

    def test_rules_and_users_are_found_by_their_proof(self):
        other = self._rule("0049", self.new_york)
        third = self._rule("0033", self.paris)
        self._apply(self.now - 15 * A_DAY)
        self._recent()
        self._recent(BERLINER, MAIN, days=11)
        rules = self.env["axivox.outgoing.rule"].with_user(self.manager)
        for proof, expected in (("proven", self.rule), ("contradicted", other), ("none", third)):
            self.assertEqual(rules.search([("proof", "=", proof)]), expected)
        users = self.env["axivox.extension"].with_user(self.manager)
        self.assertEqual(users.search([("proof", "=", "none")]), self.own)
        self.assertEqual(users.search([("proof", "=", "proven")]), self.extension)

    def test_proofs_of_many_cost_as_much_as_of_one(self):
        self._recent()
        rules = self.rule
        for code in range(30, 60):
            if code not in (37, 38, 42, 44, 50, 59):
                rules |= self._rule(f"00{code}", self.paris)
        self._apply(self.now - 15 * A_DAY)
        for records in (self.rule.with_user(self.manager), rules.with_user(self.manager)):
            records.mapped("proof_in_words")  # the history is read once
            self.env.flush_all()
            self.env.invalidate_all()
            records.mapped("number_id.number")
            with self.assertQueryCount(9):
                records.mapped("proof_in_words")

    def test_who_does_not_save_settings_is_told_nothing_of_calls(self):
        self._recent()
        names = ["proof", "proof_in_words", "calls_in_words", "likely_reasons"]
        for record in (self.rule, self.own, self.account):
            fields_there = record.with_user(self.sophie).fields_get(names)
            self.assertFalse(fields_there)

    def test_numbers_of_calls_are_told(self):
        account = self.account.with_user(self.manager)
        self.assertEqual(account.calls_in_words, "No outgoing call in the last 30 days")
        self._recent()
        self._recent(days=2)
        self._recent(did=PARIS)
        self._recent(did=False)
        self._recent(user_id=self.manager.id)
        self._recent(days=31)
        self._recent(direction="incoming")
        account.invalidate_recordset()
        self.assertEqual(
            account.calls_in_words,
            "Last 30 days: 5 outgoing calls, 2 as promised, 1 not, 2 not known",
        )
        action = account.with_context(caller_id_verdict="different").action_open_calls()
        self.assertEqual(self.env["axivox.call"].search_count(action["domain"]), 5)
        self.assertEqual(action["context"], {"search_default_caller_id_different": 1})

    def test_account_that_is_not_saved_yet_has_no_calls(self):
        company = self.env["res.company"].create({"name": "New"})
        self.manager.company_ids += company
        accounts = self.env["axivox.account"].with_user(self.manager).with_company(company)
        with self.assertNoLogs("odoo", "WARNING"):
            form = Form(accounts)
        self.assertEqual(form.calls_in_words, "No outgoing call in the last 30 days")
        self.assertFalse(form.last_changes_proof)

    def test_calls_of_before_the_installation_are_counted_as_not_known(self):
        call = self._recent()
        self.env.cr.execute(
            "UPDATE axivox_call SET axivox_account_id = NULL, caller_id_verdict = NULL"
        )
        post_init_hook(self.env)
        self.assertEqual(call.axivox_account_id, self.account)
        self.account.invalidate_recordset()
        self.assertIn("1 outgoing call, 0 as promised, 0 not, 1 not", self.account.calls_in_words)

    def test_what_no_call_proves_yet_of_the_last_changes_is_told(self):
        self._rule("0031", self.paris)
        self._apply(self.now - 15 * A_DAY)
        self._rule("0049", self.new_york)
        self._rule("0033", self.paris)
        self.own.outgoing_number_id = self.london
        self.extension.outgoing_number_id = False
        self.account.rules_override_users = True
        self._apply(self.now - 5 * A_DAY)
        self._recent(days=6)
        self._recent(BERLINER, NEW_YORK, days=3)
        account = self.account.with_user(self.manager)
        self.assertRegex(
            account.last_changes_proof,
            r"Settings that were changed on .*: 3; proven by calls since: 1\. "
            r"Not yet: Rule 0033, 202 James",
        )
        self._recent("0033612345678", PARIS, days=3)
        self._recent("003226660000", LONDON, days=3, user_id=self.james.id)
        account.invalidate_recordset()
        self.assertRegex(account.last_changes_proof, r"calls since: 3\.$")

    def test_user_whom_axivox_no_longer_has_is_not_to_be_proven(self):
        self.account.mode = "api"  # by hand, users whom Odoo does not know stay at Axivox
        self.own.active = False
        self._rule("0049", self.new_york)
        self._apply(self.now - 5 * A_DAY)
        self.assertRegex(
            self.account.with_user(self.manager).last_changes_proof,
            r": 1; proven by calls since: 0\. Not yet: Rule 0049$",
        )

    def test_list_of_steps_that_nobody_confirmed_is_named(self):
        self._rule("0049", self.new_york)
        account = self.account.with_user(self.manager)
        manual = self.env["axivox.manual.apply"].browse(account.action_apply_changes()["res_id"])

        def told():
            account.invalidate_recordset()
            return [w for w in account.warnings or [] if "has not confirmed" in w["message"]]

        self._backdate("axivox_manual_apply", self.now - 2 * AN_HOUR, ids=manual.ids)
        self.assertFalse(told())
        call = self._recent(days=0)
        self._unknown("applying", call)
        self._unknown("internal", self._recent("202", days=0))
        [warning] = told()
        self.assertIn("started applying changes by hand", warning["message"])
        self.assertIn("(1)", warning["message"])
        self.assertEqual(warning["action"]["res_id"], manual.id)
        self.assertFalse(self.account.with_user(self.sophie).warnings)
        self._backdate("axivox_manual_apply", self.now, ids=manual.ids)
        self.assertFalse(told())
