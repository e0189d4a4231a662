"""One step of an apply by hand in Axivox's console."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import messages
from ..callerid.changes import Change
from ..callerid.policy import Rule


class AxivoxManualStep(models.Model):
    _name = "axivox.manual.step"
    _description = "Step of an apply by hand"
    _inherit = ["axivox.guarded"]
    _order = "sequence, id"
    _rec_name = "subject"

    manual_id = fields.Many2one(
        "axivox.manual.apply", required=True, readonly=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    page = fields.Selection(
        [("settings", "Settings"), ("users", "Users")],
        required=True,
        readonly=True,
        help="The page in the console.",
    )
    block = fields.Char(readonly=True, help="Lines that are changed in the same way.")
    subject = fields.Char(string="Prefix or extension", readonly=True)
    change = fields.Json(required=True, readonly=True)
    above = fields.Json(readonly=True, help="The rule below which this one is dragged.")
    is_done = fields.Boolean(string="Done", readonly=True, help="Saved in the console.")
    done_by_id = fields.Many2one("res.users", string="Done by", readonly=True)
    done_on = fields.Datetime(string="Done on", readonly=True)
    is_new = fields.Boolean(
        string="New", readonly=True, help="Added after work on the list had started."
    )
    is_settled = fields.Boolean(
        readonly=True, help="Done before the list was renewed: the new list builds on it."
    )
    text = fields.Char(string="Step", compute="_compute_text")
    copies = fields.Json(compute="_compute_text", help="The values to enter there, ready to copy.")

    @api.depends("change")
    @api.depends_context("lang")
    def _compute_text(self):
        account = self.manual_id.account_id
        names = account._names()
        teams = account._teams([step._change() for step in self])
        for step in self:
            change, above = step._change(), step.above and Rule(*step.above)
            step.text = messages.console_step(self.env, change, above, names, teams)
            step.copies = messages.copied(self.env, change)

    def _change(self):
        """
        :rtype: Change
        """
        return Change(*self.change)

    def action_tick(self, is_done):
        """Mark these as saved in the console, or as not saved. Steps that the list already builds
        on stay ticked.

        :param bool is_done:
        :raises AccessError: if the user may not save the settings
        :raises UserError: if the list is closed, or one of these is no longer in it
        """
        if self.exists() != self:
            raise UserError(
                self.env._(
                    "This was changed in the meantime. Open the list again to see how it is now."
                )
            )
        self.manual_id.account_id.check_access("write")
        if set(self.manual_id.mapped("state")) - {"open"}:
            raise UserError(self.env._("This list is closed: its steps can no longer be changed."))
        changed = self.filtered(lambda step: step.is_done != is_done and not step.is_settled)
        # sudo: only this method writes steps for a user, and only these fields
        changed.sudo().write(
            {
                "is_done": is_done,
                "done_by_id": is_done and self.env.uid,
                "done_on": is_done and fields.Datetime.now(),
            }
        )
