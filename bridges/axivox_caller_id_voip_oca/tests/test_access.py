from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged

from .. import uninstall_hook
from ..models.res_users import CREDENTIALS
from .test_voip_call import CALLED, VoipCase


class AccessCase(VoipCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other"})
        cls.stranger = cls._user(
            "stranger_test", "axivox_caller_id.group_manager", company=cls.other
        )
        cls.system = cls._user("system_test", "base.group_system")
        cls.portal = new_test_user(cls.env, "portal_test", groups="base.group_portal")
        cls.public = cls.env.ref("base.public_user")

    def _as(self, user, records):
        companies = user.company_ids.ids
        return records.with_user(user).with_context(allowed_company_ids=companies)


@tagged("post_install", "-at_install")
class TestCalls(AccessCase):
    def test_who_has_no_calls_reports_none(self):
        calls = self.env["voip.call"]
        self.portal.partner_id.phone = CALLED
        self.lead.phone = False
        self.cr.precommit.run()
        before = calls.search_count([]), self.portal.partner_id.message_ids
        told = {"phone_number": CALLED, "type_call": "incoming", "ended_ago": 0, "sip_call_id": "x"}
        call, _answer = self._call()
        for user in (self.portal, self.public):
            theirs = calls.with_user(user)
            for ask in (
                lambda theirs=theirs: theirs.create_call({**told}),
                lambda theirs=theirs: theirs.preview_call(CALLED),
                lambda theirs=theirs: theirs.get_recent_calls("", 0, 10),
                call.with_user(user).format_call,
                call.with_user(user).accept_call,
                call.with_user(user).terminate_call,
                call.with_user(user).reject_call,
            ):
                with self.assertRaises(AccessError):
                    ask()
        call.sudo().unlink()
        self.assertEqual((calls.search_count([]), self.portal.partner_id.message_ids), before)

    def test_call_is_read_by_its_user_and_the_managers_of_its_company(self):
        call, _answer = self._from_lead()
        for user in (self.sophie, self.manager, self.system):
            self.assertTrue(call.with_user(user).read())
            self.assertTrue(call.with_user(user).format_call())
        for user in (self.james, self.editor, self.stranger):
            theirs = self._as(user, call)
            with self.subTest(user.login), self.assertRaises(AccessError):
                theirs.read(["caller_id"])
            with self.subTest(user.login), self.assertRaises(AccessError):
                theirs.format_call()
            self.assertFalse(theirs.search([("id", "=", call.id)]))

    def test_call_is_written_by_nobody(self):
        call, _answer = self._from_lead()
        for user in (self.sophie, self.james, self.manager, self.system, self.stranger):
            theirs = self._as(user, call)
            for name in call._fields:
                with self.subTest(user=user.login, field=name), self.assertRaises(AccessError):
                    theirs.write({name: False})
            with self.assertRaises(AccessError):
                theirs.create({"phone_number": CALLED})
            with self.assertRaises(AccessError):
                theirs.copy()

    def test_call_is_deleted_by_system_administrators_only(self):
        call, _answer = self._call()
        for user in (self.sophie, self.james, self.manager, self.stranger):
            with self.assertRaises(AccessError):
                self._as(user, call).unlink()
        self._as(self.system, call).unlink()
        self.assertFalse(call.exists())

    def test_only_who_is_in_a_call_reports_its_outcome(self):
        call, _answer = self._from_lead()
        for user in (self.james, self.manager, self.system, self.stranger):
            theirs = self._as(user, call)
            for tell in (theirs.accept_call, theirs.reject_call, theirs.terminate_call):
                with self.assertRaises(AccessError):
                    tell()
        self.assertFalse(call.outcome or self._lines(self.lead))
        call.reject_call()
        self.assertEqual(call.outcome, "rejected")

    def test_call_that_has_ended_stays_as_it_ended(self):
        call, _answer = self._from_lead()
        call.reject_call()
        logged = call.read()
        for tell in (call.accept_call, call.terminate_call, call.reject_call):
            tell()
            self.assertEqual(call.read(), logged)
        self.assertEqual(len(self._lines(self.lead)), 1)

    def test_call_keeps_its_company_account_and_user(self):
        call, _answer = self._call(sip_call_id="x")
        self.assertEqual((call.company_id, call.account_id), (self.company, self.account))
        self.sophie.write(
            {"company_ids": [Command.set(self.other.ids)], "company_id": self.other.id}
        )
        self.extension.user_id = False
        self._as(self.sophie, call).accept_call()
        self.assertEqual((call.company_id, call.account_id), (self.company, self.account))
        account = self.env["axivox.account"].create({"company_id": self.other.id})
        for vals in (
            {"company_id": self.other.id},
            {"account_id": account.id},
            {"user_id": self.james.id},
        ):
            with self.assertRaises(UserError):
                call.sudo().write(vals)
        self.assertTrue(call.with_user(self.manager).read(["caller_id"]))
        with self.assertRaises(AccessError):
            self._as(self.stranger, call).read(["caller_id"])

    def test_lead_that_the_user_may_not_open_is_not_returned(self):
        call, _answer = self._from_lead(ended_ago=0)
        about = [("lead_id", "=", self.lead.id)]
        self.assertEqual(call.search(about), call)
        self.assertNotIn(call, call.search([("lead_id", "=", False)]))
        self.assertFalse(self.lead.with_user(self.manager).has_access("read"))
        self.sophie.group_ids -= self.env.ref("sales_team.group_sale_salesman_all_leads")
        self.sophie.group_ids += self.env.ref("sales_team.group_sale_salesman")
        (self.sophie + self.manager).group_ids += self.env.ref("base.group_allow_export")
        self.lead.user_id = self.james
        self.env.invalidate_all()
        for user in (self.sophie, self.manager):
            theirs = self._as(user, call)
            spec = {"lead_id": {"fields": {"display_name": {}}}}
            for told in (
                theirs.read(),
                theirs.web_read(spec),
                theirs.export_data(["lead_id", "display_name"])["datas"],
                theirs.format_call(),
                theirs.get_recent_calls("", 0, 10),
            ):
                self.assertNotIn("Cargo bikes", str(told))
            self.assertFalse(theirs.lead_id)
            self.assertFalse(theirs.format_call()["leadId"])
            for name in ("logged_lead_id", "summary_id"):
                with self.assertRaises(AccessError):
                    theirs.read([name])
            self.assertFalse(theirs.search(about))
            self.assertIn(call, theirs.search([("lead_id", "=", False)]))

    def test_contact_that_one_may_not_open_any_more_hides_no_call(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": CALLED})
        call, _answer = self._call(CALLED)
        self.assertEqual(call.partner_id, contact)
        contact.company_id = self.other
        self.env.invalidate_all()
        (recent,) = self.calls.get_recent_calls("", 0, 10)
        self.assertFalse(recent["partner"])
        self.assertNotIn("Harriet", str(recent))
        self.assertIn(CALLED, call.display_name)

    def test_who_talked_last_is_told_of_ones_own_company_only(self):
        contact = self.env["res.partner"].create({"name": "Harriet", "phone": CALLED})
        for user in (self.stranger, self.james):
            self._as(user, self.calls).create_call(
                {"phone_number": CALLED, "sip_call_id": "l", "answered_ago": 9}
            )
        talk = contact.with_user(self.sophie)._last_talk(contact, self.lead.browse())
        self.assertEqual(talk.user, self.james)
        foreign = self.env["voip.call"].search([("user_id", "=", self.stranger.id)])
        self.assertTrue(foreign.start_date)
        self.env["voip.call"].search([("user_id", "=", self.james.id)]).unlink()
        incoming = {"type_call": "incoming", "sip_call_id": "x"}
        self.assertEqual(self._call(CALLED, **incoming)[1]["last"], "")
        identified = self.env["res.partner"].with_user(self.sophie).identify_caller(CALLED)
        self.assertFalse(identified["last_user_id"])

    def test_who_has_no_calls_is_not_told_who_talked_last(self):
        self.portal.partner_id.phone = CALLED
        self._call(CALLED, answered_ago=9, ended_ago=0, sip_call_id="l")
        self.assertEqual(
            self.env["res.partner"].with_user(self.sophie).identify_caller(CALLED)["last_user_id"],
            self.sophie.id,
        )
        told = self.env["res.partner"].with_user(self.portal).identify_caller(CALLED)
        self.assertEqual(told["partner_id"], self.portal.partner_id.id)
        self.assertFalse(told["last_user_id"])

    def test_without_this_addon_the_widget_writes_the_calls_itself(self):
        rights = self.env.ref("voip_oca.access_voip_call")
        names = ("perm_read", "perm_write", "perm_create", "perm_unlink")
        self.assertEqual([rights[name] for name in names], [True, False, False, False])
        uninstall_hook(self.env)
        self.assertEqual([rights[name] for name in names], [True] * 4)


@tagged("post_install", "-at_install")
class TestCredentials(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pbx = cls.env["voip.pbx"].create({"name": "Axivox", "mode": "prod"})
        for user, number in ((cls.sophie, "201"), (cls.james, "202")):
            user.write(
                {
                    "voip_pbx_id": cls.pbx.id,
                    "voip_username": number,
                    "voip_password": f"secret {number}",
                }
            )

    def test_nobody_reads_anothers_credentials(self):
        for user in (self.sophie, self.manager, self.portal, self.public, self.stranger):
            theirs = self.james.with_user(user)
            for name in CREDENTIALS:
                with self.subTest(user=user.login, field=name), self.assertRaises(AccessError):
                    theirs.read([name])
                with self.assertRaises(AccessError):
                    theirs.search([(name, "!=", False)])

    def test_nobody_takes_over_an_extension(self):
        pbx = self.env["voip.pbx"].create({"name": "Elsewhere"})
        values = (pbx.id, "202", "secret 202")
        for user in (self.sophie, self.editor, self.manager):
            for name, value in zip(CREDENTIALS, values, strict=True):
                for whose in (user, self.james):
                    with self.subTest(user=user.login, field=name), self.assertRaises(AccessError):
                        whose.with_user(user).write({name: value})
                with self.assertRaises(AccessError):
                    user.with_user(user).web_save({name: value}, {})
        self.assertEqual(self.sophie.voip_username, "201")

    def test_widget_and_preferences_have_ones_own(self):
        sophie = self.sophie.with_user(self.sophie)
        info = sophie._voip_get_info()
        self.assertEqual((info["pbx_username"], info["pbx_password"]), ("201", "secret 201"))
        self.assertEqual((info["mode"], info["pbx"]), ("prod", "Axivox"))
        self.assertEqual(sophie.read(["voip_username"])[0]["voip_username"], "201")
        with Form(sophie, "base.view_users_form_simple_modif") as form:
            self.assertEqual(form.voip_username, "201")
            for name in CREDENTIALS:
                with self.assertRaisesRegex(AssertionError, "readonly"):
                    setattr(form, name, False)
            form.signature = "<p>Sophie</p>"
        self.assertIn("Sophie", self.sophie.signature)

    def test_who_manages_users_gives_them_their_telephones(self):
        boss = self._user("boss_test", "base.group_erp_manager", "base.group_no_one")
        with Form(self.sophie.with_user(boss), "base.view_users_form") as form:
            form.voip_username = "203"
        self.assertEqual(self.sophie.voip_username, "203")
