"""A sales team's outgoing number: who joins the team shows it, who leaves goes back to their
own."""

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import messages

NAMED = 10  # members, where not all of them are named


class AxivoxTeamNumber(models.Model):
    """The console knows numbers of users only, so a team's number is written to its members, as
    pending changes. A member who shows the team's number follows the team; one who shows another
    number is an exception, and keeps it. Nothing else is stored, so that whatever sets a user's
    number (a pull, an import, a restored history) need not know of teams."""

    _name = "axivox.team.number"
    _description = "Outgoing number of a sales team"
    _inherit = ["axivox.setting"]
    _order = "sequence, id"
    _rec_names_search = ["team_id"]
    _immutable_fields = frozenset({"account_id", "team_id"})

    sequence = fields.Integer(
        string="Order",
        default=lambda self: self._default_sequence(),
        help="For someone in several teams, the first one counts.",
    )
    team_id = fields.Many2one(
        "crm.team", string="Sales team", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(related="team_id.name", string="Name of the team")
    team_active = fields.Boolean(
        related="team_id.active",
        string="Active team",
        help="Nobody shows the number of an archived team.",
    )
    outgoing_number_id = fields.Many2one(
        "axivox.number",
        string="Outgoing number",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id)]",
        help="The number the team's members show. Default: the account's default outgoing number.",
    )
    follower_count = fields.Integer(
        string="Follow",
        compute="_compute_members",
        help="Members who show the team's number and change with it.",
    )
    differing_count = fields.Integer(
        string="Differ",
        compute="_compute_members",
        help="Members who show another number and keep it.",
    )
    without_extension = fields.Char(
        string="Members without an extension", compute="_compute_members"
    )

    _team_unique = models.Constraint(
        "unique(account_id, team_id)", "This sales team already has an outgoing number."
    )

    def _default_sequence(self):
        last = self.search([("account_id", "!=", False)], order="sequence desc", limit=1)
        return last.sequence + 1

    @api.depends("name")
    def _compute_display_name(self):
        for team in self:
            team.display_name = team.name

    @api.depends(
        "team_id.crm_team_member_ids.active",
        "account_id.extension_ids.active",
        "account_id.extension_ids.user_id",
        "account_id.extension_ids.team_number_id",
        "account_id.extension_ids.follows_team",
    )
    @api.depends_context("lang")
    def _compute_members(self):
        extensions = self.env["axivox.extension"]
        counts = {
            (team, follows): count
            for team, follows, count in extensions._read_group(
                [("team_number_id", "in", self._origin.ids)],
                ["team_number_id", "follows_team"],
                ["__count"],
            )
        }
        missing = self._members_without_extension()
        for team in self:
            team.follower_count = counts.get((team._origin, True), 0)
            team.differing_count = counts.get((team._origin, False), 0)
            members = missing.get((team.account_id._origin, team.team_id._origin), ())
            names = [member.name for member in members[:NAMED]]
            more = len(members) - len(names)
            team.without_extension = ", ".join(messages.and_more(self.env, names, more))

    def _members_without_extension(self):
        """Return {(account, sales team): its members in that company who have no extension}."""
        missing = {}
        extensions = self.env["axivox.extension"]
        for account, teams in self.grouped(lambda team: team.account_id._origin).items():
            mine = [("account_id", "=", account.id), ("user_id", "!=", False)]
            [[known]] = extensions._read_group(mine, aggregates=["user_id:recordset"])
            members = self.env["crm.team.member"]._read_group(
                [
                    ("crm_team_id", "in", teams.team_id._origin.ids),
                    ("user_id.active", "=", True),
                    ("user_id.company_ids", "in", account.company_id.ids),
                ],
                ["crm_team_id"],
                ["user_id:recordset"],
            )
            missing |= {(account, team): users - known for team, users in members}
        return missing

    @api.constrains("outgoing_number_id", "team_id", "account_id")
    def _check_account(self):
        for team in self:
            number = team.outgoing_number_id
            if number and number.account_id != team.account_id:
                raise ValidationError(
                    self.env._(
                        "%(number)s does not belong to this account.", number=number.display_name
                    )
                )
            if not team._is_of_company():
                raise ValidationError(
                    self.env._("%s belongs to another company.", team.display_name)
                )

    def _is_of_company(self):
        company = self.team_id.company_id
        return not company or company == self.company_id

    @api.model_create_multi
    def create(self, vals_list):
        with self.env["axivox.extension"]._changing_teams() as users:
            teams = super().create(vals_list)
            users.update(teams.team_id.crm_team_member_ids.user_id.ids)
        return teams

    def write(self, vals):
        with self.env["axivox.extension"]._changing_teams() as users:
            if "outgoing_number_id" in vals:
                self._change_number(vals)
            if "sequence" in vals:
                accounts = self.account_id.with_context(active_test=False)
                users.update(accounts.extension_ids.user_id.ids)
            return super().write(vals)

    def unlink(self):
        self.check_access("unlink")
        # sudo: `_follow_teams` says why
        extensions = self.env["axivox.extension"].sudo().with_context(active_test=False)
        extensions.search([("team_number_id", "in", self.ids)])._follow_teams(without=self)
        return super().unlink()

    def web_resequence(self, specification, field_name="sequence", offset=0):
        # Members move once, to the team that comes first in the end.
        with self.env["axivox.extension"]._changing_teams():
            return super().web_resequence(specification, field_name, offset)

    def action_open_differing(self):
        """Return the action of the members who show another number."""
        self.ensure_one()
        self.check_access("read")
        title = self.env._("Users who differ from Team %s", self.name)
        return {
            **self.account_id.action_open_extensions(),
            "name": title,
            "display_name": title,
            "domain": [("team_number_id", "=", self.id), ("follows_team", "=", False)],
            "help": Markup("<p class='o_view_nocontent_smiling_face'>%s</p>")
            % self.env._("Everybody in the team shows its number"),
        }

    def _change_number(self, vals):
        """Make the followers show another number before the team does, so that they never differ
        from it.

        :raises AccessError: if the user may not set it
        """
        self.check_access("write")
        self._check_client_may_set(vals)
        number_id = vals["outgoing_number_id"]
        extensions = self.env["axivox.extension"].with_context(active_test=False)
        members = extensions.search([("team_number_id", "in", self.ids)])
        others = members.filtered(lambda member: not member.follows_team)
        (members - others).outgoing_number_id = number_id
        # sudo: who shows the new number already will return to it; only the server writes that
        others.filtered(
            lambda member: member.outgoing_number_id.id == number_id
        ).sudo().number_before_id = number_id
