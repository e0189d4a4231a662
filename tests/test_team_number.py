from contextlib import nullcontext
from unittest.mock import patch

from psycopg2 import IntegrityError

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import CALLED_IN_BERLIN, LONDON, NEW_YORK, PARIS, AxivoxCase
from .test_console import ConsoleCase

DIFFERS = "differs from Team Europe"


@tagged("post_install", "-at_install")
class TestTeamNumber(AxivoxCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("seller_test", "sales_team.group_sale_manager")
        cls.europe = cls._team("Europe", cls.sophie, cls.james, cls.manager)

    @classmethod
    def _team(cls, name, *members):
        members = Command.set([member.id for member in members])
        company = cls.company.id
        return cls.env["crm.team"].create(
            {"name": name, "company_id": company, "member_ids": [members]}
        )

    @classmethod
    def _give(cls, team, number=None, **vals):
        """Give a team a number; return the record."""
        account, number_id = vals.pop("account", cls.account), number and number.id
        return cls.env["axivox.team.number"].create(
            {"account_id": account.id, "team_id": team.id, "outgoing_number_id": number_id, **vals}
        )

    def _in_several_teams(self):
        self.env["ir.config_parameter"].set_param("sales_team.membership_multi", "True")

    def test_members_show_the_teams_number_as_a_pending_change_with_its_reason(self):
        self.account._record_applied()
        self._give(self.europe, self.london)
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.assertEqual(self.extension.team, "Team Europe")
        self.assertEqual(
            self.account.pending_changes(),
            ["201 Sophie: Default → +44 20 7946 0958 (Team Europe)"],
        )
        self.assertNotEqual(self._shown(self.sophie, CALLED_IN_BERLIN)[0], LONDON)
        saved = self._shown(self.sophie, CALLED_IN_BERLIN, settings="saved")
        self.assertEqual(saved, (LONDON, "user"))
        after = self.account.try_call(self.extension.id, CALLED_IN_BERLIN)["after"]
        self.assertEqual(after["reason"], "Outgoing number of extension 201 (Team Europe).")

    def test_the_reason_stands_in_the_chatter_the_history_and_the_steps_by_hand(self):
        self.account._record_applied()
        self._give(self.europe, self.london)
        self.cr.precommit.run()
        self.assertIn("(Team Europe)", self.account.message_ids[0].body)
        action = self.account.with_user(self.manager).action_review_changes()
        manual = self.env["axivox.manual.apply"].browse(action["res_id"])
        self.assertIn("(Team Europe)", manual.step_ids.text)
        manual.with_user(self.manager).action_confirm()
        self.assertIn("(Team Europe)", self.account._last_applied().changes)

    def test_a_step_that_the_team_has_overtaken_does_not_name_it(self):
        self.account._record_applied()
        europe = self._give(self.europe, self.london)
        action = self.account.with_user(self.manager).action_review_changes()
        step = self.env["axivox.manual.apply"].browse(action["res_id"]).step_ids
        europe.outgoing_number_id = self.new_york
        step.invalidate_recordset()
        self.assertIn("+44 20 7946 0958", step.text)
        self.assertNotIn("Team", step.text)

    def test_who_has_a_number_of_their_own_keeps_it_and_is_listed(self):
        europe = self._give(self.europe, self.london)
        self.assertEqual(self.own.outgoing_number_id, self.paris)
        self.assertEqual(self.own.team, "differs from Team Europe")
        self.assertEqual((europe.follower_count, europe.differing_count), (1, 1))
        listed = europe.action_open_differing()["domain"]
        self.assertEqual(self.env["axivox.extension"].search(listed), self.own)

    def test_members_without_an_extension_are_named(self):
        europe = self._give(self.europe, self.london)
        self.assertEqual(europe.without_extension, self.manager.name)
        others = [self._user(f"nobody{position:02}_test") for position in range(12)]
        self.europe.member_ids += self.env["res.users"].union(*others)
        self.assertTrue(europe.without_extension.endswith(", and 3 more"))

    def test_who_leaves_goes_back_to_what_they_showed_before(self):
        self._give(self.europe, self.london)
        self.own.action_follow_team()
        self.assertEqual((self.extension + self.own).outgoing_number_id, self.london)
        self.assertEqual(self.own.number_before_id, self.paris)
        self.europe.member_ids = False
        self.assertFalse(self.extension.outgoing_number_id)
        self.assertEqual(self.own.outgoing_number_id, self.paris)
        self.assertFalse((self.extension + self.own).team_number_id)
        self.assertFalse(self.account._teams(self.account._difference()))

    def test_who_leaves_and_showed_another_number_keeps_it(self):
        self._give(self.europe, self.london)
        self.extension.outgoing_number_id = self.new_york
        self.assertFalse(self.extension.follows_team)
        self.europe.member_ids = False
        self.assertEqual(self.extension.outgoing_number_id, self.new_york)

    def test_a_number_that_was_given_back_is_not_gone_back_to(self):
        self._give(self.europe, self.london)
        self.own.action_follow_team()
        self.paris.active = False
        self.europe.member_ids = False
        self.assertFalse(self.own.outgoing_number_id)

    def test_who_joins_shows_it_in_each_of_the_ways_to_join(self):
        self._give(self._team("UK"), self.london)
        uk = self.env["crm.team"].search([("name", "=", "UK")])
        member = self.env["crm.team.member"].create(
            {"crm_team_id": uk.id, "user_id": self.sophie.id}
        )
        self.assertEqual(self.extension.outgoing_number_id, self.london, "create")
        member.active = False
        self.assertFalse(self.extension.outgoing_number_id, "archive")
        member.active = True
        self.assertEqual(self.extension.outgoing_number_id, self.london, "unarchive")
        member.unlink()
        self.assertFalse(self.extension.outgoing_number_id, "delete")
        uk.member_ids = self.sophie
        self.assertEqual(self.extension.outgoing_number_id, self.london, "the team's form")
        uk.crm_team_member_ids.user_id = self.james
        self.assertFalse(self.extension.outgoing_number_id, "another user")
        self.own.outgoing_number_id = self.london
        self.assertEqual(self.own.team, "Team UK")

    def test_a_sales_manager_without_axivox_rights_has_members_follow(self):
        self._give(self.europe, self.london)
        self.assertFalse(self.seller.has_group("axivox_caller_id.group_editor"))
        self.cr.precommit.run()
        self.europe.with_user(self.seller).member_ids = self.james
        self.assertFalse(self.extension.outgoing_number_id)
        self.europe.with_user(self.seller).member_ids += self.sophie
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.europe.with_user(self.seller).member_ids = False
        self.cr.precommit.run()
        message = self.account.message_ids[0]
        self.assertIn("201 Sophie: +44 20 7946 0958 → Default", message.body)
        self.assertEqual(message.author_id, self.seller.partner_id)
        with self.assertRaises(AccessError):
            self.extension.with_user(self.seller).outgoing_number_id = self.paris

    def test_another_number_of_the_team_is_its_followers(self):
        europe = self._give(self.europe, self.london)
        europe.with_user(self.editor).outgoing_number_id = self.new_york
        self.assertEqual(self.extension.outgoing_number_id, self.new_york)
        self.assertEqual(self.own.outgoing_number_id, self.paris)
        europe.outgoing_number_id = False
        self.assertFalse(self.extension.outgoing_number_id)
        self.assertTrue(self.extension.follows_team)

    def test_who_shows_the_new_number_already_goes_back_to_it(self):
        europe = self._give(self.europe, self.london)
        europe.outgoing_number_id = self.paris
        self.assertTrue(self.own.follows_team)
        europe.outgoing_number_id = self.london
        self.assertEqual(self.own.outgoing_number_id, self.london)
        self.europe.member_ids = False
        self.assertEqual(self.own.outgoing_number_id, self.paris)
        self.assertFalse(self.extension.outgoing_number_id)

    def test_writing_the_teams_number_by_hand_does_no_harm(self):
        self._give(self.europe, self.london)
        self.extension.outgoing_number_id = self.london
        self.assertTrue(self.extension.follows_team)
        self.assertFalse(self.extension.number_before_id)
        self.extension.outgoing_number_id = self.new_york
        self.assertEqual(self.extension.team, "differs from Team Europe")
        self.extension.outgoing_number_id = self.london
        self.assertEqual(self.extension.number_before_id, self.new_york)

    def test_following_the_team_is_for_those_who_differ(self):
        self._give(self.europe, self.london)
        self.own.with_user(self.editor).action_follow_team()
        self.assertEqual(self.own.outgoing_number_id, self.london)
        with self.assertRaisesRegex(UserError, "None of these"):
            (self.own + self.extension).action_follow_team()
        with self.assertRaises(AccessError):
            self.own.with_user(self.seller).action_follow_team()

    def test_the_number_of_the_first_team_counts(self):
        self._in_several_teams()
        uk = self._give(self._team("UK", self.sophie), self.london)
        europe = self._give(self.europe, self.paris)
        self.assertEqual(uk.search([("account_id", "=", self.account.id)]), uk + europe)
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.assertTrue(self.own.follows_team, "it showed this number before")
        (europe + uk).web_resequence({}, offset=1)
        self.assertEqual(self.extension.outgoing_number_id, self.paris)
        self.assertEqual(self.extension.team_number_id, europe)
        uk.sequence = 0
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        uk.team_id.member_ids = False
        self.assertEqual(self.extension.outgoing_number_id, self.paris)

    def test_a_new_order_takes_nobody_to_a_team_in_between(self):
        self._in_several_teams()
        teams = self.env["axivox.team.number"]
        for name, number in (("A", self.london), ("B", self.paris), ("C", self.new_york)):
            teams += self._give(self._team(name, self.james), number)
        self.assertEqual(self.own.team, "differs from Team A")
        first, second, third = teams
        (third + first + second).web_resequence({}, offset=50)
        self.assertEqual(self.own.team, "differs from Team C")
        self.assertEqual(self.own.outgoing_number_id, self.paris)

    def test_archived_user_comes_back_with_the_number_of_the_team_that_is_first_by_then(self):
        self._in_several_teams()
        first = self._give(self._team("A", self.sophie), self.london)
        second = self._give(self._team("B", self.sophie), self.new_york)
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.extension.active = False
        (second + first).web_resequence({})
        self.extension.active = True
        self.assertEqual(self.extension.team, "Team B")
        self.assertEqual(self.extension.outgoing_number_id, self.new_york)

    def test_who_follows_changes_teams_and_still_goes_back(self):
        self._give(self.europe, self.london)
        self._give(self._team("Overseas"), self.new_york)
        self.own.action_follow_team()
        overseas = self.env["crm.team"].search([("name", "=", "Overseas")])
        overseas.with_user(self.seller).member_ids = self.sophie + self.james
        self.assertEqual(self.europe.member_ids, self.manager, "one is in one team")
        self.assertEqual((self.extension + self.own).outgoing_number_id, self.new_york)
        overseas.member_ids = False
        self.assertFalse(self.extension.outgoing_number_id)
        self.assertEqual(self.own.outgoing_number_id, self.paris)

    def test_who_differs_still_does_in_another_team(self):
        self._give(self.europe, self.london)
        self._give(self._team("Overseas"), self.new_york)
        overseas = self.env["crm.team"].search([("name", "=", "Overseas")])
        self.extension.outgoing_number_id = False
        overseas.member_ids = self.sophie + self.james
        self.assertFalse(self.extension.outgoing_number_id, "Default may be an exception too")
        self.assertEqual(self.own.outgoing_number_id, self.paris)
        self.assertEqual(self.extension.team, "differs from Team Overseas")

    def test_a_teams_number_that_is_removed_is_left_by_all(self):
        europe = self._give(self.europe, self.london)
        europe.with_user(self.editor).unlink()
        self.assertFalse(self.extension.outgoing_number_id)
        self.assertEqual(self.own.outgoing_number_id, self.paris)

    def test_an_archived_team_is_left_and_one_that_is_back_joined(self):
        self._give(self.europe, self.london)
        self.europe.with_user(self.seller).active = False
        self.assertFalse(self.extension.outgoing_number_id or self.own.team)
        self.europe.with_user(self.seller).active = True
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.assertEqual(self.own.team, "differs from Team Europe")

    def test_a_deleted_team_takes_its_number_with_it(self):
        europe = self._give(self.europe, self.london)
        self.europe.with_user(self.seller).unlink()
        self.assertFalse(europe.exists())
        self.assertFalse(self.extension.outgoing_number_id)

    def test_a_user_who_gets_an_extension_shows_the_number_there(self):
        self._give(self.europe, self.london)
        new = self.env["axivox.extension"].create(
            {
                "account_id": self.account.id,
                "number": "203",
                "name": "Mia",
                "user_id": self.manager.id,
            }
        )
        self.assertEqual(new.outgoing_number_id, self.london)
        self.extension.user_id = False
        self.assertFalse(self.extension.outgoing_number_id)
        self.extension.user_id = self.sophie
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.sophie.unlink()
        self.assertFalse(self.extension.outgoing_number_id)

    def test_an_archived_odoo_user_leaves_the_team(self):
        self._give(self.europe, self.london)
        self.sophie.action_archive()
        self.assertFalse(self.extension.outgoing_number_id)

    def test_a_team_of_another_company_has_no_number_here(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids += other
        abroad = self.env["crm.team"].create({"name": "Abroad", "company_id": other.id})
        with self.assertRaises(ValidationError):
            self._give(abroad, self.london)
        europe = self._give(self.europe, self.london)
        with self.assertRaises(UserError):
            europe.team_id = abroad
        (self.sophie + self.james + self.manager).company_ids += other
        self.europe.company_id = other
        self.assertFalse(self.extension.outgoing_number_id)
        self.europe.company_id = False
        self.assertEqual(self.extension.outgoing_number_id, self.london)

    def test_each_account_has_its_own_number_for_a_team_of_all_companies(self):
        other = self.env["res.company"].create(
            {"name": "Other", "country_id": self.env.ref("base.uk").id}
        )
        self.env.user.company_ids += other
        account = self.env["axivox.account"].create({"company_id": other.id})
        number = self.env["axivox.number"].create(
            {"account_id": account.id, "number": "+442079460111"}
        )
        there = self.env["axivox.extension"].create(
            {"account_id": account.id, "number": "7", "name": "S", "user_id": self.sophie.id}
        )
        self.europe.company_id = False
        self._give(self.europe, self.london)
        with self.assertRaises(ValidationError):
            self._give(self.europe, self.london, account=account)
        elsewhere = self._give(self.europe, number, account=account)
        self.assertEqual(self.extension.outgoing_number_id, self.london)
        self.assertEqual(there.outgoing_number_id, number)
        self.assertEqual(elsewhere.follower_count, 1)
        mine = elsewhere.with_user(self.editor).search([])
        self.assertNotIn(elsewhere, mine)
        self.cr.precommit.run()
        # Who is an Axivox editor in one of the companies only.
        self.editor.group_ids += self.env.ref("sales_team.group_sale_manager")
        self.extension.with_user(self.editor).outgoing_number_id = self.new_york
        self.europe.with_user(self.editor).member_ids = False
        self.assertFalse(there.outgoing_number_id)
        self.cr.precommit.run()
        self.assertIn("7 S: +44 20 7946 0111 → Default", account.message_ids[0].body)

    def test_what_is_restored_differs_and_is_listed(self):
        self.account._record_applied()
        europe = self._give(self.europe, self.london)
        self.account.with_user(self.manager).action_discard()
        self.assertFalse(self.extension.outgoing_number_id)
        self.assertEqual((europe.follower_count, europe.differing_count), (0, 2))
        self.europe.crm_team_member_ids.filtered(lambda m: m.user_id == self.james).active = False
        europe.outgoing_number_id = self.paris
        self.assertFalse(self.extension.outgoing_number_id, "nothing is overwritten unseen")
        self.extension.action_follow_team()
        self.assertEqual(self.extension.outgoing_number_id, self.paris)

    def test_a_number_that_is_replaced_everywhere_is_so_for_teams(self):
        europe = self._give(self.europe, self.london)
        self.own.action_follow_team()
        self.assertIn("Team Europe", self.london.used_by)
        self.assertTrue(self.london.is_used)
        with self.assertRaisesRegex(UserError, "Team Europe"):
            self.london.unlink()
        self.london._replace_with(self.new_york)
        self.assertEqual(europe.outgoing_number_id, self.new_york)
        self.assertEqual((europe.follower_count, europe.differing_count), (2, 0))
        self.paris.with_user(self.editor)._replace_with(self.main)
        self.europe.member_ids = False
        self.assertEqual(self.own.outgoing_number_id, self.main)
        self.assertFalse(self.extension.outgoing_number_id)

    def test_users_are_found_and_grouped_by_their_team(self):
        europe = self._give(self.europe, self.london)
        extensions = self.env["axivox.extension"]
        self.assertEqual(
            extensions.search([("team_number_id", "ilike", "euro")]), self.extension + self.own
        )
        groups = extensions._read_group(
            [("account_id", "=", self.account.id)], ["team_number_id"], ["__count"]
        )
        self.assertEqual(groups, [(europe, 2)])

    @mute_logger("odoo.sql_db")
    def test_a_team_has_one_number_of_an_account_and_the_setting_is_the_servers(self):
        europe = self._give(self.europe, self.london)
        for vals in ({"team_number_id": europe.id}, {"number_before_id": self.paris.id}):
            with self.assertRaises(AccessError):
                self.extension.with_user(self.manager).write(vals)
        with self.assertRaises(IntegrityError), self.cr.savepoint():
            self._give(self.europe, self.paris)

    def _seats(self, count):
        """Add so many members with an extension each to the team.

        Odoo takes minutes to make thousands of users and members: SQL makes them.
        """
        self.env.flush_all()
        self.cr.execute(
            """
            WITH seat AS (
                INSERT INTO res_users
                       (login, partner_id, company_id, active, share, notification_type)
                SELECT 'seat' || n || '_' || %(count)s, %(partner)s, %(company)s, true, false,
                       'email'
                  FROM generate_series(1, %(count)s) AS n
                RETURNING id),
            home AS (
                INSERT INTO res_company_users_rel (cid, user_id) SELECT %(company)s, id FROM seat)
            INSERT INTO crm_team_member (crm_team_id, user_id, active)
            SELECT %(team)s, id, true FROM seat
            RETURNING user_id
            """,
            {
                "count": count,
                "partner": self.sophie.partner_id.id,
                "company": self.company.id,
                "team": self.europe.id,
            },
        )
        user_ids = [user_id for [user_id] in self.cr.fetchall()]
        self.env.invalidate_all()
        return self.env["axivox.extension"].create(
            [
                {
                    "account_id": self.account.id,
                    "number": str(10000 + user_id),
                    "name": "Seat",
                    "user_id": user_id,
                }
                for user_id in user_ids
            ]
        )

    def test_one_member_costs_as_much_among_20_as_among_2000(self):
        self._give(self.europe, self.london)
        members = self.env["crm.team.member"]
        vals = {"crm_team_id": self.europe.id, "user_id": self.editor.id}
        self.env["axivox.extension"].create(
            {
                "account_id": self.account.id,
                "number": "299",
                "name": "Editor",
                "user_id": self.editor.id,
            }
        )

        def mine():
            return members.with_context(active_test=False).search(
                [("user_id", "=", self.editor.id)]
            )

        def costs():
            return [
                self.count_queries(lambda: members.create(vals)),
                self.count_queries(lambda: mine().write({"active": False})),
                self.count_queries(lambda: mine().write({"active": True})),
                self.count_queries(lambda: mine().unlink()),
            ]

        self._seats(20)
        costs()  # warm
        few = costs()
        self.assertEqual(len(self._seats(2000).filtered("follows_team")), 2000)
        self.assertEqual(few, costs())

    def test_one_member_costs_little_more_in_the_teams_form_than_it_costs_odoo(self):
        self._give(self.europe, self.london)
        seats = self._seats(20)

        def costs():
            """Return how many more queries it takes than without this addon."""
            lone = self.europe.member_ids[-1]
            with_us = self.count_queries(lambda: self.europe.write({"member_ids": [(3, lone.id)]}))
            self.europe.member_ids += lone
            with patch.object(type(seats), "_changing_teams", lambda _self: nullcontext(set())):
                without = self.count_queries(
                    lambda: self.europe.write({"member_ids": [(3, lone.id)]})
                )
            self.europe.member_ids += lone
            return with_us - without

        costs()  # warm
        few = costs()
        self._seats(200)
        costs()
        self.assertEqual(few, costs())

    def test_what_a_whole_team_costs_grows_by_the_batches_of_the_orm_only(self):
        europe = self._give(self.europe, self.london)
        uk = self._give(self._team("UK"), self.paris)

        def change_number():
            numbers = self.london + self.new_york
            europe.outgoing_number_id = numbers - europe.outgoing_number_id

        def costs():
            return [
                self.count_queries(change_number),
                self.count_queries(lambda: uk.web_resequence({}, offset=uk.sequence + 1)),
                self.count_queries(
                    lambda: europe.read(["follower_count", "differing_count", "without_extension"])
                ),
                self.count_queries(self.account.pending_changes),
                self.count_queries(
                    lambda: self.account.extension_ids.web_read({"team": {}, "follows_team": {}})
                ),
            ]

        self._seats(20)
        costs()  # warm
        few = costs()
        self._seats(2000)
        # The ORM reads 1,000 records at once, and writes 100.
        for cheap, dear, batches in zip(few, costs(), (24, 4, 0, 4, 0), strict=True):
            self.assertLessEqual(dear, cheap + batches)


@tagged("post_install", "-at_install")
class TestTeamNumberPulled(ConsoleCase):
    def setUp(self):
        super().setUp()
        self.pull()
        self.team = self.env["crm.team"].create(
            {
                "name": "Europe",
                "company_id": self.company.id,
                "member_ids": [Command.set((self.sophie + self.james + self.editor).ids)],
            }
        )
        self.env["axivox.team.number"].create(
            {
                "account_id": self.account.id,
                "team_id": self.team.id,
                "outgoing_number_id": self.london.id,
            }
        )
        self.editor.email = "editor@velo.example"
        self.new = {
            "extension": "203",
            "name": "New",
            "email": self.editor.email,
            "outgoing_number": None,
        }

    def users(self, *users):
        self.hold(
            users=[
                {"extension": "201", "name": "Sophie", "outgoing_number": None},
                {"extension": "202", "name": "James", "outgoing_number": PARIS},
                *users,
            ]
        )

    def pulled(self):
        self.pull()
        return self.account.extension_ids.filtered(lambda user: user.number == "203")

    def test_what_the_console_changed_is_not_said_to_be_the_teams_doing(self):
        self.sandbox.edit(default_number=PARIS, users={"201": LONDON})
        self.env["axivox.sync"]._cron_check()
        warned = str(self.account.warnings)
        self.assertIn("201 Sophie: Default → +44 20 7946 0958", warned)
        self.assertNotIn("(Team", warned)

    def test_who_is_new_in_the_console_and_on_default_follows_the_team(self):
        self.users(self.new)
        new = self.pulled()
        self.assertEqual((new.user_id, new.outgoing_number_id), (self.editor, self.london))
        self.assertIn(
            "203 New: Default → +44 20 7946 0958 (Team Europe)", self.account.pending_changes()
        )

    def test_who_was_nobodys_extension_before_a_pull_follows_the_team(self):
        known = {"account_id": self.account.id, "number": "203", "name": "New"}
        self.env["axivox.extension"].create(known)
        self.users(self.new)
        new = self.pulled()
        self.assertEqual((new.user_id, new.outgoing_number_id), (self.editor, self.london))

    def test_who_shows_another_number_in_the_console_differs_and_is_listed(self):
        self.users({**self.new, "outgoing_number": NEW_YORK})
        new = self.pulled()
        self.assertEqual((new.team, new.outgoing_number_id.number), (DIFFERS, NEW_YORK))

    def test_what_the_console_changes_of_a_follower_is_taken_and_listed(self):
        self.apply()
        self.assertFalse(self.account.pending_changes())
        self.hold(
            users=[
                {"extension": "201", "name": "Sophie", "outgoing_number": NEW_YORK},
                {"extension": "202", "name": "James", "outgoing_number": PARIS},
            ]
        )
        self.pull()
        self.assertEqual(self.extension.outgoing_number_id, self.new_york)
        self.assertEqual(self.extension.team, DIFFERS)
        self.assertFalse(self.account.pending_changes())

    def test_an_apply_over_the_api_sends_what_the_team_shows(self):
        pages = self.review("apply").pages
        self.assertIn("(Team Europe)", str(pages))
        self.apply()
        self.assertEqual(self.sandbox.applied()["extensions"]["201"], LONDON)
