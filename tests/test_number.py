import time

from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import LONDON, PARIS, AxivoxCase


@tagged("post_install", "-at_install")
class TestNumber(AxivoxCase):
    def _number(self, typed, **vals):
        return self.env["axivox.number"].create(
            {"account_id": self.account.id, "number": typed, **vals}
        )

    def test_whatever_form_is_typed_is_stored_in_e164(self):
        for typed, stored in (
            ("0800 12 345", "+3280012345"),
            ("0044 20 7946 0001", "+442079460001"),
            ("tel:+44-20-7946-0002", "+442079460002"),
            ("+44 (0)20 7946 0003", "+442079460003"),
            ("+39 02 1234 5678", "+390212345678"),
        ):
            number = self._number(typed)
            self.assertEqual(number.number, stored)
        self.assertEqual(
            (number.display_number, number.country_id.code), ("+39 02 1234 5678", "IT")
        )

    def test_what_is_no_number_is_refused_with_the_reason(self):
        for typed, reason in (
            ("+44 20 7946", "United Kingdom"),
            ("0044 20 7946 0001 0002", "too long"),
            ("+999 1", "country code"),
            ("hello", "international format"),
            ("", "Enter a telephone number"),
        ):
            with self.subTest(typed), self.assertRaisesRegex(ValidationError, reason):
                self._number(typed)

    @mute_logger("odoo.sql_db")
    def test_number_is_stored_once_per_account(self):
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self._number("020 7946 0958".replace("020", "0044 20"))

    def test_destination_names_its_target(self):
        number = self._number("0800 12 345")
        self.assertEqual((number.destination_type, number.destination), ("unknown", False))
        with self.assertRaises(ValidationError):
            number.destination_type = "dial_plan"
        with self.assertRaises(ValidationError):
            number.destination_type = "extension"
        number.write({"destination_type": "extension", "extension_id": self.extension.id})
        self.assertEqual(number.destination, "201 Sophie")
        number.destination_type = "hang_up"
        self.assertFalse(number.destination)

    def test_number_is_found_in_any_form(self):
        for typed in ("020 7946", "+44 20 7946 0958", "0044207946", "London", "7946 09"):
            self.assertIn(
                self.london, self.env["axivox.number"].search([("display_number", "ilike", typed)])
            )
        found = self.env["axivox.number"].name_search("nothing like this")
        self.assertEqual(found, [])

    def test_words_with_a_digit_find_no_number_by_that_digit(self):
        floor = self._number("+44 20 7946 0003", name="Floor 3")
        found = self.env["axivox.number"].name_search("Floor 3")
        self.assertEqual([number_id for number_id, _name in found], floor.ids)
        found = self.env["axivox.number"].name_search(floor.display_name)
        self.assertEqual([number_id for number_id, _name in found], floor.ids)

    def test_exported_name_is_imported_again(self):
        for name in (self.london.display_name, LONDON, "0044 20 7946 0958", "London"):
            self.env["axivox.extension"].load(
                [".id", "outgoing_number_id"], [[str(self.extension.id), name]]
            )
            self.assertEqual(self.extension.outgoing_number_id, self.london)
            self.extension.outgoing_number_id = False

    def test_who_shows_it_counts_default_and_own(self):
        self.assertEqual((self.main.shown_by_count, self.paris.shown_by_count), (1, 1))
        for number, users in ((self.main, self.extension), (self.paris, self.own)):
            action = number.action_open_shown_by()
            self.assertEqual(self.env[action["res_model"]].search(action["domain"]), users)

    def test_archiving_a_number_in_use_asks_first_and_names_where(self):
        self._rule("0044", self.london)
        action = self.london.action_archive()
        self.assertTrue(self.london.active)
        wizard = Form(self.env[action["res_model"]].with_context(**action["context"])).save()
        self.assertIn("rule 0044", wizard.places)
        self.assertEqual(wizard.action_confirm()["type"], "ir.actions.act_window_close")
        self.assertFalse(self.london.active)
        self.new_york.action_archive()
        self.assertFalse(self.new_york.active)

    def test_a_number_says_what_names_it_and_is_found_where_nothing_does(self):
        for prefix in ("0044", "0033", "0049", "0031"):
            self._rule(prefix, self.london)
        self._rule("0041", self.paris)
        self.assertEqual(self.london.used_by, "4 rules")
        self.assertEqual(self.paris.used_by, "rule 0041, user 202 James")
        self.assertEqual(self.main.used_by, "default outgoing number")
        mine = [("account_id", "=", self.account.id)]
        search = self.env["axivox.number"].with_user(self.sophie).search
        self.assertEqual(search([*mine, ("is_used", "=", False)]), self.new_york)
        used = self.main + self.london + self.paris
        self.assertEqual(set(search([*mine, ("is_used", "=", True)])), set(used))
        action = self.london.action_open_rules()
        self.assertEqual(len(self.env[action["res_model"]].search(action["domain"])), 4)

    def test_a_number_has_a_type_and_a_place_in_the_readers_language(self):
        brussels = self.env["axivox.number"].create(
            {"account_id": self.account.id, "number": "02 555 01 00"}
        )
        self.assertEqual((brussels.number_type, brussels.place), ("fixed_line", "Brussels"))
        self.env["res.lang"]._activate_lang("fr_FR")
        self.assertEqual(brussels.with_context(lang="fr_FR").place, "Bruxelles")

    def test_a_number_is_replaced_everywhere_and_archived(self):
        rule = self._rule("0044", self.paris)
        self.account.default_outgoing_number_id = self.paris
        self.account._record_applied()
        action = self.paris.with_user(self.editor).action_archive()
        wizard = Form(
            self.env[action["res_model"]].with_user(self.editor).with_context(**action["context"])
        )
        wizard.replacement_id = self.london
        wizard = wizard.save()
        wizard.action_replace()
        self.assertEqual(
            (rule.number_id, self.own.outgoing_number_id, self.account.default_outgoing_number_id),
            (self.london,) * 3,
        )
        self.assertTrue(self.paris.active)
        self.assertEqual(self.account.pending_change_count, 3)
        self.assertEqual(self._shown(self.james, "0049 30 123456"), (PARIS, "user"))
        wizard.action_confirm()
        self.assertFalse(self.paris.active)

    def test_nothing_is_replaced_with_nothing(self):
        wizard = self.env["axivox.number.archive"].create({"number_ids": self.paris.ids})
        with self.assertRaises(UserError):
            wizard.action_replace()

    def test_deleting_a_number_in_use_is_refused_naming_where(self):
        self._rule("0044", self.london)
        for number, place in (
            (self.main, "default outgoing number"),
            (self.london, "rule 0044"),
            (self.paris, "202 James"),
        ):
            with self.assertRaisesRegex(UserError, place):
                number.unlink()
        self.new_york.unlink()

    def test_no_archived_rule_or_user_loses_its_number_because_that_is_deleted(self):
        rule = self._rule("0044", self.new_york)
        rule.active = self.own.active = False
        for number, place in ((self.new_york, "rule 0044"), (self.paris, "user 202 James")):
            with self.assertRaisesRegex(UserError, rf"in use: {place} \(archived\)\."):
                number.unlink()
        self.assertFalse(self.new_york.used_by)
        self.assertEqual((rule.number_id, self.own.outgoing_number_id), (self.new_york, self.paris))

    def test_shown_number_that_reaches_nobody_is_flagged(self):
        self.london.destination_type = "not_configured"
        self.assertFalse(self.london.warning)
        self._rule("0044", self.london)
        self.assertIn("reach no one", self.london.warning)
        self.london.write({"destination_type": "dial_plan", "destination": "Menu"})
        self.assertFalse(self.london.warning)
        self.london.active = False
        self.assertIn("archived", self.london.warning)

    def test_more_lines_than_an_account_has_numbers_are_not_pasted(self):
        paste = self.env["axivox.number.paste"].create(
            {"account_id": self.account.id, "text": f"{LONDON}\n" * 2001}
        )
        before = time.monotonic()
        with self.assertRaisesRegex(UserError, "2,000"):
            paste.action_create()
        self.assertLess(time.monotonic() - before, 1)

    def test_numbers_are_pasted_one_per_line_in_any_form(self):
        paste = self.env["axivox.number.paste"].create(
            {"account_id": self.account.id, "text": f"0800 12 345\n\n{LONDON}\n+44 20 7946"}
        )
        self.assertEqual((paste.new_count, paste.error_count), (1, 1))
        again = paste.action_create()
        self.assertEqual((again["res_id"], paste.text), (paste.id, "+44 20 7946"))
        self.assertIn("United Kingdom", paste.preview)
        with self.assertRaisesRegex(UserError, "United Kingdom(.|\n)*at least one new number"):
            paste.action_create()
        paste.text = f"0800 12 345\n{LONDON}\n+44 20 7946 0007\n0044 20 7946 0007"
        self.assertEqual(paste.action_create()["res_model"], "axivox.number")
        self.assertLessEqual(
            {"+3280012345", "+442079460007"}, set(self.account.number_ids.mapped("number"))
        )
        with self.assertRaises(UserError):
            paste.action_create()

    def test_pasted_numbers_lead_where_is_said_for_all_of_them(self):
        for leads, stored in (
            ({}, ("unknown", False)),
            ({"destination_type": "dial_plan", "destination": "Menu"}, ("dial_plan", "Menu")),
            (
                {"destination_type": "extension", "extension_id": self.own.id},
                ("extension", "202 James"),
            ),
        ):
            with self.subTest(leads), self.cr.savepoint():
                paste = self.env["axivox.number.paste"].create(
                    {"account_id": self.account.id, "text": "0800 12 345\n0800 12 346", **leads}
                )
                paste.action_create()
                new = self.account.number_ids.filtered(lambda n: n.number.startswith("+32800"))
                self.assertEqual(
                    [(n.destination_type, n.destination) for n in new], [stored, stored]
                )
                new.unlink()

    def test_unknown_destination_is_warned_of_nowhere(self):
        self.london.destination_type = "unknown"
        rule = self._rule("0044", self.london)
        self.extension.outgoing_number_id = self.london
        self.assertFalse(self.london.warning or rule.warning or self.extension.warning)
        self.assertIn("does not know", self.extension._call_back_sentence())

    def test_pasted_number_that_is_archived_is_there_already(self):
        self.paris.active = False
        paste = self.env["axivox.number.paste"].create(
            {"account_id": self.account.id, "text": PARIS}
        )
        self.assertEqual(paste.new_count, 0)
        self.assertEqual(paste.preview, "+33 1 99 00 12 34 already exists.")
