"""Finds which number Odoo promised for a call when it was made, and whether it was shown."""

from collections import defaultdict
from contextlib import suppress
from datetime import timedelta

from odoo import api, models

from odoo.addons.axivox_caller_id.callerid import dialing
from odoo.addons.axivox_caller_id.callerid.policy import USER
from odoo.addons.axivox_caller_id.models.rows import rows

from .line import decided_by, of_user

# Two logs do not see a call begin at the same moment.
NEAR = timedelta(minutes=1)
OF_PROMISE = (
    "axivox_account_id",
    "caller_id_line",
    "caller_id_user_line",
    "caller_id_promised",
    "caller_id_source",
    "caller_id_rule",
    "caller_id_extension",
    "caller_id_destination",
    "caller_id_verdict",
    "caller_id_reason",
)


class AxivoxCall(models.Model):
    _inherit = "axivox.call"

    @api.model
    def _promises(self, calls, past, widget, homes, meant):
        """Return the values to add about the caller ID of calls.

        :param calls: list of Written
        :param Past past:
        :param dict widget: see `_calls_of_widget`
        :param dict homes: see `_homes`
        :param dict meant: see `_meant`
        :rtype: dict[Written, dict]
        """
        shown = {call: dialing.caller_numbers(call.did or "", homes[call].region) for call in calls}
        ours = self._our_numbers({e164 for numbers in shown.values() for e164 in numbers})
        told = {}
        for call in calls:
            vals = dict.fromkeys(OF_PROMISE, False)
            if call.direction == "outgoing":
                vals |= self._promise(call, past, widget.get(call), shown[call], meant.get(call))
                line = past.line(call)
                vals["axivox_account_id"] = line.account_id if line else homes[call].account_id
            number = self._one_of(shown[call], vals["caller_id_promised"], ours, homes[call])
            vals["axivox_number_id"] = self._at_home(ours.get(number, ()), homes[call])
            vals["caller_id_shown"] = call.direction == "outgoing" and number
            told[call] = vals
        return told

    @api.model
    def _promise(self, call, past, widget_call, shown, answers):
        """Return the values about what was promised for an outgoing call, and the verdict.

        :param Written call:
        :param Past past:
        :param widget_call: the same call in the widget's log, or None
        :param list shown: the E.164 numbers that the shown number can mean
        :param answers: see `_meant`
        """
        told = {}

        def unknown(reason):
            return {**told, "caller_id_verdict": "unknown", "caller_id_reason": reason}

        if not (line := past.line(call)):
            return unknown(past.why_no_line(call))
        told["caller_id_extension"] = line.extension
        if not (policy := past.policy(call)):
            return unknown("not_applied")
        if len({answer.number for _destination, answer in answers}) != 1:
            return unknown("number")
        destination, answer = answers[0]
        told["caller_id_source"] = answer.source
        if destination.kind != dialing.EXTERNAL:
            return unknown(destination.kind)
        told |= {
            "caller_id_promised": answer.number or False,
            "caller_id_rule": answer.rule.prefix if answer.rule else False,
            "caller_id_destination": destination.e164,
        }
        if widget_call and widget_call.caller_id_source in ("rule", "user", "default", "choice"):
            if widget_call.caller_id != answer.number or widget_call.caller_id_source != "rule":
                told["caller_id_rule"] = False
            told |= {
                "caller_id_promised": widget_call.caller_id,
                "caller_id_source": widget_call.caller_id_source,
            }
        if past.is_applying(call):
            return unknown("applying")
        if not shown:
            return unknown("did" if call.did else "no_did")
        kept = told["caller_id_promised"] in shown
        promised = told["caller_id_promised"], told["caller_id_source"]
        if promised == (answer.number, answer.source):
            # A call that would have shown the same number without the line proves nothing about it.
            tells = not kept or (
                policy.number_without(line.extension, destination) != answer.number
            )
            lines = {
                "caller_id_line": tells and decided_by(line.account_id, answer),
                "caller_id_user_line": (tells or answer.source != USER)
                and of_user(line.account_id, line.extension, policy.settings, answer),
            }
            told |= {name: proven and proven.key for name, proven in lines.items()}
        return {**told, "caller_id_verdict": "as_promised" if kept else "different"}

    @api.model
    def _meant(self, calls, past):
        """Return what the dialled numbers of outgoing calls can mean, if the settings of the time
        are known.

        :return: {Written: [(destination, ``policy.CallerId``)], the likeliest first}
        """
        return {
            call: self._answers(call.phone_number, policy, line.extension)
            for call in calls
            if call.direction == "outgoing"
            and (line := past.line(call))
            and (policy := past.policy(call))
        }

    @api.model
    def _answers(self, dialled, policy, extension):
        """Return a list of (destination, ``policy.CallerId``) that a dialled number can mean, the
        likeliest first; a connector may leave out the plus."""
        answers, readings = [], ()
        with suppress(dialing.NotDiallableError):
            readings = dialing.readings(dialled)
        for reading in readings:
            try:
                destination = policy.read(reading)
            except dialing.NotDiallableError:
                continue
            answers.append((destination, policy.caller_id(extension, destination)))
            if destination.kind != dialing.EXTERNAL:
                break
        return answers

    @api.model
    def _our_numbers(self, numbers):
        """Return the incoming numbers of all companies among E.164 numbers.

        :return: {E.164: [(company id, id of the ``axivox.number``)]}
        """
        known, accounts = self.env["axivox.number"], self.env["axivox.account"]
        known = rows(
            known.with_context(active_test=False),
            [("number", "in", [*numbers])],
            ["number", "account_id", "id"],
        )
        companies = {
            one: accounts.browse(one)._company_once() for one in {one for _e164, one, _id in known}
        }
        ours = defaultdict(list)
        for e164, account_id, number_id in known:
            ours[e164].append((companies[account_id], number_id))
        return ours

    @api.model
    def _at_home(self, numbers, home):
        """Return the id of one of our numbers, preferably of this company; False for none."""
        best = max(numbers, key=lambda one: (one[0] == home.company_id, one[1]), default=None)
        return best[1] if best else False

    @api.model
    def _one_of(self, numbers, promised, ours, home):
        """Return which of the possible E.164 numbers is meant, or False for none."""
        if promised in numbers:
            return promised
        return next((number for number in numbers if number in ours), next(iter(numbers), False))

    @api.model
    def _homes(self, calls, past):
        """Return the Home of each call: the company of its extension, its user or its writer.

        :rtype: dict[Written, Home]
        """
        accounts, users = self.env["axivox.account"], self.env["res.users"]
        of_account = {
            one: accounts._home(accounts.browse(one)._company_once())
            for one in {line.account_id for line in map(past.line, calls) if line}
        }
        others = {call.user_id or call.create_uid for call in calls if not past.line(call)}
        users.browse(others).fetch(["company_id"])
        of_others = {user.id: accounts._home(user.company_id.id) for user in users.browse(others)}
        return {
            call: of_account[line.account_id]
            if (line := past.line(call))
            else of_others[call.user_id or call.create_uid]
            for call in calls
        }

    @api.model
    def _calls_of_widget(self, calls, homes):
        """Return {Written: the same call in ``voip_oca``'s log}, if its bridge is installed: a
        number may have been chosen for the call there."""
        if "caller_id_source" not in getattr(self.env.get("voip.call"), "_fields", ()):
            return {}
        calls = [call for call in calls if call.user_id]
        times = [call.when for call in calls]
        if not times:
            return {}
        first, last = min(times) - NEAR, max(times) + NEAR
        reported = self.env["voip.call"].search(
            [
                ("user_id", "in", [*{call.user_id for call in calls}]),
                *("|", "&", ("create_date", ">=", first), ("create_date", "<=", last)),
                *("&", ("start_date", ">=", first), ("start_date", "<=", last)),
            ]
        )
        by_user = reported.grouped(lambda other: other.user_id.id)
        same = {}
        for call in calls:
            near = [
                (min(abs(call.when - time) for time in times), other)
                for other in by_user.get(call.user_id, ())
                if other.type_call == call.direction
                and (times := [*filter(None, (other.create_date, other.start_date))])
            ]
            numbers = near and {*dialing.caller_numbers(call.phone_number, homes[call].region)}
            # One that rang in several browsers was answered in one of them.
            near.sort(key=lambda pair: (pair[1].outcome == "answered_elsewhere", pair[0]))
            for apart, other in near:
                if apart <= NEAR and not numbers.isdisjoint(self._numbers_of(other, homes[call])):
                    same[call] = other
                    break
        return same

    @api.model
    def _numbers_of(self, widget_call, home):
        """Return the E.164 numbers that a number in the widget's log can mean, read in the country
        of the called person."""
        regions = (
            widget_call.partner_id.country_id.code,
            widget_call.logged_lead_id.country_id.code,
            home.region,
        )
        return [
            number
            for region in regions
            for number in dialing.caller_numbers(widget_call.phone_number, region or None)
        ]
