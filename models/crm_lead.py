"""Leads and opportunities display the number that a call to them shows, and count their calls."""

from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "axivox.caller.id.shown", "axivox.calls.counted"]
