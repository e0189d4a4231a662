"""One app *Axivox*: the log's *Calls* stands beside our screens."""

from odoo import models

THEIRS = ("axivox.menu_axivox_root", "axivox.menu_axivox_calls")


class IrUiMenu(models.Model):
    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        """Leave out what is in our menu too. Nothing of theirs is written, so their menu is as it
        was when this addon is gone; an app of theirs that holds more than their *Calls* stays."""
        found = [self.env.ref(name, raise_if_not_found=False) for name in THEIRS]
        if not all(found):
            return super()._load_menus_blacklist()
        root, calls = found
        # sudo: whether there is more than what is ours too, whoever may see that
        more = self.sudo().search_count(
            [("parent_id", "=", root.id), ("id", "!=", calls.id)], limit=1
        )
        hidden = calls if more else root + calls
        return [*super()._load_menus_blacklist(), *hidden.ids]
