"""Several tabs of one user report one call at the same time: they are served one after the
other."""

import time

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

LOCK = "axivox_caller_id_voip_oca"  # the first key of these advisory locks
PATIENCE = 1.5  # seconds that one tab waits for another that reports the same call
PAUSE = 0.02  # seconds between two attempts
# Another tab was faster, and this transaction does not see what it wrote.
OUTPACED = (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    def _in_turn(self, sip_call_id, log):
        """Log a call while no other tab does.

        :param log: a function that writes; it may be called again after its writes were lost
        :return: what ``log`` returns
        :raises ConcurrencyError: if another tab holds the call for longer than ``PATIENCE``, or if
            waiting for it would lose what this transaction wrote before. Odoo then repeats the
            request, in a transaction that sees what the other tab wrote.
        """
        # What was written before is flushed outside of `log`: its conflicts are not repeated here.
        self.env.flush_all()
        until = time.monotonic() + PATIENCE
        while True:
            is_ours, may_start_over = self._one_tab_at_a_time(sip_call_id)
            outpaced = None
            if is_ours:
                try:
                    return log()
                except OUTPACED as error:
                    outpaced = error
            if not may_start_over or time.monotonic() > until:
                raise ConcurrencyError("Another tab is logging this call.") from outpaced
            self._start_over()

    @api.model
    def _one_tab_at_a_time(self, sip_call_id):
        """Hold a call until this transaction ends.

        :return: (whether no other tab holds it, whether `_start_over` loses nothing)
        """
        if not sip_call_id:
            return True, False
        key = f"{LOCK} {self.env.uid} {sip_call_id}"
        [answer] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)), "
                "pg_current_xact_id_if_assigned() IS NULL",
                key,
            )
        )
        return answer

    @api.model
    def _start_over(self):
        """Wait a moment for another tab, and go on in a transaction that sees what it wrote.

        Odoo would repeat the request too, but only after up to four seconds in which it holds a
        worker.
        """
        self.env.cr.rollback()
        self.env.transaction.reset()
        self.env.registry.reset_changes()
        time.sleep(PAUSE)
