from odoo import models


class ResUsers(models.Model):
    _inherit = "res.users"

    def _voip_get_info(self):
        return {**super()._voip_get_info(), "axivox": self._axivox_call_settings()}

    def _axivox_call_settings(self):
        """What the widget has to know before the first call, and when Odoo does not answer.

        :return: ``dial_format``; False for a user whose calls are no business of this addon
        """
        account_id, extension, _company = self._axivox_line()
        if not extension:
            return False
        account = self.env["axivox.account"].browse(account_id)
        return {"dial_format": account._prepared("applied").dial_format}
