"""Who talked last to a caller, from the log of calls."""

from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _last_user(self, partner, lead):
        colleague = self.env["voip.call"]._last_talk(partner, lead).user_id.sudo(self.env.su)
        return colleague or super()._last_user(partner, lead)
