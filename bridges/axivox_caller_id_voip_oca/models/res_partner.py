"""The calls with a contact, and who talked to a caller last."""

from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"
    _call_link = _call_search = "partner_id"

    def _with_calls(self):
        """Count the calls with a company's people as the company's, too."""
        return self._origin | self._origin.child_ids

    @api.model
    def _talks(self, partner, lead):
        talks, calls = super()._talks(partner, lead), self.env["voip.call"]
        return [*talks, calls._last_talk(partner, lead)] if calls.has_access("read") else talks
