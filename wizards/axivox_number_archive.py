"""Asks before a number that is in use is archived."""

from odoo import api, fields, models


class AxivoxNumberArchive(models.TransientModel):
    _name = "axivox.number.archive"
    _description = "Archive incoming numbers that are in use"
    _inherit = ["axivox.guarded"]

    number_ids = fields.Many2many("axivox.number", required=True)
    places = fields.Text(compute="_compute_places")

    @api.depends("number_ids")
    def _compute_places(self):
        for wizard in self:
            wizard.places = "\n".join(
                f"{number.display_name}: {', '.join(places)}"
                for number, places in wizard.number_ids._used_by().items()
            )

    def action_confirm(self):
        self.number_ids.active = False
        return {"type": "ir.actions.client", "tag": "soft_reload"}
