from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from .common import CALLED_IN_BERLIN, CALLED_IN_LONDON, LONDON, MAIN, NEW_YORK, PARIS, AxivoxCase

# What a client might put in a context to evade checks, the log or invalidation.
FLAGS = {
    "axivox_saving": True,
    "axivox_remembering": True,
    "axivox_verbatim": True,
    "mail_notrack": True,
    "tracking_disable": True,
    "mail_create_nolog": True,
    "_force_unlink": True,
    "install_mode": True,
    "import_file": True,
}


class TwoCompaniesCase(AxivoxCase):
    """A second company with an account, a number, a user and a rule; its manager belongs to it
    only."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create(
            {"name": "Other Test", "country_id": cls.env.ref("base.us").id}
        )
        cls.stranger = cls._user(
            "stranger_test", "axivox_caller_id.group_manager", company=cls.other_company
        )
        everywhere = cls.env(context={"allowed_company_ids": (cls.company + cls.other_company).ids})
        cls.other = everywhere["axivox.account"].create({"company_id": cls.other_company.id})
        in_other = {"account_id": cls.other.id}
        cls.secret_number = everywhere["axivox.number"].create(
            {**in_other, "number": "+12125550199", "name": "Secret line"}
        )
        cls.secret_extension = everywhere["axivox.extension"].create(
            {
                **in_other,
                "number": "901",
                "name": "Secret user",
                "user_id": cls.stranger.id,
                "outgoing_number_id": cls.secret_number.id,
            }
        )
        cls.secret_rule = everywhere["axivox.outgoing.rule"].create(
            {**in_other, "destination_prefix": "0081", "number_id": cls.secret_number.id}
        )
        cls.rule = cls._rule("0044", cls.london)

    def works_for_both(self, user):
        """Return the context in which a user of both companies works."""
        user.company_ids += self.other_company
        return {"allowed_company_ids": (self.company + self.other_company).ids}


@tagged("post_install", "-at_install")
class TestGuarded(TwoCompaniesCase):
    """What a client sends is neither trusted nor obeyed unless it is the client's to decide."""

    def _review(self):
        """Return a dialog of the manager's, as it is over an API."""
        looked_at = {"kind": "apply", "mode": "api", "settings": self.account._ours().to_json()}
        # sudo: what was looked at is written by the server only
        reviews = self.env["axivox.review"].with_user(self.manager).sudo()
        return reviews.create({"account_id": self.account.id, **looked_at}).sudo(False)

    def test_a_dialog_is_its_creators_alone(self):
        mine = self.env(user=self.manager.id)
        vals = {"account_id": self.account.id}
        for dialog in (
            mine["axivox.number.paste"].create(vals),
            mine["axivox.number.archive"].create({"number_ids": self.new_york.ids}),
            self._review(),
        ):
            for user in (self.editor, self.stranger):
                with self.subTest(dialog._name, user=user.login):
                    dialog.invalidate_recordset()
                    theirs = dialog.with_user(user).with_context(allowed_company_ids=None)
                    with self.assertRaises(AccessError):
                        theirs.read(["display_name"])
                    with self.assertRaises(AccessError):
                        theirs.write({})
                    self.assertNotIn(dialog, theirs.search([]))

    def test_what_a_confirm_works_on_is_written_by_nobody(self):
        settings = {**self.account._ours().to_json(), "default": NEW_YORK}
        review = self._review()
        for vals in ({"settings": settings}, {"mode": "api"}, {"account_id": self.other.id}):
            with self.subTest(vals), self.assertRaises(AccessError):
                review.write(vals)
        with self.assertRaises(AccessError):
            review.create({"account_id": self.account.id, "kind": "apply", "settings": settings})
        action = self.account.with_user(self.manager).action_review_changes()
        manual = self.env["axivox.manual.apply"].with_user(self.manager).browse(action["res_id"])
        for record, vals in (
            (manual, {"settings": settings}),
            (manual, {"state": "done"}),
            (manual, {"account_id": self.other.id}),
            (manual.step_ids[0], {"is_done": True}),
            (manual.step_ids[0], {"change": ["default", None, None, NEW_YORK, None]}),
        ):
            with self.subTest(vals), self.assertRaises(AccessError):
                record.write(vals)
        with self.assertRaises(AccessError):
            manual.create({"account_id": self.account.id, "held": {}, "settings": settings})
        manual.action_confirm()
        self.assertEqual(self.account.applied_settings["default"], MAIN)

    def test_a_line_keeps_its_account_for_life(self):
        for user in (self.editor, self.manager):
            context = self.works_for_both(user)
            account = self.account.with_user(user).with_context(**context)
            for name in ("rule_ids", "number_ids", "extension_ids"):
                line = account[name][0]
                moved = {"account_id": self.other.id}
                with self.subTest(name, user=user.login):
                    with self.assertRaises(UserError):
                        line.write(moved)
                    with self.assertRaises(UserError):
                        account.write({name: [Command.update(line.id, moved)]})
                    with self.assertRaises(UserError):
                        account.browse(self.other.id).write({name: [Command.link(line.id)]})
                    line.invalidate_recordset()
                    self.assertEqual(line.account_id, self.account)
        with self.assertRaises(UserError):
            account.write({"company_id": self.other_company.id})

    def test_nothing_in_the_context_of_a_request_switches_a_check_off(self):
        line = "+3212345678\r\nP-Asserted-Identity: <sip:evil>"
        numbers = self.env["axivox.number"].with_user(self.editor).with_context(**FLAGS)
        with self.assertRaises(ValidationError):
            numbers.create({"account_id": self.account.id, "number": line})
        with self.assertRaises(ValidationError):
            numbers.browse(self.new_york.id).number = line
        rule = self.rule.with_user(self.editor).with_context(**FLAGS)
        with self.assertRaises(ValidationError):
            rule.destination_prefix = "no prefix"
        with self.assertRaises(UserError):
            numbers.browse(self.london.id).unlink()
        default = {f"default_{name}": value for name, value in self.stored_by_the_server().items()}
        account = self.env["axivox.account"].with_user(self.manager)
        created = account.with_context(
            **FLAGS, **default, allowed_company_ids=self.third_company().ids
        ).create({})
        self.assertFalse(created.sudo().applied_settings)
        self.assertFalse(created.sudo().connected_to)

    def test_default_value_that_a_user_keeps_sets_what_that_user_may_set(self):
        kept = self.env["ir.default"].with_user(self.editor)
        kept.set("axivox.number", "name", "Office", user_id=True)
        values = {"account_id": self.account.id, "number": "+3225550100"}
        numbers = self.env["axivox.number"].with_user(self.editor)
        self.assertEqual(numbers.create(values).name, "Office")

    def test_no_default_value_that_a_user_keeps_sets_what_only_the_server_sets(self):
        kept = self.env["ir.default"].with_user(self.manager)
        for field, value in (
            ("axivox.account.is_tried", True),
            ("axivox.finding.accepted_on", "2026-01-01 00:00:00"),
            ("axivox.manual.apply.state", "done"),
            ("axivox.manual.step.is_done", True),
            ("axivox.sync.decisions", "forged"),
        ):
            model, _dot, name = field.rpartition(".")
            kept.set(model, name, value, user_id=True)
        account = self.account.with_user(self.manager)
        new = account.with_context(allowed_company_ids=self.third_company().ids).create({})
        self.assertFalse(new.is_tried)
        self.london.destination_type = "hang_up"
        finding = self.findings(account)
        self.assertTrue(finding)
        self.assertFalse(finding.accepted_on)
        action = account.action_review_changes()
        manual = self.env["axivox.manual.apply"].browse(action["res_id"])
        self.assertEqual((manual.state, manual.done_count), ("open", 0))
        attempt = {"account_id": account.id, "kind": "apply"}
        # sudo: as the server creates it
        sync = self.env["axivox.sync"].with_user(self.manager).sudo().create(attempt)
        self.assertFalse(sync.decisions)

    def stored_by_the_server(self):
        return {"applied_settings": self.account._settings("saved").to_json(), "connected_to": {}}

    def third_company(self):
        company = self.env["res.company"].create({"name": "Third Test"})
        self.manager.company_ids += company
        return company

    def test_nothing_in_the_context_of_a_request_keeps_old_answers_or_the_chatter_silent(self):
        self._commit()
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (LONDON, "rule"))
        before = self.account.message_ids
        self.rule.with_user(self.editor).with_context(**FLAGS).number_id = self.paris
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (PARIS, "rule"))
        self._commit()
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (MAIN, "default"))
        manager = self.account.with_user(self.manager).with_context(**FLAGS)
        manager.default_outgoing_number_id = self.new_york
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (NEW_YORK, "default"))
        manager.write({"dial_format": "+", "mode": "api"})
        self._commit()
        said = self.account.message_ids - before
        self.assertIn("Rule 0044", str(said.mapped("body")))
        self.assertIn("Default outgoing number", str(said.mapped("body")))
        tracked = said.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertEqual(set(tracked), {"dial_format", "mode"})

    def _commit(self):
        """Log the changes, and prepare answers once, as with a commit."""
        self.env.flush_all()
        self.cr.precommit.run()
        self.commit_answers()

    def test_a_broken_number_is_warned_of_shown_to_nobody_and_repaired(self):
        self.account._record_applied()
        self.extension.outgoing_number_id = self.new_york
        self.sophie.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        lead = self.env["crm.lead"].create({"name": "Bike", "phone": CALLED_IN_BERLIN})
        self.break_number(self.main)
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (MAIN, "default"))
        self.break_number(self.new_york, f"{NEW_YORK}\r\nX-Evil: 1")
        number, _source = self._shown(self.sophie, CALLED_IN_BERLIN, settings="saved")
        self.assertFalse(number)
        Form(lead.with_user(self.sophie))
        account = self.account.with_user(self.editor)
        said = {finding.number_id: finding.message for finding in self.findings(account)}
        sentence = "It is not a telephone number and is never shown: correct it."
        self.assertEqual(said, dict.fromkeys(self.main + self.new_york, sentence))
        self.assertIn("Numbers that are not telephone numbers: 2", str(account.warnings))
        broken = self.new_york.with_user(self.manager)
        broken.number = NEW_YORK
        self.assertEqual(
            self._shown(self.sophie, CALLED_IN_BERLIN, settings="saved"), (NEW_YORK, "user")
        )

    def test_only_a_pull_an_apply_and_a_confirmation_say_what_axivox_runs_on(self):
        self.account._record_applied()
        manager = self.account.with_user(self.manager)
        admin = self._user("system_test", "base.group_system")
        for user in (self.manager, admin):
            account = manager.with_user(user)
            for vals in ({"applied_settings": {"x": 1}}, {"base": {}}, {"in_flight": {}}):
                with self.subTest(vals, user=user.login), self.assertRaises(AccessError):
                    account.write(vals)
            line = {"account_id": account.id, "changes": "x", "settings": {}, "kind": "apply"}
            for name in ("applied_ids", "sync_ids"):
                records = account[name]
                with self.subTest(name, user=user.login):
                    with self.assertRaises(AccessError):
                        records.create({k: v for k, v in line.items() if k in records._fields})
                    with self.assertRaises(AccessError):
                        account.write({name: [Command.create(line)]})
        for operation in ("create", "write", "unlink"):
            self.assertFalse(manager.applied_ids.has_access(operation))

    def test_damaged_applied_settings_are_warned_of_and_stop_no_call(self):
        for damaged in ('{"x": 1}', "[]", '"x"', '{"default": 1, "rules": [[]]}'):
            with self.subTest(damaged):
                self.env.flush_all()
                self.cr.execute(
                    "UPDATE axivox_account SET applied_settings = %s WHERE id = %s",
                    (damaged, self.account.id),
                )
                self.env.invalidate_all()
                self.env.registry.clear_cache()
                self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN)[0], MAIN)
                Form(self.account.with_user(self.manager))
        self.assertIn("damaged", str(self.account.warnings))

    def test_what_decides_for_live_calls_at_once_is_the_managers(self):
        account = self.account.with_user(self.editor)
        for vals in ({"dial_format": "+"}, {"mode": "api"}, {"active": False}):
            with self.subTest(vals), self.assertRaises(AccessError):
                account.write(vals)
        self.account.with_user(self.manager).dial_format = "+"
        self.assertEqual(self.account.dial_format, "+")

    def test_digits_of_a_number_in_use_stay(self):
        for number in (self.main, self.london, self.paris):
            with self.subTest(number.name), self.assertRaisesRegex(UserError, "is in use"):
                number.with_user(self.editor).number = "+3212345679"
        self.london.with_user(self.editor).number = "0044 20 7946 0958"
        self.new_york.with_user(self.editor).number = "+12125550124"
        self.assertEqual(self.new_york.number, "+12125550124")

    def test_users_reveal_no_other_companys_numbers(self):
        fields = ["axivox_outgoing_number_id", "axivox_extension_id", "axivox_call_back"]
        fields += ["axivox_direct_line"]
        told = self.stranger.with_user(self.manager).read(fields)[0]
        told.pop("id")
        self.assertFalse(any(told.values()), told)
        both = self.env["res.users"].with_user(self.manager).with_context(active_test=False)
        for domain in (
            [("axivox_outgoing_number_id", "=", self.secret_number.id)],
            [("axivox_outgoing_number_id", "in", self.secret_number.ids)],
            [("axivox_extension_id", "=", self.secret_extension.id)],
            [("axivox_extension_id", "ilike", "Secret")],
            [("axivox_outgoing_number_id.number", "=", self.secret_number.number)],
        ):
            with self.subTest(domain):
                self.assertNotIn(self.stranger, both.search(domain))
        mine = both.search([("axivox_outgoing_number_id", "=", self.paris.id)])
        self.assertEqual(mine, self.james)

    def test_an_error_names_nothing_that_one_may_not_read(self):
        mine = {"account_id": self.account.id}
        rule = {**mine, "destination_prefix": "0081"}
        secret = self.secret_number.id
        number = "default_outgoing_number_id"
        ringing = {"destination_type": "extension", "extension_id": self.secret_extension.id}
        team = self.env["crm.team"].create({"name": "Team"})
        secret_team = team.create({"name": "Secret Team", "company_id": self.other_company.id})
        team_number = {**mine, "team_id": team.id}
        named = {number: {"fields": {"display_name": {}}}}
        attempts = [
            (self.rule, "create", {**rule, "number_id": secret}),
            (
                self.rule,
                "create",
                {**rule, "account_id": self.other.id, "number_id": self.london.id},
            ),
            (self.account, "write", {number: secret}),
            (
                self.account,
                "write",
                {"rule_ids": [Command.update(self.secret_rule.id, {"sequence": 1})]},
            ),
            (self.extension, "write", {"outgoing_number_id": secret}),
            (self.london, "write", ringing),
            (self.sophie, "write", {"axivox_outgoing_number_id": secret}),
            (self.secret_number, "unlink"),
            (self.account, "try_call", self.secret_extension.id, "112"),
            (self.account, "onchange", {number: secret}, [number], named),
            (
                self.env["axivox.team.number"],
                "create",
                {**team_number, "outgoing_number_id": secret},
            ),
            (
                self.env["axivox.team.number"],
                "create",
                {**team_number, "team_id": secret_team.id},
            ),
            (
                self.env["axivox.team.number"].create(team_number),
                "write",
                {"outgoing_number_id": secret},
            ),
        ]
        env = self.env(user=self.editor, context={"allowed_company_ids": self.company.ids})
        for position, (record, method, *arguments) in enumerate(attempts):
            with self.subTest(position, method=method), self.cr.savepoint():
                with self.assertRaises(UserError) as caught:
                    getattr(record.with_env(env), method)(*arguments)
                told = str(caught.exception)
                for secret_name in ("Secret", "901", "0081 ", "555-0199", "5550199", "New York"):
                    self.assertNotIn(secret_name, told)

    def test_a_review_reveals_nothing_of_another_companys_account(self):
        with self.assertRaises(AccessError):
            self.env["axivox.review"].with_user(self.manager).create({"account_id": self.other.id})
        with self.assertRaises(AccessError):
            self.other.with_user(self.manager).action_review_changes()

    def test_only_managers_read_the_settings_of_the_history(self):
        self.account._record_applied()
        applied = self.account.applied_ids
        self.assertTrue(applied.with_user(self.manager).read(["settings"])[0]["settings"])
        self.assertTrue(applied.with_user(self.editor).read(["changes"])[0]["changes"])
        with self.assertRaises(AccessError):
            applied.with_user(self.editor).read(["settings"])
        with self.assertRaises(AccessError):
            applied.with_user(self.editor).search([("settings", "=", "x")])
