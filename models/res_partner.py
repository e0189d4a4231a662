from odoo import models


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "axivox.caller.id.shown"]

    def write(self, vals):
        result = super().write(vals)
        # A company's country says how the numbers that its people dial are read.
        if "country_id" in vals:
            # sudo: only whether it is a company's address is looked at
            companies = self.env["res.company"].sudo()
            if companies.search_count([("partner_id", "in", self.ids)], limit=1):
                self.env.registry.clear_cache()
        return result
