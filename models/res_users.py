from odoo import api, fields, models, tools
from odoo.exceptions import AccessError, UserError

OWN_FIELDS = [
    "axivox_extension_id",
    "axivox_outgoing_number_id",
    "axivox_direct_line",
    "axivox_call_back",
]


class ResUsers(models.Model):
    _inherit = "res.users"

    axivox_extension_ids = fields.One2many(
        "axivox.extension", "user_id", string="Axivox extensions"
    )
    axivox_extension_id = fields.Many2one(
        "axivox.extension",
        string="Axivox extension",
        compute="_compute_axivox_extension_id",
        search="_search_axivox_extension_id",
        compute_sudo=True,
    )
    axivox_outgoing_number_id = fields.Many2one(
        related="axivox_extension_id.outgoing_number_id", string="Outgoing number"
    )
    axivox_direct_line = fields.Boolean(related="axivox_extension_id.direct_line")
    axivox_call_back = fields.Char(
        string="When customers call back", compute="_compute_axivox_call_back", compute_sudo=True
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + OWN_FIELDS

    @api.depends("axivox_extension_ids.active", "axivox_extension_ids.account_id", "company_id")
    def _compute_axivox_extension_id(self):
        for user in self:
            extensions = user.axivox_extension_ids.filtered(
                lambda e: e.active and e.account_id.active
            )
            at_home = extensions.filtered(lambda e, user=user: e.company_id == user.company_id)
            user.axivox_extension_id = (at_home or extensions.sorted("id"))[:1]

    def _search_axivox_extension_id(self, operator, value):
        return [("axivox_extension_ids", operator, value)]

    @api.depends(
        "axivox_extension_id.outgoing_number_id",
        "axivox_extension_id.account_id.default_outgoing_number_id",
    )
    @api.depends_context("lang")
    def _compute_axivox_call_back(self):
        for user in self:
            extension = user.axivox_extension_id
            user.axivox_call_back = extension._call_back() if extension else False

    def write(self, vals):
        # An Axivox editor need not be able to write users: the number is the extension's.
        if "axivox_outgoing_number_id" in vals:
            vals = dict(vals)
            number_id = vals.pop("axivox_outgoing_number_id")
            self._write_axivox_outgoing_number(number_id)
        return super().write(vals) if vals else True

    def _write_axivox_outgoing_number(self, number_id):
        # sudo: which extension is somebody's is no secret; the write below is the user's own
        extensions = self.sudo().axivox_extension_id.sudo(self.env.su)
        if len(extensions) < len(self):
            raise UserError(
                self.env._("Without an Axivox extension there is no outgoing number to set.")
            )
        extensions.write({"outgoing_number_id": number_id})

    @api.readonly
    def resolve_caller_id(self, number, country=None, *, settings="applied"):
        """Which number the called person sees when this user calls, and why.

        :param str number: what is dialled, in any written form
        :param country: the called record's country (ISO 3166 code or id of ``res.country``);
            None for a number that is dialled by hand
        :param str settings: ``applied``, what Axivox runs on, or ``saved``, what it will run on
            after *Apply changes*
        :return: ``number`` (E.164 or False), ``display`` (in international form), ``source``
            (``rule``, ``user``, ``default``, ``internal``, ``emergency``, ``service`` or
            ``none``), ``rule_id``, ``destination`` (E.164 or False), ``dial`` (what is sent to
            the PBX) and ``reason`` (a sentence)
        :rtype: dict
        :raises UserError: for what is no telephone number
        :raises AccessError: for another company's user
        """
        self.ensure_one()
        account_id, extension, company_id = self._axivox_line()
        if not self.env.su:
            reader = self.env.user
            is_own = self == reader or company_id in reader._get_company_ids()
            if not is_own or not reader.has_group("axivox_caller_id.group_user"):
                raise AccessError(self.env._("You can only resolve calls of your own companies."))
        account = self.env["axivox.account"].browse(account_id)
        return account._caller_id(extension, number, country, settings)

    def _caller_id_after_apply(self, number, country, shown):
        """A sentence on what *Apply changes* will change for a call; empty where that is nothing.

        :param dict shown: what ``resolve_caller_id`` answers for this number and country
        """
        after = self.resolve_caller_id(number, country, settings="saved")
        if after["number"] == shown["number"]:
            return ""
        return self.env._("After Apply changes: %s", after["display"] or after["reason"])

    @tools.ormcache("self.id")
    def _axivox_line(self):
        """What this user calls from: the account's id, the extension's number and the company's
        id. Without an extension, the number is False and the others are the user's company's."""
        # sudo: the callers check whose line it is
        user = self.sudo().with_context({})
        extension = user.axivox_extension_id
        account = extension.account_id or user.company_id.axivox_account_id
        company = account.company_id or user.company_id
        return account.id, extension.number, company.id
