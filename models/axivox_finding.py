"""A problem with a number, a user or a rule: since when it is known, and who accepted it."""

from collections import Counter
from datetime import timedelta

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import formatLang

from .. import messages
from . import actions

NEW_FOR = timedelta(days=7)


class AxivoxFinding(models.Model):
    """Problems are always derived (`_problems` of the records). Stored is only what cannot be: when
    one was first seen, and that somebody accepted it."""

    _name = "axivox.finding"
    _description = "Finding in the settings of an Axivox account"
    _inherit = ["axivox.guarded"]
    _order = "create_date desc, id"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="account_id.company_id")
    # Lists that are grouped by the cause have this order.
    cause = fields.Selection(
        [
            ("extension_emergency", "Extensions that are emergency numbers"),
            ("extension_of_archived_user", "Extensions of archived Odoo users"),
            ("extension_second", "Odoo users with more than one extension"),
            ("number_archived", "Archived numbers that are still in use"),
            ("number_broken", "Numbers that are not telephone numbers"),
            ("number_reaches_nobody", "Shown numbers where callers reach no one"),
            (
                "rule_behind_another",
                "Rules that never match because an earlier rule takes their calls",
            ),
            ("rule_matches_nothing", "Rules that never match any telephone number"),
        ],
        required=True,
        readonly=True,
    )
    # One of these three is set: the record that the cause is about.
    number_id = fields.Many2one(
        "axivox.number", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    extension_id = fields.Many2one(
        "axivox.extension",
        string="User",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    rule_id = fields.Many2one(
        "axivox.outgoing.rule", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    name = fields.Char(string="Subject", compute="_compute_name", search="_search_name")
    message = fields.Text(string="What is wrong", compute="_compute_message")
    advice = fields.Text(string="What to do", compute="_compute_advice")
    create_date = fields.Datetime(string="First seen", readonly=True)
    is_new = fields.Boolean(
        string="New",
        compute="_compute_is_new",
        search="_search_is_new",
        help="First seen within the last 7 days.",
    )
    mark = fields.Char(compute="_compute_is_new", help="New: first seen within the last 7 days.")
    accepted_by_id = fields.Many2one("res.users", string="Accepted by", readonly=True)
    accepted_on = fields.Datetime(string="Accepted on", readonly=True)
    reason = fields.Text(readonly=True, help="Why this is accepted.")

    _subject_unique = models.UniqueIndex("(cause, COALESCE(number_id, extension_id, rule_id))")

    @api.depends("number_id.display_name", "extension_id.display_name", "rule_id.display_name")
    @api.depends_context("lang")
    def _compute_name(self):
        for finding in self:
            finding.name = finding._subject().display_name

    def _search_name(self, operator, value):
        found = Domain.FALSE
        for name in self._subject_fields().values():
            # Archived numbers have findings too.
            records = self.env[self._fields[name].comodel_name].with_context(active_test=False)
            found |= Domain(name, "in", records._search([("display_name", operator, value)]))
        return found

    @api.depends("number_id.warning", "extension_id.warning", "rule_id.warning")
    @api.depends_context("lang", "uid")
    def _compute_message(self):
        said = {}
        for name in self._subject_fields().values():
            said |= {(record, cause): say for record, cause, say in self[name]._problems()}
        for finding in self:
            say = said.get((finding._subject(), finding.cause))
            finding.message = say and say()

    @api.depends("cause")
    @api.depends_context("lang")
    def _compute_advice(self):
        for finding in self:
            finding.advice = messages.advice(self.env, finding.cause)

    @api.depends("create_date")
    @api.depends_context("lang")
    def _compute_is_new(self):
        since = fields.Datetime.now() - NEW_FOR
        for finding in self:
            finding.is_new = finding.create_date and finding.create_date >= since
            finding.mark = finding.is_new and self.env._("New")

    def _search_is_new(self, operator, value):
        if operator != "in":
            return NotImplemented
        since = fields.Datetime.now() - NEW_FOR
        return Domain("create_date", ">=" if True in value else "<", since)

    @api.model
    def web_read_group(self, *args, **kwargs):
        """Read groups of the problems that exist now."""
        self._refresh_shown()
        return super().web_read_group(*args, **kwargs)

    @api.model
    def web_search_read(self, *args, **kwargs):
        """Read the problems that exist now."""
        self._refresh_shown()
        return super().web_search_read(*args, **kwargs)

    # Odoo's own methods run in a read-only transaction; these refresh the records first.
    web_read_group._readonly = web_search_read._readonly = False

    def action_open(self):
        """Return the action that opens the number, user or rule concerned."""
        self.ensure_one()
        return actions.form(self._subject())

    def action_accept(self):
        """Return the action of the dialog that asks why these are accepted."""
        self.account_id.check_access("write")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id.axivox_finding_accept_action"
            ),
            "context": {"default_finding_ids": self.ids},
        }

    def action_take_back(self):
        """Withdraw the acceptance of these."""
        self._write_acceptance({"accepted_by_id": False, "accepted_on": False, "reason": False})

    def _accept(self, reason):
        """Accept these. What was accepted before keeps its reason.

        :raises UserError: without a reason
        """
        if not (reason := (reason or "").strip()):
            raise UserError(self.env._("Enter the reason for accepting it."))
        new = self.filtered(lambda finding: not finding.accepted_on)
        accepted = {"accepted_by_id": self.env.uid, "accepted_on": fields.Datetime.now()}
        new._write_acceptance({**accepted, "reason": reason})

    def _write_acceptance(self, vals):
        """Write the fields of an acceptance.

        :raises AccessError: if the user may not save the settings
        """
        self.account_id.check_access("write")
        # sudo: only this method writes findings for a user, and only these fields
        self.sudo().write(vals)

    @api.model
    def _subject_fields(self):
        """Return {model: the field for one of its records}."""
        names = ("number_id", "extension_id", "rule_id")
        return {self._fields[name].comodel_name: name for name in names}

    def _subject(self):
        return self.number_id or self.extension_id or self.rule_id

    @api.model
    def _findings_by_problem(self, account):
        """Return {(cause, record): its finding}."""
        names = ["cause", "accepted_on", "create_date", *self._subject_fields().values()]
        kept = self.search_fetch([("account_id", "=", account.id)], names)
        return {(finding.cause, finding._subject()): finding for finding in kept}

    @api.model
    def _refresh_shown(self):
        self.check_access("read")
        self._refresh(self.env.companies.axivox_account_id)

    @api.model
    def _refresh(self, accounts):
        """Store the problems that exist now, and delete those that are gone: if one comes back, it
        is new.

        :raises ConcurrencyError: if another transaction did so meanwhile; Odoo repeats the request
        """
        # sudo: findings are written by the server only
        findings = self.sudo()._in_server_context()
        by_model = self._subject_fields()
        for account in accounts.with_env(findings.env):
            kept = findings._findings_by_problem(account)
            wrong = dict.fromkeys((cause, record) for record, cause, _ in account._problems())
            findings.union(*(kept[key] for key in kept.keys() - wrong)).unlink()
            new = [
                {"account_id": account.id, "cause": cause, by_model[record._name]: record.id}
                for cause, record in wrong
                if (cause, record) not in kept
            ]
            try:
                with self.env.cr.savepoint():
                    findings.create(new)
            except UniqueViolation as error:
                raise ConcurrencyError("axivox.finding") from error

    @api.model
    def _cron_refresh(self):
        """Store new problems daily, so that they have a date even if nobody opens the list."""
        accounts = self.env["axivox.account"].search([("active", "=", True)])
        for account in accounts:
            self.env["axivox.sync"]._retry(lambda a=account: self._refresh(a.exists()))

    @api.model
    def _warnings_of(self, account):
        """Yield (message, action of the list) for each cause with problems that nobody accepted."""
        kept, since = self._findings_by_problem(account), fields.Datetime.now() - NEW_FOR
        to_do, new = Counter(), Counter()
        for record, cause, _say in account._problems():
            finding = kept.get((cause, record))
            if not finding or not finding.accepted_on:
                to_do[cause] += 1
                new[cause] += not finding or finding.create_date >= since
        for cause, title in self._fields["cause"]._description_selection(self.env):
            if count := to_do[cause]:
                message = self.env._(
                    "%(cause)s: %(count)s", cause=title, count=self._format_count(count)
                )
                if new[cause]:
                    message = self.env._(
                        "%(counted)s (%(count)s new)",
                        counted=message,
                        count=self._format_count(new[cause]),
                    )
                yield (
                    message,
                    {
                        "xml_id": "axivox_caller_id.axivox_finding_action",
                        "context": {
                            "search_default_account_id": account.id,
                            "search_default_cause": cause,
                            "search_default_to_do": 1,
                        },
                    },
                )

    @api.model
    def _format_count(self, count):
        return formatLang(self.env, count, 0)
