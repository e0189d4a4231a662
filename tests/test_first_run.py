from odoo.exceptions import UserError
from odoo.tests import tagged

from .common import MAIN, AxivoxCase, BrowserCase


@tagged("post_install", "-at_install")
class TestFirstRun(AxivoxCase, BrowserCase):
    def _steps(self, account):
        names = ("country", "numbers", "default", "users")
        return [name for name in names if account[f"has_{name}"]]

    def test_steps_tick_themselves_off(self):
        company = self.env["res.company"].create({"name": "New"})
        account = self.env["axivox.account"].create({"company_id": company.id})
        self.assertEqual(self._steps(account), [])
        company.country_id = self.env.ref("base.be")
        number = self.env["axivox.number"].create({"account_id": account.id, "number": MAIN})
        self.assertEqual(self._steps(account), ["country", "numbers"])
        account.default_outgoing_number_id = number
        self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "201", "name": "Somebody"}
        )
        self.assertEqual(self._steps(account), ["country", "numbers", "default", "users"])
        self.assertFalse(account.is_tried or account.is_applied)
        account.note_tried()
        account._record_applied()
        self.assertTrue(account.is_tried and account.is_applied)

    def test_a_try_by_who_may_not_save_ticks_nothing(self):
        self.account.with_user(self.sophie).note_tried()
        self.assertFalse(self.account.is_tried)
        self.account.with_user(self.editor).note_tried()
        self.assertTrue(self.account.is_tried)

    def _dialog(self):
        action = self.account.with_user(self.editor).action_add_users()
        return self.env["axivox.add.users"].with_user(self.editor).browse(action["res_id"])

    def test_people_without_an_extension_become_users_of_the_console(self):
        dialog = self._dialog()
        self.assertEqual(dialog.line_ids.user_id, self.editor + self.manager)
        self.assertEqual(dialog.first_number, "203")
        with self.assertRaisesRegex(UserError, "at least one"):
            dialog.action_create_users()
        editor, manager = dialog.line_ids
        manager.number = "203"
        dialog.action_number()
        self.assertEqual((editor.number, manager.number), ("204", "203"))
        editor.number = False
        dialog.action_create_users()
        made = self.account.extension_ids - self.extension - self.own
        self.assertEqual(
            (made.number, made.name, made.email, made.user_id),
            ("203", self.manager.name, self.manager.email, self.manager),
        )
        self.assertEqual(self._dialog().line_ids.user_id, self.editor)

    def test_numbering_needs_a_number_to_begin_with(self):
        dialog = self._dialog()
        for typed in ("", "two", "²"):
            dialog.first_number = typed
            with self.subTest(typed), self.assertRaisesRegex(UserError, "such as 201"):
                dialog.action_number()

    def test_from_an_empty_screen_to_the_first_true_answer(self):
        company = self.env["res.company"].create({"name": "Newcomers"})
        admin = self._user("admin_test", "base.group_system", company=company)
        self.start_tour("/odoo/axivox-settings", "axivox_first_run", login=admin.login)
        account = self.env["axivox.account"].search([("company_id", "=", company.id)])
        self.assertTrue(account.is_tried)
        self.assertEqual(account.applied_settings["default"], "+3225550100")
        self.assertEqual(account.extension_ids.user_id, admin)
