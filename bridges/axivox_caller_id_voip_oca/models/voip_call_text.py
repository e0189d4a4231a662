"""A call in words: in lists, in the widget, in the chatter, in a sentence."""

from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from odoo.addons.axivox_caller_id import messages
from odoo.addons.axivox_caller_id.callerid import dialing

from ..sip import outcome as sip
from ..sip.report import CallReport

MOST_LEADS = 100  # the newest leads whose name matches a search


def international(number):
    """Return an E.164 number as people write it; an empty string for False or None."""
    return dialing.international(number) if number else ""


def _digits(text):
    """Return the digits of a part of a number; an empty string for a text with letters."""
    return "" if any(map(str.isalpha, text)) else "".join(filter(str.isdigit, text))


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

    @api.depends("partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_open_partner_id(self):
        readable = self.partner_id._filtered_access("read")
        for call in self:
            call.open_partner_id = call.partner_id & readable

    @api.depends("phone_e164", "phone_number", "caller_id")
    @api.depends_context("lang")
    def _compute_phone_display(self):
        for call in self:
            call.phone_display = self._format_number(call.phone_e164, call.phone_number)
            call.caller_id_display = international(call.caller_id)

    def _search_phone_display(self, operator, value):
        if operator not in ("ilike", "in"):
            return NotImplemented
        texts = [value] if isinstance(value, str) else filter(None, value)
        home = self._home_region()
        return Domain.OR(
            Domain("phone_number", "ilike", text)
            | Domain("phone_e164", "in", dialing.caller_numbers(text, home))
            | Domain("phone_e164", "ilike", _digits(text) or text)
            for text in texts
        )

    @api.model
    def get_recent_calls(self, _search, offset, limit):
        """Replaced, to search what the list shows."""
        mine = Domain("user_id", "=", self.env.uid)
        if _search:
            mine &= self._search_listed(_search)
        calls = self.search(mine, offset=offset, limit=limit, order="id DESC")
        # Read the access to the contacts, and their names, for all calls at once.
        calls.mapped("open_partner_id")
        return [call.format_call() for call in calls]

    @api.model
    def _search_listed(self, text):
        names = ("phone_display", "partner_id.name", "activity_name")
        like = Domain.OR(Domain(name, "ilike", text) for name in names)
        leads = self.env["crm.lead"]
        if leads.has_access("read"):
            named = Domain("name", "ilike", text) | Domain("contact_name", "ilike", text)
            like |= Domain("lead_id", "in", leads.search(named, limit=MOST_LEADS).ids)
        return like

    def format_call(self):
        self.check_access("read")
        # sudo: a contact whom the user may no longer open must not hide the call; `open_partner_id`
        # below leaves the contact out
        formatted = super(VoipCall, self.sudo()).format_call()
        contact = self.open_partner_id
        about = self.lead_id or contact
        return {
            **formatted,
            "display_name": self.display_name,
            "partner": contact.format_partner() if contact else False,
            "outcome": self.outcome,
            "result": self._outcome_in_words(),
            "person": contact.name or self.env["res.partner"]._name_of(self.lead_id) or "",
            "number": self.phone_display,
            "callNumber": self._number_to_call(),
            "callerId": self.caller_id_display,
            "dialled": self._our_number() if self.type_call == "incoming" else "",
            "leadId": self.lead_id.id,
            "leadName": self.lead_id.name or "",
            "chatter": {"model": about._name, "id": about.id} if about else False,
        }

    @api.model
    def _format_number(self, e164, text):
        """Return a number as people write it: from its E.164 form if that is known, else as it was
        reported."""
        if CallReport(text or "").is_withheld:
            return self.env._("Number withheld") if text else ""
        return international(e164) or text

    def _our_number(self):
        # sudo: users who answer our numbers may know their labels
        return self.axivox_number_id.sudo().display_name or ""

    def _outcome_in_words(self):
        """Return how the call ended, or its state, in words."""
        if self.type_call == "incoming" and self.outcome == sip.NO_ANSWER:
            return self.env._("Missed")
        name = "outcome" if self.outcome else "state"
        return dict(self._fields[name]._description_selection(self.env)).get(self[name], "")

    def _chatter_line(self):
        """Return the line in the chatter: direction, duration, number shown, outcome."""
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        incoming = self.type_call == "incoming"
        parts = [self.env._("Incoming call") if incoming else self.env._("Outgoing call")]
        if self.start_date:
            parts.append(
                messages.duration(self.env, (self.end_date - self.start_date).total_seconds())
            )
        if self.caller_id:
            parts.append(self.env._("shown as %s", international(self.caller_id)))
        elif self.axivox_number_id:
            parts.append(self.env._("to %s", self._our_number()))
        parts.append(outcomes[self.outcome])
        if self.transferred_to:
            parts.append(self.env._("transferred to %s", international(self.transferred_to)))
        return " · ".join(parts)

    @api.model
    def _last_call_sentence(self, talk):
        """Return who talked, when, and which number was shown; empty for no call.

        :param Talk talk: or False
        """
        if not talk:
            return ""
        day = fields.Datetime.context_timestamp(self, talk.when).date()
        today = fields.Date.context_today(self)
        when = {
            today: self.env._("today"),
            today - timedelta(days=1): self.env._("yesterday"),
        }.get(day) or format_date(self.env, day)
        # sudo: colleagues may know which of them it was
        user = talk.user.sudo().name
        if talk.shown:
            return self.env._(
                "Last call: %(user)s, %(when)s, shown as %(number)s",
                user=user,
                when=when,
                number=international(talk.shown),
            )
        return self.env._("Last call: %(user)s, %(when)s", user=user, when=when)
