import threading
import time
from contextlib import suppress
from datetime import timedelta
from itertools import product

import requests

from odoo import fields
from odoo.tests import BaseCase, tagged
from odoo.tools import config

from ..callerid.policy import Settings
from .common import LONDON, MAIN, NEW_YORK, PARIS
from .odoo_process import RefusedError, Server, committed, remove_company
from .stand_in import TOKEN, StandIn

OLD = {
    "default": MAIN,
    "override": False,
    "rules": [["0044", LONDON], ["0033", PARIS]],
    "extensions": {"201": None, "202": PARIS},
}
NEW = {
    "default": LONDON,
    "override": True,
    "rules": [["0033", PARIS], ["0044", NEW_YORK]],
    "extensions": {"201": NEW_YORK, "202": None},
}
# Reading the company, the settings, the pending changes, users and numbers; saving the settings
# and the users; applying.
REQUESTS = [
    "GET /api/company",
    "GET /api/outgoing-settings",
    "GET /api/changes",
    "GET /api/users",
    "GET /api/numbers",
    "PUT /api/outgoing-settings",
    "PATCH /api/users",
    "POST /api/apply",
]
KINDS = (
    "429",
    "500_before",
    "500_after",
    "drop_before",
    "drop_after",
    "cut",
    "nonsense",
    "wrong_shape",
    "redirect",
)


class ApplyCase(BaseCase):
    """A real Odoo process, and the stand-in for Axivox as another, on the test database."""

    workers = 0

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.database = config["db_name"][0]
        cls.sandbox = StandIn()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.server = Server(cls.database, cls.workers)
        cls.addClassCleanup(cls.server.stop)
        cls.account_id = cls.account_at(cls.sandbox)
        cls.server.log_in("admin")
        cls.call("action_test_connection")
        cls.call("action_pull")

    @classmethod
    def account_at(cls, sandbox):
        """Return the id of a new account of the administrator's, for this stand-in."""
        cls.hold(OLD, sandbox)
        with committed(cls.database) as env:
            company = env["res.company"].create(
                {"name": f"Faults {time.time_ns()}", "country_id": env.ref("base.be").id}
            )
            cls.addClassCleanup(remove_company, cls.database, company.id)
            admin = env.ref("base.user_admin")
            admin.write({"company_ids": [(4, company.id)], "company_id": company.id})
            account = env["axivox.account"].create(
                {
                    "company_id": company.id,
                    "mode": "api",
                    "base_url": sandbox.base_url,
                    "token": TOKEN,
                }
            )
            return account.id

    @classmethod
    def hold(cls, settings, sandbox=None):
        (sandbox or cls.sandbox).hold(
            company={"name": "Velo Test", "domain": "velo.axivox.example"},
            numbers=[
                {"number": number, "destination": {"type": "hang_up", "target": None}}
                for number in (MAIN, LONDON, PARIS, NEW_YORK)
            ],
            users=[
                {"extension": extension, "name": extension, "outgoing_number": number}
                for extension, number in settings["extensions"].items()
            ],
            outgoing_settings={
                "default_number": settings["default"],
                "rules_override_users": settings["override"],
                "rules": [{"prefix": p, "number": number} for p, number in settings["rules"]],
            },
        )

    @classmethod
    def call(cls, method, *args):
        return cls.server.call("axivox.account", method, [cls.account_id], *args)

    def begin(self):
        """Let both sides agree on the old settings; save the new ones in Odoo."""
        self.hold(OLD)
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            base = {**(account.base or {}), "saved": OLD}
            account.write({"base": base, "in_flight": False, "applied_settings": OLD})
            account._restore(Settings.from_json(NEW))
            account.sync_ids.unlink()
        self.assertEqual(self.call("read", ["pending_change_count"])[0]["pending_change_count"], 6)
        self.sandbox.forget_requests()

    def apply(self):
        """Return the sentence of what went wrong, or None."""
        try:
            self.call("action_apply_changes")
        except RefusedError as refused:
            self.assertNotIn(TOKEN, str(refused))
            return str(refused)
        return None

    def wait_until(self, has_happened):
        deadline = time.monotonic() + 30
        while not has_happened():
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.02)

    def wait_for(self, requests):
        self.wait_until(lambda: len(self.sandbox.requests()) >= requests)

    def check_all_old_or_all_new(self, said):
        """Check that live calls run on all old or all new settings, and that Odoo says which, or
        that it does not know."""
        live = self.sandbox.applied()
        self.assertIn(live, (OLD, NEW))
        account = self.call("read", ["pending_change_count", "warnings"])[0]
        warnings = " ".join(warning["message"] for warning in account["warnings"])
        if "not known yet" in warnings:
            self.assertTrue(said is None or "not known yet" in said, said)
        else:
            self.assertEqual(account["pending_change_count"] == 0, live == NEW, said)
            self.assertEqual(said is None, live == NEW, said)

    def check_again_ends_with_all_new(self):
        self.assertIsNone(self.apply())
        self.assertEqual(self.sandbox.applied(), NEW)
        account = self.call("read", ["pending_change_count", "warnings"])[0]
        self.assertEqual(account["pending_change_count"], 0)
        self.assertNotIn("not known", str(account["warnings"]))


@tagged("post_install", "-at_install")
class TestFaults(ApplyCase):
    def test_apply_asks_no_more_than_it_must(self):
        self.begin()
        self.assertIsNone(self.apply())
        self.assertEqual(self.sandbox.requests(), REQUESTS)
        self.assertEqual(self.sandbox.applied(), NEW)

    def test_every_fault_at_every_request_leaves_all_old_or_all_new(self):
        for request, name in enumerate(REQUESTS, 1):
            # A write that goes wrong once is looked into by reading: that works, or does not.
            often = (99,) if name.startswith("GET") else (1, 99)
            for kind, times in product(KINDS, often):
                with self.subTest(name, kind=kind, times=times):
                    self.begin()
                    self.sandbox.misbehave(
                        {"request": request, "kind": kind, "times": times, "seconds": 0}
                    )
                    said = self.apply()
                    self.check_all_old_or_all_new(said)
                    self.sandbox.behave()
                    self.check_again_ends_with_all_new()

    def test_edit_behind_our_back_at_every_request_is_seen_before_it_goes_live(self):
        for request in range(1, len(REQUESTS) + 1):
            with self.subTest(REQUESTS[request - 1]):
                self.begin()
                self.sandbox.misbehave(
                    {"request": request, "kind": "edit", "edit": {"users": {"202": MAIN}}}
                )
                said = self.apply()
                self.assertIn("the console", said)
                self.assertEqual(self.sandbox.applied(), OLD)
                self.assertIn("202: +32 12 34 56 78 at Axivox, Default in Odoo", self.apply())
                self.assertEqual(self.sandbox.applied(), OLD)

    def test_our_own_half_done_save_is_nobody_elses_change(self):
        self.begin()
        self.sandbox.misbehave({"kind": "500_before", "path": "/apply", "times": 99})
        self.assertIn("Live calls are unchanged", self.apply())
        self.sandbox.behave()
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            back = {**NEW, "default": PARIS, "rules": OLD["rules"]}
            account._restore(Settings.from_json(back))
        self.assertIsNone(self.apply())
        self.assertEqual(self.sandbox.applied()["default"], PARIS)

    def test_apply_that_went_live_is_done_also_where_somebody_applied_upon_it_and_no_answer_came(
        self,
    ):
        self.begin()
        theirs = {"users": {"202": MAIN}, "apply": True}
        self.sandbox.misbehave(
            {"path": "/apply", "kind": "drop_after", "times": 99},
            {"path": "/company", "request": 2, "kind": "edit", "edit": theirs},
        )
        self.assertIsNone(self.apply())
        live = {**NEW, "extensions": {**NEW["extensions"], "202": MAIN}}
        self.assertEqual(self.sandbox.applied(), live)
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            self.assertEqual(account.sync_ids[0].state, "done")
            self.assertIn("the console has been changed since", account.sync_ids[0].message)
            ours, found = account.applied_ids[1], account.applied_ids[0]
            self.assertEqual((ours.settings, found.settings), (NEW, live))
            self.assertEqual(account.pending_change_count, 1)
            self.assertIn("Settings were changed in Axivox's console", str(account.warnings))

    def test_a_console_that_is_away_is_said_in_a_sentence(self):
        self.begin()
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            tested, url = account.connected_to, account.base_url
            account.write({"base_url": "http://127.0.0.1:9/api", "token": TOKEN})
            account.connected_to = tested
        self.assertIn("cannot be reached", self.apply())
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            account.write({"base_url": url, "token": TOKEN})
            account.connected_to = tested
        self.check_again_ends_with_all_new()


@tagged("post_install", "-at_install")
class TestKilled(ApplyCase):
    workers = 2

    def test_killed_at_every_request_leaves_all_old_or_all_new(self):
        for request in range(1, len(REQUESTS) + 1):
            for arrives in (True, False):
                with self.subTest(REQUESTS[request - 1], arrives=arrives):
                    self.begin()
                    self.kill_at(request, arrives=arrives)
                    self.assertIn(self.sandbox.applied(), (OLD, NEW))
                    self.check_all_old_or_all_new(None if self.is_unknown() else "killed")
                    self.check_again_ends_with_all_new()

    def test_scheduler_ends_what_was_interrupted(self):
        self.begin()
        self.kill_at(len(REQUESTS) - 1, arrives=True)
        with committed(self.database) as env:
            cron = env.ref("axivox_caller_id.axivox_sync_cron")
            soon = fields.Datetime.now() + timedelta(minutes=2)
            self.assertLess(cron.nextcall, soon, "the scheduler is to look again by itself")
        self.server.run_scheduled("axivox_sync_cron")
        self.assertEqual(self.sandbox.applied(), NEW)
        self.assertEqual(self.call("read", ["pending_change_count"])[0]["pending_change_count"], 0)

    def test_of_two_managers_one_applies_and_the_other_is_told_who(self):
        self.begin()
        self.sandbox.misbehave({"request": 6, "kind": "delay", "seconds": 5})
        first = threading.Thread(target=self.apply)
        first.start()
        self.wait_for(6)
        self.assertRegex(self.apply(), "is pulling or applying right now")
        first.join()
        self.assertEqual(self.sandbox.applied(), NEW)
        self.assertEqual(self.sandbox.requests().count("POST /api/apply"), 1)

    def is_unknown(self):
        warnings = self.call("read", ["warnings"])[0]["warnings"]
        return any("not known yet" in warning["message"] for warning in warnings)

    def kill_at(self, request, *, arrives):
        """Kill Odoo during a request of an apply; the request arrives at Axivox, or does not."""
        faults = [{"request": request, "kind": "delay", "seconds": 1}]
        if not arrives:
            faults.append({"request": request, "kind": "drop_before"})
        self.sandbox.misbehave(*faults)

        def apply():
            with suppress(requests.ConnectionError):  # it was killed
                self.call("action_apply_changes")

        pressed = threading.Thread(target=apply)
        pressed.start()
        self.wait_for(request)
        self.server.kill_workers()
        pressed.join()
        if arrives:
            self.sandbox.settle()
        self.sandbox.behave()
        self.server.log_in("admin")


@tagged("post_install", "-at_install")
class TestLarge(ApplyCase):
    """2,000 users and 1,000 rules, as the scheduler pulls and applies them."""

    workers = 2
    users = 2000
    rules = 1000

    def test_large_account_survives_a_restart_and_asks_by_the_page(self):
        rules = [[f"00{1000000 + position}", LONDON] for position in range(self.rules)]
        users = {str(10000 + position): None for position in range(self.users)}
        self.hold({**OLD, "rules": rules, "extensions": {**OLD["extensions"], **users}})
        self.call("action_test_connection")

        action = self.call("action_pull")
        self.assertEqual(action["res_model"], "axivox.sync")
        self.kill_scheduler_at(lambda sync: sync["done"] >= 400)
        self.assertLess(self.extensions(), self.users)
        self.assertEqual(self.schedule()["state"], "done")
        self.assertEqual(self.extensions(), self.users + len(OLD["extensions"]))
        self.assertEqual(self.pending(), 0)

        counts = {}
        for changed, number in ((1, PARIS), (100, NEW_YORK), (self.users, MAIN)):
            self.give(list(users)[:changed], number)
            self.sandbox.forget_requests()
            self.call("action_apply_changes")
            if changed == self.users:
                self.assertEqual(self.schedule()["state"], "done")
            counts[changed] = len(self.sandbox.requests())
            self.assertEqual(self.pending(), 0)
        print("\nHTTP requests of an apply, by changed users:", counts)
        self.assertEqual(counts[1], counts[100])
        self.assertLessEqual(counts[self.users], counts[1] + self.users / 500)

        self.give(users, PARIS)
        self.call("action_apply_changes")
        self.assertIn("started applying", str(self.call("read", ["warnings"])))
        # How far it is shows once a second.
        self.sandbox.misbehave({"kind": "delay", "method": "PATCH", "times": 2, "seconds": 1.1})
        self.kill_scheduler_at(lambda sync: sync["done"] >= 500)
        applied = self.sandbox.applied()["extensions"]
        self.assertEqual({applied[extension] for extension in users}, {MAIN})
        self.assertEqual(self.schedule()["state"], "done")
        applied = self.sandbox.applied()["extensions"]
        self.assertEqual({applied[extension] for extension in users}, {PARIS})
        self.assertEqual(self.pending(), 0)

    def give(self, users, number):
        """Save an outgoing number for these users."""
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            wanted = account.number_ids.filtered(lambda known: known.number == number)
            account.extension_ids.filtered(lambda e: e.number in users).outgoing_number_id = wanted

    def extensions(self):
        with committed(self.database) as env:
            return len(env["axivox.account"].browse(self.account_id).extension_ids)

    def pending(self):
        return self.call("read", ["pending_change_count"])[0]["pending_change_count"]

    def sync(self):
        fields = ["state", "done", "total", "progress", "message"]
        domain = [("account_id", "=", self.account_id)]
        return self.server.call("axivox.sync", "search_read", domain, fields, limit=1)[0]

    def schedule(self):
        self.server.run_scheduled("axivox_sync_cron")
        return self.sync()

    def kill_scheduler_at(self, is_there):
        def run():
            with suppress(requests.ConnectionError):  # it was killed
                self.schedule()

        self.assertEqual(self.sync()["state"], "pending")
        running = threading.Thread(target=run)
        running.start()
        deadline = time.monotonic() + 60
        while not is_there(sync := self.watch()):
            self.assertLess(time.monotonic(), deadline)
            self.assertTrue(running.is_alive(), sync)
        self.server.kill_workers()
        running.join()
        self.server.log_in("admin")
        self.assertEqual(self.sync()["state"], "running", "as far as anybody knows")

    def watch(self):
        with committed(self.database) as env:
            sync = env["axivox.sync"].search([("account_id", "=", self.account_id)], limit=1)
            return {"state": sync.state, "done": sync.done}
