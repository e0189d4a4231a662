"""The calls about a lead."""

from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "voip.call.counted"]
    _call_link, _call_search = "logged_lead_id", "lead_id"
