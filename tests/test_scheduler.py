import threading
from datetime import timedelta

from odoo import fields
from odoo.modules.registry import Registry
from odoo.tests import new_test_user, tagged
from odoo.tools import SQL

from ..callerid.policy import Settings
from ..models.axivox_sync import LOCK
from .common import LONDON, PARIS
from .odoo_process import Server, committed
from .stand_in import StandIn
from .test_faults import NEW, ApplyCase


@tagged("post_install", "-at_install")
class TestScheduler(ApplyCase):
    """What the scheduler does with pending and interrupted attempts."""

    def setUp(self):
        super().setUp()
        self.begin()
        self.addCleanup(self.sandbox.behave)

    def interrupted(self, login, **vals):
        """Return the id of an attempt that this manager began, and that never ended."""
        with committed(self.database) as env:
            user = env["res.users"].search([("login", "=", login)]) or new_test_user(
                env, login, groups="base.group_user,axivox_caller_id.group_manager"
            )
            vals = {"account_id": self.account_id, "kind": "apply", "settings": NEW, **vals}
            company = env["axivox.account"].browse(vals["account_id"]).company_id
            user.company_ids |= company
            sync = env["axivox.sync"].with_user(user).with_context(allowed_company_ids=company.ids)
            return sync.sudo().create(vals).id

    def schedule(self, server=None):
        (server or self.server).run_scheduled("axivox_sync_cron")

    def state(self, sync_id):
        sync = self.server.call("axivox.sync", "read", [sync_id], ["state", "message"])[0]
        return sync["state"], sync["message"]

    def notifications(self):
        """Return how many notifications of a result were sent."""
        with committed(self.database) as env:
            return env["bus.bus"].search_count([("message", "like", "simple_notification")])

    def test_who_is_no_manager_any_more_holds_nobody_up(self):
        left = self.interrupted("left_test", account_id=self.account_at(self.sandbox))
        with committed(self.database) as env:
            user = env["res.users"].search([("login", "=", "left_test")])
            user.group_ids = env.ref("base.group_user")
        stays = self.interrupted("stays_test")
        self.schedule()
        self.assertEqual(self.state(left)[0], "failed")
        self.assertTrue(self.state(left)[1])
        self.assertEqual(self.state(stays)[0], "done")
        self.assertEqual(self.sandbox.applied(), NEW)

    def test_what_a_newer_attempt_replaced_is_not_run_however_late(self):
        slow = StandIn()
        self.addCleanup(slow.stop)
        elsewhere = self.account_at(slow)
        self.server.call("axivox.account", "action_test_connection", [elsewhere])
        before = self.interrupted("stays_test", account_id=elsewhere)
        left = self.interrupted("stays_test")
        slow.forget_requests()
        slow.misbehave({"request": 1, "kind": "delay", "seconds": 5})
        scheduler = Server(self.database)
        self.addCleanup(scheduler.stop)
        scheduler.log_in("admin")
        running = threading.Thread(target=self.schedule, args=[scheduler])
        running.start()
        self.wait_until(slow.requests)
        with committed(self.database) as env:
            newer = {**NEW, "default": PARIS}
            account = env["axivox.account"].browse(self.account_id)
            account._restore(Settings.from_json(newer))
        self.assertIsNone(self.apply())
        self.assertEqual(self.sandbox.applied(), newer)
        self.assertTrue(running.is_alive(), "the scheduler is still at the other account")
        running.join()
        self.assertEqual(self.sandbox.applied(), newer)
        self.assertEqual(self.state(left)[0], "repeated")
        self.assertNotEqual(self.state(before)[0], "running")
        self.assertEqual(self.call("read", ["pending_change_count"])[0]["pending_change_count"], 0)

    def test_three_kills_in_a_row_delay_what_is_unfinished_by_two_minutes_at_most(self):
        left = self.interrupted("stays_test")
        with committed(self.database) as env:
            cron = env.ref("axivox_caller_id.axivox_sync_cron")
            env["ir.cron.trigger"].search([("cron_id", "=", cron.id)]).unlink()
            for killed in range(3):
                # What ir.cron writes before it runs a job, and leaves if it is killed.
                cron._add_progress(timed_out_counter=killed)
        with self.assertLogs("odoo.addons.base.models.ir_cron", "ERROR") as logs:
            self.run_when_due()
        self.assertIn("timed out", str(logs.output))
        self.assertEqual(self.state(left)[0], "running")
        with committed(self.database) as env:
            cron = env.ref("axivox_caller_id.axivox_sync_cron")
            self.assertTrue(cron.active)
            self.assertLess(cron.nextcall, fields.Datetime.now() + timedelta(minutes=2))
        self.run_when_due()
        self.assertEqual(self.state(left)[0], "done")
        self.assertEqual(self.sandbox.applied(), NEW)

    def run_when_due(self):
        """Let Odoo's own scheduler run the job, as if it were due."""
        with committed(self.database) as env:
            cron = env.ref("axivox_caller_id.axivox_sync_cron")
            cron.nextcall = fields.Datetime.now()
        with Registry(self.database).cursor() as cr:
            env["ir.cron"]._process_jobs_loop(cr, job_ids=cron.ids)

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
        self.assertIn("This Odoo user already has an extension in the account", message)

    def test_doubt_is_told_once_in_the_language_of_who_asked_and_looked_into_less_and_less(self):
        doubt = self.interrupted("french_test", state="asked")
        self.speak("french_test", "fr_FR")
        self.sandbox.misbehave({"kind": "500_before", "times": 9999})
        before = self.notifications()
        for _ in range(2):
            self.schedule()
            self.assertEqual(self.notifications(), before + 1)
        state, message = self.state(doubt)
        self.assertEqual(state, "asked")
        self.assertIn("On ne sait pas encore", message)
        self.age(doubt, "create_date", "1 hour")
        self.assertEqual(self.asks(), 0, "it has lasted an hour: it is looked into less often")
        self.age(doubt, "write_date", "14 minutes")
        self.assertEqual(self.asks(), 0)
        self.age(doubt, "write_date", "2 minutes")
        self.assertGreater(self.asks(), 0)
        self.age(doubt, "write_date", "16 minutes")
        self.sandbox.behave()
        self.schedule()
        self.assertEqual(self.state(doubt)[0], "done")
        self.assertEqual(self.notifications(), before + 2)

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
        """Return how many requests the scheduler, called once, sends to Axivox."""
        self.sandbox.forget_requests()
        self.schedule()
        return len(self.sandbox.requests())

    def age(self, sync_id, date, interval):
        with committed(self.database) as env:
            env.cr.execute(
                f"UPDATE axivox_sync SET {date} = {date} - %s::interval WHERE id = %s",
                (interval, sync_id),
            )


@tagged("post_install", "-at_install")
class TestLock(ApplyCase):
    """One pull or apply of an account at a time, over all processes."""

    def setUp(self):
        super().setUp()
        self.begin()
        self.addCleanup(self.sandbox.behave)

    def another_process(self):
        """Return the cursor of a session that may take the lock."""
        cr = Registry(self.database).cursor()
        self.addCleanup(cr.close)
        self.addCleanup(self.release, cr)
        return cr

    def take(self, cr):
        """Return whether the lock was free, and is this session's now."""
        cr.execute(SQL("SELECT pg_try_advisory_lock(%s, %s)", LOCK, self.account_id))
        return cr.fetchone()[0]

    def release(self, cr):
        cr.execute("SELECT pg_advisory_unlock_all()")

    def test_the_schedulers_moment_refuses_nobody(self):
        other = self.another_process()
        self.assertTrue(self.take(other))
        ends = threading.Timer(0.4, self.release, [other])
        ends.start()
        self.assertIsNone(self.apply())
        ends.join()
        self.assertEqual(self.sandbox.applied(), NEW)

    def test_check_skips_an_account_that_is_being_applied(self):
        self.assertTrue(self.take(self.another_process()))
        self.disconnect_others()
        self.check()
        self.assertEqual(self.sandbox.requests(), [])

    def test_no_transaction_is_open_for_as_long_as_the_lock_is_held(self):
        """A server that ends idle transactions would end the session, and with it the lock."""
        self.sandbox.misbehave({"request": 6, "kind": "delay", "seconds": 4})
        running = threading.Thread(target=self.apply)
        running.start()
        self.wait_for(6)
        holds = """
            SELECT state FROM pg_stat_activity JOIN pg_locks USING (pid)
             WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND granted
        """
        with committed(self.database) as env:
            env.cr.execute(holds, [LOCK, self.account_id])
            self.assertEqual(env.cr.fetchall(), [("idle",)])
        self.assertFalse(self.take(self.another_process()), "the apply is under way")
        running.join()
        self.assertEqual(self.sandbox.applied(), NEW)

    def test_check_that_meets_another_save_is_made_anew(self):
        self.sandbox.edit(default_number=PARIS)
        self.sandbox.forget_requests()
        self.sandbox.misbehave({"path": "/numbers", "kind": "delay", "seconds": 4})
        self.disconnect_others()
        checking = threading.Thread(target=self.check)
        checking.start()
        self.wait_for(5)
        with committed(self.database) as env:
            env["axivox.account"].browse(self.account_id).dial_format = "+"
        checking.join()
        account = self.call("read", ["check_failure", "warnings"])[0]
        self.assertFalse(account["check_failure"])
        self.assertIn("Settings were changed in Axivox's console", str(account["warnings"]))

    def disconnect_others(self):
        """Leave the scheduler only this account to check."""
        with committed(self.database) as env:
            others = env["axivox.account"].search([("id", "!=", self.account_id)])
            others.connected_to = False

    def check(self):
        self.server.run_scheduled("axivox_check_cron")
