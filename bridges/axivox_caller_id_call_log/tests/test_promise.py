"""What Odoo promised for a call, by the settings of the time, and whether it was shown."""

from datetime import timedelta

from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import LONDON, MAIN, NEW_YORK, PARIS

from .common import APPLIED, BERLINER, CALLED, LONDONER, LONG_AGO, CallLogCase

A_DAY = timedelta(days=1)


@tagged("post_install", "-at_install")
class TestPromise(CallLogCase):
    def test_call_shows_what_was_promised(self):
        call = self._call(did="00442079460958")
        self.assertEqual(self._verdict(call), ("as_promised", False))
        self.assertEqual(call.caller_id_promised, LONDON)
        self.assertEqual((call.caller_id_source, call.caller_id_rule), ("rule", "0044"))
        self.assertEqual(call.caller_id_shown, LONDON)
        self.assertEqual(call.caller_id_extension, "201")
        self.assertEqual(call.caller_id_destination, "+442079460321")
        self.assertEqual(call.axivox_applied_id, self.account._last_applied())
        self.assertEqual(call.axivox_number_id, self.london)
        self.assertEqual(call.caller_id_promised_display, "+44 20 7946 0958")

    def test_call_shows_another_number(self):
        call = self._call(BERLINER, did=PARIS)
        self.assertEqual(self._verdict(call), ("different", False))
        self.assertEqual((call.caller_id_promised, call.caller_id_source), (MAIN, "default"))
        self.assertEqual(call.axivox_number_id, self.paris)

    def test_number_of_nobody_here_is_shown(self):
        call = self._call(did="+33199005678")
        self.assertEqual(self._verdict(call), ("different", False))
        self.assertEqual(call.caller_id_shown, "+33199005678")
        self.assertFalse(call.axivox_number_id)

    def test_users_own_number_is_promised(self):
        call = self._call(BERLINER, did=PARIS, user_id=self.james.id)
        self.assertEqual((call.caller_id_promised, call.caller_id_source), (PARIS, "user"))
        self.assertEqual(call.caller_id_verdict, "as_promised")

    def test_promise_is_what_the_resolution_answers(self):
        for user in (self.sophie, self.james):
            for number in (LONDONER, BERLINER, "00331990012", "0033199001299", "02 555 01 00"):
                call = self._call(number, user_id=user.id)
                if call.caller_id_reason == "number":
                    continue
                answer = user.resolve_caller_id(number)
                with self.subTest(user.login, number=number):
                    self.assertEqual(call.caller_id_promised, answer["number"])
                    self.assertEqual(call.caller_id_source, answer["source"])
                    self.assertEqual(call.caller_id_destination, answer["destination"])

    def test_numbers_are_compared_whatever_their_form(self):
        for number in ("+442079460321", "442079460321", "0044 20 7946 0321", "tel:+44-2079460321"):
            for did in (LONDON, "442079460958", "0044 (20) 79460958", " +44 20 7946 0958 "):
                with self.subTest(number, did=did):
                    self.assertEqual(self._call(number, did).caller_id_verdict, "as_promised")
        self.assertEqual(self._call(BERLINER, "02 345 67 89").caller_id_verdict, "different")
        self.assertEqual(self._call(BERLINER, "012345678").caller_id_verdict, "as_promised")

    def test_nothing_was_configured_and_something_is_shown(self):
        self.account.default_outgoing_number_id = False
        self._apply(APPLIED + A_DAY)
        call = self._call(BERLINER, did=MAIN)
        self.assertEqual((call.caller_id_promised, call.caller_id_source), (False, "none"))
        self.assertEqual(call.caller_id_verdict, "different")

    def test_settings_are_those_that_were_applied_then(self):
        first = self.account._last_applied()
        self.account.default_outgoing_number_id = self.new_york
        self._apply(APPLIED + 10 * A_DAY)
        last = self.account._last_applied()
        self.account.default_outgoing_number_id = self.paris  # saved, and not applied
        for days, promised, applied in (
            (1, MAIN, first),
            (9, MAIN, first),
            (10, NEW_YORK, last),
            (20, NEW_YORK, last),
        ):
            call = self._call(BERLINER, start_date=APPLIED + days * A_DAY)
            with self.subTest(days=days):
                self.assertEqual(call.caller_id_promised, promised)
                self.assertEqual(call.axivox_applied_id, applied)

    def test_number_that_was_withdrawn_then_was_not_promised(self):
        self.london.active = False
        withdrawn = self.env["axivox.period"].search([("number_id", "=", self.london.id)])
        withdrawn.since = CALLED - A_DAY
        self.assertEqual(self._call().caller_id_promised, MAIN)
        self.assertEqual(self._call(start_date=CALLED - 2 * A_DAY).caller_id_promised, LONDON)
        self.london.active = True
        withdrawn.until = CALLED + A_DAY
        self.assertEqual(self._call().caller_id_promised, MAIN)
        self.assertEqual(self._call(start_date=CALLED + 2 * A_DAY).caller_id_promised, LONDON)

    def test_extension_is_the_one_that_was_the_users_then(self):
        self.own.user_id = False
        self.env.flush_all()
        self.extension.user_id = self.james
        periods = self.env["axivox.period"].search([("user_id", "=", self.james.id)])
        self.assertEqual(periods.mapped("extension"), ["202", "201"])
        periods[0].until = periods[1].since = CALLED
        before = self._call(BERLINER, user_id=self.james.id, start_date=CALLED - A_DAY)
        self.assertEqual((before.caller_id_extension, before.caller_id_promised), ("202", PARIS))
        after = self._call(BERLINER, user_id=self.james.id)
        self.assertEqual((after.caller_id_extension, after.caller_id_promised), ("201", MAIN))

    def test_extension_that_was_renumbered_or_is_gone_is_remembered(self):
        self.extension.number = "211"
        first = self.env["axivox.period"].search([("extension", "=", "201")])
        self.assertEqual(self._call().caller_id_extension, "201")
        self.assertTrue(first.until)
        self.extension.unlink()
        self.assertEqual(self._call().caller_id_promised, LONDON)
        self._unknown("no_extension", self._call(start_date=first.until + A_DAY))

    def test_extension_of_an_archived_phone_is_nobodys(self):
        self.extension.active = False
        [period] = self.env["axivox.period"].search([("user_id", "=", self.sophie.id)])
        self.assertTrue(period.until)
        self.extension.active = True
        self.assertEqual(len(self.env["axivox.period"].search([("extension", "=", "201")])), 2)

    def test_saving_what_is_so_already_writes_nothing_down(self):
        before = self.env["axivox.period"].search_count([("account_id", "=", self.account.id)])
        self.extension.write({"number": "201", "user_id": self.sophie.id, "active": True})
        self.london.active = True
        after = self.env["axivox.period"].search_count([("account_id", "=", self.account.id)])
        self.assertEqual(before, after)

    def test_of_two_extensions_the_one_of_the_default_company_counts(self):
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.env.ref("base.be").id}
        )
        there = self.env["axivox.account"].create({"company_id": other.id})
        for account, number in ((there, "301"), (self.account, "302")):
            self.env["axivox.extension"].create(
                {
                    "account_id": account.id,
                    "number": number,
                    "name": "Editor",
                    "user_id": self.editor.id,
                }
            )
        periods = self.env["axivox.period"].search([("user_id", "=", self.editor.id)])
        self.assertEqual(periods.mapped("extension"), ["301", "302"])
        periods.since = LONG_AGO
        self.assertEqual(self._call(user_id=self.editor.id).caller_id_extension, "302")
        self.account.active = False
        self.assertEqual(self._call(user_id=self.editor.id).caller_id_extension, "301")

    def test_what_was_applied_in_the_same_second_counts(self):
        self.account.default_outgoing_number_id = self.paris
        self._apply(CALLED + timedelta(milliseconds=400))
        self.assertEqual(self._call(BERLINER).caller_id_promised, PARIS)

    # Not known -------------------------------------------------------------------------------

    def test_call_of_nobody(self):
        call = self._call(user_id=False)
        self._unknown("no_user", call)
        self.assertEqual(call.caller_id_shown, LONDON)

    def test_company_without_country_reads_what_needs_none(self):
        self.company.country_id = False
        self.assertEqual(self._call("0032 2 555 01 00", MAIN).caller_id_verdict, "as_promised")
        self._unknown("number", self._call("02 555 01 00", MAIN))
        self.connector.company_id.country_id = False
        self._unknown("no_user", self._call(user_id=False))

    def test_call_of_who_had_no_extension(self):
        call = self._call(user_id=self.editor.id)
        self._unknown("no_extension", call)
        self.assertFalse(call.axivox_applied_id)

    def test_call_from_before_anything_was_written_down(self):
        self._unknown("before", self._call(start_date=LONG_AGO - A_DAY))

    def test_nothing_was_applied_then(self):
        call = self._call(start_date=APPLIED - A_DAY)
        self._unknown("not_applied", call)
        self.assertFalse(call.caller_id_promised or call.axivox_applied_id)

    def test_what_was_applied_then_is_damaged(self):
        self.account._last_applied().sudo().settings = {"default": 7}
        self._apply(CALLED + A_DAY)
        self._unknown("not_applied", self._call())

    def test_what_runs_is_read_where_the_history_of_it_is_damaged(self):
        self.account._last_applied().sudo().settings = {"default": 7}
        self.assertEqual(self._call().caller_id_promised, LONDON)

    def test_number_cannot_be_read(self):
        for number in ("anonymous", "Sophie", "+999999", "x" * 300):
            self._unknown("number", self._call(number))

    def test_calls_that_no_rule_is_for(self):
        for number, reason in (("202", "internal"), ("112", "emergency"), ("*97", "service")):
            call = self._call(number)
            self._unknown(reason, call)
            self.assertEqual((call.caller_id_promised, call.caller_id_source), (False, reason))
        self._unknown("service", self._call("1207"))

    def test_axivox_did_not_say_what_it_showed(self):
        for did in (False, ""):
            call = self._call(did=did)
            self._unknown("no_did", call)
            self.assertEqual(call.caller_id_promised, LONDON)
        self._unknown("did", self._call(did="anonymous"))

    def test_changes_were_being_applied_by_hand(self):
        self.account.default_outgoing_number_id = self.paris
        manuals = self.env["axivox.manual.apply"]
        manual = manuals.browse(self.account.action_review_changes()["res_id"])
        self._backdate("axivox_manual_apply", CALLED, ids=manual.ids)
        self._unknown("applying", self._call(start_date=CALLED + A_DAY))
        self.assertEqual(self._call(start_date=CALLED - A_DAY).caller_id_verdict, "as_promised")
        manual.action_confirm()
        confirmed = self.account._last_applied()
        self._backdate("axivox_applied", CALLED + 2 * A_DAY, ids=confirmed.ids)
        call = self._call(BERLINER, MAIN, start_date=CALLED + A_DAY)
        self._unknown("applying", call)
        self.assertEqual(call.caller_id_promised, MAIN)
        call = self._call(BERLINER, PARIS, start_date=CALLED + 2 * A_DAY)
        self.assertEqual(call.caller_id_verdict, "as_promised")

    def test_list_that_is_done_within_a_second_leaves_nothing_unknown(self):
        self.account.default_outgoing_number_id = self.paris
        self.account.action_review_changes()
        manual = self.env["axivox.manual.apply"].search([("account_id", "=", self.account.id)])
        manual.action_confirm()
        self._backdate("axivox_manual_apply", CALLED, ids=manual.ids)
        self._backdate("axivox_applied", CALLED, ids=self.account._last_applied().ids)
        for call in (
            self._call(BERLINER, PARIS),
            self._call(BERLINER, PARIS, start_date=CALLED + A_DAY),
        ):
            self.assertEqual(call.caller_id_verdict, "as_promised")

    def test_list_that_something_else_replaced_ends_with_that(self):
        self.account.default_outgoing_number_id = self.paris
        self.account.action_review_changes()
        manual = self.env["axivox.manual.apply"].search([("account_id", "=", self.account.id)])
        self._backdate("axivox_manual_apply", CALLED, ids=manual.ids)
        self._apply(CALLED + A_DAY)
        self.assertEqual(manual.state, "replaced")
        self._unknown("applying", self._call(start_date=CALLED + A_DAY / 2))
        self.assertEqual(self._call(start_date=CALLED + A_DAY).caller_id_verdict, "as_promised")

    def test_what_a_number_without_plus_means_is_not_guessed(self):
        """In the USA it is a number of New Jersey's; with a plus it is one of Egypt's."""
        self.company.country_id = self.env.ref("base.us")
        self._rule("0020", self.paris)
        self._apply(APPLIED + A_DAY)
        self.assertEqual(self._call("+12015550123", did=MAIN).caller_id_verdict, "as_promised")
        self.assertEqual(self._call("+2015550123", did=PARIS).caller_id_verdict, "as_promised")
        self._unknown("number", self._call("2015550123", did=MAIN))

    # The widget's log ---------------------------------------------------------------------------

    def test_number_that_was_chosen_in_the_widget_was_promised(self):
        self._of_widget()
        call = self._call("+442079460321", did=NEW_YORK)
        self.assertEqual((call.caller_id_promised, call.caller_id_source), (NEW_YORK, "choice"))
        self.assertFalse(call.caller_id_rule)
        self.assertEqual(call.caller_id_verdict, "as_promised")

    def test_widgets_call_is_the_same_by_user_number_and_minute(self):
        self._of_widget()
        for other in (
            self._call(user_id=self.james.id),
            self._call("00442079460322"),
            self._call(start_date=CALLED + timedelta(minutes=2)),
            self._call(start_date=CALLED - timedelta(minutes=2)),
        ):
            self.assertNotEqual(other.caller_id_source, "choice")
        later = self._values(start_date=CALLED + timedelta(minutes=10), did=NEW_YORK)
        self._of_widget(BERLINER, type_call="incoming")
        self.assertEqual(self._call(BERLINER).caller_id_source, "default")
        calls = self.calls.create([later, self._values(did=NEW_YORK)]).sudo()
        self.assertEqual(calls.mapped("caller_id_source"), ["rule", "choice"])

    def test_widgets_number_is_read_in_the_country_of_who_is_called(self):
        customer = self.env["res.partner"].create(
            {"name": "Londoner", "country_id": self.env.ref("base.uk").id}
        )
        self._of_widget("020 7946 0321", partner_id=customer.id)
        self.assertEqual(self._call().caller_id_promised, NEW_YORK)
