"""The history of what was applied, kept for good."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..callerid.policy import Settings


class AxivoxApplied(models.Model):
    _name = "axivox.applied"
    _description = "Settings that were applied at Axivox"
    _order = "id desc"
    _rec_name = "create_date"

    account_id = fields.Many2one("axivox.account", required=True, index=True, ondelete="cascade")
    create_date = fields.Datetime(string="Applied on")
    create_uid = fields.Many2one("res.users", string="Applied by")
    changes = fields.Text(
        string="All changes", required=True, prefetch=False, help="What this changed at Axivox."
    )
    summary = fields.Char(string="Changes", compute="_compute_summary", store=True)
    settings = fields.Json(
        required=True,
        groups="axivox_caller_id.group_manager",
        prefetch=False,
        help="The settings Axivox used from then on.",
    )
    is_current = fields.Boolean(
        compute="_compute_is_current", help="Axivox is using these settings now."
    )

    @api.depends("changes")
    def _compute_summary(self):
        for applied in self:
            first, *more = (applied.changes or "").splitlines() or [""]
            applied.summary = (
                self.env._("%(change)s, and %(count)s more", change=first, count=len(more))
                if more
                else first
            )

    @api.depends("account_id.applied_ids")
    def _compute_is_current(self):
        newest = dict(
            self._read_group(
                [("account_id", "in", self.account_id.ids)], ["account_id"], ["id:max"]
            )
        )
        for applied in self:
            applied.is_current = applied.id == newest.get(applied.account_id)

    def action_restore(self):
        """Make these settings the saved ones; what differs from the applied ones is pending.

        :raises AccessError: for who is no manager, where others' changes are lost
        """
        self.ensure_one()
        self.check_access("read")
        try:
            # sudo: whoever reads that they were applied may restore them, where they may save
            settings = Settings.from_json(self.sudo().settings)
        except ValueError as error:
            raise UserError(self.env._("The stored copy of these settings is damaged.")) from error
        return self.env["axivox.discard"]._restore(self.account_id, settings)
