"""Who is on the other side of a call: the lead that it is about, and its line in the chatter."""

from collections import defaultdict
from typing import NamedTuple

from markupsafe import Markup

from odoo import models

from odoo.addons.axivox_caller_id.callerid import dialing
from odoo.addons.axivox_caller_id.messages import duration
from odoo.addons.axivox_caller_id.models.res_partner import OPEN

ENDED = ("aborted", "missed", "rejected", "terminated")
# What is looked at of those who may be on the other side.
OF_CONTACT = ("phone_sanitized", "company_id", "commercial_partner_id")
OF_LEAD = ("phone_sanitized", "company_id", "partner_id", "active", "won_status")


class OtherSide(NamedTuple):
    """The contact and the lead that a call is about, each maybe none."""

    partner: models.Model
    lead: models.Model


class AxivoxCall(models.Model):
    _inherit = "axivox.call"

    def _other_sides(self, homes):
        """Who is on the other side, as ``res.partner.identify_caller`` finds it, for all of these
        at once. The contact that the log names is believed.

        :param dict homes: see `_homes`
        :return: {call: OtherSide}
        """
        numbers = {
            call: dialing.caller_numbers(call.phone_number, homes[call].country_id.code or None)
            for call in self
        }
        known = {number for told in numbers.values() for number in told}
        same_number = [("phone_sanitized", "in", [*known])]
        contacts = self.env["res.partner"].search_fetch(
            same_number, OF_CONTACT, order="is_company, id desc"
        )
        related = contacts | self.partner_id
        related |= related.commercial_partner_id
        leads = (
            self.env["crm.lead"]
            .with_context(active_test=False)
            .search_fetch(
                ["|", ("partner_id", "in", related.ids), *same_number], OF_LEAD, order="id desc"
            )
        )
        by_number = contacts.grouped("phone_sanitized"), leads.grouped("phone_sanitized")
        found = *by_number, leads.grouped("partner_id")
        return {call: call._other_side(numbers[call], homes[call], *found) for call in self}

    def _other_side(self, numbers, home, contacts, leads, leads_of):
        """
        :param numbers: the E.164 numbers that the other side's can mean, the likeliest first
        :param home: the company whose contacts and leads these are
        :param contacts: {E.164: contacts, the likeliest first}
        :param leads: {E.164: leads, the newest first}
        :param leads_of: {contact: leads, the newest first}
        :rtype: OtherSide
        """

        def here(records):
            return records.filtered(lambda record: record.company_id in (home, nowhere))

        nowhere, nobody = self.env["res.company"], self.env["res.partner"]
        no_lead = self.env["crm.lead"]
        for number in numbers or [None]:
            partner = self.partner_id or here(contacts.get(number, nobody))[:1]
            with_number = here(leads.get(number, no_lead))
            if partner:
                theirs = no_lead.union(
                    *(
                        here(leads_of.get(one, no_lead))
                        for one in partner | partner.commercial_partner_id
                    ),
                    with_number.filtered(lambda lead: not lead.partner_id),
                )
            else:
                theirs = with_number
            is_open = theirs.filtered_domain(OPEN)
            # The newest first, those of a contact before others.
            lead = (is_open or theirs).sorted(lambda lead: (not lead.partner_id, -lead.id))[:1]
            if partner or lead:
                return OtherSide(partner or lead.partner_id, lead)
        return OtherSide(nobody, no_lead)

    def _log_in_chatter(self, told, sides, widget):
        """Say in the chatter of whom a call was about how it ended: one line, which is corrected
        where the log is. What the widget has told there is not told again.

        :param dict told: {call: values}; that the line is there is added to them
        :param dict sides: see `_other_sides`
        :param dict widget: see `_calls_of_widget`
        """
        new, corrected = {}, defaultdict(self.env["mail.message"].browse)
        for call in self:
            if call.state not in ENDED or call in widget:
                continue
            lead = self.env["crm.lead"].browse(told[call]["found_lead_id"] or [])
            if message := call.chatter_message_id:
                line = call._line(told[call])
                if message.body != line:
                    corrected[line] |= message
            elif record := lead or sides[call].partner:
                new[call] = call._chatter_values(record, call._line(told[call]))
        for body, messages in corrected.items():
            messages.body = body
        messages = self.env["mail.message"].create([*new.values()])
        for call, message in zip(new, messages, strict=True):
            told[call]["chatter_message_id"] = message.id

    def _chatter_values(self, record, line):
        """:return: the values of a ``mail.message`` as ``_message_log`` makes them, by the call's
        user
        """
        author = self.user_id or self.env.user
        return {
            "model": record._name,
            "res_id": record.id,
            "body": line,
            "date": self.end_date or self.start_date or self.create_date,
            "author_id": author.partner_id.id,
            "email_from": author.email_formatted,
            "reply_to": author.email_formatted,
            "message_type": "notification",
            "subtype_id": self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_note"),
            "is_internal": True,
            "record_alias_domain_id": False,
            "record_company_id": False,
        }

    def _line(self, told):
        """
        :param dict told: what is told of the call
        :return: the line in the chatter: direction, duration, number shown, outcome
        """
        call = self.with_context(lang=self.user_id.lang or self.env.user.lang)
        incoming = call.direction == "incoming"
        parts = [call.env._("Incoming call") if incoming else call.env._("Outgoing call")]
        if call.state == "terminated" and call.start_date and call.end_date:
            parts.append(duration(call.env, (call.end_date - call.start_date).total_seconds()))
        number = call.env["axivox.number"].browse(told["axivox_number_id"] or [])
        if shown := told["caller_id_shown"]:
            parts.append(call.env._("shown as %s", dialing.international(shown)))
        elif incoming and number:
            parts.append(call.env._("to %s", number.display_name))
        parts.append(dict(call._fields["state"]._description_selection(call.env))[call.state])
        return Markup("<span>%s</span>") % " · ".join(parts)  # as a message keeps it
