"""An Odoo user, and the extension that they get."""

from odoo import fields, models


class AxivoxAddUsersLine(models.TransientModel):
    _name = "axivox.add.users.line"
    _description = "Odoo user who may get an extension"
    _inherit = ["axivox.guarded"]

    dialog_id = fields.Many2one(
        "axivox.add.users", required=True, readonly=True, index=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", string="Odoo user", required=True, readonly=True)
    email = fields.Char(related="user_id.email")
    number = fields.Char(string="Extension", help="Leave empty to give this person no extension.")
