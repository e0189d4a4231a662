"""A change in the console, and which side's value is kept."""

from odoo import fields, models


class AxivoxReviewLine(models.TransientModel):
    _name = "axivox.review.line"
    _description = "What somebody changed in the console"
    _inherit = ["axivox.guarded"]
    _order = "is_conflict desc, id"

    review_id = fields.Many2one(
        "axivox.review", required=True, readonly=True, index=True, ondelete="cascade"
    )
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Setting", required=True, readonly=True)
    applied = fields.Char(readonly=True, help="What live calls use.")
    theirs = fields.Char(string="At Axivox", readonly=True, help="What is saved in the console.")
    ours = fields.Char(string="In Odoo", readonly=True, help="What is saved in Odoo.")
    saved_by = fields.Char(
        string="Saved by",
        readonly=True,
        help="Who saved it in the console; it is not applied yet.",
    )
    is_conflict = fields.Boolean(string="Changed on both sides", readonly=True)
    choice = fields.Selection([("theirs", "Axivox's"), ("ours", "Odoo's")], string="Keep")
