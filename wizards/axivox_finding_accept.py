"""Asks why a problem is accepted."""

from odoo import api, fields, models

from .. import messages

NAMED = 5  # findings


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
            names = wizard.finding_ids[:NAMED].mapped("name")
            more = len(wizard.finding_ids) - len(names)
            wizard.subjects = ", ".join(messages.and_more(self.env, names, more))

    def action_accept(self):
        self.finding_ids._accept(self.reason)
        return {"type": "ir.actions.act_window_close"}
