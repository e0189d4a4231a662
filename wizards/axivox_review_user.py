"""A user of the console, and which Odoo user they are."""

from odoo import fields, models


class AxivoxReviewUser(models.TransientModel):
    _name = "axivox.review.user"
    _description = "A user of Axivox, and the Odoo user it may be"
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
        help="Proposed by e-mail: correct it where it is somebody else.",
    )
