"""Tries many calls at once: which number each shows, now and after *Apply changes*."""

import base64
from typing import NamedTuple

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from odoo.addons.web.controllers.export import CSVExport

from .. import messages
from ..models.axivox_account_resolution import Resolution

MOST_CALLS = 200_000  # 100 destinations of 2,000 users
MOST_LINES = 2000
LISTED = 200  # calls; all of them are in the CSV


class Call(NamedTuple):
    extension: models.Model
    now: Resolution
    after: Resolution

    @property
    def is_different(self):
        return self.now.caller_id.number != self.after.caller_id.number


class AxivoxTryMany(models.TransientModel):
    _name = "axivox.try.many"
    _description = "Try many calls"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one(
        "axivox.account",
        required=True,
        default=lambda self: self._picked().account_id[:1] or self.env.company.axivox_account_id,
    )
    text = fields.Text(string="Destinations", help="Numbers to call, one per line, in any form.")
    country_id = fields.Many2one(
        "res.country",
        help="Of the leads or contacts that are called: how national numbers are read. Without "
        "it they are read as dialled by hand.",
    )
    all_users = fields.Boolean(string="All users")
    extension_ids = fields.Many2many(
        "axivox.extension",
        string="Users",
        domain="[('account_id', '=', account_id)]",
        default=lambda self: self._picked(),
        help="Who calls. In the list of users, tick some and choose Try calls among the actions.",
    )
    team_ids = fields.Many2many(
        "crm.team",
        string="Sales teams",
        help="Each of their members who has an extension calls.",
    )
    errors = fields.Text(string="Lines that are no numbers", compute="_compute_result")
    result = fields.Json(compute="_compute_result")
    csv = fields.Binary(string="Calls as CSV", compute="_compute_csv")

    @api.depends("account_id", "text", "country_id", "all_users", "extension_ids", "team_ids")
    @api.depends_context("lang", "uid")
    def _compute_result(self):
        for wizard in self:
            destinations, errors = wizard._destinations()
            callers = wizard._callers()
            wizard.errors = "\n".join(errors)
            wizard.result = wizard._result(callers, destinations)

    @api.depends_context("lang")
    def _compute_csv(self):
        titles = [
            self.env._("Extension"),
            self.env._("User"),
            self.env._("Destination"),
            self.env._("Shown now"),
            self.env._("Decided now by"),
            self.env._("Shown after Apply changes"),
            self.env._("Decided after Apply changes by"),
            self.env._("Changes"),
        ]
        for wizard in self:
            destinations, _errors = wizard._destinations()
            callers = wizard._callers()
            if wizard._too_many(callers, destinations):
                destinations = []
            rows = [
                [
                    call.extension.number,
                    call.extension.name,
                    row["destination"],
                    *row["now"],
                    *row["after"],
                    "x" if call.is_different else "",
                ]
                for call, row in wizard._rows(wizard._calls(callers, destinations))
            ]
            content = CSVExport().from_data(titles, titles, rows)
            wizard.csv = base64.b64encode(content.encode())

    def action_download(self):
        """Return the action that downloads all calls as CSV."""
        self.ensure_one()
        self.check_access("read")
        url = f"/web/content/{self._name}/{self.id}/csv/axivox-calls.csv?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    @api.model
    def _picked(self):
        """Return the users that were ticked in their list."""
        picked = self.env["axivox.extension"]
        if self.env.context.get("active_model") == picked._name:
            picked = picked.browse(self.env.context.get("active_ids", []))
        return picked

    def _callers(self):
        """Return the extensions that call, each once, in order."""
        extensions = self.env["axivox.extension"]
        mine = [("account_id", "=", self.account_id.id)]
        if self.all_users:
            return extensions.search(mine)
        account, teams = self.account_id, self.team_ids._origin
        of_teams = extensions._members_by_team(account, teams)
        chosen = self.extension_ids._origin.union(*of_teams.values())
        return chosen.filtered(lambda extension: extension.account_id == account).sorted()

    def _destinations(self):
        """Parse the lines.

        :return: pairs of Resolutions without a caller, by the applied and by the saved settings,
            each destination once; and a sentence for each invalid line
        """
        lines = [line for line in (self.text or "").splitlines() if line.strip()]
        if len(lines) > MOST_LINES:
            most = formatLang(self.env, MOST_LINES, 0)
            return [], [self.env._("Paste at most %s numbers at a time.", most)]
        destinations, errors = {}, {}
        for line in lines:
            try:
                sides = self.account_id._resolve(
                    False, line, self.country_id.id, "applied", "saved"
                )
            except UserError as error:
                errors[line] = str(error)
            else:
                read = [side.destination for side in sides]
                destinations.setdefault(tuple((d.kind, d.e164 or d.dialled) for d in read), sides)
        return list(destinations.values()), list(errors.values())

    def _too_many(self, callers, destinations):
        """Return a sentence if these are more calls than can be tried at a time, else an empty
        string."""
        if len(callers) * len(destinations) <= MOST_CALLS:
            return ""
        calls, most = (
            formatLang(self.env, count, 0)
            for count in (len(callers) * len(destinations), MOST_CALLS)
        )
        return self.env._(
            "These are %(calls)s calls: try at most %(most)s at a time.", calls=calls, most=most
        )

    def _result(self, callers, destinations):
        """Return the value of the widget ``axivox_try_many``: ``hint`` if there are no rows, else
        ``summary``, ``never_applied`` and ``rows`` (see `_rows`)."""
        if not destinations:
            return {"hint": self.env._("Paste the numbers to call, one per line."), "rows": []}
        if not callers:
            return {"hint": self._no_callers_hint(), "rows": []}
        if hint := self._too_many(callers, destinations):
            return {"hint": hint, "rows": []}
        calls = self._calls(callers, destinations)
        may_keep = self.account_id._may_keep()
        rows = []
        for call, row in self._rows(calls[:LISTED]):
            keep = may_keep and self.account_id._as_test_case(call.extension.id, call.after)
            rows.append({**row, "is_different": call.is_different, "keep": keep})
        return {
            "summary": self._summary(calls),
            "never_applied": destinations[0][0].prepared.never_applied,
            "rows": rows,
        }

    def _no_callers_hint(self):
        if self.team_ids or self.extension_ids:
            return self.env._("None of these has an active extension: nobody is asked about.")
        return self.env._("Nobody is asked about yet: pick users or sales teams.")

    def _summary(self, calls):
        different, total, listed = (
            formatLang(self.env, count, 0)
            for count in (sum(call.is_different for call in calls), len(calls), LISTED)
        )
        sentences = [
            self.env._(
                "%(different)s of %(total)s calls show another number after Apply changes.",
                different=different,
                total=total,
            )
        ]
        if len(calls) > LISTED:
            sentences.append(
                self.env._("The first %s are listed; all of them are in the CSV.", listed)
            )
        return " ".join(sentences)

    @api.model
    def _calls(self, callers, destinations):
        """Return every call, first those that *Apply changes* makes show another number.

        :rtype: list[Call]
        """
        extensions = [(extension, extension.number) for extension in callers]
        calls = []
        for sides in destinations:
            # Users with the same outgoing number, or with none, get the same answer.
            known = {}
            own = [side.prepared.policy.settings.extensions for side in sides]
            for extension, number in extensions:
                key = own[0].get(number), own[1].get(number)
                if key not in known:
                    known[key] = [
                        side._replace(
                            caller_id=side.prepared.policy.caller_id(number, side.destination)
                        )
                        for side in sides
                    ]
                calls.append(Call(extension, *known[key]))
        return sorted(calls, key=lambda call: not call.is_different)

    def _rows(self, calls):
        """Yield (call, dict) for each: ``user``, ``destination``, and ``now`` and ``after``, each
        the number shown and what decided it, as people read them."""
        said = {}

        def in_words(function, about):
            key = function, about
            if key not in said:
                said[key] = function(self.env, about)
            return said[key]

        for call in calls:
            answers = {
                name: [
                    in_words(messages.shown, side.caller_id),
                    in_words(messages.decided_by, side.caller_id),
                ]
                for name, side in (("now", call.now), ("after", call.after))
            }
            yield (
                call,
                {
                    "user": call.extension.display_name,
                    "destination": in_words(messages.destination, call.after.destination),
                    **answers,
                },
            )
