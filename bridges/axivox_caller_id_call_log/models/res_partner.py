"""Who talked to a caller last, from a desk phone too."""

from odoo import api, models
from odoo.fields import Domain

from odoo.addons.axivox_caller_id.models.res_partner import Talk

LOOKED_AT = ["start_date", "user_id", "direction", "caller_id_shown"]


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def _talks(self, partner, lead):
        talks, calls = super()._talks(partner, lead), self.env["axivox.call"]
        if not calls.has_access("read"):
            return talks
        about = Domain.OR(
            Domain(name, "=", record.id)
            for name, record in (("partner_id", partner), ("found_lead_id", lead))
            if record
        )
        about &= Domain("talk_duration_s", ">", 0) & Domain("start_date", "!=", False)
        about &= Domain("user_id.company_id", "in", self.env.companies.ids)
        # sudo: who of one's own company called last, and when, is what colleagues tell each other
        call = calls.sudo().search_fetch(
            about, LOOKED_AT, order="start_date desc, id desc", limit=1
        )
        if not call:
            return talks
        user = call.user_id.sudo(self.env.su)
        return [*talks, Talk(call.start_date, user, call.caller_id_shown)]
