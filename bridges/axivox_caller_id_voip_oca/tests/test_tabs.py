import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event, RLock, Timer
from unittest.mock import patch
from uuid import uuid4

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import Registry
from odoo.service import model as service
from odoo.sql_db import db_connect
from odoo.tests import BaseCase, tagged
from odoo.tools import config, mute_logger

from ..models import voip_call_log, voip_call_tabs

TABS = 4
ROUNDS = 5
LONGEST = 2  # seconds that a report may hold a worker


@tagged("post_install", "-at_install")
class TestTabs(BaseCase):
    """Requests as Odoo serves them: each in a transaction of its own that is committed."""

    def setUp(self):
        super().setUp()
        self.database = db_connect(config["db_name"][0])
        # Odoo's own runner holds the lock of all registries during tests: other threads would wait
        # for it, while this one waits for them.
        self.enterContext(patch.object(Registry, "_lock", RLock()))
        # The database first refuses simultaneous reports, which are then repeated.
        self.enterContext(mute_logger("odoo.sql_db"))
        self.sip_call_id = f"tabs-{uuid4()}"
        self.addCleanup(self._remove)
        # Before Odoo repeats a request, it sleeps up to four seconds.
        asleep = patch.object(service.time, "sleep", side_effect=self._sleep)
        self.odoo_slept = []
        self.really_sleep = time.sleep
        self.enterContext(asleep)

    def _sleep(self, seconds):
        if seconds != voip_call_tabs.PAUSE:
            self.odoo_slept.append(seconds)
        self.really_sleep(seconds)

    def _remove(self):
        with self.database.cursor() as cr:
            cr.execute("DELETE FROM voip_call WHERE sip_call_id LIKE %s", (f"{self.sip_call_id}%",))

    @contextmanager
    def _calls(self):
        with self.database.cursor() as cr:
            admin = api.Environment(cr, SUPERUSER_ID, {}).ref("base.user_admin")
            yield api.Environment(cr, admin.id, {})["voip.call"]

    def _report(self, sip_call_id, **told):
        """Report a call; return the seconds that it took."""
        told = {"phone_number": "201", "type_call": "incoming", "sip_call_id": sip_call_id, **told}
        with self._calls() as calls:
            started = time.monotonic()
            service.retrying(partial(calls.create_call, told), calls.env)
            return time.monotonic() - started

    def test_tab_waits_for_another_one_without_odoos_sleep(self):
        released = Event()
        with self._calls() as other:

            def release():
                released.set()
                other.env.cr.rollback()

            other._one_tab_at_a_time(self.sip_call_id)
            Timer(0.3, release).start()
            took = self._report(self.sip_call_id)
            self.assertTrue(released.is_set())
        self.assertFalse(self.odoo_slept)
        self.assertLess(took, LONGEST)

    def test_tab_that_began_before_another_one_wrote_sees_what_it_wrote(self):
        with self._calls() as calls:
            self.assertFalse(calls.search([("sip_call_id", "=", self.sip_call_id)]))
            self._report(self.sip_call_id)
            told = {"phone_number": "201", "type_call": "incoming", "sip_call_id": self.sip_call_id}
            service.retrying(partial(calls.create_call, told), calls.env)
            self.assertEqual(calls.search_count([("sip_call_id", "=", self.sip_call_id)]), 1)
        self.assertFalse(self.odoo_slept)

    def test_tab_sees_what_another_one_wrote_also_where_resolving_breaks(self):
        with self._calls() as calls:
            self.assertFalse(calls.search([("sip_call_id", "=", self.sip_call_id)]))
            broken = patch.object(type(calls), "_incoming", side_effect=ZeroDivisionError)
            told = {"phone_number": "201", "type_call": "incoming", "sip_call_id": self.sip_call_id}
            with broken, mute_logger(voip_call_log.__name__):
                self._report(self.sip_call_id)
                service.retrying(partial(calls.create_call, told), calls.env)
            self.assertEqual(calls.search_count([("sip_call_id", "=", self.sip_call_id)]), 1)
        self.assertFalse(self.odoo_slept)

    def test_no_report_of_four_tabs_holds_a_worker_for_two_seconds(self):
        tellings = ({}, {"answered_ago": 1}, {"answered_ago": 2, "ended_ago": 0})
        with ThreadPoolExecutor(TABS) as tabs:
            took = [
                seconds
                for number in range(ROUNDS)
                for told in tellings
                for seconds in tabs.map(
                    lambda _tab, n=number, t=told: self._report(f"{self.sip_call_id} {n}", **t),
                    range(TABS),
                )
            ]
        self.assertFalse(self.odoo_slept)
        self.assertLess(max(took), LONGEST)
        with self._calls() as calls:
            logged = calls.search([("sip_call_id", "like", self.sip_call_id)])
            self.assertEqual(logged.mapped("outcome"), ["answered"] * ROUNDS)

    def test_tab_gives_up_where_another_one_holds_the_call_for_long(self):
        with self._calls() as other, self._calls() as calls:
            other._one_tab_at_a_time(self.sip_call_id)
            started = time.monotonic()
            with self.assertRaises(ConcurrencyError):
                calls.create_call({"phone_number": "201", "sip_call_id": self.sip_call_id})
        self.assertLess(time.monotonic() - started, voip_call_tabs.PATIENCE + LONGEST)

    def test_what_was_written_in_the_same_transaction_is_not_lost(self):
        with self._calls() as other, self._calls() as calls:
            other._one_tab_at_a_time(self.sip_call_id)
            partner = calls.env["res.partner"].create({"name": "Written before"})
            with self.assertRaises(ConcurrencyError):
                calls.create_call({"phone_number": "201", "sip_call_id": self.sip_call_id})
            self.assertTrue(partner.exists())
            calls.env.cr.rollback()
