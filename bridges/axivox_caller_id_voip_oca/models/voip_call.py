"""A logged call: its fields, and who may see which of them."""

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ..sip import outcome as sip


class VoipCall(models.Model):
    """A log of calls: the widget reports the calls of its own user, and nobody edits them by
    hand."""

    _name = "voip.call"
    _inherit = ["voip.call", "axivox.guarded", "axivox.found.lead"]
    _lead_field = "logged_lead_id"
    _immutable_fields = frozenset({"user_id", "company_id", "account_id"})

    phone_number = fields.Char(readonly=True)
    phone_e164 = fields.Char(
        string="Number (E.164)",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="The number called, or calling, in E.164 form.",
    )
    phone_display = fields.Char(
        string="Number",
        compute="_compute_phone_display",
        search="_search_phone_display",
        help="The number called, or calling, in international format.",
    )
    caller_id_display = fields.Char(
        string="Shown as",
        compute="_compute_phone_display",
        help="The number that the called person saw, in international format.",
    )
    duration = fields.Float(
        string="Duration (min:s)",
        compute="_compute_duration",
        store=True,
        precompute=True,
        aggregator="sum",
        help="How long the two sides talked, in minutes.",
    )
    type_call = fields.Selection(readonly=True)
    state = fields.Selection(readonly=True)
    pbx_id = fields.Many2one(readonly=True)
    start_date = fields.Datetime(readonly=True)
    end_date = fields.Datetime(readonly=True)
    activity_name = fields.Char(readonly=True)
    partner_id = fields.Many2one(readonly=True)
    open_partner_id = fields.Many2one(
        "res.partner",
        string="Contact whom the reader may open",
        compute="_compute_open_partner_id",
    )
    user_id = fields.Many2one(readonly=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_account_id",
        store=True,
        precompute=True,
        index=True,
        ondelete="restrict",
        help="The company the user worked for when the call was made.",
    )
    account_id = fields.Many2one(
        "axivox.account",
        string="Axivox account",
        compute="_compute_account_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
    )
    axivox_number_id = fields.Many2one(
        "axivox.number",
        string="Our number",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The incoming number that was shown to the other side, or that they dialled.",
    )
    caller_id = fields.Char(
        string="Caller ID",
        readonly=True,
        copy=False,
        help="The number that the called person sees, in international format.",
    )
    caller_id_source = fields.Selection(
        [
            ("rule", "Rule"),
            ("user", "User's outgoing number"),
            ("default", "Default outgoing number"),
            ("choice", "User's choice for this call"),
            ("internal", "Internal call"),
            ("emergency", "Emergency call"),
            ("service", "Service number"),
            ("none", "None"),
        ],
        string="Caller ID decided by",
        readonly=True,
        copy=False,
    )
    lead_id = fields.Many2one(
        "crm.lead",
        compute="_compute_lead_id",
        search="_search_lead_id",
        help="Visible to users who may open the lead.",
    )
    # Even a bare link reveals the name of its record.
    logged_lead_id = fields.Many2one(
        "crm.lead",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
    )
    sip_call_id = fields.Char(string="SIP Call-ID", readonly=True, copy=False)
    outcome = fields.Selection(
        [
            (sip.ANSWERED, "Answered"),
            (sip.NO_ANSWER, "No answer"),
            (sip.BUSY, "Busy"),
            (sip.REJECTED, "Rejected"),
            (sip.CANCELLED, "Cancelled"),
            (sip.FAILED, "Failed"),
            (sip.ELSEWHERE, "Answered elsewhere"),
        ],
        readonly=True,
        copy=False,
    )
    transferred_to = fields.Char(
        string="Transferred to",
        readonly=True,
        copy=False,
        help="Whom the call was transferred to, once they had answered.",
    )
    summary_id = fields.Many2one(
        "mail.message",
        string="Line in the chatter",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups=NO_ACCESS,
    )

    _sip_call_id_unique = models.UniqueIndex(
        "(user_id, sip_call_id) WHERE sip_call_id IS NOT NULL",
        "This call is already logged for this user.",
    )

    @api.depends("start_date", "end_date")
    def _compute_duration(self):
        for call in self:
            talked = call.start_date and call.end_date and call.end_date - call.start_date
            call.duration = max(talked.total_seconds(), 0) / 60 if talked else 0

    def _compute_account_id(self):
        """Set once, when the call is made."""
        for call in self:
            line = call.user_id._axivox_line()
            call.account_id, call.company_id = line.account_id, line.company_id
