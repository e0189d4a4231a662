"""A pending change, and who made it."""

from odoo import fields, models

from ..callerid.changes import Change


class AxivoxDiscardLine(models.TransientModel):
    _name = "axivox.discard.line"
    _description = "Pending change that can be reverted"
    _inherit = ["axivox.guarded"]

    discard_id = fields.Many2one(
        "axivox.discard", required=True, readonly=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="Change", required=True, readonly=True)
    change = fields.Json(string="What changes", required=True, readonly=True)
    edited_by_id = fields.Many2one("res.users", string="Last changed by", readonly=True)
    edited_on = fields.Datetime(string="Last changed on", readonly=True)

    def action_take_back(self):
        """Restore this setting to what is applied.

        :raises UserError: if it is no longer pending
        """
        self.ensure_one()
        wizard = self.discard_id
        with wizard._undoable(self.env._("Reverted: %s", self.name)):
            wizard.account_id._take_back(Change(*self.change))
        return wizard._action()
