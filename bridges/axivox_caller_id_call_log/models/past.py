"""What was so when calls were made, read once for all of them."""

from bisect import bisect_right
from collections import defaultdict
from datetime import timedelta

from odoo.addons.axivox_caller_id.callerid.policy import Settings

OF_PERIOD = ("account_id", "extension", "user_id", "number_id", "since", "until")


class Past:
    """Costs the same queries for one call and for a thousand.

    :param calls: ``axivox.call`` records, with all rights
    """

    def __init__(self, calls):
        self._env = env = calls.env
        self._when = {call: _made_on(call) for call in calls}
        self._periods = periods = env["axivox.period"]
        held = periods.search_fetch([("user_id", "in", calls.user_id.ids)], OF_PERIOD)
        self._held = held.grouped("user_id")
        self._begun = periods.search_fetch([("user_id", "!=", False)], ["since"], limit=1).since
        self._lines = {call: self._find_line(call) for call in calls}
        accounts = held.account_id
        self._withdrawn = defaultdict(list)
        for period in periods.search_fetch(
            [("account_id", "in", accounts.ids), ("number_id", "!=", False)], OF_PERIOD
        ):
            one = period.since, period.until, period.number_id.id
            self._withdrawn[period.account_id].append(one)
        self._history = self._read_history(accounts)
        self._applying = self._read_applying(accounts)
        self._applied = {call: self._find_applied(call) for call in calls}
        env["axivox.applied"].union(*self._applied.values()).fetch(["settings"])
        self._policies = {}

    def when(self, call):
        return self._when[call]

    def line(self, call):
        """:return: the ``axivox.period`` in which its user had the extension, maybe none"""
        return self._lines[call]

    def why_no_line(self, call):
        if not call.user_id:
            return "no_user"
        if self._begun and self._when[call] < self._begun:
            return "before"
        return "no_extension"

    def applied(self, call):
        """:return: the ``axivox.applied`` that calls followed, maybe none"""
        return self._applied[call]

    def policy(self, call):
        """:return: the ``policy.Policy`` that calls followed, without the numbers that were
        withdrawn; None where that is not known
        """
        line, applied, when = self._lines[call], self._applied[call], self._when[call]
        numbers = self._env["axivox.number"].browse(
            number_id
            for since, until, number_id in self._withdrawn.get(line.account_id, ())
            if _covers(since, until, when)
        )
        key = applied, numbers
        if key not in self._policies:
            try:
                settings = Settings.from_json(applied.settings)
                self._policies[key] = line.account_id._policy(settings, numbers)
            except ValueError:  # nothing, or what is damaged
                self._policies[key] = None
        return self._policies[key]

    def is_applying(self, call):
        """:return: whether somebody was applying changes by hand: the console may have had them,
        or not yet
        """
        when = self._when[call]
        return any(
            _covers(since, until, when)
            for since, until in self._applying.get(self._lines[call].account_id, ())
        )

    def _find_line(self, call):
        when = self._when[call]
        held = self._held.get(call.user_id, self._periods)
        lines = held.filtered(lambda period: _covers(period.since, period.until, when))
        # As for calls from Odoo: the one of the user's default company.
        return lines.sorted(
            lambda period: (
                not period.account_id.active,
                period.account_id.company_id != call.user_id.company_id,
                period.id,
            )
        )[:1]

    def _read_history(self, accounts):
        """:return: {account: (times, ``axivox.applied`` records)}, the oldest first"""
        history = {}
        entries = self._env["axivox.applied"].search_fetch(
            [("account_id", "in", accounts.ids)], ["account_id", "create_date"], order="id"
        )
        for account, same in entries.grouped("account_id").items():
            history[account] = [_second(entry.create_date) for entry in same], same
        return history

    def _read_applying(self, accounts):
        """:return: {account: [(opened, confirmed or None)]} of the lists of steps by hand; one that
        was replaced ends with what was applied instead
        """
        applying = defaultdict(list)
        lists = self._env["axivox.manual.apply"].search_fetch(
            [("account_id", "in", accounts.ids)], ["account_id", "create_date", "state"]
        )
        for manual in lists:
            opened, closed = _second(manual.create_date), None
            if manual.state != "open":
                times, _entries = self._history.get(manual.account_id, ([], None))
                closed = next((time for time in times if time >= opened), opened)
            applying[manual.account_id].append((opened, closed))
        return applying

    def _find_applied(self, call):
        times, entries = self._history.get(self._lines[call].account_id, ([], None))
        place = bisect_right(times, self._when[call])
        return entries[place - 1] if place else self._env["axivox.applied"]


def _covers(since, until, when):
    return since <= when and not (until and until <= when)


def _made_on(call):
    """A call that nobody answered may have no start."""
    return call.start_date or call.end_date or _second(call.create_date)


def _second(time):
    """The log knows no less."""
    return time - timedelta(microseconds=time.microsecond)
