"""The account's settings for calls from Odoo."""

from odoo import api, fields, models


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    signalling = fields.Selection(
        [("axivox", "Axivox decides"), ("ask", "Ask in the call")],
        required=True,
        default="axivox",
        tracking=True,
        help="Axivox decides: the settings applied at Axivox determine which number is shown. "
        "Ask in the call: Odoo also requests the number in each call it places (header "
        "P-Preferred-Identity, RFC 3325). Whether Axivox honours it has not been verified.",
    )
    users_may_choose = fields.Boolean(
        string="Users may choose another number for a call",
        tracking=True,
        groups="axivox_caller_id.group_manager",
        help="For one call at a time, among the numbers that a manager allows each user.",
    )

    missed_call_activity = fields.Boolean(
        string="Activity for a missed call of a known lead",
        default=True,
        tracking=True,
        help="For the lead's salesperson, to call back: one per caller and day.",
    )

    def _prepare(self, settings):
        prepared = super()._prepare(settings)
        # sudo: users may know what their own calls show; methods that use this check whose they are
        return prepared._replace(more={**prepared.more, "signalling": self.sudo().signalling})

    @api.model
    def _manager_fields(self):
        # These take effect at once, without an apply.
        at_once = {"signalling", "users_may_choose", "missed_call_activity"}
        return super()._manager_fields() | at_once
