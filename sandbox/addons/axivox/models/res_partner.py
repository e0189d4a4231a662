from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    axivox_call_ids = fields.One2many("axivox.call", "partner_id", string="Axivox calls")
    axivox_call_count = fields.Integer(
        string="Number of Axivox calls", compute="_compute_axivox_call_count"
    )

    @api.depends("axivox_call_ids")
    def _compute_axivox_call_count(self):
        mine = [("partner_id", "in", self.ids)]
        counts = dict(self.env["axivox.call"]._read_group(mine, ["partner_id"], ["__count"]))
        for partner in self:
            partner.axivox_call_count = counts.get(partner._origin, 0)

    def action_axivox_calls(self):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id("axivox.axivox_call_action"),
            "domain": [("partner_id", "in", self.ids)],
        }
