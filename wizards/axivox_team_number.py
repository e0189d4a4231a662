"""One outgoing number for a whole sales team."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class AxivoxTeamNumber(models.TransientModel):
    _name = "axivox.team.number"
    _description = "Set the outgoing number of a sales team's members"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one(
        "axivox.account",
        required=True,
        default=lambda self: self.env.company.axivox_account_id,
    )
    team_id = fields.Many2one("crm.team", string="Sales team", required=True)
    outgoing_number_id = fields.Many2one(
        "axivox.number", domain="[('account_id', '=', account_id)]"
    )
    extension_ids = fields.Many2many(
        "axivox.extension", string="Users that change", compute="_compute_extension_ids"
    )
    without_extension = fields.Char(compute="_compute_extension_ids")

    @api.depends("team_id", "outgoing_number_id", "account_id.extension_ids.outgoing_number_id")
    def _compute_extension_ids(self):
        for wizard in self:
            members = wizard.team_id.member_ids
            extensions = self.env["axivox.extension"].search(
                [("account_id", "=", wizard.account_id.id), ("user_id", "in", members.ids)]
            )
            wizard.extension_ids = extensions.filtered(
                lambda e, wizard=wizard: e.outgoing_number_id != wizard.outgoing_number_id
            )
            wizard.without_extension = ", ".join((members - extensions.user_id).mapped("name"))

    def action_set(self):
        if not self.extension_ids:
            raise UserError(
                self.env._("Every member of this team who has an extension shows it already.")
            )
        self.extension_ids.outgoing_number_id = self.outgoing_number_id
        return {"type": "ir.actions.client", "tag": "soft_reload"}
