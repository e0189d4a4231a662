from dataclasses import replace

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import AxivoxCase, BrowserCase


@tagged("post_install", "-at_install")
class TestDiscard(AxivoxCase, BrowserCase):
    def setUp(self):
        super().setUp()
        self.uk = self._rule("0044", self.london)
        self.france = self._rule("0033", self.paris)
        self._log()
        self.account._record_applied()
        self._log()
        self.uk.with_user(self.editor).number_id = self.new_york
        self._log()
        self.france.with_user(self.editor).unlink()
        self._log()
        self.extension.with_user(self.manager).outgoing_number_id = self.london
        self._log()

    def _log(self):
        self.env.flush_all()
        self.cr.precommit.run()

    def _dialog(self, user=None):
        action = self.account.with_user(user or self.manager).action_review_discard()
        return self.env["axivox.discard"].with_user(user or self.manager).browse(action["res_id"])

    def _pending(self, wizard):
        return [(line.name, line.edited_by_id) for line in wizard.line_ids]

    def test_dialog_lists_what_is_lost_and_who_changed_it_last(self):
        self.assertEqual(
            self._pending(self._dialog()),
            [
                ("Rule 0033 → +33 1 99 00 12 34 is removed", self.editor),
                ("Rule 0044: +44 20 7946 0958 → +1 212-555-0123", self.editor),
                ("201 Sophie: Default → +44 20 7946 0958", self.manager),
            ],
        )
        self.uk.with_user(self.manager).number_id = self.paris
        self._log()
        self.assertEqual(
            self._pending(self._dialog())[1],
            ("Rule 0044: +44 20 7946 0958 → +33 1 99 00 12 34", self.manager),
        )

    def test_discard_of_everything_is_the_managers_and_undone_right_after(self):
        with self.assertRaises(AccessError):
            self._dialog(self.editor).action_discard()
        pending = self.account.pending_changes()
        wizard = self._dialog()
        wizard.action_discard()
        self._log()
        self.assertEqual(self.account.pending_changes(), [])
        self.assertEqual(wizard.said, "All pending changes were discarded.")
        message = self.account.message_ids[0]
        self.assertIn("Discarded:", message.body)
        self.assertEqual(message.author_id, self.manager.partner_id)
        wizard.action_undo()
        self._log()
        self.assertEqual(self.account.pending_changes(), pending)
        self.assertFalse(wizard.said)
        self.assertIn("Undone:", self.account.message_ids[0].body)

    def test_an_editor_takes_one_line_back_by_itself(self):
        wizard = self._dialog(self.editor)
        wizard.line_ids[1].action_take_back()
        self._log()
        self.assertEqual(self.uk.number_id, self.london)
        self.assertEqual(
            self.account.pending_changes(),
            [
                "Rule 0033 → +33 1 99 00 12 34 is removed",
                "201 Sophie: Default → +44 20 7946 0958",
            ],
        )
        self.assertIn("Reverted:", self.account.message_ids[0].body)
        wizard.action_undo()
        self.assertEqual(self.uk.number_id, self.new_york)

    def test_a_removed_rule_comes_back_in_its_place(self):
        self._dialog().line_ids[0].action_take_back()
        self.assertEqual(self.account.rule_ids.mapped("destination_prefix"), ["0044", "0033"])

    def test_an_undo_brings_rules_back_in_their_order(self):
        self._rule("0049", self.london, sequence=0)
        wizard = self._dialog()
        wizard.action_discard()
        wizard.action_undo()
        self.assertEqual(self.account.rule_ids.mapped("destination_prefix"), ["0049", "0044"])

    def test_an_undo_overwrites_nothing_that_was_saved_since(self):
        wizard = self._dialog()
        wizard.action_discard()
        self.uk.number_id = self.paris
        with self.assertRaisesRegex(UserError, "will not be overwritten"):
            wizard.action_undo()
        self.assertEqual(self.uk.number_id, self.paris)

    def test_a_line_that_was_changed_meanwhile_is_looked_at_again(self):
        line = self._dialog().line_ids[1]
        self.uk.number_id = self.paris
        with self.assertRaisesRegex(UserError, "changed in the meantime"):
            line.action_take_back()

    def test_who_changed_what_is_forgotten_when_it_is_applied(self):
        edits = self.env["axivox.edit"]
        self.assertEqual(edits.search_count([("account_id", "=", self.account.id)]), 3)
        self.account._record_applied()
        self.assertFalse(edits.search([("account_id", "=", self.account.id)]))

    def test_who_changed_what_is_known_until_all_of_the_save_is_applied(self):
        edits, mine = self.env["axivox.edit"], [("account_id", "=", self.account.id)]
        self.account._record_applied()
        vals = {"rules_override_users": True, "default_outgoing_number_id": self.london.id}
        self.account.with_user(self.editor).write(vals)
        self._log()
        self.assertEqual(len(edits.search(mine)), 1, "one save")
        self.account._record_applied(replace(self.account._ours(), override=False))
        self.assertEqual([user for _name, user in self._pending(self._dialog())], [self.editor])
        self.account._record_applied()
        self.assertFalse(edits.search(mine))

    def test_no_rule_is_doubled_by_a_discard_after_its_number_was_archived(self):
        self.account._record_applied()
        self.uk.number_id = self.london
        self.account._record_applied()
        self.london.active = False
        wizard = self._dialog()
        wizard.action_discard()
        wizard.action_discard()
        self.account.applied_ids[0].action_restore()
        self.assertEqual(self.account.rule_ids, self.uk)
        self.assertEqual((self.uk.number_id, self.uk.destination_prefix), (self.london, "0044"))

    def test_a_rule_goes_back_to_the_number_it_had_before_one_that_is_archived(self):
        self.account._record_applied()
        self.uk.number_id = self.london
        self.london.active = False
        self._dialog().action_discard()
        self.assertEqual(self.account.rule_ids, self.uk)
        self.assertEqual(self.uk.number_id, self.new_york)

    def test_what_names_an_archived_number_is_not_said_to_be_discarded_or_reverted(self):
        self.account.action_discard()
        self.extension.outgoing_number_id = self.new_york
        self.main.active = self.london.active = self.paris.active = False
        left = [
            "Default outgoing number: +32 12 34 56 78 → none",
            "Rule 0044 → +44 20 7946 0958 is removed",
            "Rule 0033 → +33 1 99 00 12 34 is removed",
            "202 James: +33 1 99 00 12 34 → Default",
        ]
        wizard = self._dialog()
        self.assertEqual(wizard.line_ids.mapped("name")[:3], left[:3])
        for line in wizard.line_ids.filtered(lambda line: line.name in left):
            with self.assertRaisesRegex(UserError, "is archived and will never be shown"):
                line.action_take_back()
        wizard.action_discard()
        self.assertEqual(wizard.line_ids.mapped("name"), left)
        self.assertFalse(self.extension.outgoing_number_id)
        self.assertIn("archived", wizard.said)

    def test_who_is_new_since_the_last_apply_goes_back_to_default(self):
        self.account.action_discard()
        for number in ("299", "300"):
            self.env["axivox.extension"].create(
                {"account_id": self.account.id, "number": number, "name": "New"}
                | {"outgoing_number_id": self.london.id}
            )
        pending = self.account.pending_changes()
        self.assertEqual(len(pending), 2)
        wizard = self._dialog()
        wizard.line_ids[0].action_take_back()
        self.assertEqual(self.account.pending_changes(), pending[1:])
        self.assertEqual(wizard.said, "Reverted: 299 New: Default → +44 20 7946 0958")
        wizard.action_undo()
        self.assertEqual(self.account.pending_changes(), pending)
        wizard.action_discard()
        self.assertEqual(self.account.pending_changes(), [])
        self.assertEqual(wizard.said, "All pending changes were discarded.")
        wizard.action_undo()
        self.assertEqual(self.account.pending_changes(), pending)

    def test_restoring_over_others_changes_is_the_managers_and_can_be_undone(self):
        entry = self.account.applied_ids
        with self.assertRaises(AccessError):
            entry.with_user(self.editor).action_restore()
        pending = self.account.pending_changes()
        action = entry.with_user(self.manager).action_restore()
        self.assertEqual(self.account.pending_changes(), [])
        wizard = self.env["axivox.discard"].with_user(self.manager).browse(action["res_id"])
        wizard.action_undo()
        self.assertEqual(self.account.pending_changes(), pending)

    def test_what_a_discard_loses_is_seen_and_undone_on_the_screen(self):
        self.extension.with_user(self.editor).outgoing_number_id = self.paris
        self._log()
        self.own.with_user(self.manager).outgoing_number_id = False
        self._log()
        self.start_tour("/odoo/axivox-settings", "axivox_discard", login=self.manager.login)
        self.assertEqual(self.account.pending_changes(), [])
