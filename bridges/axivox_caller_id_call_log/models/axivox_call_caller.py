"""Finds the other side of a call, its lead, and posts the call in their chatter."""

import logging
from collections import defaultdict
from datetime import timedelta
from typing import NamedTuple

from markupsafe import Markup

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import split_every

from odoo.addons.axivox_caller_id.callerid import dialing
from odoo.addons.axivox_caller_id.messages import duration
from odoo.addons.axivox_caller_id.models.rows import rows

from .past import Past

_logger = logging.getLogger(__name__)

ENDED = ("aborted", "missed", "rejected", "terminated")
POSTED_AT_ONCE = 100  # calls, locked together: whoever writes one of them waits for all
LATEST_REPORT = timedelta(days=1)  # of a browser, on a call's end
# The fields read of contacts and leads that may be the other side.
OF_CONTACT = ("phone_sanitized", "id", "company_id", "commercial_partner_id")
OF_LEAD = ("phone_sanitized", "active", "won_status", "id", "company_id", "partner_id")


class Contact(NamedTuple):
    """Records are ids."""

    id: int
    company_id: int | None
    commercial_id: int


class Lead(NamedTuple):
    """Records are ids."""

    id: int
    company_id: int | None
    partner_id: int | None
    is_open: bool


class OtherSide(NamedTuple):
    """The ids of a call's contact and lead; each may be False."""

    partner_id: int | bool
    lead_id: int | bool


class AxivoxCall(models.Model):
    _inherit = "axivox.call"

    @api.model
    def _numbers(self, call, home, answers):
        """Return the E.164 numbers that the other side's number can mean, the likeliest first.

        :param answers: see `_meant`
        """
        if answers and all(destination.kind == dialing.EXTERNAL for destination, _ in answers):
            return [*dict.fromkeys(destination.e164 for destination, _answer in answers)]
        return dialing.caller_numbers(call.phone_number, home.region)

    @api.model
    def _other_sides(self, calls, homes, meant):
        """Find the other sides of many calls, as ``res.partner.identify_caller`` does for one. A
        contact that the log names is trusted.

        :param calls: list of Written
        :param dict homes: see `_homes`
        :param dict meant: see `_meant`
        :return: {Written: OtherSide}
        """
        numbers = {call: self._numbers(call, homes[call], meant.get(call)) for call in calls}
        known = {number for told in numbers.values() for number in told}
        same_number = [("phone_sanitized", "in", [*known])]
        people = self.env["res.partner"]
        contacts, commercial = defaultdict(list), {}
        for phone, *one in rows(people, same_number, OF_CONTACT, order="is_company, id desc"):
            contact = Contact(*one)
            contacts[phone].append(contact)
            commercial[contact.id] = contact.commercial_id
        if named := {call.partner_id for call in calls} - {None, *commercial}:
            anybody = people.with_context(active_test=False)
            named = rows(anybody, [("id", "in", [*named])], ["id", "commercial_partner_id"])
            commercial.update(named)
        related = {*commercial, *commercial.values()}
        about = ["|", ("partner_id", "in", [*related]), *same_number]
        leads, leads_of = defaultdict(list), defaultdict(list)
        for phone, active, won_status, *one in rows(
            self.env["crm.lead"].with_context(active_test=False), about, OF_LEAD
        ):
            # The same condition as `res_partner.OPEN`.
            lead = Lead(*one, active and won_status == "pending")
            if phone:
                leads[phone].append(lead)
            leads_of[lead.partner_id].append(lead)
        known = contacts, commercial, leads, leads_of
        return {call: self._other_side(call, numbers[call], homes[call], *known) for call in calls}

    @api.model
    def _other_side(self, call, numbers, home, contacts, commercial, leads, leads_of):
        """
        :param numbers: the E.164 numbers that the other side's number can mean, the likeliest first
        :param Home home: the company whose contacts and leads count
        :param contacts: {E.164: Contacts, the likeliest first}
        :param commercial: {id of a contact: id of their company, or their own}
        :param leads: {E.164: Leads}
        :param leads_of: {id of a contact: Leads}
        :rtype: OtherSide
        """

        def here(records):
            return [one for one in records if one.company_id in (home.company_id, None)]

        for number in numbers or [None]:
            partner_id = call.partner_id or next(
                (contact.id for contact in here(contacts.get(number, ()))), False
            )
            theirs = here(leads.get(number, ()))
            if partner_id:
                theirs = [lead for lead in theirs if not lead.partner_id]
                for one in {partner_id, commercial.get(partner_id)}:
                    theirs += here(leads_of.get(one, ()))
            is_open = [lead for lead in theirs if lead.is_open]
            # The newest first, those of a contact before others.
            lead = min(
                is_open or theirs, key=lambda lead: (not lead.partner_id, -lead.id), default=None
            )
            if partner_id or lead:
                return OtherSide(partner_id or lead.partner_id, lead and lead.id)
        return OtherSide(False, False)

    # The chatter -----------------------------------------------------------------------------

    @api.model
    def _is_due(self, call, told):
        """Return whether the scheduler has something to do: a chatter entry, or a difference.

        :param Written call:
        :param dict told: the values added about its caller ID
        """
        return call.state in ENDED or told["caller_id_verdict"] == "different"

    @api.model
    def _cron_post_in_chatter(self):
        """Post ended calls in the chatter, and have calls that differ examined. The connector does
        not wait for this."""
        calls, cron = self._for_odoo(), self.env["ir.cron"]
        due = calls.search([("is_chatter_pending", "=", True)], order="id")._ids
        if due:
            cron._commit_progress(remaining=len(due))
        for some in split_every(POSTED_AT_ONCE, due):
            self.env["axivox.sync"]._retry(calls.browse(some)._post_in_chatter)
            if not cron._commit_progress(len(some)):
                break

    def _post_in_chatter(self):
        # Another transaction may be posting them, or have posted them.
        calls = self.try_lock_for_update(allow_referencing=True).filtered("is_chatter_pending")
        try:
            with self.env.cr.savepoint():
                calls._log_in_chatter()
        except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
            raise
        except Exception:
            if len(calls) > 1:
                for call in calls:
                    call._post_in_chatter()
                return
            # It must not delay the others.
            _logger.exception("Call %s could not be posted in the chatter", calls.id)
            calls.is_chatter_pending = False
        done = calls.filtered(lambda call: not call.is_chatter_pending)
        if "different" in done.mapped("caller_id_verdict"):
            # Calls that come later are examined when this job runs again.
            self.env["axivox.account"]._look_into_calls_soon(timedelta())

    def _log_in_chatter(self):
        """Post how each call ended in its lead's or contact's chatter: one line, corrected when the
        log is. Calls that the widget has posted are skipped; those it may still post stay
        pending."""
        ended = self.filtered(lambda call: call.state in ENDED)
        written = ended._as_written()
        past = Past(self.env, [*written.values()])
        homes = self._homes(written.values(), past)
        widget = self._calls_of_widget(written.values(), homes)
        unknown = ended.filtered(lambda call: not (call.chatter_message_id or call.found_lead_id))
        sides = self._other_sides([written[call] for call in unknown], homes, {}) if unknown else {}
        people = self.env["res.partner"]
        new, corrected = {}, defaultdict(self.env["mail.message"].browse)
        waiting, overdue = self.browse(), fields.Datetime.now() - LATEST_REPORT
        for call in ended:
            reported = widget.get(written[call])
            if reported and not reported.end_date and call.write_date > overdue:
                waiting += call
            elif reported and reported.summary_id:
                continue
            elif message := call.chatter_message_id:
                line, lead = call._line(), call.found_lead_id
                if message.body != line:
                    corrected[line] |= message
                if lead and (message.model, message.res_id) != (lead._name, lead.id):
                    message.write({"model": lead._name, "res_id": lead.id})
            elif record := call.found_lead_id or people.browse(
                sides[written[call]].partner_id or ()
            ):
                new[call] = call._chatter_values(record, call._line())
        for body, messages in corrected.items():
            messages.body = body
        messages = dict(zip(new, self.env["mail.message"].create([*new.values()]), strict=True))
        self._store_values(
            {
                call: {
                    "chatter_message_id": messages.get(call, call.chatter_message_id).id,
                    "is_chatter_pending": call in waiting,
                }
                for call in self
            }
        )

    def _chatter_values(self, record, line):
        """Return the values of a ``mail.message`` by the call's user, as ``_message_log`` would
        create it."""
        author = self.user_id or self.create_uid
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

    def _line(self):
        """Return the line in the chatter: direction, duration, shown number, outcome."""
        call = self.with_context(lang=(self.user_id or self.create_uid).lang)
        incoming = call.direction == "incoming"
        parts = [call.env._("Incoming call") if incoming else call.env._("Outgoing call")]
        if call.state == "terminated" and call.start_date and call.end_date:
            parts.append(duration(call.env, (call.end_date - call.start_date).total_seconds()))
        if shown := call.caller_id_shown:
            parts.append(call.env._("shown as %s", dialing.international(shown)))
        elif incoming and (number := call.axivox_number_id):
            parts.append(call.env._("to %s", number.display_name))
        parts.append(dict(call._fields["state"]._description_selection(call.env))[call.state])
        return Markup("<span>%s</span>") % " · ".join(parts)  # as a message stores it
