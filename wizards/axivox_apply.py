from odoo import api, fields, models
from odoo.exceptions import UserError


class AxivoxApply(models.TransientModel):
    _name = "axivox.apply"
    _description = "Apply changes"

    account_id = fields.Many2one("axivox.account", required=True, readonly=True)
    # What the steps lead to: somebody may save something else while they are done.
    settings = fields.Json(required=True, readonly=True)
    pages = fields.Json(compute="_compute_pages")
    changed_since = fields.Boolean(compute="_compute_pages")
    can_discard = fields.Boolean(compute="_compute_pages")

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            account = self.env["axivox.account"].browse(vals["account_id"])
            account.check_access("read")
            vals["settings"] = account._settings("saved").to_json()
        return super().create(vals_list)

    @api.depends("account_id", "settings")
    @api.depends_context("lang")
    def _compute_pages(self):
        for wizard in self:
            account = wizard.account_id
            wizard.pages = account._apply_pages(wizard.settings)
            wizard.changed_since = wizard.settings != account._settings("saved").to_json()
            wizard.can_discard = not account._prepared("applied").never_applied

    def action_confirm(self):
        """The steps were done in the console: Axivox runs on these settings."""
        self.ensure_one()
        self.account_id._record_applied(self.settings)
        return {"type": "ir.actions.act_window_close"}

    def action_discard(self):
        """Go back to what Axivox runs on."""
        self.ensure_one()
        if not self.can_discard:
            raise UserError(
                self.env._("Nothing was ever applied: there are no settings to go back to.")
            )
        return self.account_id._restore(self.account_id.sudo().applied_settings)
