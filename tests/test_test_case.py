from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import CALLED_IN_BERLIN, CALLED_IN_LONDON, LONDON, MAIN, NEW_YORK, PARIS, AxivoxCase
from .test_console import ConsoleCase


@tagged("post_install", "-at_install")
class TestTestCase(AxivoxCase):
    def setUp(self):
        super().setUp()
        self.uk = self._rule("0044", self.london)
        self.team = self.env["crm.team"].create(
            {
                "name": "Sales",
                "company_id": self.company.id,
                "member_ids": [Command.set((self.sophie | self.james).ids)],
            }
        )

    def _case(self, who, destination, expected, **vals):
        caller = "team_id" if who._name == "crm.team" else "extension_id"
        return (
            self.env["axivox.test.case"]
            .with_user(self.editor)
            .create(
                {
                    "account_id": self.account.id,
                    caller: who.id,
                    "destination": destination,
                    "expected_number_id": expected.id,
                    **vals,
                }
            )
        )

    @property
    def nothing(self):
        return self.env["axivox.number"]

    def test_case_says_whether_it_passes_now_and_after_apply(self):
        self.account._record_applied()
        case = self._case(self.extension, CALLED_IN_LONDON, self.london, name="Sophie to the UK")
        self.assertEqual((case.result_now, case.result_after, case.failure), ("pass", "pass", ""))
        self.uk.number_id = self.new_york
        self.assertEqual((case.result_now, case.result_after), ("pass", "fail"))
        self.assertEqual(
            case.failure,
            "After applying: 201 Sophie shows +1 212-555-0123 (Rule 0044); expected: "
            "+44 20 7946 0958 · London.",
        )
        case.expected_number_id = self.new_york
        self.assertEqual((case.result_now, case.result_after), ("fail", "pass"))
        self.assertEqual(
            case.failure,
            "Now: 201 Sophie shows +44 20 7946 0958 (Rule 0044); expected: +1 212-555-0123 "
            "· New York.",
        )
        case.expected_number_id = self.paris
        self.assertEqual(len(case.failure.splitlines()), 2, "for each its own reason")
        self.account._record_applied()
        self.assertEqual(len(case.failure.splitlines()), 1, "the same reason is said once")

    def test_case_of_a_team_passes_if_all_its_members_do(self):
        case = self._case(self.team, CALLED_IN_LONDON, self.london)
        self.assertEqual(case.result_after, "fail", "202 has a number of their own")
        self.assertIn("202 James shows +33 1 99 00 12 34 (User's own number)", case.failure)
        self.assertNotIn("201", case.failure)
        self.own.outgoing_number_id = False
        self.assertEqual(case.result_after, "pass")
        self.team.member_ids += self._user("nina_test")
        self.assertEqual(case.result_after, "pass", "who has no extension does not call")
        self.team.member_ids = [Command.clear()]
        self.assertEqual(case.result_after, "fail", "nothing was tried")
        self.assertIn("Nobody in Sales has an extension", case.failure)

    def test_each_team_has_its_own_members(self):
        support = self.env["crm.team"].create(
            {
                "name": "Support",
                "company_id": self.company.id,
                "member_ids": [Command.set(self.james.ids)],
            }
        )
        self.team.member_ids = [Command.set(self.sophie.ids)]
        of_sales = self._case(self.team, CALLED_IN_LONDON, self.london)
        of_support = self._case(support, CALLED_IN_LONDON, self.paris)
        both = of_sales | of_support
        self.assertEqual(both.mapped("result_after"), ["pass", "pass"])

    def test_many_who_fail_are_named_in_part(self):
        people = [self._user(f"seat{number}_test") for number in range(6)]
        seats = self.env["axivox.extension"].create(
            [
                {
                    "account_id": self.account.id,
                    "number": str(300 + number),
                    "name": "Seat",
                    "user_id": person.id,
                }
                for number, person in enumerate(people)
            ]
        )
        seats[5].outgoing_number_id = self.paris
        self.team.member_ids = [Command.set([person.id for person in people])]
        case = self._case(self.team, CALLED_IN_BERLIN, self.london)
        self.assertEqual(
            case.failure,
            "300 Seat, 301 Seat, 302 Seat, and 2 more show +32 12 34 56 78 (Default outgoing "
            "number), 305 Seat shows +33 1 99 00 12 34 (User's own number); expected: "
            "+44 20 7946 0958 · London.",
        )
        direct = self.env["axivox.number"].create(
            [{"account_id": self.account.id, "number": f"+3212{200000 + n}"} for n in range(6)]
        )
        for seat, number in zip(seats, direct, strict=True):
            seat.outgoing_number_id = number
        self.assertEqual(case.failure.count(" shows "), 3)
        self.assertIn(", and 3 more; expected", case.failure)

    def test_no_number_can_be_expected(self):
        for destination in ("112", "202", "*62"):
            with self.subTest(destination):
                self.assertEqual(
                    self._case(self.extension, destination, self.nothing).result_after, "pass"
                )
        case = self._case(self.extension, CALLED_IN_BERLIN, self.nothing)
        self.assertIn("expected: no outside number.", case.failure)
        self.account.default_outgoing_number_id = False
        self.assertEqual(case.result_after, "pass")
        case.expected_number_id = self.main
        self.assertIn("201 Sophie shows no outside number (Nothing is configured)", case.failure)

    def test_what_is_archived_is_said(self):
        of_user = self._case(self.own, CALLED_IN_LONDON, self.paris)
        of_number = self._case(self.extension, CALLED_IN_LONDON, self.london)
        self.own.active = False
        self.assertEqual(of_user.result_after, "fail")
        self.assertEqual(of_user.failure, "202 James is archived: nobody calls from it.")
        self.london.active = False
        self.assertEqual(
            of_number.failure,
            "+44 20 7946 0958 · London is archived and will never be shown: choose another number.",
        )

    def test_expected_number_is_not_deleted_unseen(self):
        self.uk.number_id = self.paris
        case = self._case(self.extension, CALLED_IN_LONDON, self.london, name="Sales to the UK")
        with self.assertRaisesRegex(UserError, "“Sales to the UK” expects"):
            self.london.with_user(self.editor).unlink()
        case.unlink()
        self.london.with_user(self.editor).unlink()

    def test_it_goes_with_its_user_its_team_and_its_account(self):
        of_user = self._case(self.extension, CALLED_IN_LONDON, self.london)
        of_team = self._case(self.team, CALLED_IN_LONDON, self.london)
        left = self._case(self.own, CALLED_IN_LONDON, self.paris)
        self.extension.unlink()
        self.team.unlink()
        self.assertEqual((of_user | of_team | left).exists(), left)
        self.account.unlink()
        self.assertFalse(left.exists())

    def test_destination_means_the_same_in_every_country(self):
        case = self._case(self.extension, "02 555 01 00", self.main)
        self.assertEqual(case.destination, "+32 2 555 01 00")
        case.destination = "0044 (0)20 7946-0321"
        self.assertEqual(case.destination, "+44 20 7946 0321")
        case.destination = "1 1 2"
        self.assertEqual(case.destination, "112")
        with self.assertRaisesRegex(ValidationError, "is not a telephone number"):
            case.destination = "bogus"

    def test_it_is_of_one_caller_and_of_one_account(self):
        with mute_logger("odoo.sql_db"):
            for both in (
                {"team_id": self.team.id, "extension_id": self.extension.id},
                {"team_id": False, "extension_id": False},
            ):
                with self.assertRaisesRegex(IntegrityError, "one_caller"), self.cr.savepoint():
                    self._case(self.extension, CALLED_IN_LONDON, self.london, **both).flush_model()
        other = self.env["axivox.account"].create(
            {"company_id": self.env["res.company"].create({"name": "Other"}).id}
        )
        theirs = self.env["axivox.extension"].create(
            {"account_id": other.id, "number": "201", "name": "Theirs"}
        )
        with self.assertRaisesRegex(ValidationError, "belongs to another account"):
            self._case(self.extension, CALLED_IN_LONDON, self.london).sudo().extension_id = theirs

    def test_form_tells_the_result_before_it_is_saved_and_keeps_one_caller(self):
        with Form(self.env["axivox.test.case"].with_user(self.editor)) as form:
            self.assertFalse(form.result_after, "nothing is said of what is not whole")
            form.extension_id = self.extension
            form.team_id = self.team
            self.assertFalse(form.extension_id)
            form.extension_id = self.extension
            self.assertFalse(form.team_id)
            form.destination = "0044 20 7946 0321"
            self.assertEqual(form.destination, "+44 20 7946 0321")
            self.assertEqual(form.result_after, "fail")
            form.expected_number_id = self.london
            self.assertEqual(form.result_after, "pass")
        self.assertEqual(form.record.display_name, "201 Sophie to +44 20 7946 0321")

    def test_failing_ones_are_found(self):
        self.account._record_applied()
        good = self._case(self.extension, CALLED_IN_BERLIN, self.main)
        bad = self._case(self.extension, CALLED_IN_LONDON, self.london)
        self.uk.number_id = self.new_york
        cases = self.env["axivox.test.case"].with_user(self.editor)
        mine = [("account_id", "=", self.account.id)]
        self.assertEqual(cases.search([*mine, ("result_after", "=", "fail")]), bad)
        self.assertEqual(cases.search([*mine, ("result_after", "!=", "fail")]), good)
        self.assertFalse(cases.search([*mine, ("result_now", "=", "fail")]))

    def test_all_read_it_and_editors_write_it(self):
        case = self._case(self.team, CALLED_IN_LONDON, self.london)
        told = case.with_user(self.sophie).read(["display_name", "result_after", "failure"])[0]
        self.assertEqual(told["display_name"], "Sales to +44 20 7946 0321")
        self.assertEqual(told["failure"], case.failure)
        with self.assertRaises(AccessError):
            case.with_user(self.sophie).destination = "112"
        case.with_user(self.manager).expected_number_id = self.paris

    def test_list_by_hand_names_those_that_fail_by_what_is_in_it(self):
        self.account._record_applied()
        self._case(self.extension, CALLED_IN_LONDON, self.london, name="Sales to the UK")
        self.uk.number_id = self.new_york
        action = self.account.with_user(self.manager).action_apply_changes()
        manual = self.env["axivox.manual.apply"].with_user(self.manager).browse(action["res_id"])
        [notice] = manual.failing
        self.assertIn("Sales to the UK: 201 Sophie shows +1 212-555-0123", notice["message"])
        self.assertEqual(notice["action"]["res_model"], "axivox.test.case")
        self.uk.number_id = self.london
        manual.invalidate_recordset()
        self.assertEqual(manual.failing_count, 1, "what was saved since is not in the list")
        manual.action_confirm()
        self.assertEqual((manual.failing_count, manual.failing), (0, False), "that is past")

    def test_results_of_a_thousand_cost_as_many_queries_as_of_a_few(self):
        self.account._record_applied()

        def queries(count):
            self.env["axivox.test.case"].create(
                [
                    {
                        "account_id": self.account.id,
                        **(
                            {"extension_id": (self.extension | self.own)[number % 2].id}
                            if number % 3
                            else {"team_id": self.team.id}
                        ),
                        "destination": f"+44 20 7946 {number % 1000:04}",
                        "expected_number_id": self.london.id,
                    }
                    for number in range(count)
                ]
            )
            return self.count_queries(read_list, count), self.count_queries(read_notices)

        cases = self.env["axivox.test.case"].with_user(self.editor)

        def read_list(count):
            found = cases.search([("account_id", "=", self.account.id)])
            found.read(["display_name", "result_now", "result_after", "failure"])
            self.assertGreaterEqual(len(found), count)

        def read_notices():
            notices = cases._failing_notices(
                self.account.with_user(self.editor), lambda: self.account._settings("saved")
            )
            self.assertTrue(notices)

        few = queries(6)
        self.assertLessEqual(queries(1000), few)

    def test_list_by_hand_costs_one_query_more_without_any_test_case(self):
        self.account._record_applied()
        self.uk.number_id = self.new_york
        action = self.account.with_user(self.manager).action_apply_changes()
        manual = self.env["axivox.manual.apply"].with_user(self.manager).browse(action["res_id"])

        def queries(*fields):
            return self.count_queries(manual.read, ["state", "waiting", *fields])

        queries("failing")  # warm
        self.assertLessEqual(queries("failing", "failing_count"), queries() + 1)

    def test_try_call_offers_to_keep_what_it_shows(self):
        keep = self.account.with_user(self.editor).try_call(self.extension.id, CALLED_IN_LONDON)
        case = (
            self.env["axivox.test.case"]
            .with_user(self.editor)
            .with_context(**keep["keep"])
            .create({})
        )
        self.assertEqual(case.expected_number_id.number, LONDON)
        self.assertEqual((case.extension_id, case.result_after), (self.extension, "pass"))
        keep = self.account.with_user(self.sophie).try_call(self.extension.id, CALLED_IN_LONDON)
        self.assertFalse(keep["keep"], "who may not keep it is not asked")
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN)[0], MAIN)


@tagged("post_install", "-at_install")
class TestTestCaseOverApi(ConsoleCase):
    def setUp(self):
        super().setUp()
        self.pull()
        self.case = self.env["axivox.test.case"].create(
            {
                "account_id": self.account.id,
                "name": "Sales to the UK",
                "extension_id": self.extension.id,
                "destination": CALLED_IN_LONDON,
                "expected_number_id": self.london.id,
            }
        )

    def test_dialog_names_those_that_fail_before_anything_goes_live(self):
        self.assertEqual(self.review("apply").failing_count, 0)
        self.rule("0044").number_id = self.new_york
        review = self.review("apply")
        self.assertEqual(
            [notice["message"] for notice in review.failing],
            [
                "Sales to the UK: 201 Sophie shows +1 212-555-0123 (Rule 0044); expected: "
                "+44 20 7946 0958 · London."
            ],
        )
        self.assertEqual(self.sandbox.applied()["rules"][0], ["0044", LONDON])
        review.action_confirm()
        self.assertEqual(self.sandbox.applied()["rules"][0], ["0044", NEW_YORK], "it is only said")
        self.assertFalse(self.review("pull").failing_count, "a pull lets nothing go live")

    def test_dialog_looks_at_what_goes_live_with_the_consoles_changes(self):
        self.sandbox.edit(rules_override_users=True, rules=[])
        self.assertEqual(self.case.result_after, "pass", "Odoo does not know of it")
        self.account.default_outgoing_number_id = self.paris
        review = self.review("apply")
        self.assertIn("shows +33 1 99 00 12 34 (Default", review.failing[0]["message"])

    def test_dialog_follows_what_is_chosen(self):
        self.sandbox.edit(
            rules=[{"prefix": "0044", "number": MAIN}, {"prefix": "0033", "number": PARIS}]
        )
        self.rule("0044").number_id = self.new_york
        self.case.expected_number_id = self.main
        review = self.review("apply")
        self.assertEqual(review.failing_count, 1, "nothing is chosen: Odoo's stays")
        with Form(review) as form:
            with form.line_ids.edit(0) as line:
                line.choice = "theirs"
            self.assertEqual(form.failing_count, 0, "before it is saved")
        self.assertEqual(review.failing_count, 0)
        review.action_choose_ours()
        self.assertEqual(review.failing_count, 1)

    def test_programs_are_told_in_the_message(self):
        self.rule("0044").number_id = self.new_york
        said = self.apply()["params"]["message"]
        self.assertIn("1 test case fails:\nSales to the UK: 201 Sophie shows +1 212", said)
        self.assertEqual(self.account.sync_ids[0].message, said)
        self.case.copy()
        self.rule("0044").number_id = self.paris
        self.assertIn("2 test cases fail:", self.apply()["params"]["message"])
        self.rule("0044").number_id = self.london
        self.assertNotIn("fail", self.apply()["params"]["message"])

    def test_message_names_the_first_of_many(self):
        for _more in range(11):
            self.case.copy()
        self.rule("0044").number_id = self.new_york
        lines = self.apply()["params"]["message"].splitlines()
        self.assertEqual((len(lines), lines[-1]), (13, "and 2 more"))

    def test_dialog_costs_one_query_more_without_any_test_case(self):
        self.case.unlink()
        self.rule("0044").number_id = self.new_york
        review = self.review("apply")

        def queries(*fields):
            return self.count_queries(review.read, ["kind", "changed_since", *fields])

        queries("failing")  # warm
        self.assertLessEqual(queries("failing", "failing_count"), queries() + 1)
