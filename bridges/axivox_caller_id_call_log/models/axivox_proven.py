"""What calls prove or contradict of the settings: of a rule, a user's own number, the default."""

from collections import defaultdict
from datetime import timedelta
from itertools import pairwise
from operator import itemgetter

from odoo import api, fields, models, tools
from odoo.fields import Domain
from odoo.tools import format_datetime, formatLang

from odoo.addons.axivox_caller_id.callerid import changes
from odoo.addons.axivox_caller_id.callerid.policy import Rule, Settings

from .line import Line

PROVEN_FOR = timedelta(days=90)  # older calls prove nothing
PROVEN, CONTRADICTED, NOT_YET = "proven", "contradicted", "none"


class AxivoxProven(models.AbstractModel):
    """A part of the settings that calls can prove."""

    _name = "axivox.proven"
    _description = "What calls prove of the settings of an Axivox account"

    proof = fields.Selection(
        [(PROVEN, "Proven"), (CONTRADICTED, "Contradicted"), (NOT_YET, "No call yet")],
        compute="_compute_proof",
        search="_search_proof",
        groups="axivox_caller_id.group_editor",
        help="Proven: since this was applied, and within the last 90 days, a call showed this "
        "number that would have shown another one without this setting. Contradicted: the last "
        "call that should have shown it showed another one.",
    )
    proof_in_words = fields.Char(
        string="What calls showed",
        compute="_compute_proof",
        groups="axivox_caller_id.group_editor",
    )

    @api.depends_context("lang", "tz", "uid")
    def _compute_proof(self):
        self.update({"proof": False, "proof_in_words": False})
        for account in self._proven_account():
            lines = self._lines(account)
            proofs = account._proofs(lines.values())
            for record, line in lines.items():
                record.proof, record.proof_in_words = proofs[line]

    def _search_proof(self, operator, value):
        if operator != "in":
            return NotImplemented
        account = self.env.companies.axivox_account_id
        records = self.search(
            [("id" if self._name == account._name else "account_id", "in", account.ids)]
        )
        return Domain("id", "in", records.filtered(lambda record: record.proof in value).ids)

    def _proven_account(self):
        return self.account_id

    def _lines(self, account):
        """Return {record of this account: its Line}, of those that Axivox runs on."""
        raise NotImplementedError


class AxivoxOutgoingRule(models.Model):
    _name = "axivox.outgoing.rule"
    _inherit = ["axivox.outgoing.rule", "axivox.proven"]

    def _lines(self, account):
        applied = set(account._settings("applied").rules)
        return {
            rule: Line(account.id, ("rule", rule.destination_prefix), rule.number_id.number)
            for rule in self
            if rule.account_id == account
            and Rule(rule.destination_prefix, rule.number_id.number) in applied
        }


class AxivoxExtension(models.Model):
    _name = "axivox.extension"
    _inherit = ["axivox.extension", "axivox.proven"]

    def _lines(self, account):
        applied = account._settings("applied").extensions
        return {
            extension: Line(account.id, ("extension", extension.number), number)
            for extension in self
            if extension.account_id == account
            and applied.get(extension.number)
            == (number := extension.outgoing_number_id.number or None)
        }


class AxivoxAccount(models.Model):
    _name = "axivox.account"
    _inherit = ["axivox.account", "axivox.proven"]

    proof = fields.Selection(string="Proof of the default outgoing number")
    proof_in_words = fields.Char(string="What calls showed of the default outgoing number")

    def _proven_account(self):
        return self

    def _lines(self, account):
        number = account.default_outgoing_number_id.number
        is_applied = number and account._settings("applied").default == number
        return {account: Line(account.id, ("default", None), number)} if is_applied else {}

    def _proofs(self, lines):
        """Return {Line: (its ``proof``, and that in words)}."""
        starts, long_ago = self._line_starts(), fields.Datetime.now() - PROVEN_FOR
        # sudo: only counts and times, for those who may save the settings
        calls = self.env["axivox.call"].sudo()
        by_query = defaultdict(list)
        for line in lines:
            kind, _subject = line.setting
            name = "caller_id_user_line" if kind == "extension" else "caller_id_line"
            by_query[name, max(starts.get(line.setting, long_ago), long_ago)].append(line)
        last_calls = {}
        for (name, since), same in by_query.items():
            domain = [(name, "in", [line.key for line in same]), ("start_date", ">=", since)]
            for key, verdict, last, count in calls._read_group(
                domain, [name, "caller_id_verdict"], ["start_date:max", "__count"]
            ):
                last_calls[key, verdict] = last, count
        return {
            line: self._proof(
                last_calls.get((line.key, "as_promised")), last_calls.get((line.key, "different"))
            )
            for line in lines
        }

    def _proof(self, proving, contradicting):
        """Return the ``proof`` of a line, and that in words, the last call first.

        :param proving: (time of the last, count) of the calls that prove the line, or None
        :param contradicting: the same for those that contradict it
        """

        def contradicted(time, count, written):
            if count == 1:
                return self.env._("Contradicted by a call on %s", time)
            return self.env._(
                "Contradicted by %(count)s calls, the last on %(time)s", count=written, time=time
            )

        def proven(time, count, written):
            if count == 1:
                return self.env._("Proven by a call on %s", time)
            return self.env._(
                "Proven by %(count)s calls, the last on %(time)s", count=written, time=time
            )

        evidence = [(*contradicting, CONTRADICTED, contradicted)] if contradicting else []
        evidence += [(*proving, PROVEN, proven)] if proving else []
        if not evidence:
            return NOT_YET, self.env._("No call yet")
        evidence.sort(key=itemgetter(0), reverse=True)
        sentences = [
            sentence(
                format_datetime(self.env, last, dt_format="medium"),
                count,
                formatLang(self.env, count, 0),
            )
            for last, count, _proof, sentence in evidence
        ]
        return evidence[0][2], "; ".join(sentences)

    def _line_starts(self):
        """Return {setting: since when it is as it is now}, of those applied within
        ``PROVEN_FOR``."""
        newest = self._last_applied()
        return self._line_starts_at(newest.id) if newest else {}

    @tools.ormcache("self.id", "newest_id")
    def _line_starts_at(self, newest_id):
        long_ago, starts = fields.Datetime.now() - PROVEN_FOR, {}
        # sudo: see _settings
        history = self.env["axivox.applied"].sudo()
        mine = [("account_id", "=", self.id), ("id", "<=", newest_id)]
        recent = history.search([*mine, ("create_date", ">=", long_ago)])
        before = history.search([*mine, ("create_date", "<", long_ago)], limit=1)
        versions = recent + before
        for newer, older in pairwise(versions):
            after, before = (entry._read_settings() or Settings() for entry in (newer, older))
            for change in changes.difference(before, after):
                starts.setdefault(change.setting, newer.create_date)
        return starts
