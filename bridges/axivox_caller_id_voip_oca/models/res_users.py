"""A user's telephone: its credentials, and what the widget needs before the first call."""

from odoo import fields, models

# With these, anybody could take over an extension and its calls.
CREDENTIALS = ("voip_pbx_id", "voip_username", "voip_password")
# People who may set a user's password in Odoo may also set that of the telephone.
WHO_MANAGES_USERS = "base.group_erp_manager"


class ResUsers(models.Model):
    _inherit = "res.users"

    voip_pbx_id = fields.Many2one(groups=WHO_MANAGES_USERS)
    voip_username = fields.Char(groups=WHO_MANAGES_USERS)
    voip_password = fields.Char(groups=WHO_MANAGES_USERS)

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return [name for name in super().SELF_WRITEABLE_FIELDS if name not in CREDENTIALS]

    def _voip_get_info(self):
        info = super()._voip_get_info()
        calls = self.env["voip.call"].with_user(self)
        return {
            **info,
            "axivox": self._axivox_call_settings(),
            "missed": calls._missed_count() if info["pbx_id"] and calls.has_access("read") else 0,
        }

    def _axivox_call_settings(self):
        """Return what the widget must know before the first call, and if Odoo does not answer.

        :return: a dict with ``dial_format``; False for a user without an extension
        """
        line = self._axivox_line()
        if not line.extension:
            return False
        account = self.env["axivox.account"].browse(line.account_id)
        return {"dial_format": account._prepared("applied").dial_format}
