"""The calls about a lead."""

from odoo import models


class CrmLead(models.Model):
    _inherit = "crm.lead"
    _call_link, _call_search = "logged_lead_id", "lead_id"
