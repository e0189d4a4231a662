"""Creates console users from Odoo users who have no extension yet."""

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models import actions

FIRST = 201


class AxivoxAddUsers(models.TransientModel):
    _name = "axivox.add.users"
    _description = "Create Axivox users from Odoo users"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one("axivox.account", required=True, readonly=True)
    first_number = fields.Char(
        string="First extension",
        help="Extensions are numbered from this one, skipping those in use. Each can be corrected.",
    )
    line_ids = fields.One2many("axivox.add.users.line", "dialog_id", string="Odoo users")
    ready_count = fields.Integer(compute="_compute_ready_count")

    @api.depends("line_ids.number")
    def _compute_ready_count(self):
        for dialog in self:
            dialog.ready_count = len(dialog.line_ids.filtered("number"))

    @api.model
    def _open(self, account):
        """Return the action of the dialog.

        :raises UserError: if the company has no account yet
        """
        if not account:
            raise UserError(self.env._("First open Axivox → Settings and save it."))
        account.check_access("write")
        everybody = account.with_context(active_test=False).extension_ids
        people = self.env["res.users"].search(
            [
                ("share", "=", False),
                ("company_ids", "in", account.company_id.ids),
                ("id", "not in", everybody.user_id.ids),
            ],
            order="name",
        )
        used = [int(user.number) for user in everybody if user.number.isdecimal()]
        # sudo: only the server lists who can be added
        dialog = self.sudo().create(
            {
                "account_id": account.id,
                "first_number": str(max(used, default=FIRST - 1) + 1),
                "line_ids": [Command.create({"user_id": person.id}) for person in people],
            }
        )
        return dialog.sudo(False)._action()

    def action_number(self):
        """Number those who have no extension, from the first one on.

        :raises UserError: if the first one is no number
        """
        self.ensure_one()
        everybody = self.account_id.with_context(active_test=False).extension_ids
        used = {*everybody.mapped("number"), *self.line_ids.mapped("number")}
        number = (self.first_number or "").strip()
        if not number.isdecimal() or not number.isascii():
            raise UserError(self.env._("Enter the first extension as digits, such as 201."))
        for line in self.line_ids.filtered(lambda line: not line.number):
            while number in used:
                number = str(int(number) + 1)
            line.number = number
            used.add(number)
        return self._action()

    def action_create_users(self):
        """Create those who have an extension here.

        :raises UserError: if nobody has
        """
        self.ensure_one()
        taken = self.account_id.extension_ids.user_id  # another user may have added some meanwhile
        lines = self.line_ids.filtered(lambda line: line.number and line.user_id not in taken)
        if not lines:
            raise UserError(self.env._("Enter an extension for at least one of them."))
        self.env["axivox.extension"].create(
            [
                {
                    "account_id": self.account_id.id,
                    "number": line.number,
                    "name": line.user_id.name,
                    "email": line.user_id.email,
                    "user_id": line.user_id.id,
                }
                for line in lines
            ]
        )
        return {"type": "ir.actions.act_window_close"}

    def _action(self):
        return actions.form(self, name=self.env._("Create from Odoo users"), target="new")
