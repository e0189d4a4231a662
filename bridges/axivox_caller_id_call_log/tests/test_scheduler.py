"""Calls are posted in the chatter by the scheduler, each once, whatever happens to it."""

from contextlib import closing
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged
from odoo.tools import html2plaintext, mute_logger

from odoo.addons.axivox_caller_id.tests.common import LONDON, MAIN

from ..models import axivox_call_caller
from .common import CALLED, LONDONER, CallLogCase

LOG = "odoo.addons.axivox_caller_id_call_log.models.axivox_call_caller"
SAID = "Outgoing call · 2 min 3 s · shown as +44 20 7946 0958 · Terminated"


@tagged("post_install", "-at_install")
class TestScheduler(CallLogCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.belgium = cls.env.ref("base.be")
        cls.contact = cls._contact()

    @classmethod
    def _contact(cls, **vals):
        values = {"name": "Called", "phone": LONDONER, "country_id": cls.belgium.id, **vals}
        return cls.env["res.partner"].create(values)

    def _lines(self, record=None):
        """Return the chatter's present lines about calls, the oldest first."""
        messages = (record or self.contact).message_ids.sorted("id")
        return [said for m in messages if "call" in (said := html2plaintext(m.body))]

    def _written(self, count=1, **vals):
        return self.calls.create([self._values(did=LONDON, **vals) for _ in range(count)]).sudo()

    def test_nothing_is_said_before_the_scheduler_comes_and_it_says_it_once(self):
        call = self._written()
        self.assertFalse(self._lines())
        self.assertTrue(call.is_chatter_pending)
        for _ in range(2):
            self._run_scheduler()
            self.assertEqual(self._lines(), [SAID])
        self.assertFalse(call.is_chatter_pending)

    def test_what_is_rewritten_before_is_said_as_it_is_now(self):
        call = self._written(state="calling", end_date=False)
        theirs = self.calls.browse(call.id)
        theirs.write({"state": "missed"})
        theirs.write({"state": "terminated", "end_date": CALLED + timedelta(seconds=123)})
        self._run_scheduler()
        self.assertEqual(self._lines(), [SAID])

    def test_call_that_goes_on_is_told_when_it_ends(self):
        call = self._written(state="ongoing", end_date=False)
        self.assertFalse(call.is_chatter_pending)
        self.calls.browse(call.id).write({"state": "terminated"})
        self.assertTrue(call.is_chatter_pending)

    def test_line_that_says_so_already_is_left_alone(self):
        call = self._written()
        self._run_scheduler()
        said = call.chatter_message_id.write_date
        self.calls.browse(call.id).write({"did": LONDON, "state": "terminated"})
        with patch.object(type(self.env["mail.message"]), "write") as write:
            self._run_scheduler()
        write.assert_not_called()
        self.assertEqual(call.chatter_message_id.write_date, said)

    def test_run_that_dies_leaves_all_of_it_to_the_next(self):
        calls = self._written(3)
        self.env.flush_all()
        with closing(self.env.cr.savepoint()) as savepoint:
            calls._for_odoo()._post_in_chatter()
            self.assertEqual(len(self._lines()), 3)
            savepoint.rollback()
        self.env.invalidate_all()
        self.assertFalse(self._lines())
        self.assertEqual(calls.mapped("is_chatter_pending"), [True] * 3)
        self._run_scheduler()
        self.assertEqual(self._lines(), [SAID] * 3)

    def test_call_that_cannot_be_told_keeps_no_other_waiting(self):
        calls = self._written(3)
        line, bad = type(calls)._line, calls[1]

        def fails(call):
            if call == bad:
                raise ValueError("broken")
            return line(call)

        with (
            patch.object(type(calls), "_line", fails),
            self.assertLogs(LOG, "ERROR") as log,
        ):
            self._run_scheduler()
        self.assertEqual(len(log.output), 1)
        self.assertIn("ValueError: broken", log.output[0])
        self.assertEqual(self._lines(), [SAID] * 2)
        self.assertFalse(bad.chatter_message_id)
        self.assertFalse(any(calls.mapped("is_chatter_pending")))

    @mute_logger(LOG)
    def test_database_that_fails_for_one_call_spoils_no_other(self):
        calls = self._written(3)
        line, bad = type(calls)._line, calls[1]

        def fails(call):
            if call == bad:
                call.env.cr.execute("SELECT 1/0")
            return line(call)

        with patch.object(type(calls), "_line", fails), mute_logger("odoo.sql_db"):
            self._run_scheduler()
        self.assertEqual(self._lines(), [SAID] * 2)

    def test_call_that_another_transaction_holds_is_left_for_later(self):
        calls = self._written(2)

        def one(calls, *, allow_referencing):
            self.assertTrue(allow_referencing, "what refers to a call need not wait")
            return calls[:1]

        with patch.object(type(calls), "try_lock_for_update", one):
            self._run_scheduler()
        self.assertEqual(calls.mapped("is_chatter_pending"), [False, True])
        self._run_scheduler()
        self.assertEqual(self._lines(), [SAID] * 2)

    def test_what_another_run_has_told_is_not_told_again(self):
        calls = self._written(2)
        self._run_scheduler()
        calls._for_odoo()._post_in_chatter()
        self.assertEqual(self._lines(), [SAID] * 2)

    def test_one_run_tells_of_all_calls_however_many(self):
        calls = self._written(5)
        with patch.object(axivox_call_caller, "POSTED_AT_ONCE", 2):
            self._run_scheduler()
        self.assertFalse(any(calls.mapped("is_chatter_pending")))
        self.assertEqual(self._lines(), [SAID] * 5)

    def test_call_of_nobody_is_told_by_who_wrote_it(self):
        self._written(user_id=False)
        self._run_scheduler()
        [said] = self.contact.message_ids.filtered(lambda m: "call" in m.body)
        self.assertEqual(said.author_id, self.connector.partner_id)

    def test_each_company_is_told_of_its_own_calls(self):
        there = self.env["res.company"].create({"name": "There", "country_id": self.belgium.id})
        self.env["axivox.account"].create({"company_id": there.id})
        user = self._user("there_test")
        user.write({"company_ids": [Command.set(there.ids)], "company_id": there.id})
        self.contact.company_id = self.company
        theirs = self._contact(company_id=there.id)
        self.connector.company_ids += there
        calls = self._written() + self._written(user_id=user.id, direction="incoming")
        self.assertTrue(all(calls.mapped("is_chatter_pending")))
        self._run_scheduler()
        self.assertEqual(self._lines(), [SAID])
        self.assertEqual(len(self._lines(theirs)), 1)

    def test_call_whose_lead_is_gone_is_told_to_the_contact(self):
        lead = self.env["crm.lead"].create({"name": "L", "partner_id": self.contact.id})
        call = self._written()
        self.assertEqual(call.lead_id, lead)
        lead.unlink()
        self._run_scheduler()
        self.assertEqual(self._lines(), [SAID])

    def test_call_of_a_stranger_is_told_to_nobody_and_done_with(self):
        call = self._written(phone_number="+33199001299")
        self._run_scheduler()
        self.assertFalse(call.chatter_message_id or call.is_chatter_pending)

    def test_scheduler_that_was_off_for_a_while_loses_nothing(self):
        job = self.env.ref("axivox_caller_id_call_log.axivox_call_cron")
        job.active = False
        call = self._written()
        self.calls.browse(call.id).did = MAIN
        job.active = True
        self._run_scheduler()
        self.assertEqual(len(self._lines()), 1)
