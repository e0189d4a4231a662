"""The content of the card, the order of the scripts, and the warning of two widgets."""

import re

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged

from odoo.addons.axivox_caller_id.tests.common import CALLED_IN_LONDON, LONDON, AxivoxCase


@tagged("post_install", "-at_install")
class TestPanel(AxivoxCase):
    def _preview(self, number, country=False, user=None):
        users = self.env["res.users"].with_user(user or self.sophie)
        return users.preview_softphone_call(number, country)

    def test_card_says_what_a_call_shows_why_and_whom_it_reaches(self):
        rule = self._rule("0044", self.london)
        said = self._preview("020 7946 0321", self.env.ref("base.uk").id)
        resolved = self.sophie.with_user(self.sophie).resolve_caller_id("020 7946 0321", "GB")
        self.assertEqual(resolved, {key: said[key] for key in resolved})
        self.assertEqual((said["number"], said["rule_id"]), (LONDON, rule.id))
        self.assertEqual((said["label"], said["via"]), ("London", "rule 0044"))
        self.assertEqual(said["called"], "United Kingdom, +44 20 7946 0321")
        self.assertEqual((said["error"], said["pending"]), ("", ""))

    def test_card_says_what_is_pending(self):
        self.account._record_applied()
        self._rule("0044", self.london)
        said = self._preview(CALLED_IN_LONDON)
        self.assertEqual((said["label"], said["via"]), ("Main line", "default number"))
        self.assertEqual(said["pending"], "After applying: +44 20 7946 0958")

    def test_card_says_what_is_no_number(self):
        self.assertIn("is not a telephone number", self._preview("call me")["error"])

    def test_code_is_named_as_one(self):
        said = self._preview("*21#")
        self.assertEqual((said["called"], said["source"]), ("Service number *21#", "service"))
        self.assertFalse(said["number"])

    def test_nothing_is_said_without_an_extension(self):
        self.assertIs(self._preview(CALLED_IN_LONDON, user=self.editor), False)

    def test_nothing_is_said_to_who_is_no_internal_user(self):
        portal = new_test_user(self.env, "portal_test", groups="base.group_portal")
        with self.assertRaises(AccessError):
            self._preview(CALLED_IN_LONDON, user=portal)

    def test_card_costs_no_query_that_grows_with_the_rules(self):
        def queries():
            self.commit_answers()
            self._preview(CALLED_IN_LONDON)
            return self.count_queries(self._preview, CALLED_IN_LONDON)

        self._rule("0044", self.london)
        few = queries()
        for prefix in range(100):
            self._rule(f"0049{prefix}", self.paris)
        self.assertEqual(queries(), few)

    def test_ours_comes_after_theirs_in_every_page_of_odoo(self):
        files = self.env["ir.asset"]._get_asset_paths("web.assets_web", {})
        paths = [path for path, *_ in files]
        theirs = max(n for n, path in enumerate(paths) if "/axivox_softphone/" in path)
        ours = min(n for n, path in enumerate(paths) if "/axivox_caller_id_softphone/" in path)
        self.assertLess(theirs, ours)

    def test_two_widgets_are_named_once_to_managers(self):
        if "voip.pbx" not in self.env:
            self.skipTest("voip_oca's widget is not installed")
        for user in (self.sophie, self.editor):
            self.assertFalse(self._warnings_of(user))
        [notice] = self._warnings_of(self.manager)
        view = notice["action"]["views"][0][0]
        account = self.account.with_user(self.manager)
        arch = account.get_view(view, "form")["arch"]
        self.assertTrue(re.search("action_panel_understood", arch))
        with self.assertRaises(AccessError):
            self.account.with_user(self.editor).action_panel_understood()
        account.action_panel_understood()
        self.assertFalse(self._warnings_of(self.manager))

    def _warnings_of(self, user):
        self.env.invalidate_all()
        warnings = self.account.with_user(user).warnings or []
        return [warning for warning in warnings if "voip_oca" in warning["message"]]
