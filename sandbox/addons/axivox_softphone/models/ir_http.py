"""Tells the browser the address of the page that plays Axivox's softphone: only the stand-in needs
it."""

from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        # sudo: the address of a page that plays a telephone is no secret
        parameters = self.env["ir.config_parameter"].sudo()
        return {
            **super().session_info(),
            "axivox_softphone_address": parameters.get_param("axivox_softphone.address"),
        }
