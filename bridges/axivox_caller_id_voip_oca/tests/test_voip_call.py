import uuid
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time
from psycopg2.errors import SerializationFailure

from odoo import Command, fields
from odoo.exceptions import AccessError, ConcurrencyError, UserError, ValidationError
from odoo.sql_db import db_connect
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from odoo.addons.axivox_caller_id.tests.common import (
    CALLED_IN_LONDON,
    LONDON,
    MAIN,
    PARIS,
    AxivoxCase,
)

CALLED = "+442079460321"


class VoipCase(AxivoxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rule = cls._rule("0044", cls.london)
        cls.sophie.group_ids += cls.env.ref("sales_team.group_sale_salesman_all_leads")
        cls.pbx = cls.sophie.voip_pbx_id = cls.env["voip.pbx"].create({"name": "Axivox"})
        cls.calls = cls.env["voip.call"].with_user(cls.sophie)
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Cargo bikes",
                "type": "opportunity",
                "phone": "020 7946 0321",
                "country_id": cls.env.ref("base.uk").id,
                "company_id": cls.company.id,
                "user_id": cls.sophie.id,
            }
        )

    def _call(self, number=CALLED_IN_LONDON, user=None, **values):
        """Report a call as a browser does; return (the call, the answer to the widget)."""
        calls = self.calls.with_user(user or self.sophie)
        answer = calls.create_call({"phone_number": number, "type_call": "outgoing", **values})
        return calls.browse(answer["id"]), answer["axivox"]

    def _call_anew(self, number, **values):
        """Report another call, as the widget does, with a Call-ID of its own."""
        return self._call(number, sip_call_id=str(uuid.uuid4()), **values)

    def _from_lead(self, **values):
        return self._call(
            self.lead.phone, res_model="crm.lead", res_id=self.lead.id, sip_call_id="a", **values
        )

    def _lines(self, record):
        return [str(message.body) for message in record.message_ids if "call" in str(message.body)]

    def _may_choose(self, *numbers):
        self.account.write({"signalling": "ask", "users_may_choose": True})
        self.extension.choosable_number_ids = [Command.set([n.id for n in numbers])]


@tagged("post_install", "-at_install")
class TestOutgoing(VoipCase):
    def test_one_request_resolves_logs_and_links(self):
        call, shown = self._from_lead()
        self.assertEqual(call.caller_id, LONDON)
        self.assertEqual(call.caller_id_source, "rule")
        self.assertEqual(call.axivox_number_id, self.london)
        self.assertEqual(call.lead_id, self.lead)
        self.assertEqual(call.sip_call_id, "a")
        self.assertEqual((call.user_id, call.state), (self.sophie, "calling"))
        self.assertEqual(call.pbx_id, self.pbx)
        self.assertEqual(shown["display"], "+44 20 7946 0958")
        self.assertEqual((shown["label"], shown["via"]), ("London", "rule 0044"))
        self.assertEqual(shown["name"], "Cargo bikes")
        self.lead.contact_name = "Harriet Poole"
        self.assertEqual(self._from_lead()[1]["name"], "Harriet Poole")
        self.assertEqual(shown["country"], "United Kingdom")
        self.assertEqual(shown["dial"], "00442079460321")
        self.assertFalse(shown["ask"])

    def test_widget_is_told_what_was_shown_and_how_the_call_ended(self):
        call, _shown = self._from_lead(ended_ago=0, status=486)
        told = call.format_call()
        self.assertEqual(told["callerId"], "+44 20 7946 0958")
        self.assertEqual((told["outcome"], told["leadId"]), ("busy", self.lead.id))

    def test_dial_form_is_the_accounts(self):
        self.account.dial_format = "+"
        self.assertEqual(self._call()[1]["dial"], CALLED)
        for typed in ("201", "*98", "1207", "112"):
            self.assertEqual(self._call(typed)[1]["dial"], typed)

    def test_number_is_read_in_the_called_records_country(self):
        self.assertEqual(self._call("020 7946 0321")[1]["destination"], False)
        contact = self.env["res.partner"].create(
            {"name": "Harriet", "phone": "020 7946 0321", "country_id": self.env.ref("base.uk").id}
        )
        for by in ({"partner_id": contact.id}, {"res_model": "res.partner", "res_id": contact.id}):
            call, shown = self._call("020 7946 0321", **by)
            self.assertEqual(shown["destination"], CALLED)
            self.assertEqual(call.partner_id, contact)

    def test_contact_is_found_by_the_number_that_was_dialled(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": CALLED})
        self.assertEqual(self._call("0044 20 7946 0321")[0].partner_id, contact)

    def test_typed_number_is_linked_to_its_lead_as_an_incoming_call_is(self):
        typed = self._call("0044 20 7946 0321", ended_ago=0)[0]
        incoming = self._call("00442079460321", type_call="incoming", ended_ago=0)[0]
        self.assertEqual((typed.lead_id, incoming.lead_id), (self.lead, self.lead))
        self.assertEqual(len(self._lines(self.lead)), 2)
        self.lead.copy()
        self.assertFalse(self._call("0044 20 7946 0321")[0].lead_id, "of two leads it is neither")
        self.lead.action_set_lost()
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": CALLED})
        call = self._call(CALLED, res_model="res.partner", res_id=contact.id)[0]
        self.assertEqual((call.partner_id, call.lead_id.id), (contact, False))

    def test_what_cannot_be_dialled_is_told_and_logged(self):
        call, shown = self._call("12345678901234567890")
        self.assertIn("too long", shown["error"])
        self.assertFalse(shown["dial"])
        self.assertTrue(call)
        self.assertFalse(call.caller_id)

    def test_preview_says_the_same_and_writes_nothing(self):
        before = self.calls.search_count([])
        preview = self.calls.preview_call(self.lead.phone, "crm.lead", self.lead.id)
        self.assertEqual(self.calls.search_count([]), before)
        beside = {name: preview.pop(name) for name in ("local_time", "blacklisted")}
        self.assertEqual(preview, self._from_lead()[1])
        self.assertRegex(beside["local_time"], r"^\d+:\d\d\s[AP]M there$")
        self.assertFalse(beside["blacklisted"])

    def test_who_decides_is_said_in_two_words(self):
        self.rule.active = False
        self.assertEqual(self._call()[1]["via"], "default number")
        self.extension.outgoing_number_id = self.paris
        self.assertEqual(self._call()[1]["via"], "your number")
        self.assertEqual(self._call("112")[1]["via"], "")

    def test_what_is_saved_but_not_applied_is_said_and_not_shown(self):
        self.assertEqual(self._call()[1]["pending"], "")
        self.account._record_applied()
        self.rule.number_id = self.paris
        shown = self._call()[1]
        self.assertEqual(shown["number"], LONDON)
        self.assertIn("+33 1 99 00 12 34", shown["pending"])
        self.account._record_applied()
        shown = self._call()[1]
        self.assertEqual(shown["number"], PARIS)
        self.assertEqual(shown["pending"], "")

    def test_user_without_an_extension_calls_as_before(self):
        call, shown = self._call(user=self.editor)
        self.assertFalse(shown)
        self.assertEqual(call.phone_number, CALLED_IN_LONDON)
        self.assertFalse(self.editor._voip_get_info()["axivox"])
        self.assertEqual(self.sophie._voip_get_info()["axivox"], {"dial_format": "00"})

    def test_record_that_the_user_may_not_read_is_not_linked(self):
        self.sophie.group_ids = [Command.set(self.env.ref("base.group_user").ids)]
        call, shown = self._from_lead()
        self.assertFalse(call.lead_id or call.sudo().logged_lead_id)
        self.assertFalse(call.partner_id)
        self.assertTrue(shown["error"], "nor is its country asked")

    def test_record_that_record_rules_hide_or_that_is_gone_is_not_linked(self):
        elsewhere = self.env["res.company"].create({"name": "Other"})
        contact = self.env["res.partner"].create(
            {"name": "Theirs", "company_id": elsewhere.id, "country_id": self.env.ref("base.uk").id}
        )
        self.sophie.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.sophie.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.assertEqual(self._from_lead()[0].lead_id, self.lead)
        self.lead.user_id = self.james
        gone = self.lead.copy()
        gone.unlink()
        for record in (self.lead, contact, gone):
            told = {"res_model": record._name, "res_id": record.id}
            call, shown = self._call("020 7946 0321", sip_call_id=f"{record}", **told)
            self.assertFalse(call.sudo().logged_lead_id or call.partner_id, record)
            self.assertTrue(shown["error"], "nor is its country asked")

    def test_archived_record_is_called_as_any_other(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "active": False})
        call, shown = self._call(CALLED, res_model="res.partner", res_id=contact.id)
        self.assertEqual((call.partner_id, shown["name"]), (contact, "Harriet"))

    def test_contact_of_a_lead_is_linked_where_the_user_may_read_it_and_nobody_instead(self):
        self.env["res.partner"].create({"name": "Reception", "phone": CALLED})
        self.assertFalse(self._from_lead()[0].partner_id)
        contact = self.env["res.partner"].create({"name": "Harriet"})
        self.lead.partner_id = contact
        self.lead.phone = "020 7946 0321"
        told = {"res_model": "crm.lead", "res_id": self.lead.id}
        self.assertEqual(self._call(self.lead.phone, **told)[0].partner_id, contact)
        elsewhere = self.env["res.company"].create({"name": "Other"})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s", (elsewhere.id, contact.id)
        )
        self.env.invalidate_all()
        call, shown = self._call(self.lead.phone, **told)
        self.assertEqual((call.lead_id, call.partner_id.id), (self.lead, False))
        self.assertTrue(shown["display"])

    def test_activity_tells_the_number_of_its_lead_to_who_may_read_it(self):
        for user, phone in ((self.sophie, self.lead.phone), (self.james, False)):
            activity = self.env["mail.activity"].create(
                {
                    "activity_type_id": self.env.ref("mail.mail_activity_data_call").id,
                    "res_id": self.lead.id,
                    "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "user_id": user.id,
                }
            )
            self.assertEqual(activity.with_user(user).axivox_phone, phone)

    def test_call_is_answered_also_where_its_rule_is_gone_and_the_signal_is_on_its_way(self):
        self.account._record_applied()
        self.commit_answers()
        before = self.calls.preview_call(CALLED)
        with patch.object(type(self.account), "_drop_answers"):
            self.rule.unlink()
            self.env.flush_all()
        self.env.invalidate_all()
        with self.assertNoLogs("odoo.addons.axivox_caller_id_voip_oca", "ERROR"):
            self.assertEqual(self.calls.preview_call(CALLED), before)
            call, shown = self._call(CALLED)
        self.assertEqual((call.caller_id, shown["via"]), (LONDON, "rule 0044"))

    def test_number_is_asked_for_only_where_the_account_says_so(self):
        self.account.signalling = "ask"
        self.assertTrue(self._call()[1]["ask"])
        self.assertFalse(self._call("112")[1]["ask"])

    def test_next_call_follows_what_a_number_is_called_and_whether_it_is_asked_for(self):
        self.commit_answers()
        self.assertEqual(self._call()[1]["label"], "London")
        self.london.name = "Docklands"
        self.assertEqual(self._call()[1]["label"], "Docklands")
        self.commit_answers()
        self.assertFalse(self._call()[1]["ask"])
        self.account.signalling = "ask"
        self.assertTrue(self._call()[1]["ask"])
        self.commit_answers()
        shown = self._call()[1]
        self.assertEqual((shown["label"], shown["ask"]), ("Docklands", True))

    def test_one_request_costs_few_queries(self):
        contact = self.env["res.partner"].create(
            {"name": "Harriet", "country_id": self.env.ref("base.uk").id}
        )
        for record, count in ((self.lead, 8), (contact, 9)):
            told = {"res_model": record._name, "res_id": record.id}
            with self.subTest(record):
                asked = self.queries_of(lambda told=told: self._call_anew("020 7946 0321", **told))
                self.assertEqual(asked, count)


@tagged("post_install", "-at_install")
class TestChoice(VoipCase):
    def test_choice_holds_for_this_call_and_is_logged_as_the_users(self):
        self._may_choose(self.paris)
        _call, shown = self._call()
        (choice,) = shown["choices"]
        self.assertEqual(choice["id"], self.paris.id)
        self.assertEqual((choice["display"], choice["label"]), ("+33 1 99 00 12 34", "Paris"))
        call, shown = self._call(chosen_number_id=self.paris.id)
        self.assertEqual((call.caller_id, call.caller_id_source), (PARIS, "choice"))
        self.assertEqual((call.axivox_number_id, shown["number"]), (self.paris, PARIS))
        self.assertEqual(shown["label"], "Paris")
        self.assertEqual(self._call()[0].caller_id, LONDON)

    def test_choice_is_shown_whatever_is_pending(self):
        self._may_choose(self.paris)
        self.account._record_applied()
        self.rule.number_id = self.main
        self.assertTrue(self._call()[1]["pending"])
        shown = self._call(chosen_number_id=self.paris.id)[1]
        self.assertEqual((shown["display"], shown["pending"]), ("+33 1 99 00 12 34", ""))
        self.assertEqual(shown["via"], "your choice")

    def test_choice_is_refused_where_it_is_not_allowed(self):
        refusals = {
            "Axivox decides": lambda: self.account.write({"signalling": "axivox"}),
            "account": lambda: self.account.write({"users_may_choose": False}),
            "number": lambda: self.extension.write({"choosable_number_ids": [Command.clear()]}),
            "archived": lambda: self.paris.write({"active": False}),
        }
        for name, refuse in refusals.items():
            self._may_choose(self.paris)
            refuse()
            with self.subTest(name):
                call, shown = self._call(chosen_number_id=self.paris.id)
                self.assertEqual((call.caller_id, call.caller_id_source), (LONDON, "rule"))
                self.assertIn("not allowed", shown["reason"])
                self.assertFalse(shown["choices"])

    def test_broken_number_is_neither_shown_nor_asked_for_nor_a_choice(self):
        self._may_choose(self.paris)
        self.break_number(self.paris, "+33199001234\r\nP-Asserted-Identity: <sip:evil>")
        self.break_number(self.london, "+442079460958\r\nP-Asserted-Identity: <sip:evil>")
        call, shown = self._call(chosen_number_id=self.paris.id)
        self.assertEqual((call.caller_id, shown["choices"]), (MAIN, []))
        self.break_number(self.main)
        call, shown = self._call(sip_call_id="x", ended_ago=0)
        self.assertFalse(call.caller_id or shown["number"] or shown["ask"] or shown["error"])
        self.assertFalse(self.calls.preview_call(CALLED)["ask"])

    def test_emergency_internal_and_service_calls_offer_no_choice(self):
        self._may_choose(self.paris)
        for typed in ("112", "202", "*98"):
            call, shown = self._call(typed, chosen_number_id=self.paris.id)
            self.assertFalse(call.caller_id)
            self.assertFalse(shown["choices"])

    def test_only_managers_say_who_may_choose(self):
        for user in (self.sophie, self.editor):
            with self.assertRaises(AccessError):
                self.account.with_user(user).users_may_choose = True
            with self.assertRaises(AccessError):
                self.extension.with_user(user).choosable_number_ids = self.paris
        self.account.with_user(self.manager).users_may_choose = True
        self.extension.with_user(self.manager).choosable_number_ids = self.paris

    def test_only_managers_say_whether_calls_ask_for_a_number(self):
        with self.assertRaises(AccessError):
            self.account.with_user(self.editor).signalling = "ask"
        with self.assertRaisesRegex(AssertionError, "readonly"):
            Form(self.account.with_user(self.editor)).signalling = "ask"
        with Form(self.account.with_user(self.manager)) as form:
            form.signalling = "ask"
        self.assertEqual(self.account.signalling, "ask")

    def test_whether_calls_ask_for_a_number_is_in_the_chatter_whatever_the_client_says(self):
        self.cr.precommit.run()
        quiet = {"tracking_disable": True, "mail_notrack": True}
        self.account.with_user(self.manager).with_context(**quiet).write(
            {"signalling": "ask", "users_may_choose": True}
        )
        self.cr.precommit.run()
        tracked = self.account.message_ids.sudo().tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"signalling", "users_may_choose"}, set(tracked))

    def test_number_that_may_be_chosen_stays_as_the_manager_allowed_it(self):
        self._may_choose(self.paris)
        self.own.outgoing_number_id = False
        paris = self.paris.with_user(self.editor)
        for change in (lambda: paris.write({"number": "+33199005678"}), paris.unlink):
            with self.assertRaisesRegex(UserError, "users' choice for a call"):
                change()
        self.extension.active = False
        with self.assertRaisesRegex(UserError, "users' choice for a call"):
            paris.number = "+33199005678"
        self.extension.choosable_number_ids = False
        paris.number = "+33199005678"

    def test_what_a_user_may_choose_goes_to_nobody_else_with_their_phone(self):
        self._may_choose(self.paris)
        extension = self.extension.with_user(self.editor)
        extension.write({"user_id": self.sophie.id, "name": "Sophie's"})
        self.assertEqual(self.extension.choosable_number_ids, self.paris)
        extension.user_id = self.editor
        self.assertFalse(self.extension.choosable_number_ids)

    def test_what_a_deleted_user_could_choose_goes_to_nobody_else(self):
        for active in (True, False):
            with self.subTest(active=active):
                self.extension.user_id = user = self._user(f"leaves {active}")
                self._may_choose(self.paris)
                self.extension.active = active
                user.unlink()
                self.assertFalse(self.extension.choosable_number_ids)

    def test_only_numbers_of_the_account_may_be_chosen(self):
        company = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": company.id})
        foreign = self.env["axivox.number"].create(
            {"account_id": account.id, "number": "+32470123456"}
        )
        with self.assertRaises(ValidationError) as refused:
            self.extension.choosable_number_ids = foreign
        self.assertNotIn("470", str(refused.exception))
        with self.assertRaises(AccessError):
            self.extension.with_user(self.manager).choosable_number_ids = foreign
        self.extension.with_user(self.editor).name = "Saved by who may not see the choices"


@tagged("post_install", "-at_install")
class TestLog(VoipCase):
    def test_create_call_never_raises_on_any_input(self):
        nasty = (
            None,
            5,
            2**40,
            -1,
            1.5,
            float("nan"),
            "",
            "x" * 999,
            "a\x00b",
            "\ud800",
            [1],
            {"a": 1},
            True,
        )
        names = [
            "phone_number",
            "partner_id",
            "pbx_id",
            "type_call",
            "state",
            "res_model",
            "res_id",
            "sip_call_id",
            "status",
            "chosen_number_id",
            "dialled",
            "answered_ago",
            "ended_ago",
            "reason",
            "ended_here",
            "bogus",
        ]
        for value in (*nasty, {}):
            self.calls.create_call(value)
        for name in names:
            for value in nasty:
                for direction in ("incoming", "outgoing"):
                    with self.subTest(name=name, value=value):
                        told = {"phone_number": CALLED, "type_call": direction, name: value}
                        self.assertTrue(self.calls.create_call(told)["id"])

    def test_call_is_logged_also_where_resolving_breaks(self):
        target = type(self.env["res.users"])
        with (
            patch.object(target, "_resolve", side_effect=ZeroDivisionError),
            self.assertLogs("odoo.addons.axivox_caller_id_voip_oca", "ERROR"),
        ):
            call, shown = self._call(sip_call_id="broken")
            self.assertEqual(self._call(sip_call_id="broken"), (call, False))
        self.assertFalse(shown)
        self.assertEqual(call.phone_number, CALLED_IN_LONDON)
        self.assertEqual(call.sip_call_id, "broken")

    def test_client_sets_none_of_the_servers_fields(self):
        values = {
            "axivox_number_id": self.paris.id,
            "caller_id": PARIS,
            "caller_id_source": "rule",
            "lead_id": self.lead.id,
            "sip_call_id": "mine",
            "outcome": "answered",
            "summary_id": self.lead.message_ids[:1].id,
        }
        call, _shown = self._call()
        for name, value in values.items():
            with self.assertRaises(AccessError):
                call.write({name: value})
            with self.assertRaises(AccessError):
                self.calls.create({"phone_number": CALLED, name: value})
            by_default = self.calls.with_context(**{f"default_{name}": value})
            self.assertFalse(by_default.sudo().create({"phone_number": CALLED})[name])
        call, _shown = self._call("201", **{k: v for k, v in values.items() if k != "sip_call_id"})
        self.assertFalse(call.axivox_number_id or call.caller_id or call.lead_id or call.outcome)
        self.assertEqual(call.caller_id_source, "internal")

    def test_one_record_per_user_and_call_id(self):
        first, _answer = self._call(CALLED, type_call="incoming", sip_call_id="x")
        again, answer = self._call(CALLED, type_call="incoming", sip_call_id="x")
        self.assertEqual(first, again)
        self.assertIs(first.format_call()["partner"], False)
        self.assertTrue(answer, "the second tab is told who calls as well")
        for user in (self.james, self.manager):  # who reads Sophie's too
            other, _answer = self._call(CALLED, user, type_call="incoming", sip_call_id="x")
            self.assertEqual(other.sudo().user_id, user)

    def test_two_tabs_at_once_make_one_record(self):
        first, _answer = self._call(CALLED, type_call="incoming", sip_call_id="x")
        unseen = patch.object(type(self.calls), "_of_call_id", lambda self, _id: self.browse())
        with unseen, mute_logger("odoo.sql_db"), self.assertRaises(ConcurrencyError):
            self._call(CALLED, type_call="incoming", sip_call_id="x")
        again, _answer = self._call(CALLED, type_call="incoming", sip_call_id="x")
        self.assertEqual(first, again, "Odoo tries again, and finds the other tab's record")

    def test_conflict_with_another_tab_is_odoos_to_repeat(self):
        conflict = patch.object(type(self.calls), "_log", side_effect=SerializationFailure)
        with (
            conflict,
            self.assertNoLogs("odoo.addons.axivox_caller_id_voip_oca", "ERROR"),
            self.assertRaises(ConcurrencyError),
        ):
            self._call(sip_call_id="x")

    def test_tab_tries_again_while_another_one_reports_the_call(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            self.calls.with_env(self.calls.env(cr=cr))._one_tab_at_a_time("x")
            with self.assertRaises(ConcurrencyError):
                self._call(sip_call_id="x")
            self._call(sip_call_id="y")
            self._call(user=self.james, sip_call_id="x")
        self._call(sip_call_id="x")

    def test_call_that_is_answered_and_ends_tells_both(self):
        call, _shown = self._call(sip_call_id="x")
        self._call(sip_call_id="x", answered_ago=0)
        self.assertEqual((call.state, call.outcome), ("ongoing", "answered"))
        self._call(sip_call_id="x", answered_ago=65, ended_ago=0)
        self.assertEqual((call.state, call.outcome), ("terminated", "answered"))
        # The report that it was answered came 65 seconds late.
        self.assertEqual((call.end_date - call.start_date).total_seconds(), 65)

    def test_state_says_missed_and_aborted_where_it_was_so(self):
        for told, outcome, state in (
            ({"type_call": "incoming"}, "no_answer", "missed"),
            (
                {"type_call": "incoming", "reason": "SIP;cause=200"},
                "answered_elsewhere",
                "terminated",
            ),
            ({"type_call": "incoming", "ended_here": True}, "rejected", "rejected"),
            ({"type_call": "incoming", "ended_here": True, "status": 486}, "busy", "rejected"),
            ({"ended_here": True}, "cancelled", "aborted"),
            ({"status": 486}, "busy", "rejected"),
            ({"status": 480}, "no_answer", "missed"),
            ({"status": 503}, "failed", "aborted"),
            ({"status": 603}, "rejected", "rejected"),
        ):
            with self.subTest(told):
                call, _answer = self._call(sip_call_id=str(told), ended_ago=0, **told)
                self.assertEqual((call.outcome, call.state), (outcome, state))

    def test_end_that_is_reported_twice_is_written_once(self):
        call, _answer = self._from_lead(answered_ago=65, ended_ago=0)
        ended = call.end_date
        call.sudo().summary_id.body = "Corrected by hand: the call"
        self._from_lead(answered_ago=3665, ended_ago=3600)
        self.assertEqual(call.end_date, ended)
        self.assertEqual(self._lines(self.lead), ["<span>Corrected by hand: the call</span>"])

    def test_tab_that_answers_wins_over_those_that_stop_ringing(self):
        incoming = {"type_call": "incoming", "sip_call_id": "x"}
        call, _answer = self._call(CALLED, **incoming)
        self._call(CALLED, **incoming, ended_ago=0, reason="SIP;cause=200")
        self._call(CALLED, **incoming, answered_ago=1)
        self.assertEqual((call.outcome, call.state), ("answered", "ongoing"))
        self._call(CALLED, **incoming, ended_ago=0, reason="SIP;cause=200")
        self.assertEqual((call.outcome, call.state), ("answered", "ongoing"))
        self.assertFalse(call.end_date)

    def test_line_in_the_chatter_says_what_the_tab_that_answered_knew(self):
        incoming = {"type_call": "incoming", "sip_call_id": "x"}
        self._call(CALLED, **incoming)
        self._call(CALLED, **incoming, ended_ago=0)
        self.assertIn("No answer", *self._lines(self.lead))
        self._call(CALLED, **incoming, answered_ago=65, ended_ago=0)
        (line,) = self._lines(self.lead)
        self.assertIn("1 min 5 s", line)
        self.assertIn("Answered", line)

    def test_call_logged_late_keeps_its_times(self):
        call, _shown = self._call(sip_call_id="x", answered_ago=290, ended_ago=60)
        self.assertEqual((call.end_date - call.start_date).total_seconds(), 230)
        self.assertAlmostEqual(
            fields.Datetime.now() - call.end_date, timedelta(seconds=60), delta=timedelta(seconds=5)
        )

    def test_call_that_was_answered_elsewhere_leaves_no_line(self):
        self._call(CALLED, type_call="incoming", ended_ago=0, reason="SIP;cause=200")
        self.assertFalse(self._lines(self.lead))

    def test_call_of_seconds_says_so(self):
        self._from_lead(answered_ago=5, ended_ago=0)
        (line,) = self._lines(self.lead)
        self.assertIn("Outgoing call · 5 s · shown as", line)

    def test_lead_gets_one_line_when_the_call_ends(self):
        call, _shown = self._from_lead()
        self.assertFalse(self._lines(self.lead))
        self._from_lead(answered_ago=0)
        self._from_lead(answered_ago=65, ended_ago=0)
        self._from_lead(answered_ago=65, ended_ago=0)
        (line,) = self._lines(self.lead)
        self.assertEqual(call.sudo().summary_id.author_id, self.sophie.partner_id)
        self.assertEqual(call.state, "terminated")
        self.assertIn("Outgoing call · ", line)
        self.assertIn("shown as +44 20 7946 0958 · Answered", line)

    def test_log_and_chatter_say_to_whom_a_call_was_transferred(self):
        self._from_lead()
        ends = {"answered_ago": 60, "ended_ago": 0, "transferred_to": "+442079460322"}
        call, _answer = self._from_lead(**ends)
        self._from_lead(**{**ends, "transferred_to": "+33199001234"})
        self.assertEqual(call.transferred_to, "+442079460322")
        (line,) = self._lines(self.lead)
        self.assertIn("Answered · transferred to +44 20 7946 0322", line)

    def test_contact_gets_one_line_when_the_call_ends(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": "+442079460322"})
        self._call(contact.phone, sip_call_id="x", ended_ago=0, ended_here=True)
        (line,) = self._lines(contact)
        self.assertIn("Outgoing call · shown as +44 20 7946 0958 · Cancelled", line)

    def test_voip_ocas_own_methods_tell_the_outcome_too(self):
        for answered, method, outcome, state in (
            (True, "terminate_call", "answered", "terminated"),
            (False, "terminate_call", "cancelled", "aborted"),
            (False, "reject_call", "rejected", "rejected"),
        ):
            call, _shown = self._call()
            if answered:
                call.accept_call()
                self.assertEqual(call.outcome, "answered")
            getattr(call, method)()
            self.assertEqual((call.outcome, call.state), (outcome, state))
        call, _caller = self._call(type_call="incoming")
        call.terminate_call()
        self.assertEqual((call.outcome, call.state), ("no_answer", "missed"))


@tagged("post_install", "-at_install")
class TestIncoming(VoipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.contact_company = cls.env["res.partner"].create(
            {"name": "Thames Couriers", "is_company": True}
        )
        cls.contact = cls.env["res.partner"].create(
            {"name": "Harriet", "phone": CALLED, "parent_id": cls.contact_company.id}
        )
        cls.lead.write({"phone": False, "partner_id": cls.contact.id})

    def _rings(self, number=CALLED, **values):
        return self._call(number, type_call="incoming", **values)

    @freeze_time("2026-03-02 12:00:00")
    def test_caller_company_opportunity_and_last_call_are_told(self):
        last, _shown = self._call(CALLED, self.james, answered_ago=60, ended_ago=0, sip_call_id="l")
        last.sudo().start_date -= timedelta(days=1)
        call, caller = self._rings("442079460321")
        self.assertEqual((call.partner_id, call.lead_id), (self.contact, self.lead))
        self.assertEqual((caller["kind"], caller["name"]), ("known", "Harriet"))
        self.assertEqual(caller["company"], "Thames Couriers")
        self.assertEqual(caller["lead"]["name"], "Cargo bikes")
        self.assertEqual(caller["lead"]["stage"], self.lead.stage_id.name)
        self.assertIn("james_test", caller["last"])
        self.assertIn("yesterday, shown as +33 1 99 00 12 34", caller["last"])
        identified = self.env["res.partner"].with_user(self.sophie).identify_caller(CALLED)
        self.assertEqual(identified["last_user_id"], self.james.id)

    def test_card_costs_few_queries(self):
        self._call(CALLED, self.james, answered_ago=60, ended_ago=0, sip_call_id="l")
        told = {"type_call": "incoming", "dialled": [LONDON]}
        self.assertEqual(self.queries_of(lambda: self._call_anew(CALLED, **told)), 17)

    def test_company_is_told_to_who_may_open_it(self):
        self.contact.parent_id = False
        self.contact.company_name = False
        self.assertEqual(self._rings()[1]["company"], "")
        self.contact.company_name = "Thames"
        self.assertEqual(self._rings()[1]["company"], "Thames")
        self.contact.write({"parent_id": self.contact_company.id, "company_name": False})
        elsewhere = self.env["res.company"].create({"name": "Other"})
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            (elsewhere.id, self.contact_company.id),
        )
        self.env.invalidate_all()
        self.assertEqual(self._rings()[1]["company"], "")

    @freeze_time("2026-03-02 12:00:00")
    def test_lead_without_a_contact_is_a_known_caller_with_their_last_call(self):
        self.contact.unlink()
        self.lead.write({"phone": CALLED, "contact_name": "Harriet Poole"})
        self._from_lead(answered_ago=5, ended_ago=0)
        self._call(
            self.lead.phone,
            self.james,
            res_model="crm.lead",
            res_id=self.lead.id,
            sip_call_id="james",
            answered_ago=5,
        )
        caller = self._rings()[1]
        self.assertEqual((caller["kind"], caller["name"]), ("known", "Harriet Poole"))
        self.assertRegex(caller["last"], "sophie_test .*, today, shown as")

    @freeze_time("2026-03-02 12:00:00")
    def test_last_of_several_calls_is_told(self):
        for number, user in enumerate((self.sophie, self.james)):
            self._call(CALLED, user, sip_call_id=str(number), answered_ago=9, ended_ago=0)
        self.assertRegex(self._rings()[1]["last"], "james_test .*, today, shown as")
        self._rings(sip_call_id="answered", answered_ago=5, ended_ago=0)
        self.assertRegex(self._rings()[1]["last"], "Last call: sophie_test .*, today$")
        calls = self.calls.sudo().search([("start_date", "!=", False)])
        calls.start_date = "2020-02-03 10:00:00"
        self.assertIn("02/03/2020", self._rings()[1]["last"])

    def test_numbers_and_extensions_of_another_account_are_not_ours(self):
        elsewhere = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": elsewhere.id})
        self.env["axivox.number"].create(
            {"account_id": account.id, "number": "+32470123456", "name": "Theirs"}
        )
        self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "303", "name": "Theirs"}
        )
        call, caller = self._rings("303", dialled=["+32470123456"])
        self.assertFalse(call.axivox_number_id or caller["dialled"] or caller["name"])
        self.assertNotEqual(caller["kind"], "internal")

    def test_contact_without_a_name_is_called_as_their_lead_is(self):
        self.contact.write({"type": "invoice", "name": False})
        self.lead.contact_name = "Harriet Poole"
        self.assertEqual(self._rings()[1]["name"], "Harriet Poole")

    def test_number_that_was_dialled_is_named(self):
        call, caller = self._rings(dialled=["201", "0044 20 7946 0958"])
        self.assertEqual(caller["dialled"], "London, United Kingdom")
        self.assertEqual(call.axivox_number_id, self.london)
        self.assertEqual(self._rings(dialled=["201", "+4930123456"])[1]["dialled"], "")

    def test_ambiguity_is_shown(self):
        self.assertFalse(self._rings()[1]["others"])
        self.env["res.partner"].create({"name": "Reception", "phone": CALLED, "is_company": True})
        self.assertEqual(self._rings()[1]["others"], ["Reception"])

    def test_ambiguous_is_what_identify_caller_calls_so(self):
        identify = self.env["res.partner"].with_user(self.sophie).identify_caller

        def others():
            names = self._rings()[1]["others"]
            self.assertEqual(bool(names), identify(CALLED)["ambiguous"])
            return names

        self.contact_company.phone = CALLED
        self.assertEqual(others(), [], "the caller's own company is nobody else")
        self.lead.copy({"partner_id": self.contact.id})
        self.assertEqual(others(), [], "one caller with two leads")
        self.env["res.partner"].create({"name": "Bram", "phone": CALLED})
        self.assertEqual(others(), ["Thames Couriers, Harriet"])
        self.env["res.partner"].search([("phone", "=", CALLED)]).phone = False
        for name in ("First", "Second"):
            self.lead.create({"name": name, "phone": CALLED, "company_id": self.company.id})
        self.assertEqual(others(), ["First"])

    def test_unknown_withheld_malformed_and_internal_callers_say_so(self):
        caller = self._rings("+33199004567")[1]
        self.assertEqual((caller["kind"], caller["country"]), ("unknown", "France"))
        france = self.env.ref("base.fr")
        self.assertEqual(
            caller["defaults"], {"phone": "+33 1 99 00 45 67", "country_id": france.id}
        )
        for number, kind in (
            ("anonymous", "withheld"),
            ("", "withheld"),
            ("x7", "malformed"),
            ("202", "internal"),
        ):
            caller = self._rings(number)[1]
            self.assertEqual((caller["kind"], caller["lead"]), (kind, False))
        self.assertEqual(self._rings("202")[1]["name"], "202 James")

    def test_name_that_callers_give_themselves_is_told_of_who_is_unknown_only(self):
        for number, says in (
            ("+33199004567", "Luc Moreau"),
            ("trunk", "Luc Moreau"),
            (CALLED, ""),
            ("anonymous", ""),
            (self.extension.number, ""),
        ):
            with self.subTest(number):
                caller = self._rings(number, caller_name=" Luc Moreau\n")[1]
                self.assertEqual(caller["says"], says)

    def test_leads_are_offered_to_who_may_create_them(self):
        self.assertTrue(self._rings()[1]["can_create_lead"])
        self.assertFalse(self._rings(user=self.james)[1]["can_create_lead"])

    def test_incoming_call_is_written_to_the_opportunity_only_where_it_is_the_only_one(self):
        self._rings(sip_call_id="x", ended_ago=0, dialled=["+442079460958"])
        (line,) = self._lines(self.lead)
        self.assertIn("Incoming call · to +44 20 7946 0958 · London · No answer", line)
        self.lead.copy({"partner_id": self.contact.id})
        self.assertFalse(self._rings(sip_call_id="y")[0].lead_id)

    def test_closed_lead_is_told_and_not_linked_to_the_call(self):
        call, caller = self._rings(sip_call_id="open")
        self.assertEqual((call.lead_id, caller["lead"]["is_open"]), (self.lead, True))
        for close in (self.lead.action_set_lost, self.lead.action_set_won):
            self.lead.action_unarchive()
            close()
            call, caller = self._rings(sip_call_id=close.__name__)
            self.assertEqual(caller["lead"]["id"], self.lead.id)
            self.assertFalse(caller["lead"]["is_open"] or call.lead_id)
