"""What the log of calls cannot tell, is said where the settings are."""

from odoo import models


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    def _settings_warnings(self):
        yield from super()._settings_warnings()
        if not self.env["axivox.call"]._keeps_did():
            message = self.env._(
                "Axivox's call log in Odoo is of an older version, which does not keep the number "
                "that a call showed. Update the addon “axivox” to see whether calls are as "
                "promised."
            )
            yield message, None
