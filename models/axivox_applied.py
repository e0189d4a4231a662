from odoo import api, fields, models


class AxivoxApplied(models.Model):
    _name = "axivox.applied"
    _description = "Settings that were applied at Axivox"
    _order = "id desc"
    _rec_name = "create_date"

    account_id = fields.Many2one("axivox.account", required=True, index=True, ondelete="cascade")
    create_date = fields.Datetime(string="Applied on")
    create_uid = fields.Many2one("res.users", string="Applied by")
    changes = fields.Text(required=True, help="What this changed at Axivox.")
    settings = fields.Json(required=True, help="What Axivox ran on from then.")
    is_current = fields.Boolean(
        compute="_compute_is_current", help="Axivox runs on these settings now."
    )

    @api.depends("account_id.applied_ids")
    def _compute_is_current(self):
        for applied in self:
            applied.is_current = applied == applied.account_id.applied_ids[:1]

    def action_restore(self):
        """Bring these settings back as changes that wait to be applied."""
        self.ensure_one()
        return self.account_id._restore(self.settings)
