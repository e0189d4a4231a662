"""An account's settings, how they differ from what runs at Axivox, and what is wrong with them."""

from collections import defaultdict
from dataclasses import replace

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from .. import messages
from ..callerid import changes, dialing
from ..callerid.policy import Rule, Settings
from . import actions
from .document import Document
from .rows import rows

NAMED_CHANGES = 5  # of the console's, in one warning


class AxivoxAccount(models.Model):
    _name = "axivox.account"
    _description = "Axivox Account"
    _inherit = ["axivox.connection", "mail.thread"]
    _rec_name = "company_id"
    _immutable_fields = frozenset({"company_id"})

    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env.company,
        tracking=True,
    )
    active = fields.Boolean(default=True, tracking=True)
    default_outgoing_number_id = fields.Many2one(
        "axivox.number",
        string="Default outgoing number",
        domain="[('account_id', '=', id)]",
        ondelete="set null",
        help="Shown for every external call, unless a rule or the user's own outgoing number "
        "says otherwise.",
    )
    rules_override_users = fields.Boolean(
        string="Apply advanced rules even for users with a default outgoing number configured",
        help="The rules take precedence over everything else, including a user's own outgoing "
        "number.",
    )
    dial_format = fields.Selection(
        [("00", "With zeros: 00442079460958"), ("+", "With a plus: +442079460958")],
        string="Dial format",
        required=True,
        default="00",
        tracking=True,
        help="How a number is sent to Axivox when a call is placed from Odoo. Axivox expects "
        "zeros; another PBX may expect the plus sign.",
    )
    rule_ids = fields.One2many("axivox.outgoing.rule", "account_id", string="Advanced options")
    number_ids = fields.One2many("axivox.number", "account_id", string="Incoming numbers")
    extension_ids = fields.One2many("axivox.extension", "account_id", string="Users")
    rule_count = fields.Integer(string="Number of rules", compute="_compute_counts")
    number_count = fields.Integer(string="Number of incoming numbers", compute="_compute_counts")
    extension_count = fields.Integer(string="Number of users", compute="_compute_counts")
    applied_settings = Document(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="The settings last known to be what Axivox runs on; empty until the first time.",
    )
    applied_ids = fields.One2many(
        "axivox.applied",
        "account_id",
        string="History",
        readonly=True,
        groups="axivox_caller_id.group_editor",
    )
    applied_count = fields.Integer(
        string="Times applied",
        compute="_compute_applied_count",
        groups="axivox_caller_id.group_editor",
    )
    sync_ids = fields.One2many(
        "axivox.sync", "account_id", readonly=True, groups="axivox_caller_id.group_editor"
    )
    finding_ids = fields.One2many("axivox.finding", "account_id", string="Findings", readonly=True)
    pending_change_count = fields.Integer(
        string="Pending changes", compute="_compute_pending_change_count"
    )
    warnings = fields.Json(compute="_compute_warnings")
    # The steps of the first run, in order.
    has_country = fields.Boolean(compute="_compute_first_run")
    has_numbers = fields.Boolean(compute="_compute_first_run")
    has_default = fields.Boolean(compute="_compute_first_run")
    has_users = fields.Boolean(compute="_compute_first_run")
    is_tried = fields.Boolean(
        readonly=True, copy=False, help="Somebody who saves the settings has tried a call."
    )
    is_applied = fields.Boolean(compute="_compute_first_run")

    _company_unique = models.UniqueIndex(
        "(company_id) WHERE active", "A company can have only one active Axivox account."
    )

    @api.depends("applied_ids")
    def _compute_applied_count(self):
        counts = self._count("axivox.applied")
        for account in self:
            account.applied_count = counts.get(account._origin, 0)

    @api.depends("rule_ids.active", "number_ids.active", "extension_ids.active")
    def _compute_counts(self):
        for field, model in (
            ("rule_count", "axivox.outgoing.rule"),
            ("number_count", "axivox.number"),
            ("extension_count", "axivox.extension"),
        ):
            counts = self._count(model)
            for account in self:
                account[field] = counts.get(account._origin, 0)

    @api.depends(
        "company_id.country_id",
        "number_count",
        "default_outgoing_number_id",
        "extension_count",
        "applied_settings",
    )
    def _compute_first_run(self):
        for account in self:
            account.has_country = bool(account.company_id.country_id)
            account.has_numbers = bool(account.number_count)
            account.has_default = bool(account.default_outgoing_number_id)
            account.has_users = bool(account.extension_count)
            # sudo: see _settings
            account.is_applied = bool(account.sudo().applied_settings)

    def _count(self, model):
        """Return {account: number of its records of this model}."""
        mine = [("account_id", "in", self._origin.ids)]
        return dict(self.env[model]._read_group(mine, ["account_id"], ["__count"]))

    @api.depends(lambda self: self._setting_paths())
    def _compute_pending_change_count(self):
        for account in self:
            account.pending_change_count = len(account._difference())

    @api.depends(
        lambda self: [
            *self._setting_paths(),
            "company_id.country_id",
            "number_ids.destination_type",
            "extension_ids.user_id",
            "base",
            "theirs",
            "check_failure",
            "connected_to",
            "sync_ids.state",
            "mode",
            "finding_ids.accepted_on",
        ]
    )
    @api.depends_context("lang", "uid")
    def _compute_warnings(self):
        for account in self:
            account.warnings = account._warnings()

    @api.constrains("default_outgoing_number_id")
    def _check_default_outgoing_number(self):
        for account in self:
            number = account.default_outgoing_number_id
            if number and number.account_id != account:
                raise ValidationError(
                    self.env._(
                        "%(number)s does not belong to this account.", number=number.display_name
                    )
                )

    @api.model
    def _manager_fields(self):
        return super()._manager_fields() | {"active", "company_id", "dial_format"}

    @api.model
    def _setting_paths(self):
        return [
            "default_outgoing_number_id",
            "rules_override_users",
            "applied_settings",
            "number_ids.active",
            *(f"rule_ids.{name}" for name in self.env["axivox.outgoing.rule"]._decisive_fields),
            *(f"extension_ids.{name}" for name in self.env["axivox.extension"]._decisive_fields),
        ]

    @api.model_create_multi
    def create(self, vals_list):
        with self._saving() as account:
            accounts = super(AxivoxAccount, account).create(vals_list)
        return accounts.with_env(self.env)

    def write(self, vals):
        if self._server_says("axivox_remembering"):
            return super().write(vals)
        with self._saving() as account:
            return super(AxivoxAccount, account).write(vals)

    def unlink(self):
        with self._saving() as account:
            return super(AxivoxAccount, account).unlink()

    @api.model
    def action_open_settings(self):
        """Return the action of *Axivox → Settings*: the form of the current company's account, or
        the list of its archived ones if it has no other."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "axivox_caller_id.axivox_account_action"
        )
        company = self.env.company
        mine = [("company_id", "=", company.id), ("active", "in", [True, False])]
        if not company.axivox_account_id and self.search_count(mine, limit=1):
            return {**action, "domain": mine, "views": [(False, "list"), (False, "form")]}
        return {**action, "res_id": company.axivox_account_id.id}

    def action_open_company(self):
        return actions.form(self.company_id, target="new")

    def action_paste_numbers(self):
        """Return the action of the dialog, which leads back to the form where a number was asked
        for."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id.axivox_number_paste_action"
            ),
            "context": {"default_account_id": self.id, "default_comes_back": True},
        }

    def action_add_users(self):
        """Return the action of the dialog that creates console users from Odoo users."""
        return self.env["axivox.add.users"]._open(self)

    def note_tried(self):
        """Tick off *Try a call* in the first run, if the user may save the settings."""
        if self.has_access("write"):
            self._remember(is_tried=True)

    def action_open_rules(self):
        return self._open_settings_of("axivox_caller_id.axivox_outgoing_rule_action")

    def action_open_numbers(self):
        return self._open_settings_of("axivox_caller_id.axivox_number_action")

    def action_open_extensions(self):
        return self._open_settings_of("axivox_caller_id.axivox_extension_action")

    def action_open_history(self):
        return self._open_settings_of("axivox_caller_id.axivox_applied_action")

    def action_open_manual_applies(self):
        return self._open_settings_of("axivox_caller_id.axivox_manual_apply_action")

    def action_open_syncs(self):
        return self._open_settings_of("axivox_caller_id.axivox_sync_action")

    def _open_settings_of(self, xmlid):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xmlid),
            "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id},
        }

    def action_review_changes(self):
        """Return the action of *Apply changes*: the dialog, or the list of steps by hand."""
        if self.is_manual:
            return self.env["axivox.manual.apply"]._open(self)
        return self.env["axivox.review"]._open(self, "apply")

    def action_review_pull(self):
        """Return the action of the dialog that previews a pull."""
        return self.env["axivox.review"]._open(self, "pull")

    def action_review_discard(self):
        """Return the action of the dialog that lists what a discard loses."""
        return self.env["axivox.discard"]._open(self)

    def action_discard(self):
        """Restore the settings that Axivox runs on as the saved ones.

        :raises AccessError: unless the user is a manager, since everybody's changes are lost
        """
        self.ensure_one()
        self._check_manager()
        self._restore(self._applied_or_refuse(), self.env._("Discarded:"))
        return {"type": "ir.actions.act_window_close"}

    def _take_back(self, change):
        """Restore one setting to the value that Axivox runs on.

        :param changes.Change change: a pending one
        :raises UserError: if it is no longer pending, or if that value is an archived number
        """
        held, ours = self._applied_or_refuse(), self._ours()
        pending = changes.pending(held, ours)
        if change not in pending:
            raise UserError(
                self.env._(
                    "This was changed in the meantime. Open the list again to see how it is now."
                )
            )
        numbers = self.with_context(active_test=False).number_ids
        if archived := numbers.filtered(lambda n: n.number == change.old and not n.active):
            raise UserError(
                self.env._(
                    "%s is archived and will never be shown: choose another number.",
                    archived.display_name,
                )
            )
        others = [other for other in pending if other != change]
        self._restore(changes.carried_out(held, ours, others), self.env._("Reverted:"))

    def _applied_or_refuse(self):
        """Return the applied settings; users who are not in them yet show *Default*."""
        if applied := self._applied():
            known = dict.fromkeys(self.extension_ids.mapped("number"))
            return replace(applied, extensions={**known, **applied.extensions})
        raise UserError(
            self.env._("Nothing has ever been applied: there are no settings to go back to.")
        )

    def action_apply_changes(self):
        """Make Axivox run on the saved settings.

        :return: in manual mode the action of the list of steps; else the action that tells the
            result, or that shows the progress of a long apply
        :raises UserError: if the console was changed since Odoo last read it, and if Axivox does
            not apply the changes. Live calls are then as they were.
        """
        self.ensure_one()
        if self.is_manual:
            return self.action_review_changes()
        return self.env["axivox.sync"]._start(self, "apply")._action()

    def action_pull(self):
        """Take over what the console holds. A setting that both sides changed stays as it is in
        Odoo; *Apply changes* asks about it.

        :raises UserError: if the console does not answer
        """
        self.ensure_one()
        return self.env["axivox.sync"]._start(self, "pull")._action()

    @api.model
    def pending_summary(self):
        """Return what the bar on every Axivox screen says of the current company's account.

        :return: ``account_id``, ``count`` and ``can_apply``, or False without an account
        """
        account = self.env.company.axivox_account_id
        return bool(account) and {
            "account_id": account.id,
            "count": account.pending_change_count,
            "can_apply": account._is_manager(),
        }

    def pending_changes(self):
        """Return the saved changes that are not applied at Axivox yet.

        :return: a sentence for each change, in the order of the console's pages
        :rtype: list[str]
        """
        self.ensure_one()
        self.check_access("read")
        differences = self._difference()
        return self._sentences(differences, self._teams(differences))

    def _settings(self, which):
        """Return the applied or the saved settings.

        :param str which: ``applied`` (the saved ones if nothing was ever applied) or ``saved``
        :rtype: Settings
        """
        # sudo: the applied settings are a manager's to read, the sentences made of them are not
        account = self.with_env(self.env(su=True, context={}))
        mine = [("account_id", "=", account.id)]
        fields_of_rules = ["sequence", "id", "destination_prefix", "number_id"]
        rules = sorted(rows(account.env["axivox.outgoing.rule"], mine, fields_of_rules))
        if which == "applied" and (applied := account._applied()):
            keys = {prefix: key for _sequence, key, prefix, _number in reversed(rules)}
            return replace(
                applied,
                rules=tuple(replace(r, key=keys.get(r.prefix, False)) for r in applied.rules),
            )
        everything = account.env["axivox.number"].with_context(active_test=False)
        numbers = dict(rows(everything, mine, ["id", "number"]))
        users = rows(account.env["axivox.extension"], mine, ["number", "outgoing_number_id"])
        return Settings(
            numbers.get(account.default_outgoing_number_id.id),
            account.rules_override_users,
            tuple(Rule(prefix, numbers[number], key) for _sequence, key, prefix, number in rules),
            {extension: numbers.get(number) for extension, number in sorted(users)},
        )

    def _ours(self):
        """Return the saved settings without the numbers that were given back: Axivox cannot hold
        those.

        :rtype: Settings
        """
        # sudo: see _settings
        withdrawn = (
            self.sudo()
            .env["axivox.number"]
            .search([("account_id", "=", self.id), ("active", "=", False)])
        )
        return self._settings("saved").without(frozenset(withdrawn.mapped("number")))

    def _applied(self):
        """Return the settings that were applied last; None if there are none, or if what is stored
        of them cannot be read (see `_settings_warnings`).

        :rtype: Settings
        """
        # sudo: see _settings
        stored = self.sudo().applied_settings
        try:
            return Settings.from_json(stored) if stored else None
        except ValueError:
            return None

    def _restore(self, settings, title=""):
        """Make these settings the saved ones. What then differs from the applied ones is pending.

        :param Settings settings:
        :param str title: the heading of the entry in the chatter
        :raises UserError: if a number is no longer in Odoo
        """
        self.ensure_one()
        account = self._in_server_context()
        everything = account.with_context(active_test=False)
        numbers = {number.number: number.id for number in everything.number_ids}
        users = account.extension_ids.filtered(lambda e: e.number in settings.extensions)
        mentioned = replace(
            settings, extensions={user.number: settings.extensions[user.number] for user in users}
        ).numbers()
        if missing := sorted(mentioned - numbers.keys()):
            raise UserError(
                self.env._(
                    "These numbers are no longer in Odoo: %s. Add them to the incoming numbers "
                    "first.",
                    ", ".join(map(dialing.international, missing)),
                )
            )
        by_number = defaultdict(lambda: self.env["axivox.extension"])
        for user in users:
            by_number[settings.extensions[user.number]] |= user
        with account._saving() as saving:
            self.env.cr.precommit.data.setdefault("axivox.titles", {})[self.id] = title
            verbatim = saving._in_server_context("axivox_verbatim")
            vals = {
                "default_outgoing_number_id": numbers.get(settings.default),
                "rules_override_users": settings.override,
            }
            if settings.rules != account._ours().rules:
                vals["rule_ids"] = account._rule_commands(settings.rules, numbers)
            verbatim.write(vals)
            for number, same in by_number.items():
                number_id = numbers.get(number, False)
                changed = same.filtered(lambda e, n=number_id: e.outgoing_number_id.id != n)
                changed.with_env(verbatim.env).write({"outgoing_number_id": number_id})

    def _rule_commands(self, rules, numbers):
        """Return the commands that make these the account's rules, reusing existing records.

        :param rules: tuple of policy.Rule
        :param dict numbers: ``{E.164: id}``
        """
        # A rule whose number is archived is in no settings: it is reused last, and never deleted.
        usable = self.rule_ids.sorted(lambda rule: not rule.number_id.active)
        spare = {
            prefix: list(same) for prefix, same in usable.grouped("destination_prefix").items()
        }
        commands = []
        for position, rule in enumerate(rules, 1):
            vals = {"sequence": position, "number_id": numbers[rule.number]}
            if same := spare.get(rule.prefix):
                commands.append(Command.update(same.pop(0).id, vals))
            else:
                commands.append(Command.create({**vals, "destination_prefix": rule.prefix}))
        left = (rule for same in spare.values() for rule in same)
        return commands + [Command.delete(rule.id) for rule in left if rule.number_id.active]

    def _difference(self, settings=None):
        """Return the changes from the applied settings to the saved ones, or to these.

        :param Settings settings:
        :rtype: list[changes.Change]
        """
        account = self._origin
        if not account:
            return []
        return changes.pending(account._applied() or Settings(), settings or account._ours())

    def _pending(self, *kinds):
        """Return {(account, prefix or extension)} of the pending changes of these kinds."""
        return {
            (account, change.subject)
            for account in self
            for change in account._difference()
            if change.kind in kinds
        }

    def _record_live(self, applied):
        """Record the settings that the console says live calls run on, whoever applied them.

        :param Settings applied:
        """
        if self._applied() != applied:
            self._record_applied(applied, self.env._("Found to be live at Axivox:"))

    def _record_applied(self, settings=None, title=None, decisions=""):
        """Record that Axivox runs on these settings, or on the saved ones.

        :param Settings settings:
        :param str title: the heading of the entry in the chatter
        :param str decisions: lines on what was decided where both sides had changed a setting
        :raises AccessError: unless the user is a manager
        """
        self.ensure_one()
        self._check_manager()
        before, ours = self._applied(), self._ours()
        settings = settings or ours
        differences = changes.pending(before or Settings(), settings)
        teams = None if title else self._teams(differences)
        sentences = self._sentences(differences, teams)
        # Done by hand, users whom Odoo does not know (any more) stay at Axivox as they are.
        others = before.extensions if before and self.is_manual else {}
        live = replace(settings, extensions={**others, **settings.extensions})
        stored = live.to_json()
        # sudo: the history is written here only
        history = self.env["axivox.applied"].sudo()
        entry = history.create(
            {
                "account_id": self.id,
                "settings": stored,
                "changes": "\n".join([*sentences, *decisions.splitlines()])
                or self.env._("Nothing changed."),
            }
        )
        self._drop_answers()
        self._remember(applied_settings=stored)
        self.env["axivox.manual.apply"]._replace_of(self)
        self.env["axivox.edit"]._forget(self, changes.pending(live, ours))
        summary = messages.changes_summary(self.env, differences)
        self._log_sentences(sentences, title or self.env._("Applied at Axivox:"), summary, entry)

    def _last_applied(self):
        """Return the newest entry of the history, or an empty recordset."""
        return self.env["axivox.applied"].search([("account_id", "in", self._origin.ids)], limit=1)

    def _remote_changes(self):
        """Return what was changed in the console since both last agreed, as a list of
        ``changes.Change``."""
        # sudo: see _settings
        account = self.sudo()
        if not account.theirs:
            return []
        base, theirs = account._base().settings, Settings.from_json(account.theirs)
        known = {e: theirs.extensions.get(e) for e in base.extensions}
        return changes.difference(base, replace(theirs, extensions=known))

    def _warnings(self):
        """Return the account's warnings.

        :return: dicts with ``message`` and ``action`` (which opens the record concerned, or False)
        :rtype: list[dict]
        """
        account = self._origin
        if not account:
            return []
        warnings = [
            *account._connection_warnings(),
            *self.env["axivox.sync"]._warnings_of(account),
            *account._remote_warnings(),
            *account._settings_warnings(),
            *self.env["axivox.finding"]._warnings_of(account),
        ]
        return [{"message": message, "action": action or False} for message, action in warnings]

    def _remote_warnings(self):
        if self.is_manual or not (changed := self._remote_changes()):
            return
        sentences = self._sentences(changed[:NAMED_CHANGES])
        more = len(changed) - len(sentences)
        message = self.env._(
            "Settings were changed in Axivox's console. Pull to take over the changes: %s",
            "; ".join(messages.and_more(self.env, sentences, more)),
        )
        yield message, None

    def _settings_warnings(self):
        """Yield (message, action that opens the record concerned, or None)."""
        company = self.company_id
        # sudo: see _settings
        if self.sudo().applied_settings and not self._applied():
            message = self.env._(
                "The stored applied settings are damaged: the saved settings are used instead. "
                "Apply or pull again."
            )
            yield message, None
        if not company.country_id:
            message = self.env._(
                "%s has no country: national numbers cannot be read.", company.name
            )
            yield message, actions.form(company)
        if not self.default_outgoing_number_id:
            message = self.env._(
                "There is no default outgoing number: calls that no rule decides show no number."
            )
            yield message, None

    def _problems(self):
        """Yield the problems of its numbers, users and rules: see `axivox.setting`."""
        numbers = self.with_context(active_test=False).number_ids.with_env(self.env)
        for records in (numbers, self.extension_ids, self.rule_ids):
            yield from records._problems()
