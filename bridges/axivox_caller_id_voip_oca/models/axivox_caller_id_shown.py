"""On forms: the numbers that the next call may show instead."""

from odoo import api, fields, models

from ..sip.report import CallReport


class AxivoxCallerIdShown(models.AbstractModel):
    _inherit = "axivox.caller.id.shown"

    axivox_choices = fields.Json(
        string="Numbers to choose from",
        compute="_compute_axivox_choices",
        help="Numbers that the current user may show instead, for one call.",
    )

    @api.depends("phone", "country_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_axivox_choices(self):
        calls = self.env["voip.call"]
        may_call = calls.has_access("read")
        for record in self:
            report = CallReport.from_browser({"phone_number": record.phone})
            shown = may_call and record.phone and calls._outgoing_caller_id(report, record)
            choices = shown["choices"] if shown and not shown["error"] else []
            record.axivox_choices = calls._mark_last_shown(
                choices, record._origin, choices and shown["destination"]
            )
