"""Records when a number was withdrawn."""

from odoo import api, models


class AxivoxNumber(models.Model):
    _inherit = "axivox.number"

    @api.model_create_multi
    def create(self, vals_list):
        numbers = super().create(vals_list)
        self.env["axivox.period"]._record_numbers(numbers)
        return numbers

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["axivox.period"]._record_numbers(self)
        return result
