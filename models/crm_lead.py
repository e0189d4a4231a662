"""Leads and opportunities display the number that a call to them shows, and count their calls."""

from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = ["crm.lead", "axivox.caller.id.shown", "axivox.calls.counted"]

    def _merge_dependences(self, opportunities):
        """Extended: the calls about leads that are merged into this one go with their messages."""
        result = super()._merge_dependences(opportunities)
        for log in self._call_logs():
            # sudo: people who may merge leads need not see the calls about them
            calls = self.env[log.model].sudo()
            calls.search([(log.link, "in", opportunities.ids)]).write({log.link: self.id})
        return result
