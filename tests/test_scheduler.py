from odoo.tests import new_test_user, tagged

from .common import LONDON
from .odoo_process import committed
from .test_faults import NEW, ApplyCase


@tagged("post_install", "-at_install")
class TestScheduler(ApplyCase):
    """What the scheduler does about pulls and applies that wait, or were interrupted."""

    def setUp(self):
        super().setUp()
        self.begin()
        self.addCleanup(self.sandbox.behave)

    def interrupted(self, login, **vals):
        """:return: the id of an attempt that this manager began, and nobody ended"""
        with committed(self.database) as env:
            user = env["res.users"].search([("login", "=", login)]) or new_test_user(
                env, login, groups="base.group_user,axivox_caller_id.group_manager"
            )
            company = env["axivox.account"].browse(self.account_id).company_id
            user.company_ids |= company
            sync = env["axivox.sync"].with_user(user).with_context(allowed_company_ids=company.ids)
            vals = {"account_id": self.account_id, "kind": "apply", "settings": NEW, **vals}
            return sync.sudo().create(vals).id

    def schedule(self):
        with committed(self.database) as env:
            cron = env.ref("axivox_caller_id.axivox_sync_cron")
        self.server.call("ir.cron", "method_direct_trigger", [cron.id])

    def state(self, sync_id):
        sync = self.server.call("axivox.sync", "read", [sync_id], ["state", "message"])[0]
        return sync["state"], sync["message"]

    def told(self):
        """:return: how often anybody was told how it went"""
        with committed(self.database) as env:
            return env["bus.bus"].search_count([("message", "like", "simple_notification")])

    def test_who_is_no_manager_any_more_holds_nobody_up(self):
        left = self.interrupted("left_test")
        with committed(self.database) as env:
            user = env["res.users"].search([("login", "=", "left_test")])
            user.group_ids = env.ref("base.group_user")
        stays = self.interrupted("stays_test")
        self.schedule()
        self.assertEqual(self.state(left)[0], "failed")
        self.assertTrue(self.state(left)[1])
        self.assertEqual(self.state(stays)[0], "done")
        self.assertEqual(self.sandbox.applied(), NEW)

    def test_what_the_database_refuses_fails_once_and_says_why(self):
        self.sandbox.hold(
            numbers=[{"number": LONDON, "destination": {"type": "hang_up", "target": None}}],
            users=[
                {"extension": extension, "name": extension, "outgoing_number": None}
                for extension in ("201", "202", "203", "204")
            ],
            outgoing_settings={
                "default_number": LONDON,
                "rules_override_users": False,
                "rules": [],
            },
            company={"name": "Velo Test", "domain": "velo.axivox.example"},
        )
        with committed(self.database) as env:
            admin = env.ref("base.user_admin").id
        pull = self.interrupted(
            "stays_test", kind="pull", settings=False, users={"203": admin, "204": admin}
        )
        self.schedule()
        state, message = self.state(pull)
        self.assertEqual(state, "failed")
        self.assertIn("This Odoo user has an extension in the account already", message)

    def test_doubt_is_told_once_in_the_language_of_who_asked_and_looked_into_less_and_less(self):
        doubt = self.interrupted("french_test", state="asked")
        self.speak("french_test", "fr_FR")
        self.sandbox.misbehave({"kind": "500_before", "times": 9999})
        before = self.told()
        for _ in range(2):
            self.schedule()
            self.assertEqual(self.told(), before + 1)
        state, message = self.state(doubt)
        self.assertEqual(state, "asked")
        self.assertIn("On ne sait pas encore", message)
        self.age(doubt, "create_date", "1 hour")
        self.assertEqual(self.asks(), 0, "it has lasted an hour: it is looked into less often")
        self.age(doubt, "write_date", "14 minutes")
        self.assertEqual(self.asks(), 0)
        self.age(doubt, "write_date", "1 minute")
        self.assertGreater(self.asks(), 0)
        self.age(doubt, "write_date", "15 minutes")
        self.sandbox.behave()
        self.schedule()
        self.assertEqual(self.state(doubt)[0], "done")
        self.assertEqual(self.told(), before + 2)

    def speak(self, login, code):
        """Let this user speak a language until the end of the test."""
        user = self.server.call("res.users", "search", [("login", "=", login)])
        known = [("code", "=", code), ("active", "in", [True, False])]
        language = self.server.call("res.lang", "search", known)
        self.server.call("res.lang", "write", language, {"active": True})
        self.addCleanup(self.server.call, "res.lang", "write", language, {"active": False})
        self.server.call("res.users", "write", user, {"lang": code})
        self.addCleanup(self.server.call, "res.users", "write", user, {"lang": "en_US"})

    def asks(self):
        """:return: how often the scheduler, called once, asks Axivox anything"""
        self.sandbox.forget_requests()
        self.schedule()
        return len(self.sandbox.requests())

    def age(self, sync_id, date, interval):
        with committed(self.database) as env:
            env.cr.execute(
                f"UPDATE axivox_sync SET {date} = {date} - %s::interval WHERE id = %s",
                (interval, sync_id),
            )
