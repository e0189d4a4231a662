"""Asks why something that is wrong stays as it is."""

from odoo import api, fields, models

NAMED = 5  # of what is accepted


class AxivoxFindingAccept(models.TransientModel):
    _name = "axivox.finding.accept"
    _description = "Accept findings"
    _inherit = ["axivox.guarded"]

    finding_ids = fields.Many2many("axivox.finding", string="Findings", required=True)
    subjects = fields.Char(string="To accept", compute="_compute_subjects")
    reason = fields.Char(required=True)

    @api.depends("finding_ids")
    @api.depends_context("lang")
    def _compute_subjects(self):
        for wizard in self:
            named = wizard.finding_ids[:NAMED].mapped("name")
            if more := len(wizard.finding_ids) - len(named):
                named.append(self.env._("and %s more", more))
            wizard.subjects = ", ".join(named)

    def action_accept(self):
        self.finding_ids._accept(self.reason)
        return {"type": "ir.actions.client", "tag": "soft_reload"}
