"""What a user calls from, and which number their calls show."""

from typing import NamedTuple

from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS, Domain

OWN_FIELDS = [
    "axivox_extension_id",
    "axivox_outgoing_number_id",
    "axivox_direct_line",
    "axivox_call_back",
]
VERSIONS = frozenset({"applied", "saved"})


class Line(NamedTuple):
    """What a user calls from; values that do not exist are False."""

    account_id: int
    extension_id: int
    extension: str  # the number of the extension, "201"
    company_id: int
    region: str  # ISO 3166 code of the company's country
    is_internal: bool  # neither a portal nor a public user


class ResUsers(models.Model):
    _inherit = "res.users"

    # For the server only: a search by an extension's id does not check the right to read it.
    axivox_extension_ids = fields.One2many(
        "axivox.extension", "user_id", string="Axivox extensions", groups=NO_ACCESS
    )
    axivox_extension_id = fields.Many2one(
        "axivox.extension",
        string="Axivox extension",
        compute="_compute_axivox_extension_id",
        search="_search_axivox_extension_id",
    )
    axivox_outgoing_number_id = fields.Many2one(
        related="axivox_extension_id.outgoing_number_id",
        related_sudo=False,
        string="Outgoing number",
    )
    axivox_direct_line = fields.Boolean(
        related="axivox_extension_id.direct_line", related_sudo=False
    )
    axivox_call_back = fields.Char(
        string="When customers call back", compute="_compute_axivox_call_back"
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + OWN_FIELDS

    @api.depends(
        "axivox_extension_ids.active", "axivox_extension_ids.account_id.active", "company_id"
    )
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_axivox_extension_id(self):
        """Show only extensions that the reader may see. Users read their own with all rights."""
        extensions = self.env["axivox.extension"]
        if extensions.has_access("read"):
            mine = [("user_id", "in", self._origin.ids), ("account_id.active", "=", True)]
            extensions = extensions.with_context(active_test=True).search(mine, order="id")
        by_user = extensions.grouped("user_id")
        for user in self:
            known = by_user.get(user._origin, extensions.browse())
            at_home = known.filtered(lambda e, user=user: e.company_id == user.company_id)
            user.axivox_extension_id = (at_home or known)[:1]

    def _search_axivox_extension_id(self, operator, value):
        # Search for the records, since a bare id would reveal what the reader may not see.
        extensions = self.env["axivox.extension"]
        if operator == "any":
            found = extensions.search(value)
        elif operator == "in":
            found = extensions.search([("id", "in", [known for known in value if known])])
        else:
            return NotImplemented
        users = found.user_id._filtered_access("read")
        theirs = users.filtered(lambda user: user.axivox_extension_id in found)
        domain = Domain("id", "in", theirs.ids)
        if operator == "in" and False in value:
            have = extensions.search([("user_id", "!=", False)]).user_id
            domain |= Domain("id", "not in", have.ids)
        return domain

    @api.depends(
        "axivox_extension_id.outgoing_number_id",
        "axivox_extension_id.account_id.default_outgoing_number_id",
    )
    @api.depends_context("lang", "uid", "allowed_company_ids")
    def _compute_axivox_call_back(self):
        for user in self:
            extension = user.axivox_extension_id
            user.axivox_call_back = extension._call_back_sentence() if extension else False

    def write(self, vals):
        # The number belongs to the extension: an Axivox editor may be unable to write users.
        if "axivox_outgoing_number_id" in vals:
            vals = dict(vals)
            number_id = vals.pop("axivox_outgoing_number_id")
            self._write_axivox_outgoing_number(number_id)
        if "company_id" in vals:
            # A user's extension depends on it.
            self.env["axivox.account"]._drop_answers()
        return super().write(vals) if vals else True

    def unlink(self):
        self.check_access("unlink")
        # sudo: people who may delete users may not be Axivox editors; an extension loses what was
        # the user's, as if it had been given to nobody
        self.sudo().with_context(active_test=False).axivox_extension_ids.user_id = False
        return super().unlink()

    def _write_axivox_outgoing_number(self, number_id):
        self.check_access("read")
        self.env["axivox.extension"].check_access("write")
        extensions = self.axivox_extension_id
        if len(extensions) < len(self):
            raise UserError(
                self.env._("Without an Axivox extension, there is no outgoing number to set.")
            )
        extensions.write({"outgoing_number_id": number_id})

    @api.readonly
    def resolve_caller_id(self, number, country=None, *, settings="applied"):
        """Return which number the called person sees when this user calls, and why.

        :param str number: what is dialled, in any written form
        :param country: the called record's country (ISO 3166 code or id of ``res.country``);
            None for a number that is dialled by hand
        :param str settings: ``applied``, what Axivox runs on, or ``saved``, what it will run on
            after *Apply changes*
        :return: ``number`` (E.164 or False), ``display`` (in international form), ``source``
            (``rule``, ``user``, ``default``, ``internal``, ``emergency``, ``service`` or
            ``none``), ``rule_id`` and ``rule_prefix`` (of the rule that decides, or False),
            ``destination`` (E.164 or False), ``dial`` (what is sent to the PBX) and ``reason``
            (a sentence)
        :rtype: dict
        :raises UserError: if it is no telephone number
        :raises AccessError: for a user of another company
        """
        account, [resolution] = self._resolve(number, country, settings)
        return account._answer(resolution)

    def _resolve(self, number, country, *which):
        """Return what ``resolve_caller_id`` is made of.

        :param str which: the settings to use, ``applied`` or ``saved``
        :return: the user's ``axivox.account`` or an empty recordset, and a Resolution for each of
            these settings
        :rtype: tuple[axivox.account, list[Resolution]]
        """
        self.ensure_one()
        line = self._axivox_line()
        if not self.env.su:
            may_ask = line.is_internal
            if self.id != self.env.uid:
                reader = self.env.user
                may_ask = reader._is_internal() and line.company_id in reader._get_company_ids()
            if not may_ask:
                raise AccessError(self.env._("You can only resolve calls of your own companies."))
        if not VERSIONS.issuperset(which):
            raise UserError(self.env._("Settings are either “applied” or “saved”."))
        account = self.env["axivox.account"].browse(line.account_id or [])
        return account, account._resolve(
            line.extension, number, country, *which, home=line.region or None
        )

    def _axivox_line(self):
        """Return what this user calls from. Without an extension, the account and company are those
        of the user's company.

        :rtype: Line
        """
        is_changing = self.env["axivox.account"]._are_answers_changing()
        return self._find_axivox_line() if is_changing else self._axivox_line_once()

    @tools.ormcache("self.id")
    def _axivox_line_once(self):
        return self._find_axivox_line()

    def _find_axivox_line(self):
        # sudo: methods that use this check whose line it is
        user = self.with_env(self.env(su=True, context={}))
        extension = user.axivox_extension_id
        account = extension.account_id or user.company_id.axivox_account_id
        company = account.company_id or user.company_id
        return Line(
            account.id,
            extension.id,
            extension.number,
            company.id,
            company.country_id.code,
            user._is_internal(),
        )
