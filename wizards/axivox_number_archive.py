"""Asks which number replaces one that is in use, before it is archived."""

from odoo import api, fields, models
from odoo.exceptions import UserError


class AxivoxNumberArchive(models.TransientModel):
    _name = "axivox.number.archive"
    _description = "Replace or archive incoming numbers that are in use"
    _inherit = ["axivox.guarded"]

    number_ids = fields.Many2many("axivox.number", required=True)
    account_id = fields.Many2one("axivox.account", compute="_compute_account_id")
    places = fields.Text(compute="_compute_places")
    replacement_id = fields.Many2one(
        "axivox.number",
        string="Replace everywhere with",
        domain="[('account_id', '=', account_id), ('id', 'not in', number_ids)]",
        help="These become pending changes: calls use them once they are applied.",
    )

    @api.depends("number_ids")
    def _compute_account_id(self):
        for wizard in self:
            accounts = wizard.number_ids.account_id
            wizard.account_id = accounts if len(accounts) == 1 else False

    @api.depends("number_ids")
    def _compute_places(self):
        for wizard in self:
            wizard.places = "\n".join(
                f"{number.display_name}: {', '.join(places)}"
                for number, places in wizard.number_ids._used_by().items()
            )

    def action_replace(self):
        """Set the other number wherever these are set."""
        if not self.replacement_id:
            raise UserError(self.env._("Choose the number to show instead."))
        self.number_ids._replace_with(self.replacement_id)
        return {"type": "ir.actions.act_window_close"}

    def action_confirm(self):
        """Archive the numbers; if another one was chosen, first set that in their place."""
        if self.replacement_id:
            self.action_replace()
        self.number_ids.active = False
        return {"type": "ir.actions.act_window_close"}
