"""Leads and opportunities say which number a call to them shows."""

from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "axivox.caller.id.shown"]
