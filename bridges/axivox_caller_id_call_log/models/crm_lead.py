"""The calls about a lead."""

from odoo import api, fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    axivox_call_count = fields.Integer(
        string="Number of Axivox calls",
        compute="_compute_axivox_call_count",
        help="Calls that you may see: your own, or all of them if you may see all calls.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_axivox_call_count(self):
        self.axivox_call_count = 0
        calls = self.env["axivox.call"]
        if not calls.has_access("read"):
            return
        visible = [("id", "in", calls._search([]))]
        # sudo: counted are only calls that the reader sees, of leads that they see
        counts = calls.sudo()._read_group(
            [*visible, ("found_lead_id", "in", self.ids)], ["found_lead_id"], ["__count"]
        )
        by_lead = {lead.id: count for lead, count in counts}
        for lead in self:
            lead.axivox_call_count = by_lead.get(lead._origin.id, 0)

    def action_axivox_calls(self):
        """:return: the list of the calls about these leads"""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id_call_log.axivox_call_action"
            ),
            "domain": [("lead_id", "in", self.ids)],
        }
