from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.axivox_caller_id.tests.common import PARIS

from .test_lists import ListCase
from .test_voip_call import CALLED

STRANGER = "+33199004567"


class MissedCase(ListCase):
    def _rings(self, number=CALLED, user=None, **values):
        """Report a call that comes in and ends: a missed one, unless the values say otherwise."""
        told = {"type_call": "incoming", "dialled": ["3212345678"], "ended_ago": 0, **values}
        return self._call(number, user, **told)[0]

    def _busy(self, number=CALLED, **values):
        return self._rings(number, ended_here=True, status=486, **values)

    def _missed(self, user=None, search=""):
        return self.calls.with_user(user or self.sophie).get_missed_calls(search, 0, 20)

    def _count(self, user=None):
        user = user or self.sophie
        return user.with_user(user)._voip_get_info()["missed"]


@tagged("post_install", "-at_install")
class TestMissed(MissedCase):
    def test_who_was_missed_and_who_got_busy_is_on_the_list_and_counted(self):
        self._rings()
        self._busy(STRANGER)
        self._rings("+33199001111", status=200)  # answered elsewhere
        self._rings("+33199002222", ended_here=True)  # declined
        self._rings("+33199003333", answered_ago=9)
        self.assertEqual(self._count(), 2)
        known, stranger = sorted(self._missed(), key=lambda call: call["number"], reverse=True)
        self.assertEqual((known["person"], known["outcome"]), ("Cargo bikes", "no_answer"))
        self.assertIn("Main line", known["dialled"])
        self.assertEqual((stranger["number"], stranger["outcome"]), ("+33 1 99 00 45 67", "busy"))

    def test_caller_who_tries_again_is_there_once_with_how_often(self):
        self._rings()
        self._rings("0044 20 7946 0321")
        self._busy()
        (caller,) = self._missed()
        self.assertEqual((caller["times"], caller["outcome"]), (3, "busy"))
        self.assertEqual(self._count(), 1)

    def test_badge_is_told_when_a_call_has_ended(self):
        told = {"phone_number": CALLED, "type_call": "incoming", "sip_call_id": "x"}
        self.assertNotIn("missed", self.calls.create_call(told))
        self.assertEqual(self.calls.create_call({**told, "ended_ago": 0})["missed"], 1)

    def test_list_is_ones_own(self):
        self.james.voip_pbx_id = self.pbx
        self._rings(user=self.james)
        self.assertFalse(self._missed())
        self.assertEqual((self._count(), self._count(self.james)), (0, 1))
        self.assertFalse(self._missed(self.manager))

    def test_who_was_called_back_or_talked_to_is_off_the_list(self):
        ways = {
            "answered": {"answered_ago": 9, "ended_ago": 0},
            "rang": {"ended_ago": 0, "status": 480},
            "busy": {"ended_ago": 0, "status": 486},
            "they called again": {"answered_ago": 9, "type_call": "incoming"},
        }
        for name, values in ways.items():
            with self.subTest(name):
                self._rings()
                self._rings(STRANGER)
                self._call("0044 20 7946 0321", **values)
                self.assertEqual([call["number"] for call in self._missed()], ["+33 1 99 00 45 67"])

    def test_call_that_never_rang_there_is_no_call_back(self):
        self._rings()
        self._call(CALLED, ended_ago=0, ended_here=True)
        self._call(CALLED, ended_ago=0, status=503)
        self.assertEqual(len(self._missed()), 1)

    def test_user_says_that_nothing_is_left_to_do(self):
        self._rings()
        call = self._rings()
        other = self._rings(STRANGER)
        self.assertEqual(call.with_user(self.sophie).set_called_back(), 1)
        self.assertEqual(self._missed()[0]["id"], other.id)
        with self.assertRaises(AccessError):
            other.with_user(self.manager).set_called_back()

    def test_caller_whom_a_colleague_answered_is_missed_by_nobody(self):
        self._rings(sip_call_id="group")
        self.assertEqual(self._count(), 1)
        self.own.account_id = self.account
        self._rings(user=self.james, answered_ago=5, ended_ago=None)
        self.assertEqual(self._count(), 0)
        self._rings()
        self.assertEqual(self._count(), 0, "they talk to James")

    def test_caller_who_hung_up_and_calls_again_soon_is_missed(self):
        self._rings(answered_ago=60, ended_ago=30)
        self._rings()
        self.assertEqual(self._count(), 1)

    def test_call_that_rang_twice_and_was_declined_at_one_telephone_is_not_missed(self):
        call = self._busy(sip_call_id="x")
        self.assertEqual((self._count(), len(self.lead.activity_ids)), (1, 1))
        self.assertEqual(self._rings(sip_call_id="x", ended_here=True), call)
        self.assertFalse(self._count() or self.lead.activity_ids)

    def test_caller_whom_the_phone_or_the_microphone_failed_is_missed(self):
        self._rings(status=488)
        self.assertEqual(self._count(), 1)

    def test_caller_who_rings_while_we_talk_to_them_stays_missed_when_we_hang_up(self):
        talk = {"sip_call_id": "talk", "answered_ago": 9}
        self._call(CALLED, **talk)
        self._busy()
        self._call(CALLED, **talk, ended_ago=0)
        self.assertEqual(self._count(), 1)

    def test_talk_that_we_begin_settles_no_colleagues_missed_call(self):
        self.james.voip_pbx_id = self.pbx
        self.own.account_id = self.account
        self._rings(user=self.james)
        self._call(CALLED, answered_ago=5, ended_ago=0)
        self.assertEqual(self._count(self.james), 1)

    def test_withheld_call_that_is_answered_in_another_tab_is_not_missed(self):
        self.account.active = False
        self._busy("anonymous", sip_call_id="x")
        self._rings("anonymous", sip_call_id="x", answered_ago=5, ended_ago=None)
        self.assertEqual(self._count(), 0)

    def test_number_that_cannot_be_called_back_stands_in_the_list_with_the_reason(self):
        for number in ("trunk", "x7", "99", "+999123456789"):
            self._rings(number)
        listed = self._missed()
        self.assertEqual(len(listed), 4)
        for caller in listed:
            with self.subTest(number=caller["number"]):
                self.assertTrue(caller["callBack"]["shown"]["error"])

    def test_caller_who_withholds_the_number_settles_no_other_such_call(self):
        earlier = self._rings("anonymous")
        self.env.cr.execute(
            "UPDATE voip_call SET create_date = create_date - interval '1 hour' WHERE id = %s",
            (earlier.id,),
        )
        earlier.invalidate_recordset(["create_date"])
        self._rings("anonymous", answered_ago=5, ended_ago=0)
        self.assertEqual(self._count(), 1)

    def test_tab_that_answered_late_takes_it_off_the_list_with_its_activity(self):
        call = self._rings(sip_call_id="x")
        self.assertTrue(self.lead.activity_ids)
        self._rings(sip_call_id="x", answered_ago=60)
        self.assertFalse(call.to_call_back or self.lead.activity_ids)

    def test_withheld_number_is_listed_and_not_called(self):
        self._rings("anonymous")
        (caller,) = self._missed()
        self.assertEqual((caller["number"], caller["callBack"]), ("Number withheld", False))

    def test_caller_is_called_back_with_the_number_that_they_dialled_where_one_may_choose(self):
        self._rings(dialled=["0033199001234"])
        call_back = self._missed()[0]["callBack"]
        self.assertEqual((call_back["number"], call_back["chosen"]), ("+44 20 7946 0321", False))
        self.assertEqual(call_back["shown"]["via"], "rule 0044")
        self.assertNotIn("not allowed", call_back["shown"]["reason"])
        self._may_choose(self.paris)
        call_back = self._missed()[0]["callBack"]
        self.assertEqual(call_back["chosen"], self.paris.id)
        self.assertEqual(call_back["shown"]["number"], PARIS)
        self.assertEqual(call_back["shown"]["via"], "the number that they dialled")
        call = self._call(call_back["number"], chosen_number_id=call_back["chosen"])[0]
        self.assertEqual((call.caller_id, call.caller_id_source), (PARIS, "choice"))

    def test_number_that_is_shown_anyway_is_not_chosen(self):
        self._may_choose(self.london)
        self._rings(dialled=["00442079460958"])
        call_back = self._missed()[0]["callBack"]
        self.assertEqual((call_back["chosen"], call_back["shown"]["via"]), (False, "rule 0044"))

    def test_internal_call_is_called_back_at_its_extension(self):
        self._rings("202")
        call_back = self._missed()[0]["callBack"]
        self.assertEqual((call_back["number"], call_back["chosen"]), ("202", False))

    def test_search_finds_by_number_and_lead(self):
        self._rings()
        self._rings(STRANGER)
        for text in ("Cargo", "7946 0321"):
            self.assertEqual([call["times"] for call in self._missed(search=text)], [1])

    def test_ten_missed_callers_cost_as_many_queries_as_two(self):
        self._may_choose(self.paris)
        self.commit_answers()

        def queries(count):
            for number in range(count):
                phone = f"+3319900{count}{number:03}"
                self.env["res.partner"].create({"name": f"Contact {number}", "phone": phone})
                self._rings(phone, dialled=["0033199001234"])
            return self.count_queries(lambda: self.assertGreaterEqual(len(self._missed()), count))

        queries(1)
        few = queries(2)
        self.assertLessEqual(queries(9), few)


@tagged("post_install", "-at_install")
class TestMissedActivity(MissedCase):
    def test_missed_call_of_a_known_lead_is_an_activity_for_its_salesperson(self):
        self.lead.user_id = self.james
        self.james.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        self._rings()
        activity = self.lead.activity_ids
        self.assertEqual(activity.user_id, self.james)
        self.assertEqual(activity.summary, "Call back: missed call from +44 20 7946 0321")
        self.assertEqual(activity.activity_category, "phonecall")

    def test_salesperson_has_the_activity_and_no_mail_beside_it(self):
        told = [("message_type", "=", "user_notification")]
        self.lead.user_id = self.james
        self.james.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        before = self.env["mail.message"].search(told)
        self._rings()
        self.assertEqual(self.lead.activity_ids.user_id, self.james)
        self.assertEqual(self.env["mail.message"].search(told), before)

    def test_once_for_each_caller_and_day_whoever_is_called(self):
        with freeze_time("2026-03-02 10:00:00"):
            self._rings()
            self._busy()
            self._rings(user=self.james)
            self.assertEqual(len(self.lead.activity_ids), 1)
            self.lead.activity_ids.action_done()
            self._rings()
            self.assertFalse(self.lead.activity_ids)
        with freeze_time("2026-03-03 10:00:00"):
            self._rings()
            self.assertEqual(len(self.lead.activity_ids), 1)

    def test_none_for_a_stranger_an_answered_call_a_closed_lead_or_where_it_is_not_wanted(self):
        self._rings(STRANGER)
        self._rings(answered_ago=9)
        self.assertFalse(self.lead.activity_ids)
        self.account.missed_call_activity = False
        self._rings()
        self.account.missed_call_activity = True
        self.lead.action_set_lost()
        self._rings()
        self.assertFalse(self.lead.activity_ids)

    def test_without_a_salesperson_it_is_the_called_users(self):
        self.lead.user_id = False
        self._rings()
        self.assertEqual(self.lead.activity_ids.user_id, self.sophie)

    def test_salesperson_of_one_company_is_reminded_of_a_call_to_somebody_of_two(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.sophie.company_ids += other
        self.lead.user_id = self.james
        self.james.group_ids += self.env.ref("sales_team.group_sale_salesman_all_leads")
        both = (self.company + other).ids
        self.calls = self.calls.with_context(allowed_company_ids=both)
        self._rings()
        self.assertEqual(self.lead.activity_ids.user_id, self.james)

    def test_leads_that_are_merged_keep_their_calls_of_one_day(self):
        self._rings()
        kept = self.lead.copy({"name": "Cargo trikes", "phone": STRANGER})
        self._rings(STRANGER)
        calls = self.env["voip.call"].search([("logged_lead_id", "in", (self.lead + kept).ids)])
        self.assertEqual(len(calls.logged_lead_id), 2)
        head = (kept + self.lead).merge_opportunity()
        self.assertEqual((head.voip_call_count, len(head.activity_ids)), (2, 2))
        self.assertEqual(calls.logged_lead_id, head)

    def test_salesperson_who_may_not_open_the_lead_hinders_nothing(self):
        self.lead.user_id = self.james
        self.james.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        call = self._rings()
        self.assertEqual((call.outcome, call.to_call_back), ("no_answer", True))
        self.assertFalse(self.lead.activity_ids)

    @mute_logger("odoo.addons.axivox_caller_id_voip_oca.models.voip_call_missed")
    def test_activity_that_fails_leaves_the_call_logged(self):
        with patch.object(
            type(self.lead), "activity_schedule", side_effect=ValueError("no such type")
        ):
            call = self._rings()
        self.assertEqual((call.outcome, call.to_call_back), ("no_answer", True))
        self._rings()
        self.assertEqual(len(self.lead.activity_ids), 1)

    def test_only_managers_say_whether_there_are_activities(self):
        for user in (self.sophie, self.editor):
            with self.assertRaises(AccessError):
                self.account.with_user(user).missed_call_activity = False
        self.account.with_user(self.manager).missed_call_activity = False
