from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged

from .common import AxivoxCase

MODELS = ("axivox.account", "axivox.number", "axivox.extension", "axivox.outgoing.rule")


@tagged("post_install", "-at_install")
class TestAccess(AxivoxCase):
    def setUp(self):
        super().setUp()
        self._rule("0044", self.london)

    def test_user_reads_the_settings_of_their_own_companies_only(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("stranger_test", company=other)
        stranger_manager = self._user("boss_test", "axivox_caller_id.group_manager", company=other)
        for model in MODELS:
            record = self.env[model].search([("company_id", "=", self.company.id)], limit=1)
            record.with_user(self.sophie).read(["display_name"])
            for user in (stranger, stranger_manager):
                with self.subTest(model), self.assertRaises(AccessError):
                    record.with_user(user).read(["display_name"])

    def test_every_screen_opens_for_every_role(self):
        for user in (self.sophie, self.editor, self.manager):
            for model in MODELS:
                record = self.env[model].search([("company_id", "=", self.company.id)], limit=1)
                with self.subTest(user=user.login, model=model):
                    Form(record.with_user(user))
        for user in (self.editor, self.manager):
            action = self.account.with_user(user).action_review_changes()
            Form(self.env[action["res_model"]].with_user(user).browse(action["res_id"]))

    def test_user_changes_nothing(self):
        for model in MODELS:
            record = self.env[model].search([("company_id", "=", self.company.id)], limit=1)
            for operation in ("write", "create", "unlink"):
                self.assertFalse(record.with_user(self.sophie).has_access(operation))

    def test_editor_edits_without_the_right_to_write_users(self):
        self.assertFalse(self.sophie.with_user(self.editor).has_access("write"))
        self.account.with_user(self.editor).default_outgoing_number_id = self.london
        self.extension.with_user(self.editor).outgoing_number_id = self.london
        self.account.rule_ids.with_user(self.editor).number_id = self.paris
        self.new_york.with_user(self.editor).unlink()
        self.assertFalse(self.account.with_user(self.editor).has_access("create"))
        self.assertFalse(self.account.with_user(self.editor).has_access("unlink"))

    def test_manager_does_all_and_only_managers_read_the_applied_settings(self):
        self.account._record_applied()
        manager = self.account.with_user(self.manager)
        self.assertTrue(manager.applied_settings)
        self.assertTrue(manager.has_access("create") and manager.has_access("unlink"))
        with self.assertRaises(AccessError):
            self.account.with_user(self.editor).read(["applied_settings"])

    def test_system_administrators_are_managers(self):
        admin = new_test_user(self.env, "system_test", groups="base.group_system")
        self.assertTrue(admin.has_group("axivox_caller_id.group_manager"))

    def test_portal_users_see_nothing(self):
        portal = new_test_user(self.env, "portal_test", groups="base.group_portal")
        for model in MODELS:
            self.assertFalse(self.env[model].with_user(portal).has_access("read"))
        with self.assertRaises(AccessError):
            self.sophie.with_user(portal).resolve_caller_id("112")

    def test_try_call_is_for_readers_of_the_account(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("stranger_test", company=other)
        self.account.with_user(self.sophie).try_call(self.extension.id, "112")
        with self.assertRaises(AccessError):
            self.account.with_user(stranger).try_call(self.extension.id, "112")
        with self.assertRaises(AccessError):
            self.account.with_user(stranger).pending_changes()
