from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from markupsafe import Markup

from odoo import Command, api, fields, models, tools
from odoo.exceptions import UserError, ValidationError

from ..callerid import changes, dialing
from ..callerid.policy import NONE, CallerId, Policy, Rule, Settings
from . import phrases


class Prepared(NamedTuple):
    """What every call of an account needs, ready in the registry's cache."""

    policy: Policy
    dial_format: str = "00"
    never_applied: bool = False  # the saved settings stand in for the applied ones
    number_ids: dict = {}  # {E.164: id of axivox.number}


class Resolution(NamedTuple):
    """One dialled number, read and resolved: nothing has to be searched again behind it."""

    extension: str  # whose call; False for nobody's
    destination: dialing.Destination
    caller_id: CallerId  # its rule's key is the id of an axivox.outgoing.rule
    prepared: Prepared

    @property
    def number_id(self):
        """The id of the ``axivox.number`` that is shown, or False."""
        return self.prepared.number_ids.get(self.caller_id.number, False)

    @property
    def dial(self):
        """What is sent to the PBX."""
        return self.destination.dial(self.prepared.dial_format)


class AxivoxAccount(models.Model):
    _name = "axivox.account"
    _description = "Axivox Account"
    _inherit = ["axivox.guarded", "mail.thread"]
    _rec_name = "company_id"
    _for_life = frozenset({"company_id"})

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
        help="The rules go before everything else, also before a user's own outgoing number.",
    )
    dial_format = fields.Selection(
        [("00", "With zeros: 00442079460958"), ("+", "With a plus: +442079460958")],
        string="Dial format",
        required=True,
        default="00",
        tracking=True,
        help="How a number is sent to Axivox when a call is placed from Odoo. Axivox expects "
        "zeros; another PBX may want the plus.",
    )
    rule_ids = fields.One2many("axivox.outgoing.rule", "account_id", string="Advanced options")
    number_ids = fields.One2many("axivox.number", "account_id", string="Incoming numbers")
    extension_ids = fields.One2many("axivox.extension", "account_id", string="Users")
    number_count = fields.Integer(string="Number of incoming numbers", compute="_compute_counts")
    extension_count = fields.Integer(string="Number of users", compute="_compute_counts")
    applied_settings = fields.Json(
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
    pending_change_count = fields.Integer(compute="_compute_pending_change_count")
    warnings = fields.Json(compute="_compute_warnings")

    _company_unique = models.UniqueIndex(
        "(company_id) WHERE active", "A company has one active Axivox account."
    )

    @api.depends("applied_ids")
    def _compute_applied_count(self):
        counts = self._count("axivox.applied")
        for account in self:
            account.applied_count = counts.get(account._origin, 0)

    @api.depends("number_ids.active", "extension_ids.active")
    def _compute_counts(self):
        numbers, extensions = self._count("axivox.number"), self._count("axivox.extension")
        for account in self:
            account.number_count = numbers.get(account._origin, 0)
            account.extension_count = extensions.get(account._origin, 0)

    def _count(self, model):
        """:return: {account: how many records of this model it has}"""
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
                        "%(number)s is not a number of this account.", number=number.display_name
                    )
                )

    @api.model
    def _set_by_managers(self):
        return super()._set_by_managers() | {"active", "company_id", "dial_format"}

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
        with self._saving() as account:
            return super(AxivoxAccount, account).write(vals)

    def unlink(self):
        with self._saving() as account:
            return super(AxivoxAccount, account).unlink()

    @api.model
    def action_open_settings(self):
        """:return: the action of *Axivox → Settings*: the current company's account."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id.axivox_account_action"
            ),
            "res_id": self.env.company.axivox_account_id.id,
        }

    def action_open_numbers(self):
        return self._open_settings_of("axivox_caller_id.axivox_number_action")

    def action_open_extensions(self):
        return self._open_settings_of("axivox_caller_id.axivox_extension_action")

    def action_open_history(self):
        return self._open_settings_of("axivox_caller_id.axivox_applied_action")

    def _open_settings_of(self, xmlid):
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(xmlid),
            "domain": [("account_id", "=", self.id)],
            "context": {"default_account_id": self.id},
        }

    @api.model
    def pending_summary(self):
        """What the bar on every Axivox screen says of the current company's account.

        :return: ``account_id``, ``count`` and ``can_apply``, or False without an account
        """
        account = self.env.company.axivox_account_id
        return account and {
            "account_id": account.id,
            "count": account.pending_change_count,
            "can_apply": account._is_manager(),
        }

    def pending_changes(self):
        """What is saved here and waits to be applied at Axivox.

        :return: a sentence for each change, in the order of the console's pages
        :rtype: list[str]
        """
        self.ensure_one()
        self.check_access("read")
        return self._sentences(self._difference())

    @api.readonly
    def try_call(self, extension_id, number, country_id=False):
        """Try a call: what would be shown, now and after *Apply changes*, and why.

        :param int extension_id: whose call, an id of ``axivox.extension``
        :param str number: as it is typed
        :param int country_id: the called record's country, or False
        :return: ``error`` (a sentence, and nothing else, where the number is none),
            ``destination``, ``dial``, ``now`` and ``after`` (dicts with ``number``, ``display``,
            ``source`` and ``reason``), ``never_applied``, ``rules`` (dicts with ``id``,
            ``prefix``, ``name``, ``number``, ``decides`` and ``why``) that match, in order, and
            ``hidden_rules``, how many more there are for other destinations
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        extension = self.env["axivox.extension"].browse(extension_id)
        extension.check_access("read")
        if extension.account_id - self:
            return {"error": self.env._("This user is another account's.")}
        try:
            now, after = self._resolve(extension.number, number, country_id, "applied", "saved")
        except UserError as error:
            return {"error": str(error)}
        saved, found = after.prepared.policy, after.destination
        why = {passed.rule.key: passed for passed in saved.passed_over(extension.number, found)}
        reason = self._reason(after)
        elsewhere = {
            key for key, passed in why.items() if passed.why in ("other_destination", "no_rules")
        }
        labels = {number.number: number.display_name for number in self.number_ids}
        return {
            "error": False,
            "destination": phrases.destination(self.env, found),
            "dial": after.dial,
            "now": self._answer(now),
            "after": self._answer(after),
            "never_applied": now.prepared.never_applied,
            "rules": [
                {
                    "id": rule.key,
                    "prefix": rule.prefix,
                    "name": phrases.destinations(self.env, rule.prefix),
                    "number": labels.get(rule.number, dialing.international(rule.number)),
                    "decides": rule.key not in why,
                    "why": phrases.passed_over(self.env, why[rule.key])
                    if rule.key in why
                    else reason,
                }
                for rule in saved.settings.rules
                if rule.key not in elsewhere
            ],
            "hidden_rules": len(elsewhere) if found.kind == dialing.EXTERNAL else 0,
        }

    def _resolve(self, extension, number, country, *which, home=None):
        """What a call shows, from one reading of the number.

        :param str extension: whose call, ``201``; False for nobody's
        :param str number: as it is typed
        :param country: see `_region`
        :param str which: by which settings, ``applied`` or ``saved``
        :param str home: region (ISO 3166 code) of who calls without an account
        :return: a Resolution by each of these settings
        :rtype: list[Resolution]
        :raises UserError: for what is no telephone number
        """
        resolutions, found, reader = [], None, None
        for settings in which:
            prepared = self._prepared(settings) if self else Prepared(Policy(Settings(), home))
            policy = prepared.policy
            if reader is None or not policy.reads_like(reader, found):
                try:
                    reader, found = policy, policy.read(number, self._region(country))
                except dialing.NotDiallableError as error:
                    raise UserError(phrases.number_error(self.env, error)) from error
            if extension or found.kind != dialing.EXTERNAL:
                answer = policy.caller_id(extension, found)
            else:
                answer = CallerId(None, NONE)
            resolutions.append(Resolution(extension, found, answer, prepared))
        return resolutions

    def _answer(self, resolution):
        """:return: what ``res.users.resolve_caller_id`` returns"""
        found, answer = resolution.destination, resolution.caller_id
        return {
            "number": answer.number or False,
            "display": dialing.international(answer.number) if answer.number else "",
            "source": answer.source,
            "rule_id": answer.rule.key if answer.rule else False,
            "rule_prefix": answer.rule.prefix if answer.rule else False,
            "destination": found.e164 or False,
            "dial": resolution.dial,
            "reason": self._reason(resolution),
        }

    def _after_apply(self, now, after):
        """:return: a sentence on what *Apply changes* will change for a call; empty where that is
        nothing
        """
        number = after.caller_id.number
        if number == now.caller_id.number:
            return ""
        shown = dialing.international(number) if number else self._reason(after)
        return self.env._("After Apply changes: %s", shown)

    def _reason(self, resolution):
        extension, found, answer, prepared = resolution
        return phrases.reason(
            self.env,
            extension,
            found,
            answer,
            own_number=bool(prepared.policy.settings.extensions.get(extension)),
            never_applied=prepared.never_applied,
        )

    @tools.ormcache("self.id", "settings")
    def _prepared(self, settings):
        """:param str settings: ``applied`` or ``saved``
        :rtype: Prepared
        """
        # sudo: what is shown for a call is no secret to who may call; the callers check whose
        account = self.sudo().with_context(active_test=False)
        numbers = account.env["axivox.number"].search([("account_id", "=", account.id)])
        withdrawn = numbers.filtered(lambda number: not number.active)
        return Prepared(
            Policy(
                account._settings(settings),
                account.company_id.country_id.code or None,
                frozenset(withdrawn.mapped("number")),
            ),
            account.dial_format,
            settings == "applied" and not account._applied(),
            {number.number: number.id for number in numbers - withdrawn},
        )

    def _settings(self, which):
        """:param str which: ``applied`` (the saved ones, while nothing was applied) or ``saved``
        :rtype: Settings
        """
        # sudo: the applied settings are a manager's to read, the sentences made of them are not
        account = self.with_env(self.env(su=True, context={}))
        mine = [("account_id", "=", account.id)]
        rules = account.env["axivox.outgoing.rule"].search(mine)
        if which == "applied" and (applied := account._applied()):
            keys = {rule.destination_prefix: rule.id for rule in reversed(rules)}
            return replace(
                applied,
                rules=tuple(replace(r, key=keys.get(r.prefix, False)) for r in applied.rules),
            )
        return Settings(
            account.default_outgoing_number_id.number or None,
            account.rules_override_users,
            tuple(Rule(rule.destination_prefix, rule.number_id.number, rule.id) for rule in rules),
            {
                extension.number: extension.outgoing_number_id.number or None
                for extension in account.env["axivox.extension"].search(mine)
            },
        )

    def _applied(self):
        """:return: the settings that were applied last; None where none were, or where what is
            stored of them cannot be read: see `_warnings`
        :rtype: Settings
        """
        # sudo: see _settings
        stored = self.sudo().applied_settings
        try:
            return Settings.from_json(stored) if stored else None
        except ValueError:
            return None

    def _region(self, country):
        """:param country: ISO 3166 code, id of ``res.country``, or nothing
        :return: ISO 3166 code or None
        """
        if isinstance(country, str):
            return country.upper() or None
        return self._region_of_id(country) if country and type(country) is int else None

    @tools.ormcache("country_id", cache="stable")
    def _region_of_id(self, country_id):
        # sudo: the codes of countries are no secret
        return self.env["res.country"].sudo().browse(country_id).exists().code or None

    @contextmanager
    def _saving(self):
        """Around every change of what the answers are made of: however many records one save
        touches, it drops the prepared policies once and leaves one entry in the chatter.

        :return: these accounts, for what is saved with them
        """
        callbacks = self.env.cr.precommit
        if "axivox.settings" not in callbacks.data:
            callbacks.data["axivox.settings"] = {}
            callbacks.add(self.env["axivox.account"]._in_server_context()._log_changes)
        before = callbacks.data["axivox.settings"]
        for account in self:
            if account.id not in before:
                before[account.id] = account._settings("saved")
        yield self._in_server_context("axivox_saving")
        if not self._server_says("axivox_saving"):
            self._drop_answers()

    @api.model
    def _drop_answers(self):
        """Have every call answered anew, in every process, from this transaction's commit on."""
        self.env.registry.clear_cache()
        callbacks = self.env.cr.precommit
        if "axivox.signalled" not in callbacks.data:
            callbacks.data["axivox.signalled"] = True
            callbacks.add(self.env["axivox.account"]._signal)
            # A request served between the change and its commit caches the old settings again.
            self.env.cr.postcommit.add(self.env.registry.clear_cache)

    @api.model
    def _signal(self):
        """Tell other processes with the commit itself that their answers are old: Odoo does after
        it, unless this process dies in between.

        Odoo looks whether the newest signal is one that it knows: so none may be committed after
        a newer one, and the lock is held to the commit.
        """
        self.env.cr.precommit.data.pop("axivox.signalled", None)
        if self.env.registry.ready:
            self.env.cr.execute("LOCK TABLE orm_signaling_default IN SHARE ROW EXCLUSIVE MODE")
            self.env.cr.execute("INSERT INTO orm_signaling_default DEFAULT VALUES")

    @api.model
    def _log_changes(self):
        before = self.env.cr.precommit.data.pop("axivox.settings", {})
        for account in self.browse(before).exists():
            differences = changes.difference(before[account.id], account._settings("saved"))
            if differences:
                account._log_list(account._sentences(differences))

    def _log_list(self, sentences, title=""):
        items = Markup().join(Markup("<li>%s</li>") % sentence for sentence in sentences)
        self._message_log(body=Markup("%s<ul>%s</ul>") % (title, items))

    def _names(self):
        """:return: what users are called: ``{"201": "201 Sophie"}``"""
        extensions = self.env["axivox.extension"].with_context(active_test=False)
        return {
            extension.number: extension.display_name
            for extension in extensions.search([("account_id", "in", self.ids)])
        }

    def _sentences(self, differences):
        """:return: the changes in words; users are called by their names"""
        names = self._names()
        return [phrases.change(self.env, change, names) for change in differences]

    def _restore(self, settings):
        """Make these settings (JSON) the saved ones, so that what differs from the applied ones
        waits to be applied.

        :raises UserError: where a number is no longer in Odoo
        """
        self.ensure_one()
        account = self._in_server_context()
        try:
            settings = Settings.from_json(settings)
        except ValueError as error:
            raise UserError(self.env._("What is stored of these settings is damaged.")) from error
        everything = account.with_context(active_test=False)
        numbers = {number.number: number.id for number in everything.number_ids}
        mentioned = {settings.default, *(rule.number for rule in settings.rules)}
        mentioned |= {
            settings.extensions.get(extension.number) for extension in account.extension_ids
        }
        if missing := sorted(mentioned - numbers.keys() - {None}):
            raise UserError(
                self.env._(
                    "These numbers are no longer in Odoo: %s. Add them to the incoming numbers "
                    "first.",
                    ", ".join(map(dialing.international, missing)),
                )
            )
        # A rule whose number is archived is in no settings; it stays for whom it may concern.
        spare = list(account.rule_ids.filtered("number_id.active"))
        commands = []
        for position, rule in enumerate(settings.rules, 1):
            vals = {"sequence": position, "number_id": numbers[rule.number]}
            same = next((r for r in spare if r.destination_prefix == rule.prefix), None)
            if same:
                spare.remove(same)
                commands.append(Command.update(same.id, vals))
            else:
                commands.append(Command.create({**vals, "destination_prefix": rule.prefix}))
        commands += [Command.delete(rule.id) for rule in spare]
        by_number = defaultdict(lambda: self.env["axivox.extension"])
        for extension in account.extension_ids:
            if extension.number in settings.extensions:
                by_number[settings.extensions[extension.number]] |= extension
        with account._saving() as saving:
            quiet = saving._in_server_context("axivox_verbatim")
            quiet.write(
                {
                    "default_outgoing_number_id": numbers.get(settings.default),
                    "rules_override_users": settings.override,
                    **({"rule_ids": commands} if settings.rules != account._wanted().rules else {}),
                }
            )
            for number, extensions in by_number.items():
                wanted = numbers.get(number, False)
                changed = extensions.filtered(lambda e, w=wanted: e.outgoing_number_id.id != w)
                changed.with_env(quiet.env).write({"outgoing_number_id": wanted})
        return {"type": "ir.actions.act_window_close"}

    def _difference(self, wanted=None):
        """:return: the changes from the applied settings to the wanted (the saved) ones"""
        account = self._origin
        if not account:
            return []
        wanted = wanted or account._wanted()
        if not account._applied():
            return changes.difference(Settings(), wanted)
        applied = account._settings("applied")
        # Users whom Odoo does not know stay at Axivox as they are: no change of ours.
        known = {number: applied.extensions.get(number) for number in wanted.extensions}
        return changes.difference(replace(applied, extensions=known), wanted)

    def _waiting(self, *kinds):
        """:return: {(account, prefix or extension)} of the changes of these kinds that wait"""
        return {
            (account, change.subject)
            for account in self
            for change in account._difference()
            if change.kind in kinds
        }

    def _apply_pages(self, settings):
        """What *Apply changes* shows: the console's pages, each with its changes and the steps
        that make them.

        :param dict settings: the wanted ones, as JSON
        """
        wanted = Settings.from_json(settings)
        differences = self._difference(wanted)
        titles = {"settings": self.env._("Settings"), "users": self.env._("Users")}
        pages = []
        for page, title in titles.items():
            on_page = [c for c in differences if (c.kind == "extension") == (page == "users")]
            if on_page:
                pages.append(
                    {
                        "title": title,
                        "changes": self._sentences(on_page),
                        "steps": phrases.console_steps(self.env, title, on_page, wanted),
                    }
                )
        return {
            "pages": pages,
            "is_manual": self.mode == "manual",
            "warning": bool(pages) and self.mode == "manual" and phrases.apply_warning(self.env),
        }

    def _warnings(self):
        """:return: ``message`` and ``action`` (to open what it is about) of each warning
        :rtype: list[dict]
        """
        account = self._origin
        if not account:
            return []
        company = account.company_id
        found = []
        # sudo: see _settings
        if account.sudo().applied_settings and not account._applied():
            message = self.env._(
                "What is stored of the applied settings is damaged: calls are answered by the "
                "saved ones. Apply or pull again."
            )
            found.append((message, None))
        if not company.country_id:
            message = self.env._(
                "%s has no country: national numbers cannot be understood.", company.name
            )
            found.append((message, company))
        if not account.default_outgoing_number_id:
            message = self.env._(
                "There is no default outgoing number: a call that no rule decides shows none."
            )
            found.append((message, None))
        numbers = account.with_context(active_test=False).number_ids
        used_by, shadows = numbers._used_by(), account.rule_ids._shadows()
        for record, problems in (
            *((number, number._problems(used_by)) for number in numbers),
            *((rule, rule._problems(shadows)) for rule in account.rule_ids),
            *((extension, extension._problems()) for extension in account.extension_ids),
        ):
            found += [(f"{record.display_name}: {problem}", record) for problem in problems]
        return [
            {
                "message": message,
                "action": record is not None
                and {
                    "type": "ir.actions.act_window",
                    "res_model": record._name,
                    "res_id": record.id,
                    "views": [[False, "form"]],
                },
            }
            for message, record in found
        ]
