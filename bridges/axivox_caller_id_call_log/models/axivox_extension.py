"""Records which Odoo user has an extension, and since when."""

from odoo import api, fields, models


class AxivoxExtension(models.Model):
    _inherit = "axivox.extension"

    @api.model_create_multi
    def create(self, vals_list):
        extensions = super().create(vals_list)
        self.env["axivox.period"]._record_extensions(extensions)
        return extensions

    def write(self, vals):
        result = super().write(vals)
        if not {"number", "user_id", "active"}.isdisjoint(vals):
            self.env["axivox.period"]._record_extensions(self)
        return result

    def unlink(self):
        # sudo: periods are written by the server only
        periods = self.env["axivox.period"].sudo()
        held = periods.search([("extension_id", "in", self.ids), ("until", "=", False)])
        result = super().unlink()
        held.exists().until = fields.Datetime.now()
        return result
