"""Missed calls: until one has called back, or talked to the caller, or said that it is done."""

import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS, Domain

from ..sip import outcome as sip
from ..sip.report import CallReport
from .voip_call_tabs import OUTPACED

_logger = logging.getLogger(__name__)

MISSED = (sip.NO_ANSWER, sip.BUSY)
# The other side's telephone rang, or they spoke: that is a call back.
REACHED = (sip.ANSWERED, sip.NO_ANSWER, sip.BUSY, sip.REJECTED)
SAME_RING = timedelta(minutes=2)  # in which the telephones of a group ring for one call
MOST_MISSED = 100  # calls that are looked at, the newest


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

    @api.model
    @api.readonly
    def get_missed_calls(self, _search, offset, limit):
        """The user's missed calls, the newest of each caller.

        :return: what ``format_call`` returns of each, and ``times``, how often they called;
            ``callBack``: ``number``, ``chosen`` (the id of the number that they dialled, where
            it may be shown instead, else False) and ``shown``: see `_outgoing_caller_id`; False
            for a withheld number
        """
        calls = self._in_server_context()._to_call_back(
            self._like(_search) if _search else Domain.TRUE
        )
        by_caller = calls.grouped(lambda call: call.phone_e164 or call.phone_number)
        times = {same.ids[0]: len(same) for same in by_caller.values()}
        newest = calls.browse([*times][offset : offset + limit])
        newest.mapped("open_partner_id")  # as in `get_recent_calls`
        return [
            {**call.format_call(), "times": times[call.id], "callBack": call._call_back()}
            for call in newest
        ]

    def set_called_back(self):
        """These calls' users say that nothing is left to do for their callers.

        :return: how many callers are left, see `_missed_count`
        :rtype: int
        """
        for one in self:
            call = one._of_its_user()
            # sudo: no client writes a call; this one is the user's own
            (call | call._to_call_back(call._same_caller())).sudo().to_call_back = False
        return self._missed_count()

    @api.model
    def _missed_count(self):
        """:return: how many callers the user has missed and not called back"""
        return len({call.phone_e164 or call.phone_number for call in self._to_call_back()})

    @api.model
    def _to_call_back(self, domain=Domain.TRUE):
        mine = Domain("user_id", "=", self.env.uid) & Domain("to_call_back", "=", True)
        names = ["phone_e164", "phone_number"]
        return self.search_fetch(mine & domain, names, limit=MOST_MISSED, order="id desc")

    def _same_caller(self):
        """:return: the domain of the calls with whom this one is with"""
        if self.phone_e164:
            return Domain("phone_e164", "=", self.phone_e164)
        return Domain("phone_number", "=", self.phone_number)

    def _call_back(self):
        """:return: see `get_missed_calls`"""
        number = self._callable()
        if not number:
            return False
        record = self.lead_id or self.open_partner_id
        called = {"phone_number": number}
        shown = self._outgoing_caller_id(CallReport.from_browser(called), record)
        dialled = self.axivox_number_id.id
        choices = [choice["id"] for choice in shown["choices"]] if shown else ()
        chosen = dialled in choices and shown["number_id"] != dialled and dialled
        if chosen:
            called["chosen_number_id"] = chosen
            shown = self._outgoing_caller_id(CallReport.from_browser(called), record)
            shown["via"] = self.env._("the number that they dialled")
            shown["reason"] = self.env._("They know this number: they dialled it.")
        return {"number": number, "chosen": chosen, "shown": shown}

    def _callable(self):
        """:return: the number that reaches whom this call was with; empty where it is withheld"""
        if CallReport(self.phone_number).is_withheld:
            return ""
        return (self.type_call == "incoming" and self.phone_display) or self.phone_number

    def _note_missed(self):
        """The call has ended: it is missed now, or it settles those that its user has missed."""
        # sudo: no client writes a call; this is the call of who reports it
        call = self.sudo()
        if call.type_call == "incoming" and call.outcome in MISSED:
            if not call.search_count(
                call._same_ring() & Domain("start_date", "!=", False), limit=1
            ):
                call.to_call_back = True
                self._remind_of_missed()
        elif call.type_call == "outgoing" and call.outcome in REACHED:
            self._to_call_back(call._same_caller()).sudo().to_call_back = False

    def _note_talk(self):
        """The call was answered: neither it nor what rang with it is missed, nor what was."""
        # sudo: of the calls of colleagues, only that they are answered is written
        call = self.sudo()
        settled = call._same_ring() if call.type_call == "incoming" else Domain("id", "=", call.id)
        settled |= Domain("user_id", "=", call.user_id.id) & call._same_caller()
        missed = call.search(settled & Domain("to_call_back", "=", True))
        if missed:
            missed.to_call_back = False
            missed.filtered(lambda one: one.create_date >= call.create_date - SAME_RING)._unremind()

    def _same_ring(self):
        """:return: the domain of the calls that rang at other telephones when this one did"""
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
        """An activity for the lead's salesperson, one for each caller and day, where the account
        says so; whatever becomes of that, the call stays logged."""
        # sudo: what is done for a missed call is the account's business, not its user's
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
        if not lead.with_user(salesperson).has_access("read"):
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

    def _unremind(self):
        self.missed_activity_id.unlink()
        self.missed_activity_day = False
