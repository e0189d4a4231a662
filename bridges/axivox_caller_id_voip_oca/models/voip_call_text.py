"""How a call is written: in lists, in the widget, in the chatter, in a sentence."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import format_date

from odoo.addons.axivox_caller_id.callerid import dialing


def international(number):
    """:return: an E.164 number as people write it; empty for none"""
    return dialing.international(number) if number else ""


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.depends("state", "partner_id.name", "phone_number")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        contacts = self.partner_id._filtered_access("read")
        for call in self:
            name = (call.partner_id & contacts).display_name or call.phone_number
            call.display_name = f"{states.get(call.state)} - {name}"

    def format_call(self):
        self.check_access("read")
        # sudo: a contact whom one may not open any more hides no call of one's own; who may open
        # them is asked below
        formatted = super(VoipCall, self.sudo()).format_call()
        contact = self.partner_id._filtered_access("read")
        return {
            **formatted,
            "display_name": self.display_name,
            "partner": contact.format_partner() if contact else False,
            "outcome": self.outcome,
            "callerId": international(self.caller_id),
            "leadId": self.lead_id.id,
        }

    def _summary(self):
        """:return: the line in the chatter: direction, duration, number shown, outcome"""
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        incoming = self.type_call == "incoming"
        parts = [self.env._("Incoming call") if incoming else self.env._("Outgoing call")]
        if self.start_date:
            parts.append(self._duration((self.end_date - self.start_date).total_seconds()))
        if self.caller_id:
            parts.append(self.env._("shown as %s", international(self.caller_id)))
        elif self.axivox_number_id:
            # sudo: what our own numbers are called is no secret to who answers them
            parts.append(self.env._("to %s", self.axivox_number_id.sudo().display_name))
        parts.append(outcomes[self.outcome])
        if self.transferred_to:
            parts.append(self.env._("transferred to %s", international(self.transferred_to)))
        return " · ".join(parts)

    def _duration(self, seconds):
        minutes, seconds = divmod(round(seconds), 60)
        if minutes:
            return self.env._("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
        return self.env._("%s s", seconds)

    def _last_call_sentence(self):
        """:return: who talked, when, and which number was shown; empty for no call"""
        if not self:
            return ""
        day = fields.Datetime.context_timestamp(self, self.start_date).date()
        today = fields.Date.context_today(self)
        when = {
            today: self.env._("today"),
            today - timedelta(days=1): self.env._("yesterday"),
        }.get(day) or format_date(self.env, day)
        if self.caller_id:
            return self.env._(
                "Last call: %(user)s, %(when)s, shown as %(number)s",
                user=self.user_id.name,
                when=when,
                number=international(self.caller_id),
            )
        return self.env._("Last call: %(user)s, %(when)s", user=self.user_id.name, when=when)
