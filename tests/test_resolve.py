from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..callerid import dialing
from .common import (
    CALLED_IN_BERLIN,
    CALLED_IN_LONDON,
    LONDON,
    MAIN,
    NEW_YORK,
    PARIS,
    AxivoxCase,
)


@tagged("post_install", "-at_install")
class TestResolve(AxivoxCase):
    def test_country_of_a_company_without_an_account_reads_national_numbers(self):
        company = self.env["res.company"].create(
            {"name": "Apart", "country_id": self.ref("base.be")}
        )
        user = self._user("apart_test", company=company)
        answer = user.with_user(user).resolve_caller_id("02 555 12 12")
        self.assertEqual((answer["destination"], answer["source"]), ("+3225551212", "none"))

    def test_one_reading_serves_the_applied_and_the_saved_settings(self):
        self.account._record_applied()
        self._rule("0044", self.london)
        with patch.object(dialing, "read", wraps=dialing.read) as read:
            resolved = self.account._resolve("201", CALLED_IN_LONDON, None, "applied", "saved")
            self.assertEqual([one.number_id for one in resolved], [self.main.id, self.london.id])
            self.assertEqual(read.call_count, 1)
            # An extension on one side only: each side reads the number by itself.
            self._extension_299()
            kinds = [
                one.destination.kind
                for one in self.account._resolve("201", "299", None, "applied", "saved")
            ]
        self.assertEqual(kinds, ["service", "internal"])

    def _extension_299(self):
        vals = {"account_id": self.account.id, "number": "299", "name": "Lobby"}
        return self.env["axivox.extension"].create(vals)

    def test_default_outgoing_number_is_shown_where_nothing_else_decides(self):
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (MAIN, "default"))

    def test_first_matching_rule_wins(self):
        self._rule("0033", self.paris)
        narrow = self._rule("004420", self.new_york)
        self._rule("0044", self.london)
        answer = self.sophie.with_user(self.sophie).resolve_caller_id(CALLED_IN_LONDON)
        self.assertEqual(
            (answer["number"], answer["source"], answer["rule_id"]),
            (NEW_YORK, "rule", narrow.id),
        )
        self.assertEqual(self._shown(self.sophie, "0044 1481 256789"), (LONDON, "rule"))

    def test_order_of_the_rules_is_the_order_of_their_sequence(self):
        wide, narrow = self._rule("0044", self.london), self._rule("004420", self.new_york)
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (LONDON, "rule"))
        narrow.sequence = wide.sequence - 1
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (NEW_YORK, "rule"))

    def test_own_number_goes_before_the_rules_without_the_override(self):
        self._rule("0044", self.london)
        self.assertEqual(self._shown(self.james, CALLED_IN_LONDON), (PARIS, "user"))
        self.account.rules_override_users = True
        self.assertEqual(self._shown(self.james, CALLED_IN_LONDON), (LONDON, "rule"))
        self.assertEqual(self._shown(self.james, CALLED_IN_BERLIN), (PARIS, "user"))

    def test_archived_rule_is_as_if_it_were_not_there(self):
        rule = self._rule("0044", self.london)
        rule.active = False
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (MAIN, "default"))

    def test_archived_number_is_never_shown(self):
        self._rule("0044", self.london)
        self._rule("004420", self.new_york)
        (self.london | self.paris).active = False
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (NEW_YORK, "rule"))
        self.assertEqual(self._shown(self.james, CALLED_IN_BERLIN), (MAIN, "default"))
        self.main.active = False
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (False, "none"))

    def test_internal_emergency_and_service_calls_show_no_number_of_ours(self):
        self._rule("0032", self.london)
        for dialled, source in (
            ("202", "internal"),
            ("112", "emergency"),
            ("1207", "service"),
            ("116117", "service"),
            ("*98", "service"),
        ):
            with self.subTest(dialled):
                answer = self.sophie.with_user(self.sophie).resolve_caller_id(dialled)
                self.assertEqual(
                    (answer["number"], answer["source"], answer["dial"], answer["destination"]),
                    (False, source, dialled, False),
                )

    def test_country_of_the_record_says_how_a_national_number_is_read(self):
        self._rule("0044", self.london)
        for country in ("GB", "gb", self.env.ref("base.uk").id):
            self.assertEqual(self._shown(self.sophie, "020 7946 0321", country), (LONDON, "rule"))
        answer = self.sophie.with_user(self.sophie).resolve_caller_id("0450 00 12 34")
        self.assertEqual(answer["destination"], "+32450001234")

    def test_dial_format_says_what_is_sent_to_the_pbx(self):
        answer = self.sophie.with_user(self.sophie).resolve_caller_id("+44 20 7946 0321")
        self.assertEqual(answer["dial"], "00442079460321")
        self.account.dial_format = "+"
        answer = self.sophie.with_user(self.sophie).resolve_caller_id("+44 20 7946 0321")
        self.assertEqual(answer["dial"], "+442079460321")

    def test_what_is_no_number_gets_a_sentence(self):
        for dialled in ("", None, "abc", "00", "+999 123", "020 7946", "12", "0" * 400, "\x00"):
            with self.subTest(dialled), self.assertRaises(UserError) as error:
                self.sophie.with_user(self.sophie).resolve_caller_id(dialled, "GB")
            self.assertRegex(str(error.exception), r"^[“A-Z].*\.$")

    def test_bad_input_is_no_traceback(self):
        resolve = self.sophie.with_user(self.sophie).resolve_caller_id
        for country in (True, 3.5, [1], {"a": 1}, "XX", "\x00", 10**30, -1):
            with self.subTest(country=country):
                self.assertEqual(resolve(CALLED_IN_LONDON, country)["number"], MAIN)
        for dialled in (True, 112, [112], {"a": 1}, b"112"):
            with self.subTest(dialled=dialled), self.assertRaises(UserError):
                resolve(dialled)

    def test_settings_are_applied_or_saved(self):
        with self.assertRaises(UserError):
            self.sophie.resolve_caller_id(CALLED_IN_LONDON, settings="wished")

    def test_calls_are_shown_by_what_is_applied(self):
        rule = self._rule("0044", self.london)
        self.account._record_applied()
        rule.number_id = self.new_york
        self.own.outgoing_number_id = False
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (LONDON, "rule"))
        self.assertEqual(
            self._shown(self.sophie, CALLED_IN_LONDON, settings="saved"), (NEW_YORK, "rule")
        )
        self.assertEqual(self._shown(self.james, CALLED_IN_BERLIN), (PARIS, "user"))
        self.assertEqual(
            self._shown(self.james, CALLED_IN_BERLIN, settings="saved"), (MAIN, "default")
        )
        rule.unlink()
        answer = self.sophie.with_user(self.sophie).resolve_caller_id(CALLED_IN_LONDON)
        self.assertEqual((answer["number"], answer["rule_id"]), (LONDON, False))

    def test_of_two_rules_with_one_prefix_the_first_is_named(self):
        verbatim = self.env["axivox.outgoing.rule"]._in_server_context("axivox_verbatim")
        first, _second = verbatim.create(
            [
                {
                    "account_id": self.account.id,
                    "destination_prefix": "0044",
                    "number_id": number.id,
                    "sequence": number.id,
                }
                for number in (self.london, self.paris)
            ]
        )
        self.account._record_applied()
        for settings in ("applied", "saved"):
            answer = self.sophie.resolve_caller_id(CALLED_IN_LONDON, settings=settings)
            self.assertEqual((answer["number"], answer["rule_id"]), (LONDON, first.id))

    def test_answer_says_that_the_saved_settings_stand_in_for_applied_ones(self):
        resolve = self.sophie.with_user(self.sophie).resolve_caller_id
        self.assertIn("Saved settings", resolve(CALLED_IN_LONDON)["reason"])
        self.assertNotIn("Saved", resolve(CALLED_IN_LONDON, settings="saved")["reason"])
        self.account._record_applied()
        self.assertNotIn("Saved", resolve(CALLED_IN_LONDON)["reason"])

    def test_reason_is_in_the_users_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        resolve = self.sophie.with_user(self.sophie).with_context(lang="fr_FR").resolve_caller_id
        english = self.sophie.with_user(self.sophie).resolve_caller_id("112")["reason"]
        self.assertNotEqual(resolve("112")["reason"], english)

    def test_user_without_an_extension_shows_nothing(self):
        answer = self.editor.with_user(self.editor).resolve_caller_id(CALLED_IN_LONDON)
        self.assertEqual((answer["number"], answer["source"]), (False, "none"))
        self.assertIn("extension", answer["reason"])

    def test_extension_of_an_archived_account_is_nobodys_line(self):
        self.assertEqual(self._shown(self.james, CALLED_IN_BERLIN), (PARIS, "user"))
        self.account.active = False
        self.assertEqual(self._shown(self.james, CALLED_IN_BERLIN), (False, "none"))
        self.assertFalse(self.james.axivox_extension_id)

    def test_user_calls_from_their_extensions_account_whichever_company_is_active(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.sophie.company_ids += other
        sophie = self.sophie.with_user(self.sophie).with_company(other)
        self.assertEqual(sophie.resolve_caller_id(CALLED_IN_LONDON)["number"], MAIN)

    def test_user_with_two_extensions_calls_from_the_one_of_their_default_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        account = self.env["axivox.account"].create({"company_id": other.id})
        self.env["axivox.extension"].create(
            {
                "account_id": account.id,
                "number": "7",
                "name": "Sophie",
                "user_id": self.sophie.id,
            }
        )
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (MAIN, "default"))
        self.sophie.write({"company_ids": [(4, other.id)], "company_id": other.id})
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (False, "none"))

    def test_ones_own_call_is_resolved_also_where_the_extension_is_another_companys(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        number = self.env["axivox.number"].create({"account_id": account.id, "number": LONDON})
        account.default_outgoing_number_id = number
        self.extension.user_id = False
        self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "7", "name": "S", "user_id": self.sophie.id}
        )
        self.assertNotIn(other, self.sophie.company_ids)
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (LONDON, "default"))
        with self.assertRaises(AccessError):
            self.sophie.with_user(self.james).resolve_caller_id(CALLED_IN_BERLIN)

    def test_calls_of_another_company_are_not_resolved(self):
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("stranger_test", company=other)
        with self.assertRaises(AccessError):
            self.sophie.with_user(stranger).resolve_caller_id(CALLED_IN_LONDON)
        colleague = self.sophie.with_user(self.james)
        self.assertEqual(colleague.resolve_caller_id(CALLED_IN_LONDON)["number"], MAIN)

    def test_answer_needs_no_rule_that_was_deleted_since_it_was_prepared(self):
        rule = self._rule("0044", self.london)
        self.commit_answers()
        self._shown(self.sophie, CALLED_IN_LONDON)
        # Another process has committed this, and its signal is not here yet.
        self.cr.execute("DELETE FROM axivox_outgoing_rule WHERE id = %s", (rule.id,))
        self.env.invalidate_all()
        user = self.sophie.with_user(self.sophie)
        answer = user.resolve_caller_id(CALLED_IN_LONDON)
        self.assertEqual((answer["number"], answer["rule_prefix"]), (LONDON, "0044"))
        lead = self.env["crm.lead"].create({"name": "Bike", "phone": CALLED_IN_LONDON})
        self.assertIn("0044", lead.with_user(self.sophie).sudo().axivox_shown_as_reason)

    def test_warm_call_runs_no_sql_however_many_rules(self):
        for count in (10, 1000):
            missing = count - len(self.account.rule_ids)
            self.env["axivox.outgoing.rule"]._in_server_context("axivox_verbatim").create(
                [
                    {
                        "account_id": self.account.id,
                        "destination_prefix": f"0044{2000 + len(self.account.rule_ids) + i}",
                        "number_id": self.london.id,
                    }
                    for i in range(missing)
                ]
            )
            self.assertEqual(len(self.account.rule_ids), count)
            uk = self.env.ref("base.uk").id
            self.commit_answers()
            self._resolve_in_a_fresh_environment(uk)
            with self.subTest(count), self.assertQueryCount(0):
                self._resolve_in_a_fresh_environment(uk)

    def _resolve_in_a_fresh_environment(self, country):
        self.env.invalidate_all()
        self.env.transaction.clear()
        user = self.env(user=self.sophie.id, context={})["res.users"].browse(self.sophie.id)
        user.resolve_caller_id("020 7946 0321", country)
        user.resolve_caller_id(CALLED_IN_LONDON)
        user.resolve_caller_id("112")
        user.env["res.users"].browse(self.james.id).resolve_caller_id(CALLED_IN_LONDON)

    def test_what_is_not_committed_is_nobody_elses_answer(self):
        self.commit_answers()
        before = self.account._prepare_once("saved")
        self.account.default_outgoing_number_id = self.london
        with patch.object(type(self.account), "_prepare_once", side_effect=AssertionError):
            self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (LONDON, "default"))
        with patch.object(type(self.account), "_prepare", return_value=before):
            self.account._prepare_once("saved")  # by a call that began before the commit
        self.commit_answers()
        shown = self._shown(self.sophie, CALLED_IN_BERLIN, settings="saved")
        self.assertEqual(shown, (LONDON, "default"))

    def test_line_of_a_user_is_found_anew_where_their_company_changed_or_moved(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        self.sophie.company_ids += elsewhere
        for change in (
            lambda: self.company.partner_id.write({"country_id": self.ref("base.uk")}),
            lambda: self.sophie.write({"company_id": elsewhere.id}),
        ):
            # A user without an extension calls from the account of their company.
            self.extension.user_id = False
            self.commit_answers()
            before = self.sophie._axivox_line_once()
            change()
            with patch.object(type(self.sophie), "_find_axivox_line", return_value=before):
                self.sophie._axivox_line_once()  # by a call that began before the commit
            self.commit_answers()
            self.assertNotEqual(self.sophie._axivox_line(), before)

    def test_every_part_of_the_answer_drops_the_prepared_policy(self):
        self._rule("0044", self.london)

        def shown(dialled="020 7946 0321"):
            try:
                return self._shown(self.sophie, dialled)[0]
            except UserError:
                return None

        self.assertIsNone(shown())
        self.company.country_id = self.env.ref("base.uk")
        self.assertEqual(shown(), LONDON)
        self.company.partner_id.country_id = self.env.ref("base.be")
        self.assertIsNone(shown())
        self.assertEqual(shown(CALLED_IN_BERLIN), MAIN)
        self.break_number(self.main)
        self.assertIs(shown(CALLED_IN_BERLIN), False)
        self.main.number = "+32 800 12 345"
        self.assertEqual(shown(CALLED_IN_BERLIN), "+3280012345")
        self.extension.user_id = False
        self.assertIs(shown(CALLED_IN_BERLIN), False)
        self.extension.user_id = self.sophie
        self.assertEqual(shown("0049 30 123457"), "+3280012345")
        self.extension.active = False
        self.assertIs(shown(CALLED_IN_BERLIN), False)
        self.extension.active = True
        self.extension.unlink()
        self.assertIs(shown(CALLED_IN_BERLIN), False)
