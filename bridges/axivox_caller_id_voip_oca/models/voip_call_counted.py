"""The button of the calls made and taken in Odoo."""

from odoo import api, fields, models

from odoo.addons.axivox_caller_id.models.calls_counted import Counted


class AxivoxCallsCounted(models.AbstractModel):
    _inherit = "axivox.calls.counted"

    # The fields of voip.call that link a call to such a record: the stored one, and the searched.
    _call_link = _call_search = None

    voip_call_count = fields.Integer(
        string="Number of calls in Odoo",
        compute="_compute_call_counts",
        help="Calls that you may see: your own, or the account's for Axivox managers.",
    )

    @api.model
    def _call_logs(self):
        log = Counted("voip_call_count", "voip.call", self._call_link)
        return [*super()._call_logs(), log]

    def action_voip_calls(self):
        """Return the action of the calls with these records, or about them."""
        action = "axivox_caller_id_voip_oca.voip_call_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [(self._call_search, "in", self._with_calls().ids)],
        }
