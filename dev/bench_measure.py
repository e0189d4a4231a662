"""How `make bench` measures: sides by turns, round after round, and the median of each."""

import contextlib
import statistics
import time
from typing import NamedTuple

from odoo import api

# A clock and what its seconds are multiplied by. What is Python alone is measured in the time that
# this thread had a processor, so that a busy machine says the same as an idle one.
PROCESSOR = time.thread_time, 1e6, "µs of processor"
WALL = time.perf_counter, 1e3, "ms"


class Measured(NamedTuple):
    """What a case found. ``goal`` is a sentence; ``more`` is what it says beside the numbers."""

    ours: float
    floor: float
    unit: str
    goal: str
    is_met: bool
    queries: int | None = None
    rivals: dict = {}
    more: dict = {}

    @property
    def ratio(self):
        return self.ours / self.floor if self.floor else float(self.ours == self.floor)

    def to_json(self):
        """The case as `.odoo/bench.json` has it."""
        return {
            "ours": self.ours,
            "floor": self.floor,
            "ratio": self.ratio,
            "queries": self.queries,
            "rivals": self.rivals,
            "unit": self.unit,
            "goal": self.goal,
            "met": self.is_met,
            **self.more,
        }


def by_turns(rounds, clock, **sides):
    """Run functions by turns; each is given the number of the round, so that it can ask for
    something new.

    :param clock: ``PROCESSOR`` or ``WALL``
    :return: {name: median of what the function took, in the clock's unit}
    """
    now, scale, _unit = clock
    taken = {name: [] for name in sides}
    for turn in range(rounds):
        for name, function in sides.items():
            begun = now()
            function(turn)
            taken[name].append((now() - begun) * scale)
    return {name: statistics.median(times) for name, times in taken.items()}


def queries(env, function):
    """:return: how many queries a function runs in a transaction that knows nothing yet"""
    env.flush_all()
    env.transaction.clear()
    before = env.cr.sql_log_count
    function()
    env.flush_all()
    return env.cr.sql_log_count - before


@contextlib.contextmanager
def undone(env):
    """Take back what is written in the block."""
    with contextlib.closing(env.cr.savepoint(flush=False)) as savepoint:
        yield
        env.flush_all()
        savepoint.rollback()
    env.transaction.clear()


def as_user(env, user):
    """:return: the environment of a request of a user, who works for their company"""
    context = {"allowed_company_ids": user.sudo().company_id.ids, "lang": "en_US", "tz": "UTC"}
    return api.Environment(env.cr, user.id, context)
