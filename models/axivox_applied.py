"""The history of what was applied, kept for good."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..callerid.policy import Settings
from .document import Document


class AxivoxApplied(models.Model):
    _name = "axivox.applied"
    _description = "Settings that were applied at Axivox"
    _inherit = ["axivox.guarded"]
    _order = "id desc"
    _rec_name = "create_date"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    create_date = fields.Datetime(string="Applied on")
    create_uid = fields.Many2one("res.users", string="Applied by")
    changes = fields.Text(
        string="All changes",
        required=True,
        readonly=True,
        prefetch=False,
        help="What this changed at Axivox.",
    )
    summary = fields.Char(string="Changes", compute="_compute_summary", store=True, precompute=True)
    settings = Document(
        required=True,
        readonly=True,
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
        """Make these settings the saved ones. What then differs from the applied ones is pending.

        :raises AccessError: unless the user is a manager, if others' changes are lost
        :raises UserError: if what is stored is damaged
        """
        self.ensure_one()
        self.check_access("read")
        # sudo: who may read the history may restore it; that they may save is checked there
        settings = self.sudo()._read_settings()
        if settings is None:
            raise UserError(self.env._("The stored copy of these settings is damaged."))
        return self.env["axivox.discard"]._restore(self.account_id, settings)

    def _read_settings(self):
        """Return the settings that were applied; None if what is stored of them is damaged.

        :rtype: Settings
        """
        try:
            return Settings.from_json(self.settings)
        except ValueError:
            return None
