"""The calls with a contact, and who talked last to a caller."""

from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "voip.call.counted"]
    _call_link = _call_search = "partner_id"

    def _with_calls(self):
        """Those with its people are a company's, too."""
        return self._origin | self._origin.child_ids

    def _last_user(self, partner, lead):
        colleague = self.env["voip.call"]._last_talk(partner, lead).user_id.sudo(self.env.su)
        return colleague or super()._last_user(partner, lead)
