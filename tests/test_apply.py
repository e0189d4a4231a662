from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CALLED_IN_LONDON, LONDON, MAIN, NEW_YORK, AxivoxCase


@tagged("post_install", "-at_install")
class TestApply(AxivoxCase):
    def setUp(self):
        super().setUp()
        self.uk = self._rule("0044", self.london)
        self.france = self._rule("0033", self.paris)

    def _dialog(self, user=None):
        action = self.account.with_user(user or self.manager).action_apply_changes()
        return (
            self.env[action["res_model"]].with_user(user or self.manager).browse(action["res_id"])
        )

    def _steps(self):
        """{page: [(text, values to copy)]} of the dialog."""
        return {
            page["title"]: [
                (step["text"], [copy["value"] for copy in step["copies"]]) for step in page["steps"]
            ]
            for page in self._dialog().pages["pages"]
        }

    def test_dialog_lists_the_changes_grouped_as_in_the_console(self):
        self.account._record_applied()
        self.assertEqual(self._dialog().pages["pages"], [])
        self.france.sequence = self.uk.sequence - 1
        self.extension.outgoing_number_id = self.london
        dialog = self._dialog()
        self.assertEqual(
            [(page["title"], page["changes"]) for page in dialog.pages["pages"]],
            [
                ("Settings", ["Rule 0033 moves from position 2 to 1"]),
                ("Users", ["201 Sophie: Default → +44 20 7946 0958"]),
            ],
        )
        self.assertIn("whatever else anybody has saved", dialog.pages["warning"])

    def test_manual_steps_give_the_exact_clicks_with_values_to_copy(self):
        self.account._record_applied()
        self.uk.unlink()
        self._rule("0049", self.new_york, sequence=1)
        self.france.number_id = self.london
        self.account.write(
            {"default_outgoing_number_id": self.london.id, "rules_override_users": True}
        )
        self.extension.outgoing_number_id = self.london
        self.own.outgoing_number_id = False
        steps = self._steps()
        self.assertEqual(
            [(text.split(":")[0], values) for text, values in steps["Settings"]],
            [
                ("Open Settings in the menu on the left.", []),
                ("Default outgoing number", [LONDON]),
                ("Open Advanced options, to the right of Default outgoing number.", []),
                ("Tick the box below the lines", []),
                ("Delete the line with these.", ["0044", LONDON]),
                ("Add a line with the green +.", ["0049", NEW_YORK]),
                ("Rule 0033", [LONDON]),
                ("Drag the lines into this order", []),
                ("Save.", []),
            ],
        )
        self.assertEqual(
            steps["Users"],
            [
                ("Open Users in the menu on the left.", []),
                ("Edit user 201. Outgoing number: choose this one.", [LONDON]),
                ("Save.", []),
                ("Edit user 202. Outgoing number: choose Default.", []),
                ("Save.", []),
            ],
        )

    def test_confirming_records_who_and_what_and_calls_follow(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (LONDON, "rule"))
        self._dialog().action_confirm()
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (NEW_YORK, "rule"))
        self.assertEqual(self.account.pending_change_count, 0)
        entry = self.account.applied_ids[0]
        self.assertEqual(entry.create_uid, self.manager)
        self.assertEqual(entry.changes, "Rule 0044: +44 20 7946 0958 → +1 212-555-0123")
        message = self.account.message_ids[0]
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertIn("Applied at Axivox", message.body)
        self.assertIn("Rule 0044: +44 20 7946 0958 → +1 212-555-0123", message.body)

    def test_what_is_saved_after_the_list_was_made_waits_for_the_next_time(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        dialog = self._dialog()
        self.assertFalse(dialog.changed_since)
        self.extension.outgoing_number_id = self.london
        dialog.invalidate_recordset()
        self.assertTrue(dialog.changed_since)
        dialog.action_confirm()
        self.assertEqual(self.account.pending_changes(), ["201 Sophie: Default → +44 20 7946 0958"])

    def test_dialog_is_confirmed_only_while_nothing_newer_went_live(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        old = self._dialog()
        self.uk.number_id = self.paris
        self._dialog().action_confirm()
        entries = self.account.applied_ids
        with self.assertRaisesRegex(
            UserError, "applied other settings at .* Review the changes again"
        ):
            old.action_confirm()
        self.assertEqual(self.account.applied_ids, entries)
        self.assertEqual(self.account.pending_changes(), [])

    def test_confirming_twice_adds_nothing_the_second_time(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        dialog = self._dialog()
        dialog.action_confirm()
        entries, messages = self.account.applied_ids, self.account.message_ids
        self.uk.number_id = self.paris
        dialog.action_confirm()
        self.account.invalidate_recordset()
        self.assertEqual(self.account.applied_ids, entries)
        self.assertEqual(self.account.applied_settings["rules"][0], ["0044", NEW_YORK])
        self.assertNotIn("Applied", str((self.account.message_ids - messages).mapped("body")))

    def test_account_form_costs_no_more_with_a_long_history(self):
        settings = self.account._settings("saved").to_json()
        attempt = {"account_id": self.account.id, "kind": "apply", "settings": settings}
        entry = {"account_id": self.account.id, "changes": "x", "settings": settings}
        self.env["axivox.sync"].create([{**attempt, "state": "failed"}] * 50)
        self.env["axivox.applied"].create([entry] * 50)
        self.env.flush_all()
        self.env.invalidate_all()
        account = self.account.with_user(self.manager)
        account.read(account.get_views([(False, "form")])["models"][account._name]["fields"])
        for model, field in (("axivox.sync", "state"), ("axivox.applied", "changes")):
            loaded = self.env[model]._fields[field]._get_cache(self.env)
            self.assertLessEqual(len(loaded), 1, model)

    def test_discard_goes_back_to_what_is_applied(self):
        self.account._record_applied()
        applied = self.account._settings("saved").to_json()
        self.uk.number_id = self.new_york
        self.france.unlink()
        self._rule("0049", self.new_york, sequence=0)
        self.account.write({"default_outgoing_number_id": False, "rules_override_users": True})
        self.extension.outgoing_number_id = self.london
        self.own.outgoing_number_id = False
        self._dialog(self.editor).action_discard()
        self.assertEqual(self.account._settings("saved").to_json(), applied)
        self.assertEqual(self.account.pending_changes(), [])
        self.assertEqual(self.uk.number_id, self.london)

    def test_discard_without_anything_applied_is_refused(self):
        dialog = self._dialog(self.editor)
        self.assertFalse(dialog.can_discard)
        with self.assertRaises(UserError):
            dialog.action_discard()

    def test_history_entry_is_brought_back_as_pending_changes(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.account._record_applied()
        first, last = self.account.applied_ids[1], self.account.applied_ids[0]
        self.assertEqual((first.is_current, last.is_current), (False, True))
        first.with_user(self.editor).action_restore()
        self.assertEqual(self.uk.number_id, self.london)
        self.assertEqual(
            self.account.pending_changes(), ["Rule 0044: +1 212-555-0123 → +44 20 7946 0958"]
        )
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (NEW_YORK, "rule"))

    def test_restored_number_that_is_gone_is_named_and_nothing_changes(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.london.unlink()
        before = self.account._settings("saved").to_json()
        with self.assertRaisesRegex(UserError, r"\+44 20 7946 0958"):
            self._dialog().action_discard()
        self.assertEqual(self.account._settings("saved").to_json(), before)

    def test_restored_number_that_is_archived_is_set_and_stays_archived(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.london.active = False
        self.account.applied_ids.action_restore()
        self.assertEqual(self.uk.number_id, self.london)
        self.assertFalse(self.london.active)

    def test_rule_of_an_archived_number_is_left_alone_by_a_restore(self):
        self.account._record_applied()
        self.london.active = False
        self.account._record_applied()
        self.france.number_id = self.new_york
        self._dialog().action_discard()
        self.assertEqual(self.france.number_id, self.paris)
        self.assertEqual(self.uk.exists().number_id, self.london)

    def test_rules_that_the_console_holds_verbatim_are_restored_as_they_were(self):
        verbatim = self.env["axivox.outgoing.rule"]._in_server_context("axivox_verbatim")
        verbatim.create(
            [
                {
                    "account_id": self.account.id,
                    "destination_prefix": prefix,
                    "number_id": self.london.id,
                }
                for prefix in ("0044", "04")
            ]
        )
        self.account._record_applied()
        self.account.rule_ids[2:].unlink()
        self.assertEqual(self.account.pending_change_count, 2)
        self._dialog().action_discard()
        self.assertEqual(
            self.account.rule_ids.mapped("destination_prefix"), ["0044", "0033", "0044", "04"]
        )

    def test_user_whom_odoo_no_longer_knows_stays_as_applied(self):
        self.account._record_applied()
        self.own.active = False
        self.assertEqual(self.account.pending_changes(), [])
        self.account._record_applied()
        self.own.active = True
        self.assertEqual(self.account.pending_changes(), [])

    def test_rules_and_users_that_wait_are_marked(self):
        self.account._record_applied()
        marked = self.uk | self.france
        self.assertFalse(any(marked.mapped("is_pending")) or self.extension.is_pending)
        self.uk.number_id = self.new_york
        self.extension.outgoing_number_id = self.london
        self.assertEqual(marked.filtered("is_pending"), self.uk)
        self.assertTrue(self.extension.is_pending and not self.own.is_pending)

    def test_bar_counts_on_every_screen_and_only_managers_apply(self):
        accounts = self.env["axivox.account"].with_company(self.company)
        for user, can_apply in ((self.manager, True), (self.editor, False), (self.sophie, False)):
            summary = accounts.with_user(user).pending_summary()
            self.assertEqual(
                summary, {"account_id": self.account.id, "count": 4, "can_apply": can_apply}
            )
        with self.assertRaises(AccessError):
            self._dialog(self.editor).action_confirm()
        with self.assertRaises(AccessError):
            self.account.with_user(self.sophie).action_apply_changes()

    def test_history_cannot_be_rewritten(self):
        self.account._record_applied()
        entry = self.account.applied_ids.with_user(self.manager)
        self.assertEqual(self.account.default_outgoing_number_id.number, MAIN)
        for operation in ("write", "unlink"):
            self.assertFalse(entry.has_access(operation))
