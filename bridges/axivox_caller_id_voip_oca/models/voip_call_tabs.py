"""Several tabs of one user report one call at the same moment: one after the other."""

import time

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

LOCK = "axivox_caller_id_voip_oca"  # whose advisory locks these are
PATIENCE = 1.5  # seconds that one tab waits for another that reports the same call
PAUSE = 0.02  # seconds between two attempts
# Another tab was faster: what it wrote is not seen from here.
OUTPACED = (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY)


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    def _in_turn(self, sip_call_id, log):
        """Log a call while no other tab does.

        :param log: a function that writes, and may be called again after what it wrote was lost
        :return: what ``log`` returns
        :raises ConcurrencyError: where another tab holds the call for longer than ``PATIENCE``, or
            where waiting for it would lose what was written before: Odoo repeats the request, in a
            transaction that sees what the other tab wrote
        """
        # What others wrote in this transaction is theirs to repeat.
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
        """Hold a call for this transaction.

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
        """Wait a moment for another tab, in a transaction that sees what it writes.

        Odoo would repeat the request too, but after up to four seconds, all of which a worker
        is held.
        """
        self.env.cr.rollback()
        self.env.transaction.reset()
        self.env.registry.reset_changes()
        time.sleep(PAUSE)
