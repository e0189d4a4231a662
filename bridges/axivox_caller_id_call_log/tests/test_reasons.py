"""The likeliest reasons why calls differ, and to whom they are told."""

from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged

from odoo.addons.axivox_caller_id.tests.common import LONDON, MAIN, NEW_YORK, PARIS

from ..models import axivox_account_explained
from .common import BERLINER
from .test_proof import A_DAY, RecentCallsCase

UK = [f"0044207946{n:04}" for n in range(10)]
STRANGER = "+33199005678"


@tagged("post_install", "-at_install")
class TestReasons(RecentCallsCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("axivox_caller_id_call_log.axivox_calls_cron")

    def _explained(self, user=None):
        return self.account.with_user(user or self.manager).explain_calls()

    def _activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "axivox.account"), ("res_id", "=", self.account.id)]
        )

    def _uk_shows(self, number, days=5, calls=3):
        for called in UK[:calls]:
            self._recent(called, number, days=days)

    def _triggers(self):
        """Return what will start the scheduler's look into calls."""
        return self.env["ir.cron.trigger"].search([("cron_id", "=", self.cron.id)])

    def _alarm(self):
        self.account.invalidate_recordset()
        warnings = self.account.with_user(self.manager).warnings or []
        return [w for w in warnings if "did not show the promised" in w["message"]]

    def test_where_nothing_differs_no_reason_is_found(self):
        self._uk_shows(LONDON)
        self.assertEqual(self._explained(), [])
        self.assertFalse(self._alarm())
        self.assertFalse(self._activities())

    def test_older_version_that_still_runs_is_named(self):
        self._recent(BERLINER, MAIN, user_id=self.james.id, days=3)
        self.rule.number_id = self.paris
        self.own.outgoing_number_id = False
        self._apply(self.now - 10 * A_DAY)
        self._uk_shows(LONDON)
        self._recent(BERLINER, PARIS, user_id=self.james.id, days=5)
        [reason] = self._explained()
        self.assertRegex(
            reason, r"^Axivox behaves as before the changes of .* \(4 of 4 calls that differ\)\.$"
        )
        self.assertEqual(reason.count("Axivox behaves"), 1, "settings that were the same are one")

    def test_each_single_fault_is_said_in_words(self):
        sayings = (
            ({"rule": NEW_YORK}, "rule 0044 shows +1 212-555-0123 at Axivox"),
            ({"rule": MAIN}, "rule 0044 is missing at Axivox"),
            ({"default": NEW_YORK}, "the default outgoing number at Axivox is +1 212-555-0123"),
            ({"james": NEW_YORK}, "the outgoing number of 202 James at Axivox is +1 212-555-0123"),
            ({"james": MAIN}, "the outgoing number of 202 James at Axivox is Default"),
            (
                {"rule": STRANGER},
                "Axivox shows +33 1 99 00 56 78, a number that Odoo does not know",
            ),
            ({"override": True}, "at Axivox, the box “Apply advanced rules even"),
        )
        for shows, saying in sayings:
            with self.subTest(saying), self.env.cr.savepoint() as savepoint:
                for called in UK[:3]:
                    self._recent(called, shows.get("rule", LONDON), days=5)
                for called in (BERLINER, "0031205550100", "0034915550100"):
                    self._recent(called, shows.get("default", MAIN), days=4)
                    self._recent(called, shows.get("james", PARIS), days=4, user_id=self.james.id)
                if "override" in shows:
                    self._recent(UK[0], LONDON, user_id=self.james.id)
                    self._recent(UK[1], LONDON, user_id=self.james.id)
                reasons = self._explained()
                self.assertIn(saying.lower(), reasons[0].lower())
                self.assertTrue(reasons[0][0].isupper())
                self.assertEqual("does not know" in reasons[0], STRANGER in shows.values())
                savepoint.rollback()
                self.env.invalidate_all()

    def test_rules_in_another_order_and_what_is_saved_already(self):
        upper = self._rule("004420", self.new_york)
        upper.position = 1
        self._apply(self.now - 10 * A_DAY)
        self._uk_shows(LONDON)
        [reason] = self._explained()
        self.assertIn("rule 004420 is below rule 0044", reason)
        self.assertIn("rule 004420 is missing", reason)
        upper.unlink()
        [reason] = self._explained()
        self.assertIn("what is saved in Odoo and not applied yet is already live at Axivox", reason)

    def test_call_that_would_tell_two_reasons_apart_is_named(self):
        self._recent(BERLINER, NEW_YORK, days=5)
        self._recent(BERLINER, NEW_YORK, days=4)
        [reason] = self._explained()
        self.assertIn(
            "The default outgoing number at Axivox is +1 212-555-0123, or the outgoing number of "
            "201 Sophie at Axivox is +1 212-555-0123",
            reason,
        )
        self.assertRegex(reason, r"A call from \S+.* to .*\+\d.* would show which\.$")

    def test_a_forward_does_not_cry_wolf(self):
        for called in (BERLINER, "0031205550100", "0034915550100"):
            self._recent(called, MAIN)
            self._recent(called, PARIS, user_id=self.james.id)
        for days in range(5):
            self._recent("0039065550100", STRANGER, days=days)
            self._recent("0039065550101", MAIN, days=days)
        [reason] = self._explained()
        forwarded = "All calls to +39 06 555 0100 show +33 1 99 00 56 78: call forwarding"
        self.assertIn(forwarded, reason)
        self.assertFalse(self._alarm())
        self.assertFalse(self._activities())
        self.account.invalidate_recordset()
        self.assertEqual(self.account.with_user(self.manager).likely_reasons, reason)

    def test_one_call_is_no_reason_for_an_alarm_and_two_that_one_reason_fits_are(self):
        self._recent(UK[0], PARIS, days=5)
        self.assertIn("(the call that differs).", self._explained()[0])
        self.assertFalse(self._alarm())
        self._recent(UK[1], PARIS, days=4, user_id=self._second_user().id)
        self._explained()
        [warning] = self._alarm()
        self.assertIn("Rule 0044 shows +33 1 99 00 12 34 at Axivox", warning["message"])
        calls = self.env["axivox.call"].search_count(warning["action"]["domain"])
        self.assertEqual(calls, 2)

    def _second_user(self):
        user = self._user("second_test")
        self.env["axivox.extension"].create(
            {"account_id": self.account.id, "number": "203", "name": "Ann", "user_id": user.id}
        )
        self._backdate("axivox_period", self.now - 30 * A_DAY, "since")
        self._apply(self.now - 12 * A_DAY)
        return user

    def test_manager_who_applied_gets_one_activity(self):
        boss = self._user("boss_test", "axivox_caller_id.group_manager")
        applied = self.account._last_applied()
        self._backdate("axivox_applied", boss.id, "create_uid", ids=applied.ids)
        self._uk_shows(PARIS)
        self._explained(self.editor)
        [activity] = self._activities()
        self.assertEqual(activity.user_id, boss)
        self.assertIn("Rule 0044 shows", str(activity.note))
        self._uk_shows(PARIS, days=3)
        self._explained(self.editor)
        self.assertEqual(self._activities(), activity)
        activity.action_feedback()
        self._explained(self.editor)
        self.assertFalse(self._activities(), "the same is told once")
        for called in (BERLINER, "0031205550100", "0034915550100", "0039065550100"):
            for days in (1, 2, 3):
                self._recent(called, NEW_YORK, days=days)
        self._explained(self.editor)
        [activity] = self._activities()
        self.assertIn("+1 212-555-0123", str(activity.note))
        self._apply(self.now)
        self.assertFalse(self._activities())
        self.assertFalse(self._alarm())

    def test_what_was_changed_in_the_console_since_is_named_though_calls_were_right_before(self):
        self._uk_shows(LONDON, days=9, calls=5)
        self._recent(BERLINER, MAIN, days=9)
        self._uk_shows(PARIS, days=5, calls=5)
        self._recent(BERLINER, MAIN, days=4)
        [reason] = self._explained()
        self.assertIn("Rule 0044 shows +33 1 99 00 12 34 at Axivox", reason)
        self.assertIn("5 of 5 calls that differ", reason)

    def test_who_does_not_save_settings_is_told_no_reason(self):
        self._uk_shows(PARIS)
        self._explained()
        self.assertTrue(self._alarm())
        account = self.account.with_user(self.sophie)
        account.invalidate_recordset()
        self.assertFalse(account.warnings)
        with self.assertRaises(AccessError):
            account.explain_calls()

    def test_where_calls_are_corrected_the_activity_goes(self):
        self._uk_shows(PARIS)
        self._explained()
        self.assertTrue(self._activities())
        self._triggers().unlink()
        for call in self.env["axivox.call"].search([("caller_id_verdict", "=", "different")]):
            call.did = LONDON
        self.assertEqual(len(self._triggers()), 1)
        self._explained()
        self.assertFalse(self._activities())
        self.assertFalse(self._alarm())

    def test_scheduler_looks_soon_and_once_where_a_call_differs(self):
        self._triggers().unlink()
        self._uk_shows(LONDON)
        self._run_scheduler()
        self.assertFalse(self._triggers())
        self._uk_shows(PARIS)
        self._run_scheduler()
        self.assertEqual(len(self._triggers()), 1)
        self._run_scheduler("axivox_calls_cron")
        self.assertTrue(self._alarm())

    def test_call_that_comes_while_the_scheduler_looks_is_looked_into_afterwards(self):
        # Odoo has removed the trigger of this run, which nobody else sees before it ends.
        running = self.cron._trigger()
        self._uk_shows(PARIS)
        self._run_scheduler()
        self.assertTrue(self._triggers() - running)

    def test_call_whose_end_the_widget_has_yet_to_report_is_not_looked_into_each_minute(self):
        started = self.now - 5 * A_DAY
        of_widget = self._of_widget(UK[0], state="ongoing", start_date=started)
        self._triggers().unlink()
        self._recent(UK[0], PARIS, days=5)
        self._run_scheduler()
        self.assertFalse(self._triggers())
        of_widget._end("answered")
        self._run_scheduler()
        self.assertTrue(self._triggers())

    def test_calls_are_written_where_nobody_is_to_look(self):
        self.cron.unlink()
        self._uk_shows(PARIS)
        self._run_scheduler()
        self.assertEqual(len(self._explained()), 1)

    def test_number_that_was_withdrawn_is_promised_by_nobody(self):
        self.env.cr.execute(
            "UPDATE axivox_number SET active = false WHERE id = %s", (self.london.id,)
        )
        self.env.invalidate_all()
        self.env["axivox.period"]._record_numbers(self.london)
        self._backdate("axivox_period", self.now - 15 * A_DAY, "since")
        self.env.registry.clear_cache()
        self._uk_shows(PARIS)
        self.assertIn("The default outgoing number at Axivox is", self._explained()[0])

    def test_number_that_was_chosen_for_a_call_is_no_reason(self):
        self._uk_shows(PARIS)
        calls = self.env["axivox.call"].search([("caller_id_verdict", "=", "different")])
        self.env.cr.execute(
            "UPDATE axivox_call SET caller_id_promised = %s, caller_id_source = 'choice'",
            (NEW_YORK,),
        )
        calls.invalidate_recordset()
        self.assertEqual(self._explained(), [])

    def test_newest_calls_are_looked_at_where_there_are_many(self):
        self._uk_shows(PARIS, days=9, calls=5)
        self._uk_shows(LONDON, days=2, calls=4)
        with patch.object(axivox_account_explained, "MOST_CALLS", 4):
            self.assertEqual(self._explained(), [])

    def test_button_shows_the_reasons_on_the_screen(self):
        self._uk_shows(PARIS)
        with Form(self.account.with_user(self.manager)) as form:
            self.assertFalse(form.likely_reasons)
        self._explained()
        with Form(self.account.with_user(self.manager)) as form:
            self.assertIn("Rule 0044 shows", form.likely_reasons)
