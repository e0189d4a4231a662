from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import AxivoxCase

FINDING = "axivox.finding"
# Every cause, and the record that has it in `everything`.
CAUSES = {
    "extension_emergency": "101 Sophie",
    "extension_of_archived_user": "202 James",
    "extension_second": "203 Lobby",
    "number_archived": "+33 1 99 00 12 34 · Paris",
    "number_broken": "no number",
    "number_reaches_nobody": "+44 20 7946 0958 · London",
    "rule_behind_another": "Rule 004420",
    "rule_matches_nothing": "Rule 00999",
}


@tagged("post_install", "-at_install")
class TestFinding(AxivoxCase):
    maxDiff = None

    def everything(self):
        """Create one problem of each cause."""
        self.extension.number = "101"
        self.james.active = False
        other = self.env["axivox.account"].create(
            {"company_id": self.env["res.company"].create({"name": "Other"}).id}
        )
        for account, number in ((self.account, "203"), (other, "7")):
            self.env["axivox.extension"].create(
                {
                    "account_id": account.id,
                    "number": number,
                    "name": "Lobby",
                    "user_id": self.editor.id,
                }
            )
        self.paris.active = False
        self._rule("0044", self.london)
        self._rule("004420", self.new_york)
        verbatim = self.account._in_server_context("axivox_verbatim").env
        self._rule("0033", self.new_york).with_env(verbatim).destination_prefix = "00999"
        self.london.destination_type = "hang_up"
        number = self.env["axivox.number"].create(
            {"account_id": self.account.id, "number": "+3225550199"}
        )
        self.break_number(number, "no number")

    def grouped(self, domain=(), reader=None):
        """Return {cause: count} as the screen shows them."""
        findings = self.env[FINDING].with_user(reader or self.editor)
        groups = findings.web_read_group(
            [("account_id", "=", self.account.id), *domain], ["cause"], ["__count"]
        )["groups"]
        return {group["cause"]: group["__count"] for group in groups}

    def lines(self, reader=None):
        """Return {cause: the line of Settings that opens its list}."""
        self.env.flush_all()
        self.env.invalidate_all()
        return {
            notice["action"]["context"]["search_default_cause"]: notice["message"]
            for notice in self.account.with_user(reader or self.editor).warnings or ()
        }

    def test_health_groups_what_is_wrong_by_cause_with_counts(self):
        self.assertEqual(self.grouped(), {})
        self.everything()
        self.assertEqual(self.grouped(), dict.fromkeys(CAUSES, 1))
        self._rule("0044207", self.new_york)
        self.assertEqual(self.grouped()["rule_behind_another"], 2)

    def test_an_extension_of_an_archived_account_is_not_a_second_one(self):
        self.account.active = False
        self.account.flush_recordset()
        account = self.account.create({"company_id": self.company.id})
        self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "7", "name": "James", "user_id": self.james.id}
        )
        self.assertFalse(self.findings(account).filtered(lambda f: f.cause == "extension_second"))

    def test_each_finding_names_says_advises_and_opens_what_it_is_about(self):
        self.everything()
        findings = self.findings()
        self.assertEqual({finding.cause: finding.name for finding in findings}, CAUSES)
        for finding in findings:
            with self.subTest(finding.cause):
                subject = finding._subject()
                self.assertIn(finding.message, subject.warning)
                self.assertTrue(finding.advice)
                action = finding.action_open()
                self.assertEqual(
                    (action["res_model"], action["res_id"]), (subject._name, subject.id)
                )

    def test_every_cause_has_a_title_and_an_advice(self):
        titles = dict(self.env[FINDING]._fields["cause"].selection)
        self.assertEqual(set(titles), set(CAUSES))
        advice = [self.env[FINDING].new({"cause": cause}).advice for cause in titles]
        self.assertEqual(len(set(advice)), len(titles))
        self.assertEqual(sorted(titles), list(titles), "A list is grouped in this order")

    def test_settings_have_one_line_for_each_cause_that_opens_its_list(self):
        self.everything()
        self._rule("0044207", self.new_york)
        lines = self.lines()
        self.assertEqual(list(lines), list(CAUSES))
        self.assertEqual(
            lines["rule_behind_another"],
            "Rules that never match because an earlier rule takes their calls: 2 (2 new)",
        )
        for notice in self.account.with_user(self.editor).warnings:
            action = self.env.ref(notice["action"]["xml_id"])
            self.assertEqual(action.res_model, FINDING)
        self.age(self.findings(), 8)
        self.assertEqual(
            self.lines()["extension_emergency"], "Extensions that are emergency numbers: 1"
        )

    def test_what_was_just_mended_is_counted_nowhere_any_more(self):
        self._rule("0044", self.london)
        narrow = self._rule("004420", self.new_york)
        self.findings()
        self.assertEqual(list(self.lines()), ["rule_behind_another"])
        narrow.with_user(self.editor).position = 1
        self.assertEqual(self.lines(), {})
        self.assertEqual(self.grouped(), {})
        self.london.with_user(self.editor).destination_type = "not_configured"
        self.london.with_user(self.editor).destination = False
        self.assertIn(": 1 (1 new)", self.lines()["number_reaches_nobody"])

    def test_what_is_new_is_first_and_is_found_by_its_filter(self):
        self._rule("0044", self.london)
        self._rule("004420", self.new_york)
        old = self.findings()
        self.age(old, 8)
        self.assertEqual(self.lines()["rule_behind_another"][-3:], ": 1")
        self._rule("0044207", self.new_york)
        # Also before anybody has looked at Health.
        self.assertIn(": 2 (1 new)", self.lines()["rule_behind_another"])
        found = self.findings()
        self.assertEqual(found.mapped("name"), ["Rule 0044207", "Rule 004420"])
        self.assertEqual(found.filtered("is_new"), found - old)
        self.assertEqual(found.search([("is_new", "=", True)]), found - old)
        self.assertEqual(
            found.search([("is_new", "=", False), ("account_id", "=", self.account.id)]), old
        )
        self.age(old, -2)
        self.assertEqual(found.filtered("is_new"), found, "New for 7 days")

    def test_accepted_with_a_reason_by_somebody_it_is_not_counted(self):
        self._rule("0044", self.london)
        for prefix in ("004420", "004428", "004429"):
            self._rule(prefix, self.new_york)
        first, second, third = self.findings().with_user(self.editor)
        dialog = Form.from_action(self.env(user=self.editor), (first + second).action_accept())
        self.assertEqual(dialog.subjects, f"{first.name}, {second.name}")
        with self.assertRaises(AssertionError):
            dialog.save()  # a reason is required
        dialog.reason = "Kept for the summer"
        dialog.save().action_accept()
        for finding in first + second:
            self.assertEqual(finding.accepted_by_id, self.editor)
            self.assertEqual(finding.reason, "Kept for the summer")
            self.assertTrue(finding.accepted_on)
        self.assertFalse(third.accepted_on or third.reason)
        self.assertIn(": 1 (1 new)", self.lines()["rule_behind_another"])
        self.assertEqual(self.grouped([("accepted_on", "=", False)]), {"rule_behind_another": 1})
        # The list stays as it is when Health is opened again, and nobody's reason is overwritten.
        (first + third).with_user(self.manager)._accept("Another reason")
        self.assertEqual(self.findings().mapped("reason").count("Kept for the summer"), 2)
        self.assertEqual(third.accepted_by_id, self.manager)
        self.assertEqual(self.lines(), {})
        first.action_take_back()
        self.assertFalse(first.accepted_by_id or first.reason or first.accepted_on)
        self.assertIn(": 1 (1 new)", self.lines()["rule_behind_another"])

    def test_nothing_is_accepted_without_a_reason_and_by_who_may_not_save(self):
        self.main.destination_type = "hang_up"
        finding = self.findings()
        for reason in ("", "  ", False):
            with self.subTest(reason), self.assertRaisesRegex(UserError, "Enter the reason"):
                finding.with_user(self.editor)._accept(reason)
        self.assertTrue(finding.with_user(self.sophie).message)
        for act in (
            lambda f: f._accept("Because"),
            lambda f: f.action_take_back(),
            lambda f: f.write({"reason": "Because"}),
            lambda f: f.unlink(),
        ):
            with self.assertRaises(AccessError):
                act(finding.with_user(self.sophie))
        for values in ({"accepted_on": fields.Datetime.now()}, {"cause": "number_broken"}):
            with self.subTest(values), self.assertRaises(AccessError):
                finding.with_user(self.manager).write(values)
        self.assertFalse(finding.accepted_on)

    def test_what_was_accepted_and_comes_back_is_new(self):
        self.main.destination_type = "hang_up"
        first = self.findings()
        first.with_user(self.editor)._accept("Nobody calls it")
        self.age(first, 30)
        self.assertEqual(self.lines(), {})
        self.main.write({"destination_type": "dial_plan", "destination": "Main menu"})
        self.assertFalse(self.findings())
        self.main.destination_type = "hang_up"
        again = self.findings()
        self.assertTrue(again.is_new)
        self.assertFalse(again.accepted_on)
        self.assertIn(": 1 (1 new)", self.lines()["number_reaches_nobody"])

    def test_what_changes_in_between_keeps_its_acceptance(self):
        self._rule("0044", self.london)
        narrow = self._rule("004420", self.new_york)
        self.findings()._accept("Kept for the summer")
        narrow.number_id = self.paris
        self.london.name = "UK"
        self.assertEqual(self.findings().reason, "Kept for the summer")

    def test_findings_go_with_what_they_are_about(self):
        self._rule("0044", self.london)
        narrow = self._rule("004420", self.new_york)
        finding = self.findings()
        narrow.unlink()
        self.assertFalse(finding.exists())

    def test_findings_are_found_by_what_they_are_about(self):
        self.everything()
        findings = self.findings()
        for text, causes in (
            ("London", {"number_reaches_nobody"}),
            ("Paris", {"number_archived"}),
            ("James", {"extension_of_archived_user"}),
            ("0044 20", {"rule_behind_another", "number_reaches_nobody"}),
        ):
            with self.subTest(text):
                found = findings.search([("name", "ilike", text), ("id", "in", findings.ids)])
                self.assertEqual(set(found.mapped("cause")), causes)

    def test_sentences_are_in_the_readers_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.main.destination_type = "hang_up"
        finding = self.findings()
        french = finding.with_context(lang="fr_FR")
        with patch.object(
            type(self.main), "_still_set_sentence", lambda number, used_by: str(number.env.lang)
        ):
            self.assertEqual((french.message, finding.message), ("fr_FR", str(self.env.lang)))

    def test_the_scheduler_dates_what_nobody_looks_at(self):
        self.main.destination_type = "hang_up"
        self.env.flush_all()
        self.env[FINDING]._cron_refresh()
        self.assertEqual(self.account.finding_ids.number_id, self.main)
        self.main.write({"destination_type": "dial_plan", "destination": "Main menu"})
        self.env[FINDING]._cron_refresh()
        self.assertFalse(self.account.finding_ids)

    def test_what_two_readers_keep_at_once_is_kept_once(self):
        self.main.destination_type = "hang_up"
        finding = self.findings()
        # As for a transaction that began before the finding was stored.
        with (
            patch.object(type(finding), "_findings_by_problem", lambda self, account: {}),
            mute_logger("odoo.sql_db"),
            self.assertRaises(ConcurrencyError),
        ):
            self.env[FINDING]._refresh(self.account)
        self.assertEqual(self.findings(), finding)

    def test_what_is_shown_is_read_in_a_transaction_that_may_write(self):
        for name in ("web_read_group", "web_search_read"):
            self.assertFalse(getattr(type(self.env[FINDING]), name)._readonly)

    def test_another_company_sees_and_keeps_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("stranger_test", "axivox_caller_id.group_manager", company=other)
        self.main.destination_type = "hang_up"
        findings = self.env[FINDING].with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertEqual(findings.web_search_read([], {"name": {}})["records"], [])
        self.assertFalse(self.account.finding_ids)
        self.findings()
        self.assertEqual(findings.web_search_read([], {"name": {}})["records"], [])
        with self.assertRaises(AccessError):
            self.account.finding_ids.with_user(stranger)._accept("Mine")

    def test_nothing_is_looked_for_on_behalf_of_outsiders(self):
        outsider = new_test_user(self.env, "portal_test", groups="base.group_portal")
        findings = self.env[FINDING].with_user(outsider).with_context(allowed_company_ids=[])
        with patch.object(type(findings), "_refresh") as refresh:
            for read in (
                lambda: findings.web_search_read([], {}),
                lambda: findings.web_read_group([], ["cause"], ["__count"]),
            ):
                with self.assertRaises(AccessError):
                    read()
        refresh.assert_not_called()

    def test_what_nothing_uses_is_not_wrong(self):
        self.new_york.active = False
        self._rule("0044", self.new_york, active=False)
        self.london.destination_type = "hang_up"
        self.assertFalse(self.findings())
        self.assertEqual(self.lines(), {})

    def test_settings_and_health_cost_no_more_queries_with_more_that_is_wrong(self):
        findings = self.env[FINDING].with_user(self.editor)
        specification = dict.fromkeys(("name", "message", "advice", "is_new"), {})
        mine = [("account_id", "=", self.account.id)]
        doors = {
            "Settings": lambda: self.account.with_user(self.editor).web_read({"warnings": {}}),
            "groups": lambda: findings.web_read_group(mine, ["cause"], ["__count"]),
            "list": lambda: findings.web_search_read(mine, specification, limit=5),
        }

        def queries(door):
            self.count_queries(door)  # the first time fills caches
            return self.count_queries(door)

        self.everything()
        self.findings()
        few = {name: queries(door) for name, door in doors.items()}
        for position in range(100, 300):
            self._rule(f"00442{position}", self.london)
        self.env["axivox.extension"].create(
            [
                {
                    "account_id": self.account.id,
                    "number": str(3000 + position),
                    "name": "Desk",
                    "outgoing_number_id": self.paris.id,
                }
                for position in range(200)
            ]
        )
        self.findings()
        self.assertEqual(self.grouped()["rule_behind_another"], 201)
        many = {name: queries(door) for name, door in doors.items()}
        self.assertEqual(many, few)
