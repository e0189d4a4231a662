"""What calls prove of the settings, or contradict: a rule, a user's own number, the default."""

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

PROVEN_FOR = timedelta(days=90)  # what was shown longer ago proves nothing any more
PROVEN, CONTRADICTED, NOT_YET = "proven", "contradicted", "none"


class AxivoxProven(models.AbstractModel):
    """Part of the settings that calls prove."""

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
        """:return: {record of this account: its Line}, of those that Axivox runs on"""
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
        """
        :return: {Line: what calls prove of it, and that in words}
        """
        starts, long_ago = self._line_starts(), fields.Datetime.now() - PROVEN_FOR
        # sudo: that calls were made, and when, is told to who may save the settings; not by whom
        calls = self.env["axivox.call"].sudo()
        alike = defaultdict(list)
        for line in lines:
            kind, _subject = line.setting
            name = "caller_id_user_line" if kind == "extension" else "caller_id_line"
            alike[name, max(starts.get(line.setting, long_ago), long_ago)].append(line)
        heard = {}
        for (name, since), same in alike.items():
            domain = [(name, "in", [line.key for line in same]), ("start_date", ">=", since)]
            for key, verdict, last, count in calls._read_group(
                domain, [name, "caller_id_verdict"], ["start_date:max", "__count"]
            ):
                heard[key, verdict] = last, count
        return {
            line: self._proof(
                heard.get((line.key, "as_promised")), heard.get((line.key, "different"))
            )
            for line in lines
        }

    def _proof(self, kept, different):
        """
        :param kept: (time of the last, how many) of the calls that prove a line, or None
        :param different: the same of those that contradict it
        :return: the ``proof``, and that in words, the last call first
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

        heard = [(*different, CONTRADICTED, contradicted)] if different else []
        heard += [(*kept, PROVEN, proven)] if kept else []
        if not heard:
            return NOT_YET, self.env._("No call yet")
        heard.sort(key=itemgetter(0), reverse=True)
        said = [
            say(
                format_datetime(self.env, last, dt_format="medium"),
                count,
                formatLang(self.env, count, 0),
            )
            for last, count, _proof, say in heard
        ]
        return heard[0][2], "; ".join(said)

    def _line_starts(self):
        """:return: {setting: since when it is as it is now}, of those that were applied within the
        time in which calls prove anything
        """
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
            for change in changes.difference(older._read_settings(), newer._read_settings()):
                starts.setdefault(change.setting, newer.create_date)
        return starts


class AxivoxApplied(models.Model):
    _inherit = "axivox.applied"

    def _read_settings(self):
        """:return: the settings that were applied; none, where what is stored is damaged
        :rtype: policy.Settings
        """
        try:
            return Settings.from_json(self.settings)
        except ValueError:
            return Settings()
