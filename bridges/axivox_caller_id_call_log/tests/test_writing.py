"""Whatever the connector writes, in whatever order: the result is the same, and our addon never
makes it fail."""

from contextlib import contextmanager, nullcontext
from datetime import timedelta
from itertools import permutations
from math import ceil
from unittest.mock import patch

from odoo import Command, models
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.axivox_caller_id.tests.common import LONDON, MAIN, PARIS

from .. import post_init_hook
from ..models import axivox_call
from ..models.past import Past
from .common import BERLINER, CALLED, LONDONER, CallLogCase

LOG = "odoo.addons.axivox_caller_id_call_log.models.axivox_call"
TOLD = (
    "caller_id_promised",
    "caller_id_source",
    "caller_id_rule",
    "caller_id_shown",
    "caller_id_verdict",
    "caller_id_reason",
    "caller_id_extension",
    "caller_id_destination",
    "axivox_number_id",
    "lead_id",
)


@tagged("post_install", "-at_install")
class TestWriting(CallLogCase):
    def _examined(self, call):
        return {name: call[name] for name in TOLD}

    def test_order_in_which_a_call_is_written_does_not_matter(self):
        self.env["crm.lead"].create({"name": "L", "phone": "+442079460321"})
        whole = self._values(did=LONDON)
        expected = self._examined(self.calls.create(whole).sudo())
        self.assertEqual(expected["caller_id_verdict"], "as_promised")
        parts = [
            {"user_id": whole.pop("user_id")},
            {"did": whole.pop("did")},
            {"start_date": whole.pop("start_date")},
            {"direction": whole.pop("direction")},
            {"state": whole.pop("state"), "end_date": whole.pop("end_date")},
        ]
        for order in permutations(parts):
            call = self.calls.create({**whole, "state": "calling"})
            for part in order:
                call.write(part)
            self.assertEqual(self._examined(call.sudo()), expected)

    def test_call_that_is_rewritten_is_told_anew(self):
        call = self._call()
        theirs = self.calls.browse(call.id)
        theirs.phone_number = BERLINER
        self.assertEqual((call.caller_id_promised, call.caller_id_verdict), (MAIN, "different"))
        theirs.write({"did": MAIN})
        self.assertEqual(call.caller_id_verdict, "as_promised")
        theirs.write({"did": False})
        self._unknown("no_did", call)
        theirs.write({"direction": "incoming", "did": PARIS})
        self.assertFalse(call.caller_id_verdict or call.caller_id_reason or call.caller_id_promised)
        self.assertEqual(call.axivox_number_id, self.paris)

    def test_what_tells_nothing_of_the_number_changes_nothing(self):
        call = self._call()
        self.account.default_outgoing_number_id = self.paris
        with patch.object(type(call), "_examined") as told:
            self.calls.browse(call.id).write({"summary": "About bicycles", "sentiment": "good"})
        told.assert_not_called()

    def test_call_without_start_is_taken_to_be_of_when_it_is_written(self):
        call = self._call(start_date=False, end_date=False, state="calling")
        self.assertEqual(call.caller_id_verdict, "as_promised")

    @mute_logger(LOG)
    def test_connector_does_not_notice_what_goes_wrong_with_us(self):
        def break_database(calls, *_args):
            calls.env.cr.execute("SELECT 1/0")

        for broken in (
            "_add_durations",
            "_written",
            "_homes",
            "_promises",
            "_other_sides",
            "_calls_of_widget",
        ):
            for fault in (ValueError("broken"), break_database):
                with (
                    self.subTest(broken, fault=fault),
                    patch.object(type(self.calls), broken, autospec=True, side_effect=fault),
                    mute_logger("odoo.sql_db"),
                ):
                    call = self.calls.create(self._values(did=LONDON))
                    call.write({"did": MAIN, "phone_number": LONDONER})
                self.env.invalidate_all()
                self.assertEqual((call.phone_number, call.did), (LONDONER, MAIN))
                self.assertEqual(call.duration_s, 123)
                if broken != "_add_durations":  # which a rewritten call does not need
                    self.assertFalse(call.caller_id_verdict)

    def test_failure_is_in_the_servers_log(self):
        with (
            patch.object(type(self.calls), "_promises", side_effect=ValueError("broken")),
            self.assertLogs(LOG, "ERROR") as log,
        ):
            self._call()
        self.assertIn("ValueError: broken", log.output[0])

    def test_nonsense_is_logged_as_it_comes(self):
        for number in ("", " ", "\x7f", "٠٠٤٤", "x" * 400, "+", "*", "#31#", "sip:a@b", "😀"):
            for did in ("", "x" * 400, "\n", "+", "+0", "٣٢"):
                call = self._call(number or ".", did=did)
                self.assertEqual(call.caller_id_verdict, "unknown", (number, did))

    def test_nobody_sets_what_is_told(self):
        call = self._call()
        for user in (self.connector, self.sophie, self.manager):
            theirs = call.with_user(user)
            for name in (*TOLD[:-1], "found_lead_id", "chatter_message_id", "lead_id"):
                with self.subTest(user.login, field=name), self.assertRaises(AccessError):
                    theirs.write({name: False})
                with self.assertRaises(AccessError):
                    theirs.create({**self._values(user_id=user.id), name: False})
        context = {"default_caller_id_verdict": "different", "default_caller_id_shown": PARIS}
        for values, verdict in (({}, "unknown"), ({"direction": "incoming"}, False)):
            made = self.calls.with_context(**context).create(self._values(**values))
            self.assertEqual((made.caller_id_verdict, made.caller_id_shown), (verdict, False))
        message = self.account.message_ids[:1]
        calls = self.calls.with_context(default_chatter_message_id=message.id)
        made = calls.create(self._values(state="ongoing")).sudo()
        self.assertTrue(message)
        self.assertFalse(made.chatter_message_id)
        self._customer()
        call._for_odoo()._post_in_chatter()
        self.assertTrue(call.chatter_message_id)
        self.assertFalse(call.copy().chatter_message_id)

    def test_connector_that_may_nothing_else_writes_calls(self):
        connector = self._user("bare_test", "axivox.group_axivox_all_calls")
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        connector.write({"company_ids": [Command.set(elsewhere.ids)], "company_id": elsewhere.id})
        call = (
            self.env["axivox.call"]
            .with_user(connector)
            .with_context(allowed_company_ids=None)
            .create(self._values(did=LONDON))
        )
        self.assertEqual(call.sudo().caller_id_verdict, "as_promised")

    def test_older_log_without_did_is_said_and_the_rest_is_done(self):
        self.assertFalse(
            [w for w in self.account.warnings or () if "older version" in w["message"]]
        )
        with patch.object(type(self.calls), "_keeps_did", lambda calls: False):
            call = self._call()
            self.account.invalidate_recordset()
            said = [w for w in self.account.warnings or () if "older version" in w["message"]]
        self.assertEqual(len(said), 1)
        self._unknown("no_did", call)
        self.assertEqual(call.caller_id_promised, LONDON)

    def test_calls_that_are_there_at_installation_are_not_known(self):
        outgoing, incoming = self._call(), self._call(direction="incoming")
        periods = self.env["axivox.period"].search([("account_id", "=", self.account.id)])
        self.london.active = False
        periods.unlink()
        post_init_hook(self.env)
        self._unknown("before", outgoing)
        self.assertFalse(incoming.caller_id_verdict)
        now = self.env["axivox.period"].search([("account_id", "=", self.account.id)])
        self.assertEqual({*now.mapped("extension")}, {"201", "202", False})
        self.assertEqual(now.number_id, self.london)

    # Cost --------------------------------------------------------------------------------------

    def _batch(self, size, first=0):
        """Return the values of calls of all kinds, to many numbers."""
        numbers = (LONDONER, BERLINER, "0033199001{:03}", "+3247012{:04}", "112", "202", "nobody")
        return [
            self._values(
                numbers[place % len(numbers)].format(first + place),
                did=(LONDON, MAIN, PARIS, False)[place % 4],
                user_id=(self.sophie, self.james, self.editor)[place % 3].id,
                direction=("outgoing", "incoming")[place % 5 == 0],
                start_date=CALLED + timedelta(minutes=place),
            )
            for place in range(size)
        ]

    @contextmanager
    def _without_us(self):
        """Make the log write calls as if this addon were not installed."""
        bare = models.BaseModel._create
        with (
            patch.object(type(self.calls), "_create", bare),
            patch.object(axivox_call, "EXAMINED_FIELDS", frozenset()),
        ):
            yield

    def test_log_computes_what_it_would_without_us(self):
        begun, ended = "2026-03-02 10:00:00", "2026-03-02 10:01:30"
        written = [
            {"start_date": begun, "end_date": ended},
            {"start_date": CALLED, "end_date": CALLED + timedelta(seconds=90)},
            {"start_date": begun, "end_date": False, "state": "missed"},
            {"start_date": begun, "end_date": ended, "duration": 7.0, "duration_s": 7},
            {"end_date": ended},
            {},
        ]
        found = []
        for ours in (False, True):
            with nullcontext() if ours else self._without_us():
                calls = self.calls.create([{"phone_number": LONDONER, **vals} for vals in written])
            durations = []
            for vals in ({}, {"end_date": "2026-03-02 10:02:00"}):
                calls.write(vals)
                self.env.flush_all()
                self.env.invalidate_all()
                durations.append((calls.mapped("duration"), calls.mapped("duration_s")))
            found.append(durations)
        self.assertEqual(*found)
        (_hours, seconds), (_later_hours, later) = durations
        self.assertEqual(seconds, [90, 90, 0, 90, 0, 0])
        self.assertEqual(later, [120, 120, 120, 120, 0, 0])

    def test_log_that_computes_durations_otherwise_is_left_to_it(self):
        field = self.calls._fields["duration_s"]
        for other, duration in (
            (patch.multiple(axivox_call, DATES=frozenset({"start_date"})), 123),
            (patch.multiple(axivox_call, DURATIONS=("missing", "create_uid")), 123),
            (
                patch.multiple(
                    axivox_call, DURATIONS=("lead_id",), DATES=frozenset({"found_lead_id"})
                ),
                123,
            ),
            (patch.object(field, "readonly", False), 7),
        ):
            with self.subTest(other), other:
                call = self._call(duration_s=7)
                self.env.flush_all()
                self.env.invalidate_all()
                self.assertEqual((call.duration_s, call.create_uid), (duration, self.connector))
                self.assertEqual(call.caller_id_verdict, "as_promised")

    def _queries(self, size):
        """Return how many queries a batch takes without this addon, and with it."""
        counts = []
        for ours in (False, True):
            values = self._batch(size)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            with nullcontext() if ours else self._without_us():
                self.calls.create(values)
                self.env.flush_all()
            counts.append(self.cr.sql_log_count - before)
        return counts

    def test_cost_of_a_batch_does_not_grow_with_it(self):
        customers = [
            {"name": f"C{i}", "phone": f"+3247012{i:04}", "country_id": self.env.ref("base.be").id}
            for i in range(100)
        ]
        self.env["res.partner"].create([{**customer} for customer in customers])
        self.env["crm.lead"].create(customers[::2] + [{"name": "Often called", "phone": LONDONER}])
        self.commit_answers()
        self._queries(100)
        ours = {}
        for size in (10, 50, 100, 1000):
            without, together = self._queries(size)
            ours[size] = together - without
        # The log alone updates what it has written, a hundred calls at a time.
        more = 10 + ("voip.call" in self.env)
        self.assertEqual(ours, {size: more - ceil(size / 100) for size in ours})

    def test_call_that_is_written_as_it_begins_and_ends_costs_a_few_queries(self):
        self._customer()
        self.commit_answers()
        costs = []
        for ours in (False, True, False, True):
            calls = self.calls
            counts = []
            for written in (
                self._values(state="calling", end_date=False),
                {"state": "terminated", "end_date": CALLED, "did": LONDON},
            ):
                self.env.flush_all()
                self.env.invalidate_all()
                before = self.cr.sql_log_count
                with nullcontext() if ours else self._without_us():
                    if calls:
                        calls.write(written)
                    else:
                        calls = calls.create(written)
                    self.env.flush_all()
                counts.append(self.cr.sql_log_count - before)
            costs.append(counts)
        more = [ours - bare for bare, ours in zip(*costs[2:], strict=True)]
        in_widget = "voip.call" in self.env
        self.assertEqual(more, [7 + in_widget, 7 + in_widget])

    def test_cost_of_what_is_said_of_calls_does_not_grow_with_the_numbers_dialled(self):
        self._customer()
        dids = [f"+3227654{n:03}" for n in range(40)]
        self.env["axivox.number"].create(
            [{"account_id": self.account.id, "number": did, "name": did[-3:]} for did in dids]
        )
        costs = {}
        for count in (2, 40, 2, 40):
            values = [
                self._values(direction="incoming", did=dids[place % count]) for place in range(40)
            ]
            calls = self.calls.create(values).sudo()
            odoo = calls._for_odoo()
            self.assertTrue(odoo.env.company)  # which is asked for once for each environment
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            odoo._post_in_chatter()
            self.env.flush_all()
            costs[count] = self.cr.sql_log_count - before
        self.assertIn("· 039 ·", calls[-1].chatter_message_id.body)
        self.assertLessEqual(costs[40], costs[2], costs)

    def _customer(self):
        self.env["res.partner"].create(
            {"name": "L", "phone": LONDONER, "country_id": self.env.ref("base.be").id}
        )

    def test_cost_of_rewriting_does_not_grow_with_it(self):
        costs = {}
        self._customer()
        for size in (10, 100, 10, 100):
            calls = self.calls.create(self._batch(size))
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            calls.write({"did": "00442079460958"})
            self.env.flush_all()
            costs[size] = self.cr.sql_log_count - before
        self.assertLessEqual(costs[100], costs[10] + 3, costs)

    def test_ten_thousand_calls_in_batches_cost_the_same_each(self):
        costs = []
        for batch in range(100):
            values = self._batch(100, batch * 100)
            before = self.cr.sql_log_count
            self.calls.create(values)
            self.env.flush_all()
            self.env.invalidate_all()
            costs.append(self.cr.sql_log_count - before)
        self.assertLessEqual(max(costs[1:]), min(costs[1:]) + 3, costs)

    def test_history_does_not_make_a_batch_dearer(self):
        def cost():
            calls = self.calls.create(self._batch(20)).sudo()
            self.env.flush_all()
            self.env.invalidate_all()
            calls._as_written()
            before = self.cr.sql_log_count
            written = [*calls._as_written().values()]
            past = Past(self.env(su=True), written)
            for call in written:
                past.line(call) and past.policy(call)
            return self.cr.sql_log_count - before

        cost()
        before = cost()
        for day in range(1, 15):
            self._apply(CALLED - timedelta(days=day))
        self.assertLessEqual(cost(), before)
