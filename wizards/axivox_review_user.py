"""A user of the console, and which Odoo user they are."""

from odoo import fields, models


class AxivoxReviewUser(models.TransientModel):
    _name = "axivox.review.user"
    _description = "Axivox user with the proposed Odoo user"
    _inherit = ["axivox.guarded"]
    _order = "extension"

    review_id = fields.Many2one(
        "axivox.review", required=True, readonly=True, index=True, ondelete="cascade"
    )
    extension = fields.Char(required=True, readonly=True)
    name = fields.Char(readonly=True)
    email = fields.Char(readonly=True)
    user_id = fields.Many2one(
        "res.users",
        string="Odoo user",
        domain="[('share', '=', False)]",
        help="Matched by e-mail address: correct it if it is somebody else.",
    )
