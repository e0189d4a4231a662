"""How many calls showed what was promised, and whether calls prove the changes that were applied
last."""

from datetime import timedelta

from odoo import api, fields, models, tools
from odoo.tools import format_datetime, formatLang

from odoo.addons.axivox_caller_id.messages import and_more
from odoo.addons.axivox_caller_id.models import actions

from .axivox_proven import PROVEN
from .line import Line
from .past import Home

COUNTED_FOR = timedelta(days=30)
NAMED = 5  # lines that no call proves yet
FORGOTTEN_AFTER = timedelta(hours=1)  # a list of steps by hand that nobody confirmed


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    calls_in_words = fields.Char(
        string="Outgoing calls",
        compute="_compute_calls_in_words",
        groups="axivox_caller_id.group_editor",
    )
    last_changes_proof = fields.Char(
        string="What calls showed of the last changes",
        compute="_compute_last_changes_proof",
        groups="axivox_caller_id.group_editor",
    )

    @api.depends_context("lang", "uid")
    def _compute_calls_in_words(self):
        # sudo: only counts, for those who may save the settings
        calls = self.env["axivox.call"].sudo()
        for account in self:
            counts = dict(
                calls._read_group(account._counted_calls(), ["caller_id_verdict"], ["__count"])
            )
            account.calls_in_words = account._counts_in_words(counts)

    @api.depends("applied_settings")
    @api.depends_context("lang", "tz", "uid")
    def _compute_last_changes_proof(self):
        for account in self:
            account.last_changes_proof = account._last_changes_proof()

    def action_open_calls(self):
        """Return the action of the calls that `calls_in_words` counts, filtered by the verdict that
        the button names in the context. Each reader sees the calls that the log shows them."""
        verdict = self.env.context.get("caller_id_verdict")
        return self._open_calls(self._counted_calls(), verdict)

    def _open_calls(self, domain, verdict):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id_call_log.axivox_call_action"
            ),
            "domain": domain,
            "context": {f"search_default_caller_id_{verdict}": 1} if verdict else {},
        }

    @api.model
    def _counts_in_words(self, counts):
        """Return how many calls showed what was promised, in words.

        :param dict counts: {verdict: number of calls}
        """
        if not (total := sum(counts.values())):
            return self.env._("No outgoing call in the last 30 days")
        written = {
            verdict: formatLang(self.env, counts.get(verdict, 0), 0)
            for verdict in ("as_promised", "different", "unknown")
        }
        if total == 1:
            return self.env._(
                "Last 30 days: 1 outgoing call, %(as_promised)s as promised, %(different)s not, "
                "%(unknown)s not known",
                **written,
            )
        return self.env._(
            "Last 30 days: %(all)s outgoing calls, %(as_promised)s as promised, %(different)s not, "
            "%(unknown)s not known",
            all=formatLang(self.env, total, 0),
            **written,
        )

    def _counted_calls(self):
        since = fields.Datetime.to_string(fields.Datetime.now() - COUNTED_FOR)
        return [("axivox_account_id", "in", self._origin.ids), ("start_date", ">=", since)]

    def _last_changes_proof(self):
        """Return a sentence on which lines of the last apply are proven by calls; False for
        none."""
        applied = self._last_applied()
        lines = [
            line
            for setting, start in self._line_starts().items()
            if start == applied.create_date and (line := self._line_of(setting))
        ]
        if not lines:
            return False
        proofs = self._proofs(lines)
        left = [line for line in lines if proofs[line][0] != PROVEN]
        sentence = self.env._(
            "Settings that were changed on %(time)s: %(count)s; proven by calls since: %(proven)s.",
            count=formatLang(self.env, len(lines), 0),
            time=format_datetime(self.env, applied.create_date, dt_format="medium"),
            proven=formatLang(self.env, len(lines) - len(left), 0),
        )
        if not left:
            return sentence
        extensions = self._names()
        names = [
            {
                "rule": lambda subject: self.env._("Rule %s", subject),
                "extension": lambda subject: extensions.get(subject, subject),
                "default": lambda _subject: self.env._("Default outgoing number"),
            }[kind](subject)
            for kind, subject in (line.setting for line in left[:NAMED])
        ]
        named = ", ".join(and_more(self.env, names, len(left) - NAMED))
        return f"{sentence} {self.env._('Not yet: %s', named)}"

    def _line_of(self, setting):
        """Return the Line of a setting that Axivox runs on; None if it shows no number, or
        no longer exists."""
        applied, (kind, subject) = self._settings("applied"), setting
        if kind == "extension" and subject in applied.extensions:
            return Line(self.id, setting, applied.extensions[subject])
        rules = (rule.number for rule in applied.rules if rule.prefix == subject)
        number = {"rule": next(rules, None), "default": applied.default}.get(kind)
        return number and Line(self.id, setting, number)

    def _settings_warnings(self):
        yield from super()._settings_warnings()
        if not self.env["axivox.call"]._keeps_did():
            message = self.env._(
                "Axivox's call log in Odoo is an older version, which does not keep the number a "
                "call showed. Update the addon “axivox” to see whether calls are as promised."
            )
            yield message, None
        if self.has_access("write"):
            yield from self._forgotten_list_warnings()

    def _forgotten_list_warnings(self):
        manual = self.env["axivox.manual.apply"].search(
            [
                ("account_id", "=", self.id),
                ("state", "=", "open"),
                ("create_date", "<", fields.Datetime.now() - FORGOTTEN_AFTER),
            ],
            limit=1,
        )
        if not manual:
            return
        # sudo: as in _compute_calls_in_words
        calls = self.env["axivox.call"].sudo()
        count = calls.search_count(
            [
                ("axivox_account_id", "=", self.id),
                ("caller_id_verdict", "=", "unknown"),
                ("start_date", ">=", manual.create_date),
                ("caller_id_reason", "=", "applying"),
            ]
        )
        if count:
            message = self.env._(
                "%(user)s started applying changes by hand on %(time)s and has not confirmed it "
                "yet: it is not known whether the calls since then were as promised (%(count)s).",
                user=manual.create_uid.name,
                time=format_datetime(self.env, manual.create_date, dt_format="medium"),
                count=formatLang(self.env, count, 0),
            )
            yield message, actions.form(manual)

    @tools.ormcache("self.id")
    def _company_once(self):
        """Return the id of the account's company, which never changes."""
        return self.company_id.id

    @api.model
    def _home(self, company_id):
        """Return the Home of a company, from the cache if it is valid."""
        find = self._find_home if self._are_answers_changing() else self._find_home_once
        return find(company_id)

    @api.model
    @tools.ormcache("company_id")
    def _find_home_once(self, company_id):
        return self._find_home(company_id)

    @api.model
    def _find_home(self, company_id):
        # sudo: for the values that Odoo adds to calls, see `axivox.call._for_odoo`
        company = self.env["res.company"].sudo().browse(company_id)
        return Home(company_id, company.country_id.code or None, company.axivox_account_id.id)
