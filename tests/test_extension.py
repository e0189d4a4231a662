from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CALLED_IN_BERLIN, LONDON, AxivoxCase


@tagged("post_install", "-at_install")
class TestExtension(AxivoxCase):
    def test_new_extension_is_on_default(self):
        extension = self.env["axivox.extension"].create(
            {"account_id": self.account.id, "number": " 2 03 ", "name": "Lobby"}
        )
        self.assertEqual((extension.number, extension.display_name), ("203", "203 Lobby"))
        self.assertFalse(extension.outgoing_number_id or extension.user_id)

    def test_what_is_no_extension_is_refused(self):
        for typed in ("abc", "20a", "0044", "", "1" * 11):
            with self.subTest(typed), self.assertRaises(ValidationError):
                self.extension.number = typed

    @mute_logger("odoo.sql_db")
    def test_extension_and_odoo_user_are_unique_in_an_account(self):
        for vals in ({"number": "202"}, {"user_id": self.james.id}):
            with self.assertRaises(IntegrityError), self.cr.savepoint():
                self.extension.write(vals)

    def test_direct_line_is_a_number_that_rings_this_very_extension(self):
        self.assertFalse(self.own.direct_line)
        self.paris.write({"destination_type": "extension", "extension_id": self.own.id})
        self.assertTrue(self.own.direct_line)
        self.assertEqual(
            self.env["axivox.extension"].search([("direct_line", "=", True)]), self.own
        )
        self.extension.outgoing_number_id = self.paris
        self.assertFalse(self.extension.direct_line)

    def test_archived_number_is_nobodys_direct_line(self):
        self.paris.write({"destination_type": "extension", "extension_id": self.own.id})
        self.assertTrue(self.own.direct_line)
        self.paris.active = False
        self.assertFalse(self.own.direct_line)
        extensions = self.env["axivox.extension"].with_context(active_test=False)
        self.assertNotIn(self.own, extensions.search([("direct_line", "=", True)]))

    def test_calling_back_names_whom_it_reaches_on_somebody_elses_form(self):
        self.paris.write({"destination_type": "extension", "extension_id": self.own.id})
        self.env.invalidate_all()

        def call_back(reader):
            return self.james.with_user(reader).axivox_call_back

        self.assertIn("reach you directly", call_back(self.james))
        self.assertIn(f"reach {self.james.name} directly", call_back(self.manager))
        lobby = self.env["axivox.extension"].create(
            {"account_id": self.account.id, "number": "100", "name": "Lobby"}
        )
        self.main.write({"destination_type": "extension", "extension_id": lobby.id})
        lobby.outgoing_number_id = self.main
        self.assertIn("reach 100 Lobby directly", lobby._call_back_sentence())

    def test_user_reads_what_calling_back_means(self):
        def call_back(user):
            return user.with_user(user).read(["axivox_call_back"])[0]["axivox_call_back"]

        self.assertIn("reach Main menu (dial plan)", call_back(self.sophie))
        self.paris.write({"destination_type": "extension", "extension_id": self.own.id})
        self.env.invalidate_all()
        self.assertIn("reach you directly", call_back(self.james))
        self.paris.destination_type = "hang_up"
        self.env.invalidate_all()
        self.assertIn("reach no one", call_back(self.james))
        self.assertFalse(call_back(self.editor))

    def test_archived_number_is_not_what_customers_call_back(self):
        self.assertIn("Main menu", self.extension._call_back_sentence())
        self.assertIn("Main menu", self.own._call_back_sentence())
        self.paris.write({"active": False, "destination": "Paris menu"})
        self.assertIn(
            "Main menu", self.own._call_back_sentence(), "an archived number leaves Default"
        )
        self.main.active = False
        for extension in (self.extension, self.own):
            self.assertFalse(extension._shown_by_default())
            self.assertNotIn("Main menu", extension._call_back_sentence())

    def test_own_fields_are_read_by_the_user(self):
        james = self.james.with_user(self.james)
        own = james.read(["axivox_extension_id", "axivox_outgoing_number_id", "axivox_direct_line"])
        self.assertEqual(own[0]["axivox_extension_id"][0], self.own.id)
        self.assertEqual(own[0]["axivox_outgoing_number_id"][0], self.paris.id)
        self.assertIs(own[0]["axivox_direct_line"], False)

    def test_users_number_is_written_through_the_extension(self):
        self.sophie.with_user(self.editor).write({"axivox_outgoing_number_id": self.london.id})
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.assertEqual(self._shown(self.sophie, CALLED_IN_BERLIN), (LONDON, "user"))
        with self.assertRaises(UserError):
            self.editor.write({"axivox_outgoing_number_id": self.london.id})

    def test_user_cannot_give_themselves_another_number(self):
        sophie = self.sophie.with_user(self.sophie)
        with self.assertRaises(AccessError):
            sophie.write({"axivox_outgoing_number_id": self.london.id})
        with self.assertRaises(AccessError):
            self.extension.with_user(self.sophie).outgoing_number_id = self.london
        with self.assertRaises(AccessError):
            sophie.write({"axivox_extension_ids": [(4, self.own.id)]})

    def test_emergency_number_as_an_extension_is_flagged(self):
        self.assertFalse(self.extension.warning)
        self.extension.number = "101"
        self.assertIn("emergency number in Belgium", self.extension.warning)

    def test_emergency_number_as_an_extension_is_asked_about_as_it_is_typed(self):
        new = self.env["axivox.extension"].new({"account_id": self.account.id, "number": "112"})
        self.assertIn("emergency number in Belgium", new._onchange_number()["warning"]["message"])
        new.number = "203"
        self.assertIsNone(new._onchange_number())

    def test_import_finds_people_by_name_login_and_email(self):
        self.editor.email = "Editor@velo.example"
        lines = [
            ["301", "One", "editor@velo.example"],
            ["302", "Two", self.manager.login],
            ["303", "Three", ""],
        ]
        extensions = self.env["axivox.extension"]
        self.assertEqual(extensions.load(["number", "name", "user_id"], lines)["messages"], [])
        users = extensions.search(
            [("number", "=like", "30_"), ("account_id", "=", self.account.id)]
        )
        self.assertEqual(
            [user.user_id for user in users], [self.editor, self.manager, self.env["res.users"]]
        )

    def test_nothing_is_not_an_extension(self):
        for nothing in (False, "", " "):
            with self.subTest(nothing), self.assertRaisesRegex(ValidationError, "“” is not an ext"):
                self.extension.number = nothing

    def test_archived_outgoing_number_is_flagged(self):
        self.paris.active = False
        self.assertIn("archived", self.own.warning)

    def test_odoo_user_with_two_extensions_is_flagged(self):
        other = self.env["res.company"].create({"name": "Other"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        second = self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "7", "name": "S", "user_id": self.sophie.id}
        )
        self.assertIn("another extension", self.extension.warning)
        self.assertIn("another extension", second.warning)

    def test_what_is_another_companys_is_not_named_to_who_may_not_see_it(self):
        other = self.env["res.company"].create({"name": "Secret Ltd"})
        account = self.env["axivox.account"].create({"company_id": other.id})
        self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "789", "name": "S", "user_id": self.sophie.id}
        )
        both = self._user("both_test", "axivox_caller_id.group_editor")
        both.company_ids += other
        for reader, named in ((self.editor, False), (both, True), (self.editor, False)):
            extension = self.extension.with_user(reader)
            [finding] = self.findings(extension.account_id)
            for told in (extension.warning, finding.message):
                self.assertIn("another extension too", told)
                self.assertEqual("789, Secret Ltd" in told, named)
                self.assertEqual("Secret" in told or "789" in told, named)

    def test_deleting_an_extension_that_a_number_rings_is_refused(self):
        self.paris.write({"destination_type": "extension", "extension_id": self.own.id})
        with self.assertRaisesRegex(UserError, "202 James"):
            self.own.unlink()
        self.extension.unlink()

    def test_search_by_number_and_name(self):
        search = self.env["axivox.extension"].name_search
        self.assertEqual(search("20")[0][1], "201 Sophie")
        self.assertEqual([name for _id, name in search("jam")], ["202 James"])

    def test_user_is_found_by_the_name_that_is_shown(self):
        search = self.env["axivox.extension"].name_search
        for typed in ("201 So", "201 sophie"):
            self.assertEqual([name for _id, name in search(typed)], ["201 Sophie"])
        self.assertEqual(search("201 James") + search("20 Sophie"), [])

    def test_exported_name_of_a_user_is_imported_again(self):
        self.own.name = "James of Paris"
        self.london.write({"destination_type": "extension", "extension_id": self.own.id})
        names = ["number", "destination_type", "extension_id"]
        [line] = self.london.export_data(names)["datas"]
        self.assertEqual(line[2], "202 James of Paris")
        self.london.unlink()
        numbers = self.env["axivox.number"].with_user(self.editor)
        imported = numbers.load(names, [line])
        self.assertEqual(imported["messages"], [])
        self.assertEqual(numbers.browse(imported["ids"]).extension_id, self.own)
