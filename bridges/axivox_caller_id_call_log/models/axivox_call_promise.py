"""What Odoo promised of each call, by what was so when it was made, and whether it was kept."""

from contextlib import suppress
from datetime import timedelta

from odoo import api, models

from odoo.addons.axivox_caller_id.callerid import dialing
from odoo.addons.axivox_caller_id.callerid.policy import USER

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
    "axivox_applied_id",
    "caller_id_verdict",
    "caller_id_reason",
)


class AxivoxCall(models.Model):
    _inherit = "axivox.call"

    def _promises(self, past, widget, homes):
        """
        :param Past past:
        :param dict widget: see `_calls_of_widget`
        :param dict homes: see `_homes`
        :return: {call: values of all that is told of its caller ID}
        """
        shown = {call: call._did_numbers(homes[call]) for call in self}
        ours = self._our_numbers({e164 for numbers in shown.values() for e164 in numbers})
        told = {}
        for call in self:
            vals = dict.fromkeys(OF_PROMISE, False)
            if call.direction == "outgoing":
                vals |= call._promise(past, widget.get(call), shown[call])
                account = past.line(call).account_id or homes[call].axivox_account_id
                vals["axivox_account_id"] = account.id
            number = call._one_of(shown[call], vals["caller_id_promised"], ours, homes[call])
            vals["axivox_number_id"] = number and self._at_home(ours, number, homes[call]).id
            vals["caller_id_shown"] = call.direction == "outgoing" and number
            told[call] = vals
        return told

    def _promise(self, past, widget_call, shown):
        """
        :param Past past:
        :param widget_call: the same call in the widget's log, maybe none
        :param list shown: the E.164 numbers that the one it showed can mean
        :return: the values of an outgoing call that tell what was promised and what became of it
        """
        told = {}

        def unknown(reason):
            return {**told, "caller_id_verdict": "unknown", "caller_id_reason": reason}

        line, applied = past.line(self), past.applied(self)
        if not line:
            return unknown(past.why_no_line(self))
        told |= {"caller_id_extension": line.extension, "axivox_applied_id": applied.id}
        if not (policy := past.policy(self)):
            return unknown("not_applied")
        answers = self._answers(policy, line.extension)
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
        if past.is_applying(self):
            return unknown("applying")
        if not shown:
            return unknown("did" if self._did() else "no_did")
        kept = told["caller_id_promised"] in shown
        promised = told["caller_id_promised"], told["caller_id_source"]
        if promised == (answer.number, answer.source):
            # One that would have shown the same without the line proves nothing of it.
            tells = not kept or (
                policy.number_without(line.extension, destination) != answer.number
            )
            account = line.account_id
            lines = {
                "caller_id_line": tells and decided_by(account, answer),
                "caller_id_user_line": (tells or answer.source != USER)
                and of_user(account, line.extension, policy.settings, answer),
            }
            told |= {name: proven and proven.key for name, proven in lines.items()}
        return {**told, "caller_id_verdict": "as_promised" if kept else "different"}

    def _answers(self, policy, extension):
        """:return: (destination, ``policy.CallerId``) of what the dialled number can mean, the
        likeliest first: a connector may leave out the plus
        """
        answers, readings = [], ()
        with suppress(dialing.NotDiallableError):
            readings = dialing.readings(self.phone_number)
        for reading in readings:
            try:
                destination = policy.read(reading)
            except dialing.NotDiallableError:
                continue
            answers.append((destination, policy.caller_id(extension, destination)))
            if destination.kind != dialing.EXTERNAL:
                break
        return answers

    def _did(self):
        return self._keeps_did() and self.did

    def _did_numbers(self, home):
        """:return: the E.164 numbers that our number of the call can mean, the likeliest first"""
        return dialing.caller_numbers(self._did() or "", home.country_id.code or None)

    @api.model
    def _our_numbers(self, numbers):
        """
        :param numbers: E.164 numbers
        :return: {E.164: the ``axivox.number`` records, of any company}
        """
        known = self.env["axivox.number"].with_context(active_test=False)
        # The name is for the chatter: there they are looked at one by one.
        told = ["number", "name", "account_id"]
        return known.search_fetch([("number", "in", [*numbers])], told).grouped("number")

    @api.model
    def _at_home(self, ours, e164, home):
        """:return: that number of ours, maybe none; of this company rather than of another"""
        numbers = ours.get(e164, self.env["axivox.number"])
        return numbers.sorted(lambda number: (number.company_id != home, -number.id))[:1]

    @api.model
    def _one_of(self, numbers, promised, ours, home):
        """:return: of what a number can mean, what it means: E.164, or False for nothing"""
        if promised in numbers:
            return promised
        return next((number for number in numbers if number in ours), next(iter(numbers), False))

    def _homes(self, past):
        """:return: {call: the company whose it is: the one of the extension, of the user, or of
        who wrote the call}
        """
        return {
            call: past.line(call).account_id.company_id
            or call.user_id.company_id
            or self.env.company
            for call in self
        }

    def _calls_of_widget(self, past, homes):
        """:return: {call: the same call in the log of ``voip_oca``}, where that is installed with
        its bridge: there a number may have been chosen for a call
        """
        if "caller_id_source" not in getattr(self.env.get("voip.call"), "_fields", ()):
            return {}
        calls = self.filtered("user_id")
        times = [past.when(call) for call in calls]
        if not times:
            return {}
        first, last = min(times) - NEAR, max(times) + NEAR
        reported = self.env["voip.call"].search(
            [
                ("user_id", "in", calls.user_id.ids),
                *("|", "&", ("create_date", ">=", first), ("create_date", "<=", last)),
                *("&", ("start_date", ">=", first), ("start_date", "<=", last)),
            ]
        )
        by_user = reported.grouped("user_id")
        same = {}
        for call in calls:
            numbers = {
                *dialing.caller_numbers(call.phone_number, homes[call].country_id.code or None)
            }
            near = [
                (min(abs(past.when(call) - time) for time in times), other)
                for other in by_user.get(call.user_id, ())
                if other.type_call == call.direction
                and (times := [*filter(None, (other.create_date, other.start_date))])
            ]
            for apart, other in sorted(near, key=lambda pair: pair[0]):
                if apart <= NEAR and not numbers.isdisjoint(self._numbers_of(other, homes[call])):
                    same[call] = other
                    break
        return same

    @api.model
    def _numbers_of(self, widget_call, home):
        """:return: the E.164 numbers that a number in the widget's log can mean: it is read in the
        country of who is called
        """
        countries = (
            widget_call.partner_id.country_id,
            widget_call.logged_lead_id.country_id,
            home.country_id,
        )
        return [
            number
            for country in countries
            for number in dialing.caller_numbers(widget_call.phone_number, country.code or None)
        ]
