"""A user of the console: an extension, whose it is, and what its calls show."""

import re
from functools import partial

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import email_normalize

from ..callerid import dialing
from .axivox_number import REACHES_NOBODY


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
        help="Who calls from this extension. A lobby phone has none.",
    )
    outgoing_number_id = fields.Many2one(
        "axivox.number",
        string="Outgoing number",
        index="btree_not_null",
        ondelete="set null",
        domain="[('account_id', '=', account_id)]",
        help="The number that the called person sees. Default: the account's default outgoing "
        "number.",
    )
    direct_line = fields.Boolean(
        string="Direct line",
        compute="_compute_direct_line",
        search="_search_direct_line",
        help="Customers who call the outgoing number back reach this very extension.",
    )
    active = fields.Boolean(default=True)
    warning = fields.Char(compute="_compute_warning")
    is_pending = fields.Boolean(string="Not applied yet", compute="_compute_is_pending")

    _number_unique = models.Constraint(
        "unique(account_id, number)",
        "This extension is in the account already (maybe archived).",
    )
    _user_unique = models.UniqueIndex(
        "(account_id, user_id) WHERE user_id IS NOT NULL AND active",
        "This Odoo user has an extension in the account already.",
    )

    @api.depends("number", "name")
    def _compute_display_name(self):
        for extension in self:
            extension.display_name = " ".join(filter(None, [extension.number, extension.name]))

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
        said = self._said()
        for extension in self:
            problems = said[extension]
            number = extension.outgoing_number_id
            if number and not number.active:
                problems.append(
                    self.env._("Its outgoing number is archived: the call goes on as Default.")
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
            if not re.fullmatch(r"(?!00)[0-9]{1,10}", extension.number):
                raise ValidationError(
                    self.env._(
                        "“%s” is not an extension: it takes a few digits, such as 201.",
                        extension.number,
                    )
                )

    @api.constrains("outgoing_number_id", "account_id")
    def _check_outgoing_number(self):
        for extension in self:
            number = extension.outgoing_number_id
            if number and number.account_id != extension.account_id:
                raise ValidationError(
                    self.env._(
                        "%(number)s is not a number of the account of %(extension)s.",
                        number=number.display_name,
                        extension=extension.display_name,
                    )
                )

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

    @api.model
    def load(self, fields, data):
        """Import; people are found by their e-mail address too."""
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
    def _of_teams(self, accounts, teams):
        """
        :return: {(account, sales team): the extensions of its members there}
        """
        # sudo: who is in a team decides, whoever asks; told are only extensions
        members = {team: team.sudo().member_ids for team in teams}
        people = self.env["res.users"].union(*members.values())
        mine = [("account_id", "in", accounts.ids), ("user_id", "in", people.ids)]
        by_account = self.search(mine).grouped("account_id")
        return {
            (account, team): extensions.filtered(lambda one, users=users: one.user_id in users)
            for account, extensions in by_account.items()
            for team, users in members.items()
        }

    def _normalised(self, vals):
        if isinstance(vals.get("number"), str):
            return {**vals, "number": "".join(vals["number"].split())}
        return vals

    def _shown_by_default(self):
        """:return: the number that is shown where no rule says otherwise, maybe none"""
        own = self.outgoing_number_id
        return (own if own.active else self.account_id.default_outgoing_number_id).filtered(
            "active"
        )

    def _call_back(self):
        """:return: a sentence for the current user: whom a customer reaches who calls the shown
        number back
        """
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
            return self.env._("Odoo does not know whom customers reach who call back.")
        return self.env._("Customers who call back will reach no one.")

    @api.onchange("number")
    def _onchange_number(self):
        if emergency := self._emergency():
            return {"warning": {"title": self.env._("An emergency number"), "message": emergency}}
        return None

    def _emergency(self):
        """:return: a sentence where the extension hides an emergency number; else nothing"""
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
                yield extension, "extension_emergency", extension._emergency
            if not extension.user_id:
                continue
            # sudo: the user, and the other extension, may be of other companies
            user = extension.user_id.sudo()
            if not user.active:
                yield extension, "extension_of_archived_user", extension._say_user_is_archived
            if others := user.axivox_extension_ids - extension._origin:
                yield extension, "extension_second", partial(extension._say_second, others)

    def _say_user_is_archived(self):
        return self.env._(
            "%s is archived in Odoo; the extension stays in step with Axivox.",
            # sudo: the user may be one of other companies
            self.user_id.sudo().name,
        )

    def _say_second(self, others):
        # The other extension may be of a company whose name is not the reader's to know.
        mine = self.env.user.company_ids
        return self.env._(
            "%(user)s has another extension too (%(others)s): calls from Odoo use the one of "
            "their default company.",
            user=self.user_id.name,
            others=", ".join(
                f"{other.number}, {other.company_id.name}"
                if other.company_id in mine
                else self.env._("in another company")
                for other in others
            ),
        )
