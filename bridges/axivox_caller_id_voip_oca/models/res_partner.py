"""The calls with a contact, and who talked last to a caller."""

from odoo import models

from odoo.addons.axivox_caller_id.models.res_partner import Talk


class ResPartner(models.Model):
    _inherit = "res.partner"
    _call_link = _call_search = "partner_id"

    def _with_calls(self):
        """Those with its people are a company's, too."""
        return self._origin | self._origin.child_ids

    def _talks(self, partner, lead):
        call = self.env["voip.call"]._last_talk(partner, lead)
        user = call.user_id.sudo(self.env.su)
        talk = [Talk(call.start_date, user, call.caller_id)] if call else []
        return [*super()._talks(partner, lead), *talk]
