"""The calls about a lead."""

from odoo import api, fields, models

from odoo.addons.axivox_caller_id.models.calls_counted import Counted


class CrmLead(models.Model):
    _inherit = "crm.lead"

    axivox_call_count = fields.Integer(
        string="Number of Axivox calls",
        compute="_compute_call_counts",
        help="Calls that you may see: your own, or all of them if you may see all calls.",
    )

    @api.model
    def _call_logs(self):
        return [*super()._call_logs(), Counted("axivox_call_count", "axivox.call", "found_lead_id")]

    def action_axivox_calls(self):
        """Return the action of the calls about these leads."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id_call_log.axivox_call_action"
            ),
            "domain": [("lead_id", "in", self.ids)],
        }
