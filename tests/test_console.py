import re
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .. import messages
from ..callerid.policy import Settings
from ..console import ConsoleError
from ..models import axivox_sync
from .common import CALLED_IN_LONDON, LONDON, MAIN, NEW_YORK, PARIS, AxivoxCase
from .stand_in import ROOT, TOKEN, StandIn

BERLIN = "+4930901820"


def hold(sandbox, **settings):
    """Make the console hold what ``AxivoxCase`` made, and two rules; or these members instead."""
    held = {
        "company": {"name": "Velo Test", "domain": "velo.axivox.example"},
        "numbers": [
            {"number": number, "destination": {"type": "dial_plan", "target": "Main menu"}}
            for number in (MAIN, LONDON, PARIS, NEW_YORK)
        ],
        "users": [
            {"extension": "201", "name": "Sophie", "outgoing_number": None},
            {"extension": "202", "name": "James", "outgoing_number": PARIS},
        ],
        "outgoing_settings": {
            "default_number": MAIN,
            "rules_override_users": False,
            "rules": [
                {"prefix": "0044", "number": LONDON},
                {"prefix": "0033", "number": PARIS},
            ],
        },
    }
    sandbox.hold(**{**held, **settings})


class ConsoleCase(AxivoxCase):
    """The account of ``AxivoxCase``, connected to a console with the same numbers and users, the
    main line as default, two rules, and one user with a number of their own."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sandbox = StandIn()
        cls.addClassCleanup(cls.sandbox.stop)
        cls.account.write(
            {"mode": "api", "base_url": cls.sandbox.base_url, "token": TOKEN},
        )

    def setUp(self):
        super().setUp()
        self.hold()
        self.account.action_test_connection()

    def hold(self, **settings):
        hold(self.sandbox, **settings)

    def pull(self):
        self.account.with_user(self.manager).action_pull()

    def apply(self):
        return self.account.with_user(self.manager).action_apply_changes()

    def review(self, kind):
        account = self.account.with_user(self.manager)
        action = account.action_review_pull() if kind == "pull" else account.action_review_changes()
        return self.env[action["res_model"]].with_user(self.manager).browse(action["res_id"])

    def rule(self, prefix):
        return self.account.rule_ids.filtered(lambda rule: rule.destination_prefix == prefix)

    def saved(self):
        return self.account._settings("saved").to_json()


@tagged("post_install", "-at_install")
class TestConnection(ConsoleCase):
    def test_test_says_what_it_found(self):
        said = self.account.action_test_connection()["params"]["message"]
        self.assertRegex(
            said, r"Velo Test \(velo\.axivox\.example\): 4 numbers, 2 users, revision \d+"
        )
        self.assertEqual(self.account.connection, said)

    def test_token_is_never_read_back(self):
        admin = self.env.ref("base.user_admin")
        admin.company_ids += self.company
        account = self.account.with_user(admin)
        self.assertFalse(account.token)
        self.assertTrue(account.has_token)
        with self.assertRaises(AccessError):
            account.read(["stored_token"])
        with self.assertRaises(AccessError):
            account.export_data(["stored_token"])
        self.assertNotIn(TOKEN, str(account.read()))
        self.assertNotIn(TOKEN, str(self.account.message_ids.mapped("body")))
        with self.assertRaises(AccessError):
            self.account.with_user(self.manager).read(["base_url"])
        with self.assertRaises(AccessError):
            self.account.with_user(self.manager).write({"token": "another"})

    def test_saving_the_form_does_not_send_the_token_back(self):
        form = {"token": {}, "has_token": {}}
        other = self.env["res.company"].create({"name": "Other"})
        for account, vals in (
            (self.account, {}),
            (self.account.browse(), {"company_id": other.id}),
        ):
            (answer,) = account.web_save({**vals, "token": "a new token"}, form)
            self.assertEqual((answer["token"], answer["has_token"]), (False, True))
            saved = self.account.browse(answer["id"]).sudo()
            self.assertEqual(saved._token(), "a new token")

    def test_editor_cannot_connect(self):
        account = self.account.with_user(self.editor)
        for vals in ({"mode": "manual"}, {"connected_to": {"domain": "x"}}, {"token": "x"}):
            with self.subTest(vals), self.assertRaises(AccessError):
                account.write(vals)
        self.assertNotIn("connected_to", account.read()[0])

    def test_new_url_or_token_asks_for_a_new_test(self):
        for vals in ({"token": "another"}, {"base_url": "https://gateway.example/api"}):
            self.account.connected_to = {"domain": "velo.axivox.example"}
            self.account.write(vals)
            self.assertFalse(self.account.connected_to)
            with self.assertRaisesRegex(UserError, "Test the connection first"):
                self.pull()

    def test_the_connection_that_works_goes_on_until_another_one_is_tested_and_accepted(self):
        other = StandIn()
        self.addCleanup(other.stop)
        action = self.account.action_connect()
        dialog = self.env["axivox.connect"].browse(action["res_id"])
        self.assertEqual(dialog.base_url, self.sandbox.base_url)
        dialog.write({"base_url": other.base_url, "token": "wrong"})
        dialog.action_test()
        self.assertIn("did not accept the token", dialog.failure)
        self.assertFalse(dialog.found)
        with self.assertRaisesRegex(UserError, "Test the connection first"):
            dialog.action_accept()
        self.pull()
        self.assertEqual(self.account.base_url, self.sandbox.base_url)
        dialog.token = TOKEN
        dialog.action_test()
        self.assertIn("Connected to Meridian Bikes", dialog.connection)
        self.pull()
        self.assertEqual(self.account.base_url, self.sandbox.base_url)
        other.forget_requests()
        dialog.action_accept()
        self.assertEqual(self.account.base_url, other.base_url)
        self.assertIn("Meridian Bikes", self.account.connection)
        self.assertEqual(other.requests(), [])

    def test_an_account_that_is_worked_by_hand_is_connected_to_the_api(self):
        self.account.mode = "manual"
        dialog = self.env["axivox.connect"].browse(self.account.action_connect()["res_id"])
        dialog.write({"base_url": self.sandbox.base_url, "token": TOKEN})
        dialog.action_test()
        dialog.action_accept()
        self.assertEqual(self.account.mode, "api")

    def test_what_is_entered_after_a_test_is_tested_again(self):
        dialog = self.env["axivox.connect"].browse(self.account.action_connect()["res_id"])
        dialog.action_test()
        self.assertTrue(dialog.found, "the token is known for this address")
        dialog.token = "another"
        self.assertFalse(dialog.found)
        dialog.base_url = "http://127.0.0.1:9/api"
        dialog.token = False
        dialog.action_test()
        self.assertIn("token", dialog.failure)

    def test_a_token_that_was_only_entered_is_sent_to_no_other_address_either(self):
        other = StandIn()
        self.addCleanup(other.stop)
        other.forget_requests()
        dialog = self.env["axivox.connect"].browse(self.account.action_connect()["res_id"])
        dialog.write({"base_url": self.sandbox.base_url, "token": TOKEN})
        dialog.action_test()
        self.assertTrue(dialog.found)
        dialog.base_url = other.base_url
        self.assertFalse(dialog.has_token or dialog.found)
        dialog.action_test()
        self.assertIn("did not accept the token", dialog.failure)
        self.assertEqual(other.requests(), [])

    def test_another_axivox_account_is_named_before_it_is_accepted(self):
        self.pull()
        dialog = self.env["axivox.connect"].browse(self.account.action_connect()["res_id"])
        dialog.action_test()
        self.assertFalse(dialog.is_another)
        self.hold(company={"name": "Other", "domain": "other.axivox.example"})
        dialog.action_test()
        self.assertTrue(dialog.is_another)
        dialog.action_accept()
        self.assertFalse(self.account.base)

    def test_whatever_goes_wrong_at_a_console_has_a_sentence(self):
        reasons = re.findall(r"^    ``(\w+)``  ", ConsoleError.__doc__, re.M)
        self.assertIn("timeout", reasons)
        for reason in reasons:
            with self.subTest(reason):
                self.assertRegex(
                    messages.console_error(self.env, ConsoleError(reason, "detail")),
                    r"\w\.$|detail",
                )

    def test_wrong_token_is_said_where_it_is_tested(self):
        self.account.token = "wrong"
        with self.assertRaisesRegex(UserError, "did not accept the token") as caught:
            self.account.action_test_connection()
        self.assertNotIn("wrong", str(caught.exception))

    def test_address_that_would_leak_the_token_is_refused(self):
        for base_url in (
            "http://gateway.example/api",
            "https://me:secret@gateway.example/api",
            "gateway.example/api",
            "ftp://gateway.example",
            "http://[::1",
            "https://gateway.example/\tapi",
            "https://gateway.example/api\n",
            "https://gateway.example/api\r\nX-Other: 1",
            "https://gateway.example\\@evil.example/api",
            "https://gateway.example/a pi",
        ):
            with self.subTest(base_url), self.assertRaises(ValidationError):
                self.account.base_url = base_url

    def test_a_token_is_sent_to_no_other_address_than_it_was_entered_for(self):
        other = StandIn()
        self.addCleanup(other.stop)
        other.forget_requests()
        form = self.account.onchange(
            {"base_url": other.base_url}, ["base_url"], {"base_url": {}, "has_token": {}}
        )
        self.assertFalse(form["value"]["has_token"])
        self.account.base_url = other.base_url
        self.assertFalse(self.account.has_token)
        with self.assertRaisesRegex(UserError, "token"):
            self.account.action_test_connection()
        self.assertEqual(other.requests(), [])
        self.account.write({"base_url": self.sandbox.base_url, "token": TOKEN})
        self.account.action_test_connection()

    def test_a_token_is_encrypted_before_it_is_part_of_a_statement(self):
        with self.assertLogs("odoo.sql_db", "DEBUG") as logs:
            self.account.token = "a token that is typed"
            self.env.flush_all()
        self.assertIn("stored_token", str(logs.output))
        self.assertNotIn("a token that is typed", str(logs.output))
        self.assertNotIn("a token that is typed", self.account.sudo().stored_token)

    def test_another_axivox_account_behind_the_same_url_is_noticed(self):
        self.pull()
        self.hold(company={"name": "Other", "domain": "other.axivox.example"})
        with self.assertRaisesRegex(UserError, "different Axivox account than before"):
            self.apply()
        self.account.action_test_connection()
        self.assertFalse(self.account.base)

    def test_replaced_account_is_never_asked_again(self):
        self.account.active = False
        self.account.flush_recordset()
        with self.assertRaisesRegex(UserError, "is archived"):
            self.pull()
        new = self.account.create({"company_id": self.company.id})
        self.assertEqual((new.mode, new.connected_to), ("manual", False))

    def test_neutralized_copy_touches_no_real_account(self):
        entered = self.env["axivox.connect"].browse(self.account.action_connect()["res_id"])
        pending = {"account_id": self.account.id, "kind": "apply", "state": "pending"}
        sync = self.env["axivox.sync"].create(pending)
        self.neutralize()
        self.assertFalse(entered.exists())
        self.assertEqual(sync.state, "failed")
        account = self.account.sudo()
        self.assertEqual(
            (account.mode, account.base_url, account.stored_token, account.connected_to),
            ("manual", False, False, False),
        )

    def test_neutralized_copy_warns_of_nothing_that_happened_before(self):
        self.pull()
        self.sandbox.edit(default_number=LONDON)
        self.env["axivox.sync"]._cron_check()
        self.sandbox.misbehave({"kind": "500_before", "times": 99})
        self.env["axivox.sync"]._cron_check()
        self.env["axivox.sync"].create({"account_id": self.account.id, "kind": "apply"})
        self.neutralize()
        self.sandbox.behave()
        self.account.write({"mode": "api", "base_url": self.sandbox.base_url, "token": TOKEN})
        self.account.connected_to = {"domain": "velo.axivox.example"}
        self.account.rules_override_users = True
        self.assertFalse(self.account.warnings)

    def test_neutralized_copy_keeps_no_address_that_was_used_before(self):
        self.cr.precommit.run()
        self.account.base_url = "https://gateway.example/api"
        self.cr.precommit.run()
        tracked = self.env["mail.tracking.value"].sudo()
        addresses = [
            ("field_id.model", "=", "axivox.account"),
            ("field_id.name", "=", "base_url"),
        ]
        self.assertTrue(tracked.search(addresses))
        self.neutralize()
        self.assertFalse(tracked.search(addresses))

    def neutralize(self):
        self.env.flush_all()
        self.env.cr.execute((ROOT / "data" / "neutralize.sql").read_text())
        self.env.invalidate_all()


@tagged("post_install", "-at_install")
class TestPull(ConsoleCase):
    def test_first_pull_takes_what_was_never_edited_here(self):
        self.hold(
            numbers=[
                {"number": MAIN, "destination": {"type": "dial_plan", "target": "Main menu"}},
                {"number": LONDON, "destination": {"type": "dial_plan", "target": "Main menu"}},
                {"number": PARIS, "destination": {"type": "dial_plan", "target": "Main menu"}},
                {"number": NEW_YORK, "destination": {"type": "dial_plan", "target": "Main menu"}},
                {"number": BERLIN, "destination": {"type": "extension", "target": "203"}},
            ],
            users=[
                {"extension": "201", "name": "Sophie", "email": "s@velo.example"},
                {"extension": "202", "name": "James", "outgoing_number": PARIS},
                {"extension": "203", "name": "Nina", "outgoing_number": BERLIN},
            ],
        )
        nina = self._user("nina_test")
        nina.email = "Nina@velo.example"
        self.pull()
        nina_there = self.account.extension_ids.filtered(lambda e: e.number == "203")
        self.assertEqual(nina_there.name, "Nina")
        self.assertTrue(nina_there.direct_line)
        self.assertEqual(self.extension.email, "s@velo.example")
        self.assertEqual(self.account.rule_ids.mapped("destination_prefix"), ["0044", "0033"])
        self.assertEqual(self.account.pending_changes(), [])
        self.assertEqual(self.account.applied_settings, self.sandbox.applied())

    def test_first_pull_asks_about_what_was_edited_here(self):
        self.account.default_outgoing_number_id = self.london
        self._rule("0044", self.new_york)
        self.own.outgoing_number_id = self.london
        self.pull()
        self.assertEqual(self.account.default_outgoing_number_id, self.london)
        self.assertEqual(self.rule("0044").number_id, self.new_york)
        self.assertEqual(self.rule("0033").number_id, self.paris)
        self.assertEqual(self.own.outgoing_number_id, self.london)
        with self.assertRaisesRegex(UserError, "Default outgoing number: .* at Axivox"):
            self.apply()
        review = self.review("pull")
        self.assertEqual(
            review.line_ids.filtered("is_conflict").mapped("name"),
            ["Default outgoing number", "Rule 0044", "Outgoing number of 202 James"],
        )
        self.assertFalse(any(review.line_ids.mapped("choice")))
        with self.assertRaisesRegex(UserError, "Rule 0044"):
            review.action_confirm()
        review.line_ids[0].choice = "theirs"
        review.line_ids[1:].choice = "ours"
        review.action_confirm()
        decided = (
            "Default outgoing number: +32 12 34 56 78 at Axivox, +44 20 7946 0958 in Odoo; "
            "Axivox's was kept."
        )
        sync = review.sync_id
        self.assertEqual(sync.decisions.splitlines()[0], decided)
        self.assertEqual((len(sync.decisions.splitlines()), sync.create_uid), (3, self.manager))
        message = self.account.message_ids.filtered(lambda m: "decided as follows" in m.body)
        self.assertIn(decided, message.body)
        self.assertEqual(message.author_id, self.manager.partner_id)
        self.assertEqual(self.account.default_outgoing_number_id, self.main)
        self.assertEqual(
            self.account.pending_changes(),
            [
                "Rule 0044: +44 20 7946 0958 → +1 212-555-0123",
                "202 James: +33 1 99 00 12 34 → +44 20 7946 0958",
            ],
        )
        self.apply()
        self.assertEqual(self.sandbox.applied(), self.saved())

    def test_preview_says_what_will_be_created_or_skipped_and_changes_nothing(self):
        self.hold(
            users=[
                {"extension": "201", "name": "Sophie"},
                {"extension": "207", "name": "Nina", "email": "nina@velo.example"},
            ],
            numbers=[
                {"number": MAIN, "destination": {"type": "hang_up", "target": None}},
                {"number": LONDON, "destination": {"type": "dial_plan", "target": "Main menu"}},
                {"number": PARIS, "destination": {"type": "dial_plan", "target": "Main menu"}},
                {"number": BERLIN, "destination": {"type": "not_configured", "target": None}},
            ],
        )
        nina = self._user("nina_test")
        nina.email = "nina@velo.example"
        review = self.review("pull")
        pages = {page["title"]: page["changes"] for page in review.pages["pages"]}
        self.assertEqual(
            pages,
            {
                "New incoming numbers": ["+49 30 901820"],
                "New users": ["207 Nina"],
                "Skipped": [
                    "202 James does not exist at Axivox: it stays in Odoo.",
                    "+1 212-555-0123 · New York no longer exists at Axivox: it stays in Odoo.",
                ],
            },
        )
        self.assertEqual(review.user_ids.user_id, nina)
        destination = review.line_ids.filtered(lambda line: "Destination" in line.name)
        self.assertEqual(
            (destination.theirs, destination.ours, destination.choice),
            ("Hang up", "Dial plan: Main menu", False),
        )
        self.assertTrue(review.is_undecided)
        self.assertEqual(len(self.account.extension_ids), 2)
        destination.choice = "theirs"
        self.assertFalse(review.is_undecided)
        review.action_confirm()
        nina_there = self.account.extension_ids.filtered(lambda e: e.number == "207")
        self.assertEqual(nina_there.user_id, nina)
        self.assertEqual(self.main.destination_type, "hang_up")
        self.assertTrue(self.own.active and self.new_york.active)

    def test_an_odoo_user_is_chosen_for_one_new_extension(self):
        self.hold(
            users=[
                {"extension": extension, "name": name}
                for extension, name in (("201", "Sophie"), ("203", "Nina"), ("204", "Omar"))
            ]
        )
        nina, omar = self.review("pull").user_ids
        for for_nina, for_omar, named in (
            (self.editor, self.editor, "203 Nina, 204 Omar"),
            (self.editor, self.sophie, "204 Omar"),
        ):
            nina.user_id, omar.user_id = for_nina, for_omar
            with self.assertRaisesRegex(UserError, f"nobody, for: {named}\\."):
                nina.review_id.action_confirm()
        omar.user_id = False
        nina.review_id.action_confirm()
        self.assertEqual(self.account.extension_ids.user_id, self.sophie + self.james + self.editor)

    def test_proposed_is_who_works_here_and_has_no_extension_yet(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        free, archived, theirs, visitor = (
            self._user(login, company=company)
            for login, company in (
                ("free_test", self.company),
                ("archived_test", self.company),
                ("theirs_test", elsewhere),
                ("visitor_test", self.company),
            )
        )
        visitor.group_ids = self.env.ref("base.group_portal")
        people = {"203": free, "204": archived, "205": theirs, "206": visitor, "207": self.james}
        for user in people.values():
            user.email = f"{user.login}@velo.example"
        archived.active = False
        # 201 already has a user, so the same address there leaves no doubt about 203.
        self.hold(
            users=[
                {"extension": extension, "name": user.name, "email": user.email}
                for extension, user in {"201": free, **people}.items()
            ]
        )
        proposed = {line.extension: line.user_id for line in self.review("pull").user_ids}
        nobody = self.env["res.users"]
        self.assertEqual(proposed, {**dict.fromkeys(people, nobody), "203": free})
        self.pull()
        users = {user.number: user.user_id for user in self.account.extension_ids}
        self.assertEqual({number: users[number] for number in people}, proposed)

    def test_whose_an_extension_is_here_is_not_taken_from_them_by_a_pull(self):
        self.hold(users=[{"extension": "207", "name": "Nina"}])
        review = self.review("pull")
        review.user_ids.user_id = self.editor
        there = {"account_id": self.account.id, "number": "207", "name": "Nina"}
        nina = self.env["axivox.extension"].create({**there, "user_id": self.manager.id})
        review.action_confirm()
        self.assertEqual(nina.user_id, self.manager)

    def test_what_the_console_holds_verbatim_is_kept_and_flagged(self):
        rules = [("0044", LONDON), ("0044", PARIS), ("04", MAIN), ("0032/2", MAIN)]
        self.hold(
            outgoing_settings={
                "default_number": MAIN,
                "rules_override_users": True,
                "rules": [{"prefix": prefix, "number": number} for prefix, number in rules],
            }
        )
        self.pull()
        self.assertEqual(
            [(r.destination_prefix, r.number_id.number) for r in self.account.rule_ids], rules
        )
        self.assertFalse(self.account.rule_ids[0].warning)
        self.assertTrue(all(rule.warning for rule in self.account.rule_ids[1:]))
        self.account.rules_override_users = False
        self.apply()
        self.assertEqual(self.sandbox.applied(), self.saved())

    def test_pull_stops_where_the_console_changed_while_one_looked(self):
        review = self.review("pull")
        self.sandbox.edit(rules_override_users=True)
        with self.assertRaisesRegex(UserError, "while you were reviewing it"):
            review.action_confirm()
        self.assertFalse(self.account.rules_override_users)

    def test_edit_of_one_side_is_never_lost_to_the_other(self):
        self.pull()
        self.rule("0044").number_id = self.new_york
        self.extension.outgoing_number_id = self.london
        self.sandbox.edit(users={"202": None}, default_number=LONDON)
        self.pull()
        self.assertEqual(self.rule("0044").number_id, self.new_york)
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.assertFalse(self.own.outgoing_number_id)
        self.assertEqual(self.account.default_outgoing_number_id, self.london)

    def test_renumbered_extension_is_known_by_its_email(self):
        self.pull()
        self.own.write({"email": "james@velo.example", "user_id": self.james.id})
        self.hold(
            users=[
                {"extension": "201", "name": "Sophie", "outgoing_number": None},
                {
                    "extension": "302",
                    "name": "James",
                    "email": "James@velo.example",
                    "outgoing_number": PARIS,
                },
            ]
        )
        pages = {page["title"]: page["changes"] for page in self.review("pull").pages["pages"]}
        self.assertEqual(pages, {"New extensions of users": ["202 James becomes 302"]})
        self.pull()
        self.assertEqual((self.own.number, self.own.user_id), ("302", self.james))
        self.assertEqual(len(self.account.extension_ids), 2)
        self.assertEqual(self.account.pending_changes(), [])

    def test_user_takes_a_new_extension_that_begins_with_zeros(self):
        self.pull()
        self.own.email = "james@velo.example"
        james = {"extension": "0042", "name": "James", "outgoing_number": PARIS}
        sophie = {"extension": "201", "name": "Sophie", "outgoing_number": None}
        self.hold(users=[sophie, {**james, "email": "james@velo.example"}])
        self.pull()
        self.assertEqual(self.own.number, "0042")
        self.assertEqual(self.account.pending_changes(), [])

    def test_extension_renumbered_here_only_is_left_out_and_said(self):
        self.pull()
        self.own.number = "209"
        self.extension.outgoing_number_id = self.london
        review = self.review("apply")
        self.assertIn("209 James", str(review.pages))
        self.assertIn("not a user at Axivox", str(review.pages))
        self.apply()
        self.assertEqual(self.sandbox.applied()["extensions"], {"201": LONDON, "202": PARIS})

    def test_archived_user_keeps_their_extension_in_step_and_is_proposed_to_nobody(self):
        self.pull()
        self.james.active = False
        self.own.outgoing_number_id = self.london
        self.apply()
        self.assertEqual(self.sandbox.applied()["extensions"]["202"], LONDON)
        self.assertIn("is archived", self.own.warning)
        self.assertEqual(self.own.user_id, self.james)

    def test_what_is_archived_here_is_not_pulled_again(self):
        self.pull()
        self.own.active = self.paris.active = False
        review = self.review("pull")
        self.assertEqual(
            [page["changes"] for page in review.pages["pages"]],
            [["+33 1 99 00 12 34 · Paris is archived in Odoo but still exists at Axivox."]],
        )
        review.action_confirm()
        self.assertFalse(self.own.active or self.paris.active)
        self.assertEqual(len(self.account.extension_ids), 1)

    def test_archived_number_leaves_the_lines_that_name_it_at_axivox(self):
        self.pull()
        self.paris.active = False
        self.assertEqual(
            self.account.pending_changes(),
            ["Rule 0033 → +33 1 99 00 12 34 is removed", "202 James: +33 1 99 00 12 34 → Default"],
        )
        self.apply()
        self.assertEqual(self.sandbox.applied()["rules"], [["0044", LONDON]])
        self.assertIsNone(self.sandbox.applied()["extensions"]["202"])
        self.assertEqual(self.account.pending_changes(), [])
        self.assertTrue(self.rule("0033"))


@tagged("post_install", "-at_install")
class TestApplyOverApi(ConsoleCase):
    def setUp(self):
        super().setUp()
        self.pull()

    def test_apply_makes_axivox_run_on_what_is_saved_and_leaves_an_entry(self):
        self.rule("0044").number_id = self.new_york
        self.extension.outgoing_number_id = self.london
        self.assertEqual(self._shown(self.sophie, CALLED_IN_LONDON), (LONDON, "rule"))
        action = self.apply()
        self.assertEqual(action["tag"], "display_notification")
        self.assertEqual(self.sandbox.applied(), self.saved())
        self.assertEqual(self.account.pending_change_count, 0)
        entry = self.account.applied_ids[0]
        self.assertEqual(entry.create_uid, self.manager)
        self.assertIn("Rule 0044: +44 20 7946 0958 → +1 212-555-0123", entry.changes)
        self.assertIn("Applied at Axivox", self.account.message_ids[0].body)
        self.assertEqual(self.account.message_ids[0].author_id, self.manager.partner_id)

    def test_history_entry_is_applied_again(self):
        before = self.sandbox.applied()
        self.account.rule_ids.unlink()
        self.apply()
        self.assertEqual(self.sandbox.applied()["rules"], [])
        self.account.applied_ids[1].action_restore()
        self.apply()
        self.assertEqual(self.sandbox.applied(), before)

    def test_only_managers_apply_and_pull(self):
        for user in (self.editor, self.sophie):
            for method in ("action_apply_changes", "action_pull", "action_test_connection"):
                with self.subTest(user=user.login, method=method), self.assertRaises(AccessError):
                    getattr(self.account.with_user(user), method)()

    def test_only_managers_leave_something_to_the_scheduler(self):
        self.account.rules_override_users = True
        with patch.object(axivox_sync, "IN_BACKGROUND_FROM", 1):
            for method in ("action_apply_changes", "action_pull"):
                with self.assertRaisesRegex(AccessError, "Only Axivox managers"):
                    getattr(self.account.with_user(self.editor), method)()

    def test_progress_opens_under_the_name_of_what_runs(self):
        for kind, name in (("apply", "Apply changes"), ("pull", "Pull")):
            self.assertEqual(self.attempt(kind, "pending", "1 minute")._action()["name"], name)

    def test_users_make_a_pull_long_and_changes_an_apply(self):
        self.rule("0044").number_id = self.new_york
        with patch.object(axivox_sync, "IN_BACKGROUND_FROM", 2):
            self.apply()
            self.assertEqual(self.account.pending_changes(), [])
            self.pull()
        pull = self.env["axivox.sync"].search([("account_id", "=", self.account.id)], limit=1)
        self.assertEqual((pull.kind, pull.state), ("pull", "pending"))

    def test_who_does_not_exist_at_axivox_yet_is_discarded_too(self):
        new = self.env["axivox.extension"].create(
            {"account_id": self.account.id, "number": "299", "name": "New"}
            | {"outgoing_number_id": self.new_york.id}
        )
        self.assertEqual(self.account.pending_change_count, 1)
        self.account.with_user(self.manager).action_discard()
        self.assertFalse(new.outgoing_number_id)
        self.assertEqual(self.account.pending_change_count, 0)

    def test_number_that_axivox_has_not_is_named_before_anything_is_sent(self):
        berlin = self.env["axivox.number"].create({"account_id": self.account.id, "number": BERLIN})
        self.rule("0044").number_id = berlin
        self.sandbox.forget_requests()
        with self.assertRaisesRegex(UserError, r"These numbers do not exist.*\+49 30 901820"):
            self.apply()
        self.assertFalse([r for r in self.sandbox.requests() if not r.startswith("GET")])

    def test_others_saved_changes_are_listed_before_they_go_live(self):
        self.sandbox.edit(users={"201": NEW_YORK})
        self.rule("0044").number_id = self.new_york
        with self.assertRaisesRegex(UserError, "Somebody changed the console"):
            self.apply()
        review = self.review("apply")
        line = review.line_ids
        self.assertEqual(
            (line.name, line.applied, line.theirs, line.ours, line.saved_by, line.choice),
            (
                "Outgoing number of 201 Sophie",
                "Default",
                "+1 212-555-0123",
                "Default",
                "Console user",
                "theirs",
            ),
        )
        review.action_confirm()
        self.assertEqual(self.extension.outgoing_number_id, self.new_york)
        self.assertEqual(self.sandbox.applied(), self.saved())

    def test_pending_change_of_a_user_whom_odoo_does_not_know_is_listed_too(self):
        users = [
            {"extension": "201", "name": "Sophie", "outgoing_number": None},
            {"extension": "202", "name": "James", "outgoing_number": PARIS},
            {"extension": "208", "name": "Nina", "outgoing_number": None},
        ]
        self.hold(users=users)
        self.sandbox.edit(users={"208": LONDON})
        self.account.rules_override_users = True
        with self.assertRaisesRegex(UserError, "208"):
            self.apply()
        review = self.review("apply")
        self.assertEqual(review.line_ids.name, "Outgoing number of 208 Nina")
        review.action_confirm()
        self.assertEqual(self.sandbox.applied()["extensions"]["208"], LONDON)

    def test_conflict_of_each_kind_resolved_each_way(self):
        """Over RPC it raises and changes nothing; in the dialog, nothing is chosen at first."""

        def default(number):
            self.account.default_outgoing_number_id = number

        def rule(number):
            self.rule("0044").number_id = number

        def extension(number):
            self.extension.outgoing_number_id = number

        def order(_number):
            self._rule("0049", self.new_york, sequence=99)
            self.apply()
            uk, france, germany = self.account.rule_ids
            for position, line in enumerate((germany, uk, france)):
                line.sequence = position

        def removed(_number):
            self.rule("0044").unlink()

        rules = [["0044", LONDON], ["0033", PARIS]]
        kinds = {
            "default": (default, {"default_number": LONDON}, lambda s: s["default"]),
            "rule": (
                rule,
                {
                    "rules": [
                        {"prefix": "0044", "number": MAIN},
                        {"prefix": "0033", "number": PARIS},
                    ]
                },
                lambda s: s["rules"],
            ),
            "rule removed here": (
                removed,
                {
                    "rules": [
                        {"prefix": "0044", "number": MAIN},
                        {"prefix": "0033", "number": PARIS},
                    ]
                },
                lambda s: s["rules"],
            ),
            "rule removed there": (
                rule,
                {"rules": [{"prefix": "0033", "number": PARIS}]},
                lambda s: s["rules"],
            ),
            "order": (
                order,
                {
                    "rules": [
                        {"prefix": "0033", "number": PARIS},
                        {"prefix": "0044", "number": LONDON},
                        {"prefix": "0049", "number": NEW_YORK},
                    ]
                },
                lambda s: s["rules"],
            ),
            "extension": (extension, {"users": {"201": LONDON}}, lambda s: s["extensions"]["201"]),
        }
        self.assertEqual(self.sandbox.applied()["rules"], rules)
        for kind, (edit, edit_there, read) in kinds.items():
            for choice in ("theirs", "ours"):
                with self.subTest(kind, choice=choice):
                    self.hold()
                    self.account.write({"base": False, "in_flight": False, "theirs": False})
                    self.account._restore(Settings.from_json(self.sandbox.applied()))
                    self.pull()
                    edit(self.new_york)
                    wanted = read(self.saved())
                    self.sandbox.edit(**edit_there)
                    live = self.sandbox.applied()
                    before = self.saved()
                    with self.assertRaisesRegex(UserError, "Somebody changed the console"):
                        self.apply()
                    self.assertEqual((self.saved(), self.sandbox.applied()), (before, live))
                    review = self.review("apply")
                    self.assertEqual(review.line_ids.mapped("choice"), [False])
                    with self.assertRaisesRegex(UserError, "changed on both sides"):
                        review.action_confirm()
                    review.line_ids.choice = choice
                    review.action_confirm()
                    self.assertEqual(self.sandbox.applied(), self.saved())
                    self.assertEqual(read(self.saved()) == wanted, choice == "ours")
                    self.assertEqual(self.account.pending_changes(), [])
                    if choice == "ours":
                        self.assertIn("Odoo's was kept.", self.account.applied_ids[0].changes)

    def test_apply_in_doubt_stays_in_doubt_until_it_can_be_found_out(self):
        self.rule("0044").number_id = self.new_york
        self.sandbox.misbehave(
            {"kind": "500_after", "path": "/apply", "times": 99},
            {"kind": "500_before", "method": "GET", "request": 6, "times": 99},
        )
        with self.assertRaisesRegex(UserError, "not known yet"):
            self.apply()
        self.sandbox.behave()
        syncs = self.env["axivox.sync"].with_user(self.manager)
        mine = [("account_id", "=", self.account.id)]
        connected = {"mode": "api", "token": TOKEN, "connected_to": self.account.connected_to}
        for vals, kind in (
            ({"connected_to": False}, "apply"),
            ({"connected_to": False}, "pull"),
            ({"token": "☎", "connected_to": connected["connected_to"]}, "apply"),
            ({"mode": "manual"}, "apply"),
        ):
            with self.subTest(vals, kind=kind):
                self.account.write(connected)
                self.account.connected_to = connected["connected_to"]
                self.account.write(vals)
                with self.assertRaisesRegex(
                    UserError, "not known yet whether the changes went live"
                ):
                    syncs._start(self.account.with_user(self.manager), kind, settings=self.saved())
                self.assertEqual(syncs.search(mine, limit=1).state, "asked")
                self.assertIn("not known yet", syncs.search(mine, limit=1).message)
                earlier = syncs.search(mine, offset=1, limit=1)
                self.assertEqual(earlier.state, "repeated", "nobody says that nothing went live")
        self.account.write(connected)
        self.account.action_test_connection()
        with patch.object(axivox_sync, "IN_BACKGROUND_FROM", 1):
            account = self.account.with_user(self.manager)
            later = syncs._start(account, "apply", settings=self.saved())
        self.assertEqual(later.state, "asked", "what waits for the scheduler is in doubt too")
        self.apply()
        self.assertEqual(syncs.search(mine, limit=1).state, "done")
        self.assertEqual(self.account.pending_changes(), [])

    def test_console_changed_again_after_the_dialog_was_opened_is_asked_again(self):
        self.sandbox.edit(default_number=LONDON)
        review = self.review("apply")
        self.sandbox.edit(default_number=PARIS)
        with self.assertRaisesRegex(UserError, "Somebody changed the console"):
            review.action_confirm()
        self.assertEqual(self.sandbox.applied()["default"], MAIN)

    def test_dialog_applies_nothing_else_than_was_looked_at(self):
        self.rule("0044").number_id = self.new_york
        old = self.review("apply")
        self.rule("0044").number_id = self.paris
        new = self.review("apply")
        new.action_confirm()
        applied = self.sandbox.applied()
        self.assertIn(["0044", PARIS], applied["rules"])
        with self.assertRaisesRegex(UserError, "eview the changes again"):
            old.action_confirm()
        self.assertEqual(self.sandbox.applied(), applied)
        self.assertEqual(self.account.pending_changes(), [])

    def test_confirming_twice_adds_nothing_the_second_time(self):
        self.rule("0044").number_id = self.new_york
        review = self.review("apply")
        review.action_confirm()
        times = len(self.account.applied_ids)
        self.rule("0044").number_id = self.paris
        self.sandbox.forget_requests()
        review.action_confirm()
        self.assertEqual(self.sandbox.requests(), [])
        self.assertEqual(len(self.account.applied_ids), times)

    def test_discard_needs_no_console(self):
        before = self.saved()
        self.account.rule_ids.unlink()
        self.sandbox.misbehave({"kind": "503", "times": 99, "seconds": 0})
        with self.assertRaisesRegex(UserError, "too busy"):
            self.review("apply")
        self.account.with_user(self.manager).action_discard()
        self.assertEqual(self.saved(), before)

    def test_discard_goes_back_to_what_axivox_runs_on(self):
        before = self.saved()
        self.account.rule_ids.unlink()
        self.own.outgoing_number_id = False
        self.account.action_discard()
        self.assertEqual(self.saved(), before)

    def test_check_marks_the_account_and_says_what_differs(self):
        self.sandbox.edit(default_number=LONDON, apply=True)
        self.env["axivox.sync"]._cron_check()
        warnings = str(self.account.warnings)
        self.assertIn("Default outgoing number: +32 12 34 56 78 → +44 20 7946 0958", warnings)
        self.assertIn("Settings were changed in Axivox's console", warnings)
        self.assertEqual(
            self._shown(self.sophie, "0049 30 123456"), (LONDON, "default"), "it is live"
        )
        self.pull()
        self.assertNotIn("Settings were changed in Axivox's console", str(self.account.warnings))
        self.assertEqual(self.account.default_outgoing_number_id, self.london)

    def test_check_enters_what_differs_once_until_something_else_does(self):
        def entries():
            return str(self.account.message_ids.mapped("body")).count("Changed in Axivox")

        for default, expected in ((LONDON, 1), (LONDON, 1), (NEW_YORK, 2)):
            self.sandbox.edit(default_number=default)
            self.env["axivox.sync"]._cron_check()
            self.assertEqual(entries(), expected)

    def test_what_runs_already_is_entered_in_the_history_once(self):
        self.pull()
        applied = len(self.account.applied_ids)
        self.pull()
        self.env["axivox.sync"]._cron_check()
        self.account.invalidate_recordset()
        self.assertEqual((applied, len(self.account.applied_ids)), (1, 1))

    def test_check_that_fails_is_said_and_forgotten_when_it_works_again(self):
        self.sandbox.misbehave({"kind": "500_before", "times": 99})
        self.env["axivox.sync"]._cron_check()
        self.assertIn("cannot check the console for changes", str(self.account.warnings))
        self.sandbox.behave()
        self.env["axivox.sync"]._cron_check()
        self.assertNotIn("cannot check", str(self.account.warnings))

    def test_an_account_that_is_worked_by_hand_is_warned_of_nothing_from_its_console(self):
        self.account.rules_override_users = True
        self.sandbox.edit(default_number=LONDON)
        self.env["axivox.sync"]._cron_check()
        self.sandbox.misbehave({"kind": "500_before", "times": 99})
        self.env["axivox.sync"]._cron_check()
        self.attempt("apply", "failed", "1 minute").message = "The API failed."
        for mode, count in (("api", 3), ("manual", 0), ("api", 3)):
            self.account.with_user(self.manager).mode = mode
            said = str(self.account.warnings)
            told = ("cannot check", "Pull to take over", "The API failed")
            self.assertEqual(sum(words in said for words in told), count, said)

    def test_an_apply_in_doubt_is_warned_of_by_hand_too(self):
        self.account.rules_override_users = True
        self.attempt("apply", "asked", "1 minute").message = "It may be live."
        self.account.mode = "manual"
        self.assertIn("It may be live", str(self.account.warnings))

    def test_a_failed_check_is_forgotten_once_the_console_answers(self):
        def fail_to_check():
            self.sandbox.misbehave({"kind": "500_before", "times": 99})
            self.env["axivox.sync"]._cron_check()
            self.assertIn("cannot check", str(self.account.warnings))
            self.sandbox.behave()

        for answer in (self.account.action_test_connection, self.apply):
            with self.subTest(answer.__name__):
                self.account.rules_override_users = not self.account.rules_override_users
                fail_to_check()
                answer()
                self.assertNotIn("cannot check", str(self.account.warnings))

    @mute_logger("odoo.addons.axivox_caller_id.models.axivox_sync")
    def test_check_that_fails_unexpectedly_holds_no_other_account_up(self):
        other = self.env["res.company"].create({"name": "Other"})
        first = self.account
        second = first.create(
            {
                "company_id": other.id,
                "mode": "api",
                "base_url": self.sandbox.base_url,
                "token": TOKEN,
            }
        )
        second.action_test_connection()
        record_live = type(first)._record_live

        def fail_once(account, applied):
            if account == first:
                raise ZeroDivisionError
            record_live(account, applied)

        with patch.object(type(first), "_record_live", fail_once):
            self.env["axivox.sync"]._cron_check()
        self.assertIn("the server log has the details", str(first.warnings))
        self.assertEqual(second.applied_settings, self.sandbox.applied())

    def test_interval_of_the_check_is_a_day_until_it_is_changed(self):
        cron = self.env.ref("axivox_caller_id.axivox_check_cron")
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "days"))

    def test_a_pull_never_replaces_a_pending_apply(self):
        pending = self.attempt("apply", "pending", "1 hour")
        with self.assertRaisesRegex(UserError, "is pulling or applying right now"):
            self.pull()
        self.assertEqual(pending.state, "pending")
        self.apply()
        self.assertEqual(pending.state, "repeated")
        self.assertEqual(self.label(pending), "Replaced by a later attempt")

    def test_dialog_of_another_mode_is_not_confirmed(self):
        self.pull()
        self.account.default_outgoing_number_id = self.london
        review = self.review("apply")
        self.account.mode = "manual"
        with self.assertRaisesRegex(UserError, "connection was changed in the meantime"):
            review.action_confirm()

    def test_an_attempt_older_than_an_ended_one_is_not_begun(self):
        self.pull()
        old = self.attempt("apply", "pending", "1 hour")
        self.attempt("apply", "done", "1 minute")
        self.assertFalse(old._is_due())
        self.assertEqual(old.state, "repeated")

    def test_a_confirmation_by_hand_replaces_an_unfinished_attempt(self):
        self.pull()
        doubtful = self.attempt("apply", "asked", "1 hour")
        self.account.mode = "manual"
        self.account.default_outgoing_number_id = self.london
        self.review("apply").action_confirm()
        self.assertEqual(doubtful.state, "repeated")

    def test_a_fresh_pending_attempt_is_not_replaced(self):
        for kind in ("apply", "pull"):
            pending = self.attempt(kind, "pending", "4 minutes")
            for later in (self.apply, self.pull):
                with self.assertRaisesRegex(UserError, "is pulling or applying right now"):
                    later()
            pending.sudo().unlink()

    def test_attempts_that_ended_are_removed_after_ninety_days(self):
        kept = [
            self.attempt("apply", "done", "89 days"),
            *(self.attempt("apply", state, "91 days") for state in axivox_sync.UNFINISHED),
        ]
        old = [self.attempt("pull", state, "91 days") for state in axivox_sync.ENDED]
        self.account._record_applied()
        applied = len(self.account.applied_ids)
        self.env["axivox.sync"]._gc_ended()
        self.assertEqual([bool(sync.exists()) for sync in (*kept, *old)], [True] * 4 + [False] * 3)
        self.assertEqual(len(self.account.applied_ids), applied)

    def attempt(self, kind, state, age):
        sync = self.env["axivox.sync"].with_user(self.manager).sudo()
        sync = sync.create({"account_id": self.account.id, "kind": kind, "state": state})
        self.env.flush_all()
        self.cr.execute(
            "UPDATE axivox_sync SET create_date = %s - %s::interval WHERE id = %s",
            [fields.Datetime.now(), age, sync.id],
        )
        sync.invalidate_recordset()
        return sync

    def label(self, sync):
        return dict(sync._fields["state"]._description_selection(self.env))[sync.state]

    def test_second_manager_is_told_who_is_pulling_or_applying(self):
        self.account.rules_override_users = True
        sync = self.env["axivox.sync"].with_user(self.manager)
        running = sync.sudo().create({"account_id": self.account.id, "kind": "apply"})
        with running._lock(self.account) as is_ours:
            self.assertTrue(is_ours)
            with self.assertRaisesRegex(UserError, "^manager_test .* is pulling or applying"):
                self.apply()
        self.apply()
        self.assertEqual(running.state, "repeated")
        self.assertEqual(self.sandbox.applied(), self.saved())
