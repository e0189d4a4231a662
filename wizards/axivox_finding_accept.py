"""Asks why something that is wrong stays as it is."""

from odoo import fields, models


class AxivoxFindingAccept(models.TransientModel):
    _name = "axivox.finding.accept"
    _description = "Accept what is wrong in the settings"
    _inherit = ["axivox.guarded"]

    finding_ids = fields.Many2many("axivox.finding", string="Findings", required=True)
    reason = fields.Char(required=True)

    def action_accept(self):
        self.finding_ids._accept(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
