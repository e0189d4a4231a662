"""The number that a call to a contact or lead shows, for display beside its phone number."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import messages


class AxivoxCallerIdShown(models.AbstractModel):
    _name = "axivox.caller.id.shown"
    _description = "Record that is called: which number the current user's call shows"

    axivox_shown_as = fields.Char(string="Shown as", compute="_compute_axivox_shown_as")
    axivox_shown_as_reason = fields.Char(
        string="Why it is shown", compute="_compute_axivox_shown_as"
    )
    axivox_local_time = fields.Char(
        string="Local time",
        compute="_compute_axivox_shown_as",
        help="The local time where the number is reached; a range if that could be in several time "
        "zones.",
    )
    axivox_dial = fields.Char(
        string="Dialled as",
        compute="_compute_axivox_shown_as",
        help="What is sent to the PBX: for a phone in the browser, when Odoo does not answer.",
    )

    @api.depends("phone", "country_id")
    @api.depends_context("uid", "lang")
    def _compute_axivox_shown_as(self):
        user = self.env.user
        extension = user._axivox_line().extension
        clock = fields.Datetime.now()
        for record in self:
            record.axivox_shown_as = record.axivox_shown_as_reason = record.axivox_dial = False
            record.axivox_local_time = False
            if not (extension and record.phone):
                continue
            try:
                account, (now, after) = user._resolve(
                    record.phone, record.country_id.id, "applied", "saved"
                )
            except UserError:
                continue  # the phone field itself says that this is no number
            answer, pending = account._answer(now), account._after_apply(now, after)
            record.axivox_dial = answer["dial"]
            record.axivox_local_time = messages.local_time(self.env, answer["destination"], clock)
            if answer["display"]:
                record.axivox_shown_as = answer["display"]
            elif answer["source"] == "none":
                record.axivox_shown_as = self.env._("no number")
            record.axivox_shown_as_reason = " ".join(filter(None, [answer["reason"], pending]))
