from odoo.models import MetaModel
from odoo.tests import Form, tagged

from ..callerid.policy import Settings
from ..console import State
from .common import LONDON, MAIN, PARIS, AxivoxCase
from .example_pbx import AxivoxAccount, ExamplePbx

# The example is not part of this addon: registries that are loaded later must not have it.
MetaModel._module_to_models__[AxivoxAccount._module].remove(AxivoxAccount)


@tagged("post_install", "-at_install")
class TestExamplePbx(AxivoxCase):
    """Another addon puts another PBX behind the same screens."""

    @classmethod
    def setUpClass(cls):
        from odoo.orm.model_classes import add_to_registry

        super().setUpClass()
        model, before = (
            cls.registry["axivox.account"],
            cls.registry["axivox.account"]._base_classes__,
        )
        add_to_registry(cls.registry, AxivoxAccount)
        cls.addClassCleanup(cls.registry._setup_models__, cls.cr, ["axivox.account"])
        cls.addClassCleanup(setattr, model, "_base_classes__", before)
        cls.registry._setup_models__(cls.cr, ["axivox.account"])
        cls.account = cls.account.browse(cls.account.id)

    def setUp(self):
        super().setUp()
        held = Settings(MAIN, False, (), {"201": None, "202": PARIS})
        users = {"201": ("Sophie", None), "202": ("James", None)}
        numbers = dict.fromkeys((MAIN, LONDON, PARIS), ("hang_up", None))
        ExamplePbx.state = State("pbx.example", "0", held, held, users, numbers)

    def test_its_accounts_are_tested_pulled_and_applied_as_any_other(self):
        self.account.mode = "example"
        self.assertFalse(self.account.is_manual)
        account = self.account.with_user(self.manager)
        account.action_test_connection()
        self.assertIn("Example (pbx.example): 3 numbers, 2 users", account.connection)
        account.action_pull()
        self.assertEqual(account.pending_changes(), [])
        self._rule("0044", self.london)
        self.extension.outgoing_number_id = self.paris
        self.assertEqual(len(account.pending_changes()), 2)
        account.action_apply_changes()
        self.assertEqual(ExamplePbx.state.applied, self.account._settings("saved"))
        self.assertEqual(account.pending_changes(), [])
        action = account.action_review_changes()
        self.assertTrue(self.env["axivox.review"].browse(action["res_id"]).sudo().revision)

    def test_its_address_and_token_are_entered_tested_and_accepted_as_any_other(self):
        self.account.write({"mode": "example", "base_url": "https://pbx.example/api"})
        form = Form(self.account)
        self.assertFalse(form._get_modifier("base_url", "invisible"))
        dialog = self.env["axivox.connect"].browse(self.account.action_connect()["res_id"])
        dialog.action_test()
        self.assertIn("Example (pbx.example)", dialog.connection)
        dialog.action_accept()
        self.assertEqual(
            (self.account.mode, self.account.connection), ("example", dialog.connection)
        )

    def test_the_scheduled_check_sees_what_was_changed_there(self):
        self.account.mode = "example"
        self.account.with_user(self.manager).action_test_connection()
        self.account.with_user(self.manager).action_pull()
        saved = ExamplePbx.state.saved
        ExamplePbx().save_settings(Settings(LONDON, False, saved.rules), ExamplePbx.state.revision)
        self.env["axivox.sync"]._cron_check()
        self.assertIn("Settings were changed in Axivox's console", str(self.account.warnings))
