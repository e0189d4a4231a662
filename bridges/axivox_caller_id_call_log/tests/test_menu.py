"""There is one app *Axivox*, and the log's own records are not changed."""

from odoo.tests import Form, tagged

from .common import CallLogCase


@tagged("post_install", "-at_install")
class TestMenu(CallLogCase):
    def _apps(self):
        self.env.registry.clear_cache("default", "groups")
        menus = self.env["ir.ui.menu"].with_user(self.sophie).load_menus(False)
        return [
            menus[menu] for menu in menus["root"]["children"] if menus[menu]["name"] == "Axivox"
        ]

    def test_there_is_one_app(self):
        [app] = self._apps()
        self.assertEqual(app["xmlid"], "axivox_caller_id.axivox_menu")
        ours = self.env.ref("axivox_caller_id_call_log.axivox_call_menu")
        self.assertIn(ours.id, app["children"])
        self.assertEqual(ours.action, self.env.ref("axivox_caller_id_call_log.axivox_call_action"))

    def test_their_menu_is_as_they_left_it(self):
        calls = self.env.ref("axivox.menu_axivox_calls")
        self.assertEqual(calls.parent_id, self.env.ref("axivox.menu_axivox_root"))
        self.assertTrue(calls.active)

    def test_app_of_theirs_that_holds_more_stays(self):
        root = self.env.ref("axivox.menu_axivox_root")
        self.env["ir.ui.menu"].create(
            {
                "name": "Reports",
                "parent_id": root.id,
                "action": f"ir.actions.act_window,{self.env.ref('axivox.axivox_call_action').id}",
            }
        )
        theirs, ours = sorted(self._apps(), key=lambda app: app["xmlid"])
        self.assertEqual(theirs["xmlid"], "axivox.menu_axivox_root")
        self.assertEqual(len(theirs["children"]), 1)
        self.assertEqual(ours["xmlid"], "axivox_caller_id.axivox_menu")

    def test_form_shows_what_was_promised(self):
        call = self._call()
        with Form(call.with_user(self.sophie)) as form:
            self.assertEqual(form.caller_id_verdict, "as_promised")
            self.assertEqual(form.caller_id_promised_display, "+44 20 7946 0958")
        self.assertNotIn("axivox_applied_id", form._view["fields"])

    def test_calls_are_found_by_verdict(self):
        call, other = self._call(), self._call(did="+33199001234")
        mine = self.env["axivox.call"].with_user(self.sophie)
        found = mine.search([("caller_id_verdict", "=", "different")])
        self.assertEqual(found, other.with_user(self.sophie))
        self.assertNotIn(call.with_user(self.sophie), found)
