"""How `make bench` measures: sides take turns, round after round, and the median of each counts."""

import contextlib
import statistics
import time
from typing import NamedTuple

from odoo import api

# A clock, the factor for its seconds, and the unit. Pure Python is measured in the processor time
# of this thread, so that a busy machine gives the same result as an idle one.
PROCESSOR = time.thread_time, 1e6, "µs of processor"
WALL = time.perf_counter, 1e3, "ms"


class Measured(NamedTuple):
    """The result of a case. ``goal`` is a sentence; ``more`` holds further values by name."""

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
        """Return the case as it stands in `.odoo/bench.json`."""
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
    """Run functions by turns. Each is given the number of the round, so that it can work on new
    values.

    :param clock: ``PROCESSOR`` or ``WALL``
    :return: {name: median time of the function, in the clock's unit}
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
    """Return how many queries a function runs in a transaction with an empty cache."""
    env.flush_all()
    env.transaction.clear()
    before = env.cr.sql_log_count
    function()
    env.flush_all()
    return env.cr.sql_log_count - before


@contextlib.contextmanager
def undone(env):
    """Undo what is written in the block."""
    with contextlib.closing(env.cr.savepoint(flush=False)) as savepoint:
        yield
        env.flush_all()
        savepoint.rollback()
    env.transaction.clear()


def as_user(env, user):
    """Return the environment of a request by a user, in their own company."""
    context = {"allowed_company_ids": user.sudo().company_id.ids, "lang": "en_US", "tz": "UTC"}
    return api.Environment(env.cr, user.id, context)
