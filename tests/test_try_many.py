import base64
import csv
import io
import time

from odoo import Command
from odoo.tests import Form, HttpCase, tagged

from ..wizards import axivox_try_many
from .common import CALLED_IN_BERLIN, CALLED_IN_LONDON, AxivoxCase


@tagged("post_install", "-at_install")
class TestTryMany(AxivoxCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.uk = self._rule("0044", self.london)
        self.account._record_applied()

    def _try(self, *destinations, user=None, **vals):
        vals = {"account_id": self.account.id, "text": "\n".join(destinations), **vals}
        return self.env["axivox.try.many"].with_user(user or self.sophie).create(vals)

    def _of(self, *extensions):
        return {"extension_ids": [Command.set([one.id for one in extensions])]}

    def _csv(self, wizard):
        return list(csv.reader(io.StringIO(base64.b64decode(wizard.csv).decode())))

    def test_each_user_and_destination_says_what_is_shown_and_by_what(self):
        self.uk.number_id = self.new_york
        wizard = self._try(
            CALLED_IN_BERLIN, CALLED_IN_LONDON, "112", **self._of(self.extension, self.own)
        )
        london, berlin, emergency = (
            "United Kingdom, +44 20 7946 0321",
            "Germany, +49 30 123456",
            "Emergency number 112",
        )
        default = ["+32 12 34 56 78", "Default outgoing number"]
        own = ["+33 1 99 00 12 34", "User's own number"]
        carrier = ["no outside number", "Decided by the carrier"]
        self.assertEqual(
            [
                (row["user"], row["destination"], row["now"], row["after"], row["is_different"])
                for row in wizard.result["rows"]
            ],
            [
                (
                    "201 Sophie",
                    london,
                    ["+44 20 7946 0958", "Rule 0044"],
                    ["+1 212-555-0123", "Rule 0044"],
                    True,
                ),
                ("201 Sophie", berlin, default, default, False),
                ("202 James", berlin, own, own, False),
                ("202 James", london, own, own, False),
                ("201 Sophie", emergency, carrier, carrier, False),
                ("202 James", emergency, carrier, carrier, False),
            ],
        )
        self.assertEqual(
            wizard.result["summary"], "1 of 6 calls will show another number after applying."
        )
        self.assertFalse(wizard.result["never_applied"])
        for row in wizard.result["rows"][:4]:
            extension = self.env["axivox.extension"].search([("number", "=", row["user"][:3])])
            answer = self.account.try_call(
                extension.filtered(lambda e: e.account_id == self.account).id,
                row["destination"].partition(", ")[2],
            )
            self.assertEqual(row["now"][0], answer["now"]["display"])
            self.assertEqual(row["after"][0], answer["after"]["display"])

    def test_each_users_own_number_counts_on_both_sides(self):
        self.own.outgoing_number_id = False
        rows = self._try(CALLED_IN_BERLIN, all_users=True).result["rows"]
        self.assertEqual(
            [(row["user"], row["now"][1], row["after"][1]) for row in rows],
            [
                ("202 James", "User's own number", "Default outgoing number"),
                ("201 Sophie", "Default outgoing number", "Default outgoing number"),
            ],
        )

    def test_members_of_teams_and_all_users_are_asked_about_once(self):
        team = self.env["crm.team"].create(
            {
                "name": "Sales",
                "company_id": self.company.id,
                "member_ids": [Command.set(self.sophie.ids)],
            }
        )
        teams = {"team_ids": [Command.set(team.ids)]}
        for vals, users in (
            (teams, ["201 Sophie"]),
            ({**teams, **self._of(self.extension)}, ["201 Sophie"]),
            ({**teams, **self._of(self.own)}, ["201 Sophie", "202 James"]),
            ({"all_users": True}, ["201 Sophie", "202 James"]),
        ):
            rows = self._try(CALLED_IN_LONDON, **vals).result["rows"]
            self.assertEqual([row["user"] for row in rows], users)

    def test_users_of_another_account_are_not_asked_about(self):
        other = self.env["axivox.account"].create(
            {"company_id": self.env["res.company"].create({"name": "Other"}).id}
        )
        theirs = self.env["axivox.extension"].create(
            {"account_id": other.id, "number": "201", "name": "Theirs"}
        )
        wizard = self._try(CALLED_IN_LONDON, user=self.env.user, **self._of(theirs, self.extension))
        self.assertEqual([row["user"] for row in wizard.result["rows"]], ["201 Sophie"])

    def test_nobody_is_asked_about_unless_picked_and_that_is_said(self):
        self.assertEqual(
            self._try(CALLED_IN_LONDON).result,
            {"hint": "Choose the users or sales teams who call.", "rows": []},
        )
        team = self.env["crm.team"].create({"name": "Nobody", "company_id": self.company.id})
        of_team = self._try(CALLED_IN_LONDON, team_ids=[Command.set(team.ids)])
        self.assertIn("active extension", of_team.result["hint"])
        self.assertIn("Paste the numbers", self._try(" ", all_users=True).result["hint"])

    def test_bad_lines_stay_in_the_box_with_the_reason(self):
        with Form(self.env["axivox.try.many"].with_user(self.sophie)) as form:
            form.text = f"bogus\n\n{CALLED_IN_LONDON}\n+44 20\n+44 20 7946 0321"
            form.all_users = True
            self.assertIn("“bogus” is not a telephone number", form.errors)
            self.assertEqual(len(form.errors.splitlines()), 2)
            self.assertEqual(len(form.result["rows"]), 2, "one destination, however it is written")
        self.assertIn("bogus", form.record.text)

    def test_national_numbers_are_read_in_the_country_of_who_is_called(self):
        wizard = self._try("020 7946 0321", all_users=True)
        self.assertTrue(wizard.errors)
        wizard.country_id = self.env.ref("base.uk")
        self.assertFalse(wizard.errors)
        self.assertIn("+44 20 7946 0321", wizard.result["rows"][0]["destination"])

    def test_too_many_calls_or_lines_are_refused_with_a_sentence(self):
        wizard = self._try(*(f"+44 20 7946 {n:04}" for n in range(2001)), all_users=True)
        self.assertEqual(wizard.errors, "Paste at most 2,000 numbers at a time.")
        self.patch(axivox_try_many, "MOST_CALLS", 3)
        wizard = self._try(CALLED_IN_LONDON, CALLED_IN_BERLIN, all_users=True)
        self.assertEqual(
            wizard.result,
            {"hint": "This makes 4 calls: try at most 3 at a time.", "rows": []},
        )
        self.assertEqual(len(self._csv(wizard)), 1, "no more than its titles")

    def test_until_something_was_applied_the_saved_settings_answer_and_that_is_said(self):
        self.account.sudo().applied_settings = False
        wizard = self._try(CALLED_IN_LONDON, all_users=True)
        self.assertTrue(wizard.result["never_applied"])

    def test_csv_has_all_calls_and_no_formula(self):
        self.extension.name = "=HYPERLINK(1)"
        self.uk.number_id = self.new_york
        wizard = self._try(*(f"+44 20 7946 {n:04}" for n in range(150)), all_users=True)
        self.assertEqual(len(wizard.result["rows"]), 200)
        self.assertIn("The first 200 are listed", wizard.result["summary"])
        head, first, *others = self._csv(wizard)
        self.assertEqual(head[2:4], ["Destination", "Shown now"])
        self.assertEqual(
            first,
            [
                "201",
                "'=HYPERLINK(1)",
                "United Kingdom, +44 20 7946 0000",
                "'+44 20 7946 0958",
                "Rule 0044",
                "'+1 212-555-0123",
                "Rule 0044",
                "x",
            ],
        )
        self.assertEqual(len(others), 299)

    def test_csv_is_its_creators_to_download(self):
        wizard = self._try(CALLED_IN_LONDON, all_users=True)
        url = wizard.action_download()["url"]
        self.authenticate(self.sophie.login, self.sophie.login)
        answer = self.url_open(url)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("Rule 0044", answer.text)
        self.authenticate(self.james.login, self.james.login)
        self.assertNotIn("Rule 0044", self.url_open(url).text)

    def test_rows_offer_to_keep_a_test_case_to_those_who_may(self):
        wizard = self._try(CALLED_IN_LONDON, user=self.editor, **self._of(self.extension))
        [row] = wizard.result["rows"]
        case = (
            self.env["axivox.test.case"]
            .with_user(self.editor)
            .with_context(**row["keep"])
            .create({})
        )
        self.assertEqual(case.expected_number_id, self.london)
        wizard = self._try(CALLED_IN_LONDON, **self._of(self.extension))
        self.assertFalse(wizard.result["rows"][0]["keep"])

    def test_users_ticked_in_their_list_are_asked_about(self):
        picked = {"active_model": "axivox.extension", "active_ids": self.own.ids}
        tried = self.env["axivox.try.many"].with_user(self.sophie).with_context(**picked)
        with Form(tried) as form:
            self.assertEqual(form.extension_ids[:], self.own)
            self.assertEqual(form.account_id, self.account)

    def test_a_hundred_destinations_of_two_thousand_users_take_no_query_each(self):
        def cost(users, destinations):
            known = len(self.account.extension_ids)
            self.env["axivox.extension"].create(
                [
                    {
                        "account_id": self.account.id,
                        "number": str(3000 + number),
                        "name": "Seat",
                        "outgoing_number_id": self.paris.id if number % 3 == 0 else False,
                    }
                    for number in range(known, users)
                ]
            )
            self.account._record_applied()
            self.uk.number_id = self.new_york if self.uk.number_id != self.new_york else self.main
            numbers = [f"+44 20 7946 {number:04}" for number in range(destinations)]
            wizard = self._try(*numbers, all_users=True)
            self.commit_answers()
            self.account._prepared("applied")
            self.account._prepared("saved")
            self.env.invalidate_all()
            before, began = self.cr.sql_log_count, time.perf_counter()
            self.assertEqual(len(wizard.result["rows"]), 200)
            return self.cr.sql_log_count - before, time.perf_counter() - began

        few, _seconds = cost(20, 10)
        many, seconds = cost(2000, 100)
        self.assertLessEqual(many, few + 2)
        self.assertLess(seconds, 20, "about one on a machine that has nothing else to do")
