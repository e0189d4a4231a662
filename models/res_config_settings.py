"""The essentials, in Odoo's General Settings."""

from odoo import fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    axivox_account_id = fields.Many2one(related="company_id.axivox_account_id", related_sudo=False)
    axivox_default_outgoing_number_id = fields.Many2one(
        related="axivox_account_id.default_outgoing_number_id", readonly=False, related_sudo=False
    )
    axivox_rules_override_users = fields.Boolean(
        related="axivox_account_id.rules_override_users", readonly=False, related_sudo=False
    )

    def action_open_axivox_settings(self):
        return self.env["axivox.account"].action_open_settings()

    def action_open_axivox_extensions(self):
        return self.axivox_account_id.action_open_extensions()

    def action_open_axivox_numbers(self):
        return self.axivox_account_id.action_open_numbers()
