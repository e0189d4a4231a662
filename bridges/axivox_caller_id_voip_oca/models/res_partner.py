from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _last_user(self, partner, lead):
        return self.env["voip.call"]._last_talk(partner, lead).user_id or super()._last_user(
            partner, lead
        )
