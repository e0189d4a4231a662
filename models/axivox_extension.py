"""A user of the console: an extension, its Odoo user, and the number that its calls show."""

import re
from collections import defaultdict
from contextlib import contextmanager
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import email_normalize

from ..callerid import dialing
from .axivox_number import REACHES_NOBODY

TEAM = "axivox.team.number"


class AxivoxExtension(models.Model):
    _name = "axivox.extension"
    _description = "Axivox User"
    _inherit = ["axivox.setting"]
    _order = "number, id"
    _rec_names_search = ["number", "name"]
    _decisive_fields = frozenset(
        {"number", "user_id", "outgoing_number_id", "active", "account_id"}
    )

    number = fields.Char(
        string="Extension",
        required=True,
        help="The short internal number, such as 201; also the SIP username.",
    )
    name = fields.Char(required=True)
    email = fields.Char()
    user_id = fields.Many2one(
        "res.users",
        string="Odoo user",
        index="btree_not_null",
        ondelete="set null",
        domain="[('share', '=', False)]",
        help="Who calls from this extension. Leave empty for a shared phone, such as one in the "
        "lobby.",
    )
    outgoing_number_id = fields.Many2one(
        "axivox.number",
        string="Outgoing number",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id)]",
        help="The number the called person sees. Default: the account's default outgoing number.",
    )
    team_number_id = fields.Many2one(
        "axivox.team.number",
        string="Sales team",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The first of the teams with a number that the Odoo user is a member of.",
    )
    follows_team = fields.Boolean(
        string="Follows the team",
        compute="_compute_follows_team",
        store=True,
        help="It shows the team's number and changes with it.",
    )
    number_before_id = fields.Many2one(
        "axivox.number",
        string="After leaving the team",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The outgoing number that was set before the team's.",
    )
    team = fields.Char(
        compute="_compute_team",
        help="The sales team that the outgoing number comes from, or that it differs from.",
    )
    direct_line = fields.Boolean(
        string="Direct line",
        compute="_compute_direct_line",
        search="_search_direct_line",
        help="Customers who call back the outgoing number reach this extension directly.",
    )
    active = fields.Boolean(default=True)
    warning = fields.Char(compute="_compute_warning")
    is_pending = fields.Boolean(string="Not applied yet", compute="_compute_is_pending")

    _number_unique = models.Constraint(
        "unique(account_id, number)",
        "This extension already exists in the account (it may be archived).",
    )
    _user_unique = models.UniqueIndex(
        "(account_id, user_id) WHERE user_id IS NOT NULL AND active",
        "This Odoo user already has an extension in the account.",
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for extension in self:
            extension.display_name = " ".join(filter(None, [extension.number, extension.name]))

    @api.depends("outgoing_number_id", "team_number_id.outgoing_number_id")
    def _compute_follows_team(self):
        for extension in self:
            team = extension.team_number_id
            extension.follows_team = (
                team and team.outgoing_number_id == extension.outgoing_number_id
            )

    @api.depends("follows_team", "team_number_id.name")
    @api.depends_context("lang")
    def _compute_team(self):
        for extension in self:
            team = extension.team_number_id.name
            if not team:
                extension.team = False
            elif extension.follows_team:
                extension.team = self.env._("Team %s", team)
            else:
                extension.team = self.env._("differs from Team %s", team)

    @api.depends(
        "outgoing_number_id.active",
        "outgoing_number_id.destination_type",
        "outgoing_number_id.extension_id",
    )
    def _compute_direct_line(self):
        for extension in self:
            number = extension.outgoing_number_id
            extension.direct_line = (
                number.active
                and number.destination_type == "extension"
                and number.extension_id == extension._origin
            )

    def _search_direct_line(self, operator, value):
        if operator != "in":
            return NotImplemented
        numbers = self.env["axivox.number"].search(
            [
                ("active", "=", True),
                ("destination_type", "=", "extension"),
                ("extension_id", "!=", False),
            ]
        )
        direct = [
            number.extension_id.id
            for number in numbers
            if number.extension_id.outgoing_number_id == number
        ]
        return [("id", "in" if True in value else "not in", direct)]

    @api.depends(
        "number",
        "user_id.active",
        "user_id.axivox_extension_ids",
        "outgoing_number_id.active",
        "outgoing_number_id.destination_type",
    )
    @api.depends_context("lang", "uid")
    def _compute_warning(self):
        said = self._problem_sentences()
        for extension in self:
            problems = said[extension]
            number = extension.outgoing_number_id
            if number and not number.active:
                problems.append(
                    self.env._(
                        "Its outgoing number is archived: calls are handled as if Default were "
                        "chosen."
                    )
                )
            elif number.destination_type in REACHES_NOBODY:
                problems.append(self.env._("Customers who call back will reach no one."))
            extension.warning = " ".join(problems)

    @api.depends(lambda self: [f"account_id.{p}" for p in self.account_id._setting_paths()])
    def _compute_is_pending(self):
        pending = self.account_id._pending("extension")
        for extension in self:
            extension.is_pending = (extension.account_id, extension.number) in pending

    @api.constrains("number")
    def _check_number_form(self):
        for extension in self:
            if self._server_says("axivox_verbatim"):
                continue
            number = extension.number or ""
            if not re.fullmatch(r"(?!00)[0-9]{1,10}", number):
                raise ValidationError(
                    self.env._("“%s” is not an extension: enter a few digits, such as 201.", number)
                )

    @api.constrains("outgoing_number_id", "account_id")
    def _check_outgoing_number(self):
        for extension in self:
            number = extension.outgoing_number_id
            if number and number.account_id != extension.account_id:
                raise ValidationError(
                    self.env._(
                        "%(number)s does not belong to the same account as %(extension)s.",
                        number=number.display_name,
                        extension=extension.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        extensions = super().create(vals_list)
        # A pull creates users exactly as the console has them; teams follow when it is complete.
        if not self._server_says("axivox_verbatim"):
            extensions._follow_teams()
        return extensions

    def write(self, vals):
        differing = {}
        if "outgoing_number_id" in vals:
            differing = {
                extension: extension.outgoing_number_id.id
                for extension in self
                if extension.team_number_id and not extension.follows_team
            }
        result = super().write(vals)
        before = defaultdict(list)
        for extension, number_id in differing.items():
            if extension.follows_team:
                before[number_id].append(extension.id)
        for number_id, ids in before.items():
            # sudo: the number before the team's is written by the server only
            self.sudo().browse(ids).number_before_id = number_id
        if "user_id" in vals and not self._server_says("axivox_verbatim"):
            self._follow_teams()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_rung(self):
        numbers = self.env["axivox.number"].with_context(active_test=False)
        for number in numbers.search([("extension_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "%(number)s rings %(extension)s: give the number another destination first.",
                    number=number.display_name,
                    extension=number.extension_id.display_name,
                )
            )

    def action_follow_team(self):
        """Make those who differ from their team show its number.

        :raises UserError: if none of them differs
        """
        self.check_access("write")
        differing = self.filtered(lambda e: e.team_number_id and not e.follows_team)
        if not differing:
            raise UserError(self.env._("None of these differs from a sales team."))
        for team, members in differing.grouped("team_number_id").items():
            members.outgoing_number_id = team.outgoing_number_id

    @api.model
    def load(self, fields, data):
        """Import users; Odoo users are also found by their e-mail address."""
        if "user_id" in fields:
            column = fields.index("user_id")
            emails = {email_normalize(line[column]) for line in data} - {False}
            people = self.env["res.users"].search(
                [("email_normalized", "in", list(emails)), ("share", "=", False)]
            )
            logins = {
                email: users.login
                for email, users in people.grouped("email_normalized").items()
                if len(users) == 1
            }
            for line in data:
                line[column] = logins.get(email_normalize(line[column]), line[column])
        return super().load(fields, data)

    @api.model
    def _search_display_name(self, operator, value):
        """Find users by the name that an export gives them, too, and by its beginning."""
        domain = super()._search_display_name(operator, value)
        if operator in ("ilike", "=", "in") and value:
            how = "ilike" if operator == "ilike" else "="
            for text in [value] if isinstance(value, str) else filter(None, value):
                number, _space, name = text.partition(" ")
                domain |= Domain("number", "=", number) & Domain("name", how, name)
        return domain

    @api.model
    def _members_by_team(self, accounts, teams):
        """Return {(account, sales team): extensions of the team's members in that account}."""
        # sudo: membership counts, not what the reader may see of it; only extensions are returned
        members = {team: team.sudo().member_ids for team in teams}
        people = self.env["res.users"].union(*members.values())
        mine = [("account_id", "in", accounts.ids), ("user_id", "in", people.ids)]
        by_account = self.search(mine).grouped("account_id")
        return {
            (account, team): extensions.filtered(lambda e, users=users: e.user_id in users)
            for account, extensions in by_account.items()
            for team, users in members.items()
        }

    @api.model
    @contextmanager
    def _changing_teams(self):
        """Wrap every change of team memberships. When the outermost block ends, the users concerned
        follow the team that they are in by then; following each step in between would lose what
        they showed.

        :return: a set, to which the ids of the Odoo users concerned are added
        """
        known = self.env.cr.precommit.data
        if "axivox.teams" in known:
            yield known["axivox.teams"]
            return
        users = known["axivox.teams"] = set()
        try:
            yield users
        finally:
            known.pop("axivox.teams", None)
        if users:
            # sudo: `_follow_teams` says why
            extensions = self.sudo().with_context(active_test=False)
            extensions.search([("user_id", "in", [*users])])._follow_teams()

    def _follow_teams(self, without=()):
        """Put each extension in the team that its Odoo user is in now.

        Who joins from *Default*, shows the team's number already, or followed another team, follows
        the team. Who leaves a team that they followed goes back to the number that they showed
        before. Who differs keeps their number.

        :param without: ``axivox.team.number`` records that are about to be deleted
        """
        # sudo: who may change memberships need not be an Axivox editor. They choose no number:
        # an editor has decided which one the team shows.
        extensions = self.sudo()
        first = extensions._first_teams(without)
        changes = defaultdict(list)
        for extension in extensions:
            team = first.get((extension.account_id, extension.user_id), extension.env[TEAM])
            if team != extension.team_number_id:
                changes[(team, *extension._numbers_on_joining(team))].append(extension.id)
        for (team, shown, before), ids in changes.items():
            extensions.browse(ids).write(
                {
                    "team_number_id": team.id,
                    "outgoing_number_id": shown.id,
                    "number_before_id": before.id,
                }
            )

    def _numbers_on_joining(self, team):
        """Return (the number that the extension shows in another team, or in none; the number to
        return to).

        :param team: the ``axivox.team.number`` that it joins, or an empty recordset
        """
        shown, nothing = self.outgoing_number_id, self.env["axivox.number"]
        if self.team_number_id and not self.follows_team:
            return shown, nothing
        before = self.number_before_id if self.team_number_id else shown
        if not team:
            return before.filtered("active"), nothing
        if self.team_number_id or shown in (nothing, team.outgoing_number_id):
            return team.outgoing_number_id, before
        return shown, nothing

    def _first_teams(self, without=()):
        """Return {(account, Odoo user): the first team with a number that the user is in}."""
        teams = self.env[TEAM].search(
            [("account_id", "in", self.account_id.ids), ("team_id.active", "=", True)]
        )
        teams = teams.filtered(lambda team: team not in without and team._is_of_company())
        members = dict(
            self.env["crm.team.member"]._read_group(
                [
                    ("crm_team_id", "in", teams.team_id.ids),
                    ("user_id", "in", self.user_id.ids),
                    ("active", "=", True),
                ],
                ["crm_team_id"],
                ["user_id:recordset"],
            )
        )
        return {
            (team.account_id, user): team
            for team in reversed(teams)
            for user in members.get(team.team_id, ())
        }

    def _normalised(self, vals):
        if isinstance(vals.get("number"), str):
            return {**vals, "number": "".join(vals["number"].split())}
        return vals

    def _shown_by_default(self):
        """Return the ``axivox.number`` that is shown if no rule applies, or an empty recordset."""
        own = self.outgoing_number_id
        return (own if own.active else self.account_id.default_outgoing_number_id).filtered(
            "active"
        )

    def _call_back_sentence(self):
        """Return a sentence on whom a customer reaches who calls the shown number back. It
        addresses the current user as *you*."""
        self.ensure_one()
        number = self._shown_by_default()
        if not number:
            return self.env._("No outgoing number is shown: customers cannot call back.")
        if number.destination_type == "extension" and number.extension_id == self:
            # sudo: the name of the user of an extension that the reader sees
            user = self.user_id.sudo()
            if user == self.env.user:
                return self.env._("Customers who call back reach you directly.")
            whom = user.name or self.display_name
            return self.env._("Customers who call back reach %s directly.", whom)
        if reached := number._callers_reach():
            return self.env._("Customers who call back reach %s.", reached)
        if number.destination_type == "unknown":
            return self.env._("Odoo does not know whom customers reach when they call back.")
        return self.env._("Customers who call back will reach no one.")

    @api.onchange("number")
    def _onchange_number(self):
        if emergency := self._emergency_sentence():
            return {"warning": {"title": self.env._("An emergency number"), "message": emergency}}
        return None

    def _emergency_sentence(self):
        """Return a sentence if the extension hides an emergency number, else an empty string."""
        country = self.company_id.country_id
        if not self._is_emergency(country.code):
            return ""
        return self.env._(
            "%(number)s is an emergency number in %(country)s: whoever dials it reaches this "
            "extension instead.",
            number=self.number,
            country=country.name,
        )

    def _is_emergency(self, region):
        return bool(self.number) and dialing.is_emergency(self.number, region)

    def _problems(self):
        regions = {account: account.company_id.country_id.code for account in self.account_id}
        for extension in self:
            if extension._is_emergency(regions.get(extension.account_id)):
                yield extension, "extension_emergency", extension._emergency_sentence
            if not extension.user_id:
                continue
            # sudo: the user, and the other extension, may be of other companies
            user = extension.user_id.sudo()
            if not user.active:
                yield extension, "extension_of_archived_user", extension._user_archived_sentence
            others = user.axivox_extension_ids - extension._origin
            if others := others.filtered("account_id.active"):
                yield (
                    extension,
                    "extension_second",
                    partial(extension._second_extension_sentence, others),
                )

    def _user_archived_sentence(self):
        return self.env._(
            "%s is archived in Odoo; the extension is still synchronized with Axivox.",
            # sudo: the user may be one of other companies
            self.user_id.sudo().name,
        )

    def _second_extension_sentence(self, others):
        # The reader need not be allowed to know the other extension's company.
        mine = self.env.user.company_ids
        return self.env._(
            "%(user)s has another extension too (%(others)s): calls from Odoo use the one in "
            "their default company.",
            user=self.user_id.name,
            others=", ".join(
                f"{other.number}, {other.company_id.name}"
                if other.company_id in mine
                else self.env._("in another company")
                for other in others
            ),
        )
