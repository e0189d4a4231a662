"""The content of the card beside Axivox's panel for a dialled number."""

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.axivox_caller_id import messages


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model
    @api.readonly
    def preview_softphone_call(self, number, country=False):
        """Return what a call of the current user shows.

        :param str number: what is dialled, in any written form
        :param country: see ``resolve_caller_id``
        :return: False for a user without an extension; else ``error``, a sentence if it is no
            telephone number, or empty; then what `axivox.account._shown` returns, and ``called``:
            the destination as it is understood (``United Kingdom, +44 20 7946 0321``)
        :rtype: dict
        """
        self.env["axivox.account"].check_access("read")
        user = self.env.user
        if not user._axivox_line().extension:
            return False
        try:
            account, (now, after) = user._resolve(number, country, "applied", "saved")
        except UserError as error:
            return {"error": str(error)}
        return {
            **account._shown(now, after),
            "error": "",
            "called": messages.destination(self.env, now.destination),
        }
