from functools import partial

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged

from .common import LONDON, AxivoxCase


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

    def test_what_is_no_prefix_is_said_in_the_row_where_it_was_typed(self):
        with Form(self.account) as form, form.rule_ids.new() as line:
            line.destination_prefix = "004x"
            line.number_id = self.london
            self.assertIn("“004x” is not a destination prefix", line.name)
            line.destination_prefix = "+44"
            self.assertTrue(line.name.startswith("United Kingdom"))

    def test_rule_without_a_number_is_refused_in_a_sentence(self):
        with self.assertRaisesRegex(ValidationError, "Choose the number .* with 0044"):
            self._rule("0044", self.env["axivox.number"])
        rule = self._rule("0044", self.london)
        with self.assertRaisesRegex(ValidationError, "Choose the number .* with 0044"):
            rule.number_id = False

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
        with self.assertRaisesRegex(ValidationError, "already a rule for 0044"):
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

    def rules(self, *prefixes):
        rules = self.env["axivox.outgoing.rule"].create(
            [
                {
                    "account_id": self.account.id,
                    "destination_prefix": prefix,
                    "number_id": self.london.id,
                }
                for prefix in prefixes
            ]
        )
        return dict(zip(prefixes, rules, strict=True))

    def order(self):
        rules = self.account.rule_ids.search([("account_id", "=", self.account.id)])
        self.assertEqual(rules.mapped("position"), list(range(1, len(rules) + 1)))
        return rules.mapped("destination_prefix")

    def test_rules_that_are_created_together_have_their_order(self):
        rules = self.rules("0044", "0033", "0049")
        sequences = [rule.sequence for rule in rules.values()]
        self.assertEqual(len(set(sequences)), 3)
        self.assertEqual(self.order(), ["0044", "0033", "0049"])

    def test_position_is_entered_to_move_a_rule_there(self):
        rules = self.rules("0044", "0033", "0049", "0031")
        for prefix, position, order in (
            ("0031", 2, ["0044", "0031", "0033", "0049"]),
            ("0044", 4, ["0031", "0033", "0049", "0044"]),
            ("0049", 1, ["0049", "0031", "0033", "0044"]),
            ("0049", 99, ["0031", "0033", "0044", "0049"]),
            ("0049", 0, ["0031", "0033", "0044", "0049"]),
        ):
            with self.subTest(prefix, position=position):
                rules[prefix].with_user(self.editor).position = position
                self.assertEqual(self.order(), order)

    def test_several_rules_are_moved_together_and_keep_their_order(self):
        rules = self.rules("0044", "0033", "0049", "0031")
        two = rules["0049"] + rules["0031"]
        two.action_move_to_top()
        self.assertEqual(self.order(), ["0049", "0031", "0044", "0033"])
        (rules["0044"] + rules["0033"]).position = 2
        self.assertEqual(self.order(), ["0049", "0033", "0044", "0031"])

    def test_moving_a_rule_to_the_top_changes_no_other(self):
        rules = self.rules("0044", "0033", "0049")
        before = [rules[prefix].sequence for prefix in ("0044", "0033")]
        rules["0049"].action_move_to_top()
        self.assertEqual([rules[prefix].sequence for prefix in ("0044", "0033")], before)
        with self.assertRaises(AccessError):
            rules["0044"].with_user(self.sophie).action_move_to_top()

    def test_rules_of_one_sequence_are_moved_too(self):
        rules = self.rules("0044", "0033", "0049", "0031")
        for rule in rules.values():
            rule.sequence = 10
        rules["0031"].position = 2
        self.assertEqual(self.order(), ["0044", "0031", "0033", "0049"])

    def test_rule_is_inserted_above_another(self):
        rules = self.rules("0044", "0033")
        action = rules["0033"].with_user(self.editor).action_insert_above()
        model = self.env[action["res_model"]].with_user(self.editor)
        with Form(model.with_context(**action["context"])) as form:
            form.destination_prefix = "+49"
            form.number_id = self.paris
        self.assertEqual(self.order(), ["0044", "0049", "0033"])

    def test_archived_rule_has_no_position(self):
        rules = self.rules("0044", "0033")
        rules["0044"].active = False
        self.assertEqual([rule.position for rule in rules.values()], [0, 1])

    def test_rules_are_found_by_prefix_country_and_number(self):
        self.rules("0044", "004420", "0033")
        self._rule("001242", self.new_york)
        for typed, found in (
            ("0044", ["0044", "004420"]),
            ("+44 20", ["004420"]),
            ("44", ["0044", "004420"]),
            ("Guernsey", ["0044"]),
            ("bahamas", ["001242"]),
            ("New York", ["001242"]),
            ("212 555 0123", []),
            ("+1 212 555 0123", ["001242"]),
            ("Atlantis", []),
        ):
            with self.subTest(typed):
                rules = self.env["axivox.outgoing.rule"].search(
                    [("account_id", "=", self.account.id), ("display_name", "ilike", typed)]
                )
                self.assertEqual(rules.mapped("destination_prefix"), found)

    def test_rules_are_grouped_by_their_main_country(self):
        rules = self.rules("0044", "001", "00800", "0032")
        self.assertEqual(
            [rule.country_id.code for rule in rules.values()], ["GB", "US", False, "BE"]
        )

    def test_filters_find_what_never_matches_and_what_is_not_applied(self):
        rules = self.rules("0044", "004420", "0033")
        self.account._record_applied()
        rules["0033"].number_id = self.paris
        mine = [("account_id", "=", self.account.id)]
        for field, found in (("never_matches", ["004420"]), ("is_pending", ["0033"])):
            search = rules["0044"].search
            self.assertEqual(
                search([*mine, (field, "=", True)]).mapped("destination_prefix"), found
            )
            self.assertEqual(
                sorted(search([*mine, (field, "=", False)]).mapped("destination_prefix")),
                sorted({*rules} - {*found}),
            )

    def test_order_survives_an_export_and_an_import(self):
        rules = self.rules("0044", "0033", "0049")
        rules["0049"].position = 1
        names = ["sequence", "destination_prefix", "number_id"]
        exported = self.account.rule_ids.export_data(names)["datas"]
        order = self.order()
        self.account.rule_ids.unlink()
        model = self.env["axivox.outgoing.rule"].with_user(self.editor)
        messages = model.load(names, [list(map(str, line)) for line in exported])["messages"]
        self.assertEqual((messages, self.order()), ([], order))
        # Rules without a sequence get the order of the file's lines.
        self.account.rule_ids.unlink()
        lines = [[prefix, LONDON] for prefix in ("0049", "0033", "0044")]
        self.assertEqual(model.load(["destination_prefix", "number_id"], lines)["messages"], [])
        self.assertEqual(self.order(), ["0049", "0033", "0044"])

    def test_screens_and_saves_cost_no_more_queries_with_more_rules(self):
        specification = {name: {} for name in ("position", "name", "warning", "is_pending")}
        account = {"rule_ids": {"fields": specification, "limit": 10}, "warnings": {}}
        self.rules("0033", "00331")  # of which one never matches: Settings has a line for such
        needed = []
        for more in (10, 980):
            there = len(self.account.rule_ids)
            self.rules(*(f"0044{2000 + position}" for position in range(there, there + more)))
            self.account._record_applied()
            rule, other = self.account.rule_ids[5:7]
            screens = (
                lambda: self.account.web_read(account),
                lambda r=rule: r.search([], limit=80).web_read(specification),
            )
            saves = (
                lambda n, r=rule: r.web_save({"number_id": n.id}, specification),
                lambda n, r=other: r.web_save({"position": 1 + (n == self.paris)}, specification),
            )
            for number in (self.paris, self.new_york):  # the first time fills caches
                asks = (*screens, *(partial(save, number) for save in saves))
                costs = [self.count_queries(self.ask_and_commit, ask) for ask in asks]
            needed.append(costs)
        for with_few, with_many in zip(*needed, strict=True):
            self.assertLessEqual(with_many, with_few)

    def ask_and_commit(self, ask):
        ask()
        self.env.flush_all()
        self.env.cr.precommit.run()
