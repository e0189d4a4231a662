"""Missed calls: until the user has called back, talked to the caller, or dismissed the call."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS, Domain

from ..sip import outcome as sip
from ..sip.report import CallReport
from .voip_call_tabs import OUTPACED

_logger = logging.getLogger(__name__)

MISSED = (sip.NO_ANSWER, sip.BUSY, sip.FAILED)
# Outcomes of an outgoing call that count as a call back: the other telephone rang at least. A
# conversation has settled what was missed before it as it began.
REACHED = (sip.NO_ANSWER, sip.BUSY, sip.REJECTED)
SAME_RING = timedelta(minutes=2)  # within this time, telephones of a group ring for the same call
MOST_MISSED = 100  # the newest missed calls, of which the list is made


class VoipCall(models.Model):
    _inherit = "voip.call"

    to_call_back = fields.Boolean(
        string="To call back",
        readonly=True,
        copy=False,
        help="A missed call, until its user has called back or talked to the caller.",
    )
    missed_activity_id = fields.Many2one(
        "mail.activity",
        string="Activity for the missed call",
        readonly=True,
        copy=False,
        ondelete="set null",
        groups=NO_ACCESS,
    )
    missed_activity_day = fields.Date(
        string="Day of the activity", readonly=True, copy=False, groups=NO_ACCESS
    )

    _same_ring_idx = models.Index("(account_id, create_date) WHERE type_call = 'incoming'")
    _to_call_back_idx = models.Index("(user_id, id) WHERE to_call_back IS TRUE")
    _one_activity_a_day = models.UniqueIndex(
        "(logged_lead_id, missed_activity_day) WHERE missed_activity_day IS NOT NULL",
        "There is already an activity for today's missed calls.",
    )

    def write(self, vals):
        if "logged_lead_id" in vals:
            # The other lead may have an activity of the same day.
            vals = {"missed_activity_day": False, **vals}
        return super().write(vals)

    @api.model
    @api.readonly
    def get_missed_calls(self, _search, offset, limit):
        """Return the user's missed calls, the newest of each caller.

        :return: what ``format_call`` returns of each, and ``times``, how often they called;
            ``callBack``: ``number``, ``chosen`` (the id of the number that they dialled, if it may
            be shown instead, else False) and ``shown`` (see `_outgoing_caller_id`); False for a
            withheld number
        :rtype: list[dict]
        """
        calls = self._in_server_context()._to_call_back(
            self._search_listed(_search) if _search else Domain.TRUE
        )
        by_caller = calls.grouped(lambda call: call.phone_e164 or call.phone_number)
        times = {same.ids[0]: len(same) for same in by_caller.values()}
        newest = calls.browse([*times][offset : offset + limit])
        newest.mapped("open_partner_id")  # as in `get_recent_calls`
        return [
            {**call.format_call(), "times": times[call.id], "callBack": call._call_back_values()}
            for call in newest
        ]

    def set_called_back(self):
        """Mark the callers of these calls as done.

        :return: how many callers are left, see `_missed_count`
        :rtype: int
        """
        for record in self:
            call = record._of_its_user()
            # sudo: no client writes a call; this one is the user's own
            (call | call._to_call_back(call._same_caller())).sudo().to_call_back = False
        return self._missed_count()

    @api.model
    def _missed_count(self):
        """Return how many callers the user has missed and not called back."""
        return len({call.phone_e164 or call.phone_number for call in self._to_call_back()})

    @api.model
    def _to_call_back(self, domain=Domain.TRUE):
        mine = Domain("user_id", "=", self.env.uid) & Domain("to_call_back", "=", True)
        names = ["phone_e164", "phone_number"]
        return self.search_fetch(mine & domain, names, limit=MOST_MISSED, order="id desc")

    def _same_caller(self):
        """Return the domain of the calls with the same person."""
        if self.phone_e164:
            return Domain("phone_e164", "=", self.phone_e164)
        return Domain("phone_number", "=", self.phone_number)

    def _call_back_values(self):
        """Return ``callBack`` of `get_missed_calls`."""
        number = self._number_to_call()
        if not number:
            return False
        record = self.lead_id or self.open_partner_id
        called = {"phone_number": number}
        shown = self._outgoing_caller_id(CallReport.from_browser(called), record)
        dialled = self.axivox_number_id.id
        choices = [choice["id"] for choice in shown.get("choices", ())] if shown else ()
        chosen = dialled in choices and shown["number_id"] != dialled and dialled
        if chosen:
            called["chosen_number_id"] = chosen
            shown = self._outgoing_caller_id(CallReport.from_browser(called), record)
            shown["via"] = self.env._("the number that they dialled")
            shown["reason"] = self.env._("They know this number: they dialled it.")
        return {"number": number, "chosen": chosen, "shown": shown}

    def _number_to_call(self):
        """Return the number that reaches the other side of this call; empty if it is withheld."""
        if CallReport(self.phone_number).is_withheld:
            return ""
        return self.phone_display

    def _update_missed(self):
        """Mark a call that has ended as missed, or the missed calls that it settles as done."""
        # sudo: no client writes a call; this is the call of who reports it
        call = self.sudo()
        if call.type_call == "outgoing":
            if call.outcome in REACHED:
                self._to_call_back(call._same_caller()).sudo().to_call_back = False
        elif call.outcome in MISSED:
            # A talk that was over before this one rang did not answer it.
            over = Domain("end_date", "!=", False) & Domain("end_date", "<=", call.create_date)
            answered = call._same_ring() & Domain("start_date", "!=", False) & ~over
            if not call.search_count(answered, limit=1):
                call.to_call_back = True
                self._remind_of_missed()
        elif call.to_call_back:
            # It was declined at another telephone after all.
            call.to_call_back = False
            call._remove_reminder()

    def _settle_missed(self):
        """Mark the calls that an answered call settles as done: those that rang with it, and its
        user's earlier ones from the same caller."""
        # sudo: of colleagues' calls, only `to_call_back` is written
        call = self.sudo()
        settled = Domain("id", "=", call.id)
        if call.type_call == "incoming":
            settled |= call._same_ring()
        if not CallReport(call.phone_number).is_withheld:
            settled |= Domain("user_id", "=", call.user_id.id) & call._same_caller()
        missed = call.search(settled & Domain("to_call_back", "=", True))
        if missed:
            missed.to_call_back = False
            missed.filtered(
                lambda m: m.create_date >= call.create_date - SAME_RING
            )._remove_reminder()

    def _same_ring(self):
        """Return the domain of the calls that rang at other telephones when this one did."""
        around = (self.create_date - SAME_RING, self.create_date + SAME_RING)
        return (
            Domain("type_call", "=", "incoming")
            & Domain("account_id", "=", self.account_id.id)
            & Domain("account_id", "!=", False)
            & Domain("create_date", ">=", around[0])
            & Domain("create_date", "<=", around[1])
            & self._same_caller()
        )

    def _remind_of_missed(self):
        """Schedule an activity for the lead's salesperson, one per caller and day, if the account
        says so. Whatever happens to it, the call stays logged."""
        # sudo: the account decides what is done for a missed call, not its user
        call = self.sudo()
        lead = call.logged_lead_id
        if not (lead and call.account_id.missed_call_activity):
            return
        try:
            with self.env.cr.savepoint():
                call._schedule_call_back(lead)
        except OUTPACED:
            raise
        except Exception:
            _logger.exception("A missed call is logged without its activity")

    def _schedule_call_back(self, lead):
        salesperson = lead.user_id if lead.user_id.active else self.user_id
        # The context has the companies of who was called.
        companies = salesperson._get_company_ids()
        opened = lead.with_user(salesperson).with_context(allowed_company_ids=companies)
        if not opened.has_access("read"):
            return
        theirs = lead.with_context(
            lang=salesperson.lang, tz=salesperson.tz, mail_activity_quick_update=True
        )
        today = fields.Date.context_today(theirs)
        same_day = [("logged_lead_id", "=", lead.id), ("missed_activity_day", "=", today)]
        if self.search_count(same_day, limit=1):
            return
        self.missed_activity_day = today
        self.flush_recordset(["missed_activity_day"])
        self.missed_activity_id = theirs.activity_schedule(
            "mail.mail_activity_data_call",
            date_deadline=today,
            summary=theirs.env._("Call back: missed call from %s", self.phone_display),
            user_id=salesperson.id,
        )

    def _remove_reminder(self):
        self.missed_activity_id.unlink()
        self.missed_activity_day = False
