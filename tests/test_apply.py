import base64
import csv
import io

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common import CALLED_IN_LONDON, LONDON, MAIN, NEW_YORK, PARIS, AxivoxCase


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

    def _ticked(self, manual, text, user=None):
        step = manual.step_ids.filtered(lambda step: text in step.text)
        step.with_user(user or self.manager).action_tick(True)
        return step

    def test_list_has_the_pages_and_blocks_of_the_console(self):
        self.account._record_applied()
        self.assertFalse(self._dialog().step_ids)
        self.france.sequence = self.uk.sequence - 1
        (self.extension | self.own).outgoing_number_id = self.london
        manual = self._dialog()
        self.assertEqual(
            [
                (page["title"], [(b["title"], len(b["steps"])) for b in page["blocks"]])
                for page in manual.read_pages()
            ],
            [
                ("Settings", [("Rules to add and to drag, from top to bottom", 1)]),
                ("Users", [("“Outgoing number”: +44 20 7946 0958", 2)]),
            ],
        )
        [block] = manual.read_pages()[1]["blocks"]
        self.assertEqual([copied["value"] for copied in block["copies"]], [LONDON, "201, 202"])
        self.assertIn("anything else that has been saved", manual.apply_warning)

    def test_steps_give_the_exact_clicks_with_values_to_copy(self):
        self.account._record_applied()
        self.uk.unlink()
        self._rule("0049", self.new_york, sequence=1)
        self._rule("0031", self.paris, sequence=1000)
        self.france.number_id = self.london
        self.account.write(
            {"default_outgoing_number_id": self.london.id, "rules_override_users": True}
        )
        self.extension.outgoing_number_id = self.london
        self.own.outgoing_number_id = False
        self.assertEqual(
            [
                (step.page, step.text, [copied["value"] for copied in step.copies or []])
                for step in self._dialog().step_ids
            ],
            [
                (
                    "settings",
                    "Choose +44 20 7946 0958 under “Default outgoing number”.",
                    [LONDON],
                ),
                (
                    "settings",
                    "Tick “Apply advanced rules even for users with a default outgoing number "
                    "configured”.",
                    [],
                ),
                ("settings", "Delete the line 0044 → +44 20 7946 0958.", ["0044"]),
                ("settings", "In the line 0033 choose +44 20 7946 0958.", ["0033", LONDON]),
                (
                    "settings",
                    "Add a line with the green +, 0049 → +1 212-555-0123, and drag it to the top.",
                    ["0049", NEW_YORK],
                ),
                (
                    "settings",
                    "Add a line with the green +, 0031 → +33 1 99 00 12 34, and drag it directly "
                    "below 0033 → +44 20 7946 0958.",
                    ["0031", PARIS],
                ),
                ("users", "202 James: choose “Default” under “Outgoing number”.", ["202"]),
                ("users", "201 Sophie: choose +44 20 7946 0958 under “Outgoing number”.", ["201"]),
            ],
        )

    def test_labels_are_the_consoles_own_with_the_readers_words_beside(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["ir.module.module"]._load_module_terms(["axivox_caller_id"], ["fr_FR"])
        self.account._record_applied()
        self.own.outgoing_number_id = False
        step = self._dialog().with_context(lang="fr_FR").step_ids
        self.assertIn("“Outgoing number” (Numéro sortant)", step.text)

    def test_ticks_are_kept_with_who_ticked_and_seen_by_all(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.extension.outgoing_number_id = self.london
        manual = self._dialog()
        step = self._ticked(manual, "201 Sophie", self.editor)
        self.assertEqual(self._dialog(), manual)
        self.assertEqual((manual.done_count, manual.step_count), (1, 2))
        self.assertEqual(step.done_by_id, self.editor)
        self.assertTrue(step.done_on)
        self.assertEqual(self._shown(self.sophie, "0049 30 123456")[0], MAIN, "not applied yet")
        step.with_user(self.manager).action_tick(False)
        self.assertFalse(step.done_by_id or step.done_on or manual.done_count)

    def test_a_list_stays_complete_when_who_ticked_it_is_deleted(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        manual = self._dialog()
        helper = self._user("helper_test", "axivox_caller_id.group_editor")
        self._ticked(manual, "0044", helper)
        helper.unlink()
        manual.invalidate_recordset()
        self.assertEqual((manual.done_count, manual.step_count), (1, 1))
        self.assertEqual(manual.action_finish()["tag"], "display_notification")

    def test_what_is_not_ticked_is_named_before_it_is_confirmed(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.extension.outgoing_number_id = self.london
        manual = self._dialog()
        self._ticked(manual, "0044")
        action = manual.action_finish()
        self.assertEqual((action["res_id"], action["target"]), (manual.id, "new"))
        self.assertEqual(
            manual.left, "201 Sophie: choose +44 20 7946 0958 under “Outgoing number”."
        )
        self.assertEqual((manual.state, self.account.pending_change_count), ("open", 2))
        self._ticked(manual, "201 Sophie")
        manual.action_finish()
        self.assertEqual((manual.state, self.account.pending_change_count), ("done", 0))

    def test_what_is_saved_meanwhile_is_listed_apart_and_added_on_request(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.own.outgoing_number_id = False
        manual = self._dialog()
        done = self._ticked(manual, "202 James")
        self.own.outgoing_number_id = self.london
        self.extension.outgoing_number_id = self.london
        self.uk.number_id = self.paris
        manual = self._dialog()
        self.assertEqual(manual.waiting_count, 3)
        self.assertIn("201 Sophie: Default → +44 20 7946 0958", manual.waiting)
        manual.with_user(self.editor).action_add_waiting()
        manual.invalidate_recordset()
        self.assertFalse(manual.waiting_count)
        self.assertEqual(
            [(step.text.split(" under")[0], step.is_done, step.is_new) for step in manual.step_ids],
            [
                ("202 James: choose “Default”", True, False),
                ("In the line 0044 choose +33 1 99 00 12 34.", False, True),
                ("201 Sophie: choose +44 20 7946 0958", False, True),
                ("202 James: choose +44 20 7946 0958", False, True),
            ],
        )
        done.action_tick(False)
        self.assertTrue(done.is_done, "the list builds on it")
        manual.action_confirm()
        self.assertEqual(self.account.pending_changes(), [])

    def _seen_by_a_colleague(self):
        """Return a list of two steps, and these steps as the editor has them before them."""
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.own.outgoing_number_id = False
        manual = self._dialog()
        return manual, manual.step_ids.with_user(self.editor)

    def test_what_a_colleague_sees_unticked_can_be_ticked_after_the_list_was_extended(self):
        manual, seen = self._seen_by_a_colleague()
        self.account.rules_override_users = True
        manual.action_add_waiting()
        manual.invalidate_recordset()
        self.assertLess(seen, manual.step_ids)
        self.assertEqual(manual.step_ids.mapped("is_new"), [True, False, False])
        self.account.default_outgoing_number_id = self.london
        manual.action_add_waiting()
        manual.invalidate_recordset()
        self.assertEqual(manual.step_ids.mapped("is_new"), [True, False, False, False])
        seen.action_tick(True)
        self.assertEqual((manual.done_count, manual.step_count), (2, 4))

    def test_a_step_that_is_no_longer_on_the_list_is_said_to_be_changed(self):
        manual, seen = self._seen_by_a_colleague()
        self.own.outgoing_number_id = self.london
        manual.action_add_waiting()
        with self.assertRaisesRegex(UserError, "changed in the meantime"):
            seen.action_tick(True)
        self.assertFalse(manual.done_count)

    def test_a_step_that_was_done_and_is_no_longer_wanted_becomes_a_step_back(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        manual = self._dialog()
        self._ticked(manual, "0044")
        self.account.action_discard()
        manual.action_add_waiting()
        self.assertEqual(
            manual.step_ids.filtered(lambda step: not step.is_done).text,
            "In the line 0044 choose +44 20 7946 0958.",
        )

    def test_own_untouched_list_is_brought_up_to_date_when_opened(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        manual = self._dialog()
        self.own.outgoing_number_id = False
        self.assertEqual(self._dialog(self.editor).waiting_count, 1, "not the editor's list")
        self.assertEqual(self._dialog(), manual)
        self.assertEqual((manual.waiting_count, manual.step_count), (0, 2))

    def test_closed_list_stays_as_it_is(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        manual = self._dialog()
        self.account._record_applied(self.account._settings("saved"))
        self.assertEqual(manual.state, "replaced")
        for refused in (
            manual.action_confirm,
            manual.action_add_waiting,
            lambda: manual.step_ids.action_tick(True),
        ):
            with self.assertRaisesRegex(UserError, "applied other settings|This list is closed"):
                refused()
        self.assertNotEqual(self._dialog(), manual)

    def test_steps_are_taken_along_as_csv_and_on_paper(self):
        self.account._record_applied()
        self.extension.name = "=HYPERLINK(1)"
        self.extension.outgoing_number_id = self.london
        manual = self._dialog()
        self._ticked(manual, "201")
        [head, row] = csv.reader(io.StringIO(base64.b64decode(manual.csv).decode()))
        self.assertEqual(
            head, ["Page", "Step", "Prefix or extension", "Done", "Done by", "Done on"]
        )
        self.assertEqual(row[:4], ["Users", manual.step_ids.text, "201", "x"])
        self.assertEqual(row[4], self.manager.name)
        report = self.env.ref("axivox_caller_id.axivox_manual_apply_report")
        page, _kind = report.with_user(self.manager)._render_qweb_html(
            report.report_name, manual.ids
        )
        self.assertIn("under “Outgoing number”", page.decode())
        self.assertIn("☑", page.decode())

    def test_lists_that_were_closed_long_ago_are_removed(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        old = self._dialog()
        old.action_confirm()
        self.uk.number_id = self.paris
        kept = self._dialog()
        self.env.flush_all()
        self.cr.execute(
            "UPDATE axivox_manual_apply SET create_date = create_date - interval '91 days'"
        )
        self.env.invalidate_all()
        self.env["axivox.manual.apply"]._gc_closed()
        self.assertEqual((old | kept).exists(), kept)

    def test_opening_and_ticking_cost_the_same_for_a_long_list(self):
        users = self.env["axivox.extension"].create(
            [
                {"account_id": self.account.id, "number": str(number), "name": "Phone"}
                for number in range(3000, 3300)
            ]
        )
        numbers = self.env["axivox.number"].create(
            [
                {"account_id": self.account.id, "number": f"+32255501{number}"}
                for number in range(10, 40)
            ]
        )
        self.account._record_applied()

        def queries(changed):
            for position, number in enumerate(numbers):
                changed[position :: len(numbers)].outgoing_number_id = number
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            manual = self._dialog()
            self.env.flush_all()
            self.env.invalidate_all()
            steps = [page["blocks"][0]["steps"] for page in manual.read_pages()]
            manual.step_ids.browse(steps[0][:50]).read(["text", "copies", "done_by_id"])
            manual.step_ids.browse(steps[0][:50]).action_tick(True)
            self.env.flush_all()
            count = self.cr.sql_log_count - before
            manual.action_confirm()
            return count

        few = queries(users[:2])
        self.assertLessEqual(queries(users[2:]), few + 4)

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

    def test_confirming_leads_back_to_the_account_whichever_company_is_the_current_one(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env["axivox.account"].create({"company_id": other.id, "active": False})
        self.manager.company_ids += other
        manual = self._dialog().with_context(allowed_company_ids=(other + self.company).ids)
        settings = manual.action_confirm()["params"]["next"]
        self.assertEqual((settings["res_id"], settings["domain"]), (self.account.id, False))

    def test_many_changes_are_a_link_to_the_history_in_the_chatter(self):
        self.account._record_applied()
        self.env["axivox.outgoing.rule"].create(
            [
                {"account_id": self.account.id, "destination_prefix": f"00{prefix}"}
                | {"number_id": self.paris.id}
                for prefix in range(3000, 3011)
            ]
        )
        self.account._record_applied()
        entry, body = self.account.applied_ids[0], self.account.message_ids[0].body
        self.assertEqual(len(entry.changes.splitlines()), 11)
        self.assertIn("11 changes: 11 rules</a>", body)
        self.assertRegex(body, f'data-oe-model="axivox.applied" data-oe-id="{entry.id}"')
        self.assertNotIn("003000", body)

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
        self.account.with_user(self.manager).action_discard()
        self.assertEqual(self.account._settings("saved").to_json(), applied)
        self.assertEqual(self.account.pending_changes(), [])
        self.assertEqual(self.uk.number_id, self.london)

    def test_discard_without_anything_applied_is_refused(self):
        with self.assertRaises(UserError):
            self.account.with_user(self.manager).action_discard()

    def test_history_entry_is_restored_as_pending_changes(self):
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
            self.account.action_discard()
        self.assertEqual(self.account._settings("saved").to_json(), before)

    def test_restored_number_that_is_archived_is_set_and_stays_archived(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        self.london.active = False
        self.account.applied_ids.action_restore()
        self.assertEqual(self.uk.number_id, self.london)
        self.assertFalse(self.london.active)

    def test_rule_of_an_archived_number_is_kept_by_a_restore(self):
        self.account._record_applied()
        self.london.active = False
        self.account._record_applied()
        self.france.number_id = self.new_york
        self.account.action_discard()
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
        self.account.action_discard()
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

    def test_pending_rules_and_users_are_marked(self):
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

    def test_bar_has_nothing_to_say_where_there_is_no_account(self):
        accounts = self.env["axivox.account"]
        for user in (self.manager, self.sophie):
            user.company_ids += self.env["res.company"].create({"name": f"Of {user.login}"})
            company = user.company_ids - self.company
            self.assertIs(accounts.with_user(user).with_company(company).pending_summary(), False)

    def test_history_cannot_be_rewritten(self):
        self.account._record_applied()
        entry = self.account.applied_ids.with_user(self.manager)
        self.assertEqual(self.account.default_outgoing_number_id.number, MAIN)
        for operation in ("write", "unlink"):
            self.assertFalse(entry.has_access(operation))
