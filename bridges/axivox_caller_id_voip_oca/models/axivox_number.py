"""The calls that showed or dialled a number, and who may choose it for a call."""

from odoo import models


class AxivoxNumber(models.Model):
    _inherit = "axivox.number"
    _call_link = _call_search = "axivox_number_id"

    def _used_by(self):
        """Add the users who may choose the number: a manager has allowed this very number."""
        used = super()._used_by()
        # sudo: only managers know which users may choose; that somebody may is no secret.
        # Archived extensions count: they may be restored.
        extensions = self.env["axivox.extension"].sudo().with_context(active_test=False)
        choosers = extensions.search([("choosable_number_ids", "in", self.ids)])
        chosen = choosers.choosable_number_ids
        for number in self._origin:
            if number.id in chosen.ids:
                used[number] = [*used.get(number, []), self.env._("users' choice for a call")]
        return used
