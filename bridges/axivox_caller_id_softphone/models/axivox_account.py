"""Tells managers once that a click goes to Axivox's panel if voip_oca's widget is installed too."""

from odoo import fields, models

from odoo.addons.axivox_caller_id.models import actions


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    is_panel_understood = fields.Boolean(
        string="Panel understood",
        readonly=True,
        copy=False,
        help="A manager has read that the panel takes the clicks that voip_oca's widget had.",
    )

    def action_panel_understood(self):
        """Dismiss the notice that the panel takes the clicks."""
        self._check_manager()
        self._remember(is_panel_understood=True)
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def _settings_warnings(self):
        yield from super()._settings_warnings()
        is_beside_widget = "voip.pbx" in self.env  # of voip_oca
        if is_beside_widget and not self.is_panel_understood and self._is_manager():
            message = self.env._(
                "Axivox's panel and voip_oca's widget are both installed: a click on a phone "
                "number dials in the panel."
            )
            view = self.env.ref("axivox_caller_id_softphone.axivox_account_view_form_panel")
            title, views = self.env._("Which telephone dials"), [[view.id, "form"]]
            yield message, actions.form(self, name=title, views=views, target="new")
