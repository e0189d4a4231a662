"""A single app *Axivox*, with the log's *Calls* in our menu."""

from odoo import models

THEIRS = ("axivox.menu_axivox_root", "axivox.menu_axivox_calls")


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Hide the log's own menu, which ours repeats. It is not changed, so it is back when this
        addon is uninstalled. If it holds more than *Calls*, only *Calls* is hidden."""
        menus = [self.env.ref(name, raise_if_not_found=False) for name in THEIRS]
        if not all(menus):
            return super()._load_menus_blacklist()
        root, calls = menus
        # sudo: counts all menus, also those that the user may not see
        more = self.sudo().search_count(
            [("parent_id", "=", root.id), ("id", "!=", calls.id)], limit=1
        )
        hidden = calls if more else root + calls
        return [*super()._load_menus_blacklist(), *hidden.ids]
