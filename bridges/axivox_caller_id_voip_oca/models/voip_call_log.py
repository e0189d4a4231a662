"""The life of a logged call: from the browser's first report to its line in the chatter."""

import logging
from datetime import timedelta

from markupsafe import escape

from odoo import api, fields, models
from odoo.exceptions import AccessError

from ..sip import outcome as sip
from ..sip.report import CallReport
from .voip_call_tabs import OUTPACED

_logger = logging.getLogger(__name__)

STATES = {
    sip.ANSWERED: "terminated",
    sip.NO_ANSWER: "missed",
    sip.BUSY: "rejected",
    sip.REJECTED: "rejected",
    sip.CANCELLED: "aborted",
    sip.FAILED: "aborted",
    sip.ELSEWHERE: "terminated",
}


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    def create_call(self, values):
        """Log a call, and return everything that the widget wants to know of it, in one request.

        It is called again when the call is answered and when it ends. What is reported twice, or by
        several tabs, stays one record per user and Call-ID.

        :param dict values: what `CallReport.from_browser` understands; no value makes this raise
        :return: what ``format_call`` returns, and ``axivox``: what `_outgoing_caller_id` returns
            for an outgoing call, `_caller_card` for an incoming one; False if that is not known
        :rtype: dict
        :raises AccessError: for visitors and portal users, who have no calls
        """
        self.check_access("read")
        report = CallReport.from_browser(values)
        calls = self._in_server_context()
        return calls._in_turn(report.sip_call_id, lambda: calls._log_safely(report))

    def accept_call(self):
        call = self._of_its_user()
        if not call.start_date and not call.end_date:
            call._answered(fields.Datetime.now())
        return self.format_call()

    def terminate_call(self):
        return self._end_by_hand(sip.CANCELLED, sip.NO_ANSWER)

    def reject_call(self):
        return self._end_by_hand(sip.REJECTED, sip.REJECTED)

    def _end_by_hand(self, outgoing, incoming):
        call = self._of_its_user()
        if not call.end_date:
            unanswered = incoming if call.type_call == "incoming" else outgoing
            call._end(sip.ANSWERED if call.start_date else unanswered)
        return self.format_call()

    def _of_its_user(self):
        """Return this call with nothing of a client's in its context.

        :raises AccessError: unless the user is in the call
        """
        self.ensure_one()
        self.check_access("read")
        if self.user_id != self.env.user and not self.env.su:
            raise AccessError(self.env._("Only the user who is in a call can change its state."))
        return self._in_server_context()

    @api.model
    def _log_safely(self, report):
        try:
            with self.env.cr.savepoint():
                return self._log(report)
        except OUTPACED:
            raise
        except Exception:
            _logger.exception("A call is logged without its caller ID")
        call = self._of_call_id(report.sip_call_id) or self._begin(report, {})
        return {**call.format_call(), "axivox": False}

    @api.model
    def _log(self, report):
        call = self._of_call_id(report.sip_call_id)
        answer = False
        if not call or (report.answered_ago is None and report.ended_ago is None):
            answer, vals = self._incoming(report) if report.incoming else self._outgoing(report)
            call = call or self._begin(report, vals)
        call._progress(report)
        told = {"missed": call._missed_count()} if report.ended_ago is not None else {}
        return {**call.format_call(), **told, "axivox": answer}

    @api.model
    def _of_call_id(self, sip_call_id):
        if not sip_call_id:
            return self.browse()
        mine = [("user_id", "=", self.env.uid), ("sip_call_id", "=", sip_call_id)]
        return self.search(mine, limit=1)

    @api.model
    def _begin(self, report, vals):
        # sudo: no client writes a call; this one is the user's own
        creator = self.sudo()
        call = creator.create(
            {
                "phone_number": report.phone_number,
                "type_call": "incoming" if report.incoming else "outgoing",
                "state": "calling",
                "user_id": self.env.uid,
                "pbx_id": creator.env.user.voip_pbx_id.id,
                "sip_call_id": report.sip_call_id,
                **vals,
            }
        )
        return call.with_env(self.env)

    def _progress(self, report):
        """Record that a call was answered or ended, unless another tab knows better."""
        now = fields.Datetime.now()
        start = report.answered_ago is not None and now - timedelta(seconds=report.answered_ago)
        if start and not self.start_date:
            self._answered(start)
        if report.transferred_to and not self.transferred_to:
            # sudo: no client writes a call; this is the call of who reports it
            self.sudo().transferred_to = report.transferred_to
        if report.ended_ago is not None:
            outcome = sip.outcome(
                incoming=report.incoming,
                answered=bool(start),
                ended_here=report.ended_here,
                status=report.status,
                reason=report.reason,
            )
            if outcome == sip.stronger(outcome, self.outcome or outcome):
                self._end(outcome, now - timedelta(seconds=report.ended_ago), start)

    def _answered(self, when):
        # sudo: no client writes a call; this is the call of who reports it
        self.sudo().write(
            {"start_date": when, "end_date": False, "state": "ongoing", "outcome": sip.ANSWERED}
        )
        self._settle_missed()

    def _end(self, outcome, when=None, start=False):
        """End the call, and say so once in the chatter of its lead or contact.

        :param start: when it was answered, by the same clock as `when`; the earlier report may have
            come late
        """
        if self.end_date and self.outcome == outcome:
            return
        # sudo: no client writes a call; this is the call of who reports it
        call = self.sudo()
        call.write(
            {
                "start_date": start or self.start_date,
                "end_date": when or fields.Datetime.now(),
                "state": STATES[outcome],
                "outcome": outcome,
            }
        )
        self._update_missed()
        about = call.logged_lead_id or call.partner_id
        if about and outcome != sip.ELSEWHERE:
            self._summarize(about)

    def _summarize(self, about):
        """Log in the chatter how the call ended: one line, which is corrected if another tab knew
        less."""
        # sudo: users who may only read the record have their calls logged too
        call = self.sudo()
        if call.summary_id:
            call.summary_id.body = escape(self._chatter_line())
        else:
            call.summary_id = about._message_log(body=self._chatter_line())
