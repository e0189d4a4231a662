"""What was true when calls were made, read once for a whole batch."""

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from odoo.addons.axivox_caller_id.callerid.policy import Settings
from odoo.addons.axivox_caller_id.models.rows import rows


@dataclass(eq=False, slots=True)
class Written:
    """A call as the connector writes it, with ids for records; it may not be a record yet. Compared
    by identity, because two equal calls are two calls."""

    phone_number: str | None
    direction: str | None
    state: str | None
    start_date: datetime | None
    end_date: datetime | None
    partner_id: int | None
    user_id: int | None
    create_uid: int | None
    create_date: datetime
    did: str | None = None

    @property
    def when(self):
        """When the call was made; a call that nobody answered may have no start."""
        return self.start_date or self.end_date or _second(self.create_date)


class Home(NamedTuple):
    """The company of a call: its id, its country's region (ISO 3166 code), and the id of its
    account, or False."""

    company_id: int
    region: str | None
    account_id: int | bool


class Period(NamedTuple):
    """An ``axivox.period``, with ids for records."""

    id: int
    account_id: int
    extension: str | None
    user_id: int | None
    number_id: int | None
    since: datetime
    until: datetime | None

    def covers(self, when):
        return _covers(self.since, self.until, when)


class Past:
    """Reads what was true with the same queries for one call and for a thousand.

    :param env: with superuser rights
    :param calls: list of Written
    """

    def __init__(self, env, calls):
        self._env = env
        self._periods_of_users, self._withdrawn = self._read_periods(calls)
        self._lines = {call: self._find_line(call) for call in calls}
        accounts = {line.account_id for line in self._lines.values() if line}
        self._history = self._read_history(accounts)
        self._applying = self._read_applying(accounts)
        self._policies = {}

    def line(self, call):
        """Return the Period in which the call's user had the extension, or None."""
        return self._lines[call]

    def why_no_line(self, call):
        if not call.user_id:
            return "no_user"
        return (
            "before"
            if self._recorded_since and call.when < self._recorded_since
            else "no_extension"
        )

    def applied_id(self, call):
        """Return the id of the ``axivox.applied`` that the call followed, or False."""
        times, entries = self._history.get(self._lines[call].account_id, ((), ()))
        place = bisect_right(times, call.when)
        return entries[place - 1] if place else False

    def policy(self, call):
        """Return the ``policy.Policy`` that the call followed, without the numbers withdrawn at
        the time; None if it is not known."""
        account_id, applied_id = self._lines[call].account_id, self.applied_id(call)
        if not applied_id:
            return None
        withdrawn = self._withdrawn_numbers(account_id, lambda one: one.covers(call.when))
        key = applied_id, withdrawn
        if key not in self._policies:
            self._policies[key] = self._find_policy(account_id, *key)
        return self._policies[key]

    def is_applying(self, call):
        """Return whether somebody was applying changes by hand at the time, so that the console
        may or may not have had them."""
        return any(
            _covers(since, until, call.when)
            for since, until in self._applying.get(self._lines[call].account_id, ())
        )

    @cached_property
    def _recorded_since(self):
        """Return since when users of extensions are recorded."""
        periods = self._env["axivox.period"]
        return periods.search_fetch([("user_id", "!=", False)], ["since"], limit=1).since

    def _read_periods(self, calls):
        """Return the Periods of extensions by user id, and those of withdrawn numbers by account
        id."""
        users = {call.user_id for call in calls} - {None}
        domain = ["|", ("user_id", "in", [*users]), ("number_id", "!=", False)]
        held, withdrawn = defaultdict(list), defaultdict(list)
        for row in rows(self._env["axivox.period"], domain, Period._fields):
            period = Period(*row)
            if period.number_id:
                withdrawn[period.account_id].append(period)
            else:
                held[period.user_id].append(period)
        return held, withdrawn

    def _find_line(self, call):
        lines = [
            period
            for period in self._periods_of_users.get(call.user_id, ())
            if period.covers(call.when)
        ]
        if len(lines) > 1:
            # As for calls from Odoo, the extension of the user's default company counts.
            home = self._env["res.users"].browse(call.user_id).company_id
            accounts = self._env["axivox.account"]
            by_account = {line: accounts.browse(line.account_id) for line in lines}
            lines.sort(
                key=lambda line: (
                    not by_account[line].active,
                    by_account[line].company_id != home,
                    line.id,
                )
            )
        return lines[0] if lines else None

    def _withdrawn_numbers(self, account_id, when):
        """Return the ids of the numbers withdrawn in the Periods that a function selects.

        :param when: function of a Period
        :rtype: frozenset[int]
        """
        return frozenset(
            period.number_id for period in self._withdrawn.get(account_id, ()) if when(period)
        )

    def _find_policy(self, account_id, applied_id, withdrawn):
        account = self._env["axivox.account"].browse(account_id)
        _times, entries = self._history[account_id]
        now = self._withdrawn_numbers(account_id, lambda period: not period.until)
        if applied_id == entries[-1] and withdrawn == now:
            # The live settings are already prepared for calls from Odoo.
            prepared = account._prepared("applied")
            if not prepared.never_applied:
                return prepared.policy
        applied = self._env["axivox.applied"].browse(applied_id)
        try:
            settings = Settings.from_json(applied.settings)
        except ValueError:  # empty or damaged
            return None
        return account._policy(settings, self._env["axivox.number"].browse(withdrawn))

    def _read_history(self, accounts):
        """Return {account id: (times, ids of ``axivox.applied``)}, the oldest first."""
        history = defaultdict(lambda: ([], []))
        mine = [("account_id", "in", [*accounts])]
        fields = ["account_id", "create_date", "id"]
        for account_id, time, entry in rows(self._env["axivox.applied"], mine, fields, order="id"):
            times, entries = history[account_id]
            times.append(_second(time))
            entries.append(entry)
        return history

    def _read_applying(self, accounts):
        """Return {account id: [(opened, confirmed or None)]} of the applies by hand; a replaced one
        ends when something else was applied."""
        applying = defaultdict(list)
        mine = [("account_id", "in", [*accounts])]
        fields = ["account_id", "create_date", "state"]
        for account_id, time, state in rows(self._env["axivox.manual.apply"], mine, fields):
            opened, closed = _second(time), None
            if state != "open":
                times, _entries = self._history.get(account_id, ((), ()))
                closed = next((time for time in times if time >= opened), opened)
            applying[account_id].append((opened, closed))
        return applying


def _covers(since, until, when):
    return since <= when and not (until and until <= when)


def _second(time):
    """Cut off what the log does not store: less than a second."""
    return time.replace(microsecond=0)
