from odoo.exceptions import ValidationError
from odoo.tests import Form, tagged

from .common import AxivoxCase


@tagged("post_install", "-at_install")
class TestOutgoingRule(AxivoxCase):
    def test_prefix_is_stored_in_zero_form(self):
        for typed, stored in (
            ("0044", "0044"),
            ("+33", "0033"),
            ("00 49", "0049"),
            ("0032 2", "00322"),
            ("٠٠٣٩", "0039"),
        ):
            self.assertEqual(self._rule(typed, self.london).destination_prefix, stored)
        rule = self._rule("001", self.london)
        rule.destination_prefix = "+1 242"
        self.assertEqual(rule.destination_prefix, "001242")

    def test_what_is_no_prefix_is_refused_with_what_is_expected(self):
        for typed in ("44", "004x", "00999", "", False, "  ", "00", "0032/2", "0044" + "2" * 11):
            with self.subTest(typed), self.assertRaisesRegex(ValidationError, "0044|at most"):
                self._rule(typed, self.london)

    def test_prefix_may_be_as_long_as_a_number_and_no_longer(self):
        self._rule("00442079460321", self.london)
        with self.assertRaisesRegex(ValidationError, "at most 12"):
            self._rule("004420794603210", self.london)

    def test_names_of_many_destinations_are_read_together(self):
        prefixes = ("0044", "0033", "0049", "0031", "0034", "0039", "00351", "0041", "001", "0046")
        rules = self.env["axivox.outgoing.rule"].browse()
        for prefix in prefixes:
            rules += self._rule(prefix, self.london)
        rules[:1].name  # noqa: B018
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(2):  # the rules, and their countries
            self.assertIn("Sweden", rules.mapped("name"))

    def test_same_prefix_twice_is_refused(self):
        self._rule("0044", self.london)
        with self.assertRaisesRegex(ValidationError, "0044 already"):
            self._rule("+44", self.paris)

    def test_what_the_console_holds_is_kept_verbatim_and_flagged(self):
        verbatim = self.env["axivox.outgoing.rule"]._in_server_context("axivox_verbatim")
        rules = verbatim.create(
            [
                {
                    "account_id": self.account.id,
                    "destination_prefix": prefix,
                    "number_id": self.london.id,
                }
                for prefix in ("0044", "0044", "04", "0032/2")
            ]
        )
        self.assertEqual(rules.mapped("destination_prefix"), ["0044", "0044", "04", "0032/2"])
        self.assertFalse(rules[0].warning)
        self.assertIn("rule 0044", rules[1].warning)
        self.assertIn("no telephone number begins", rules[2].warning)
        self.assertIn("no telephone number begins", rules[3].warning)

    def test_name_tells_the_countries(self):
        names = {
            "0044": "United Kingdom, Guernsey, Isle of Man, Jersey",
            "001242": "Bahamas",
            "0032": "Belgium",
            "00800": "International service",
        }
        for prefix, name in names.items():
            self.assertEqual(self._rule(prefix, self.london).name, name)
        self.assertRegex(self._rule("001", self.london).name, "^United States, .* and 21 more$")

    def test_unreachable_rule_names_the_one_that_shadows_it(self):
        wide = self._rule("0044", self.london)
        narrow = self._rule("004420", self.paris)
        self.assertFalse(wide.warning)
        self.assertIn("rule 0044 (United Kingdom", narrow.warning)
        narrow.sequence = wide.sequence - 1
        self.assertFalse(narrow.warning or wide.warning)
        wide.sequence = narrow.sequence - 1
        self.assertTrue(narrow.warning)
        self.london.active = False
        self.assertFalse(narrow.warning)
        self.assertIn("archived", wide.warning)

    def test_rule_of_a_number_that_reaches_nobody_is_flagged(self):
        rule = self._rule("0044", self.london)
        self.assertFalse(rule.warning)
        self.london.destination_type = "hang_up"
        self.assertIn("reach no one", rule.warning)

    def test_number_of_another_account_is_refused(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        number = self.env["axivox.number"].create(
            {"account_id": account.id, "number": "+44 20 7946 0001"}
        )
        with self.assertRaises(ValidationError):
            self._rule("0044", number)

    def test_new_line_goes_below_the_others(self):
        self._rule("0044", self.london, sequence=40)
        with Form(self.account) as form, form.rule_ids.new() as line:
            line.destination_prefix = "+33"
            self.assertEqual(line.destination_prefix, "0033")
            line.number_id = self.paris
        self.assertEqual(self.account.rule_ids.mapped("destination_prefix"), ["0044", "0033"])
