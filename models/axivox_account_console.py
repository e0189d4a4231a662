import base64
import logging
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace

from cryptography.fernet import Fernet, InvalidToken

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS

from ..callerid import changes
from ..callerid.policy import Settings
from ..console import ConsoleError
from ..console.client import HttpConsole, is_safe_address
from . import phrases

_logger = logging.getLogger(__name__)

NOT_CONFIGURED = ["not_configured", None]


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    mode = fields.Selection(
        [("manual", "By hand, in Axivox's console"), ("api", "Over an API")],
        string="Changes are applied",
        required=True,
        default="manual",
        copy=False,
        tracking=True,
        help="Axivox publishes no API for these settings that we know of. A gateway that speaks "
        "this project's contract can be connected.",
    )
    base_url = fields.Char(
        string="Base URL",
        copy=False,
        groups="base.group_system",
        tracking=True,
        help="Where the API answers, such as https://gateway.example/api.",
    )
    token = fields.Char(
        compute="_compute_token",
        inverse="_inverse_token",
        groups="base.group_system",
        help="It is kept, and never shown again.",
    )
    stored_token = fields.Char(copy=False, groups=NO_ACCESS, help="Encrypted: see `_cipher`.")
    has_token = fields.Boolean(compute="_compute_has_token", groups="base.group_system")
    connected_to = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="What the last test of the connection found; empty until it is tested.",
    )
    connection = fields.Char(compute="_compute_connection", groups="axivox_caller_id.group_manager")
    seen = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="What the console held when Odoo last agreed with it: domain, saved, users, numbers.",
    )
    sent = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="Settings that are being sent: what is found of them there is our own.",
    )
    found = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="What the scheduled look found saved in the console, where it was changed.",
    )
    look_failure = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="Why the last scheduled look at the console failed.",
    )
    sync_ids = fields.One2many(
        "axivox.sync", "account_id", readonly=True, groups="axivox_caller_id.group_editor"
    )

    @api.model
    def _set_by_managers(self):
        return super()._set_by_managers() | {"mode"}

    @api.depends("connected_to")
    @api.depends_context("lang")
    def _compute_connection(self):
        for account in self:
            company = account.connected_to
            account.connection = company and self.env._(
                "Connected to %(name)s (%(domain)s): %(numbers)s numbers, %(users)s users, "
                "revision %(revision)s.",
                **company,
            )

    @api.depends("stored_token")
    def _compute_has_token(self):
        for account in self:
            # sudo: whether there is one is no secret
            account.has_token = bool(account.sudo().stored_token)

    def _compute_token(self):
        self.token = False

    def _inverse_token(self):
        for account in self:
            token = (account.token or "").strip()
            kept = token and account._cipher().encrypt(token.encode(errors="replace")).decode()
            # sudo: the field's group lets in those who may set it; nobody may read it
            account.sudo().stored_token = kept
        # What was typed would be read back by the form that saves it.
        self.invalidate_recordset(["token"])

    def _cipher(self):
        """What encrypts the token: a statement that the database refuses is logged with its
        values, and those are no secrets then."""
        # sudo: the database's secret is used, and told to nobody
        key = tools.hmac(self.env(su=True), "axivox_caller_id.token", self.id)
        return Fernet(base64.urlsafe_b64encode(bytes.fromhex(key)))

    def _token(self):
        """
        :raises ConsoleError: where none is kept, or it was encrypted for another database
        """
        try:
            # sudo: who may pull and apply uses the token without reading it
            return self._cipher().decrypt((self.sudo().stored_token or "").encode()).decode()
        except InvalidToken:
            raise ConsoleError("token") from None

    @api.onchange("base_url")
    def _onchange_base_url(self):
        self.has_token = self.has_token and self.base_url == self._origin.base_url

    @api.constrains("base_url", "mode")
    def _check_base_url(self):
        # sudo: a manager may change the mode, and is told what is missing
        for account in self.sudo():
            if account.base_url and not is_safe_address(account.base_url):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a base URL: write https:// and a host, without a name or "
                        "password in front. (http:// is for this very machine only.)",
                        account.base_url,
                    )
                )

    @api.depends("seen", "found", "look_failure", "sync_ids.state", "mode")
    def _compute_warnings(self):
        return super()._compute_warnings()

    def write(self, vals):
        moved = self.browse()
        if "base_url" in vals:
            # sudo: whether it is another one; whether it may be written is checked by writing
            moved = self.filtered(lambda account: account.sudo().base_url != vals["base_url"])
        result = super().write(vals)
        if moved and not vals.get("token"):
            # It was entered for another address, and is not sent to this one.
            moved._remember(stored_token=False)
        if moved or "token" in vals:
            self._remember(connected_to=False)
        return result

    def _remember(self, **vals):
        """Write down what only the server knows."""
        # sudo: nobody may write it; that pull, apply and look are managers' is checked where they
        # begin
        self.sudo().write(vals)

    def action_test_connection(self):
        """Ask the console who it is, and remember the answer."""
        self.ensure_one()
        self._check_manager()
        with self._explained():
            company = self._console(tested=False).describe()
        if (self.seen or {}).get("domain", company.domain) != company.domain:
            # Another Axivox account: nothing that was seen in the old one counts.
            self._remember(seen=False, sent=False, found=False)
        names = ("name", "domain", "numbers", "users", "revision")
        self._remember(connected_to={name: getattr(company, name) for name in names})
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.connection,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_open_syncs(self):
        return self._open_settings_of("axivox_caller_id.axivox_sync_action")

    def action_review_changes(self):
        """:return: the action of the dialog *Apply changes*"""
        return self.env["axivox.review"]._open(self, "apply")

    def action_review_pull(self):
        """:return: the action of the dialog that says what a pull will do"""
        return self.env["axivox.review"]._open(self, "pull")

    def action_discard(self):
        """Make what Axivox runs on the saved settings again."""
        self.ensure_one()
        applied = self._applied()
        if not applied:
            raise UserError(
                self.env._("Nothing was ever applied: there are no settings to go back to.")
            )
        return self._restore(applied.to_json())

    def action_apply_changes(self):
        """Make Axivox run on what is saved here.

        :return: in manual mode the action of the dialog *Apply changes*; else the action that
            tells how it went, or how far it is where there is much to do
        :raises UserError: where the console was changed since Odoo last saw it, and where Axivox
            does not do it. Then live calls are as they were.
        """
        self.ensure_one()
        if self.mode == "manual":
            return self.action_review_changes()
        return self.env["axivox.sync"]._start(self, "apply")._action()

    def action_pull(self):
        """Take over what the console holds. Where both sides were changed, nothing is decided:
        Odoo keeps its own, and *Apply changes* asks.

        :raises UserError: where the console does not answer
        """
        self.ensure_one()
        return self.env["axivox.sync"]._start(self, "pull")._action()

    @api.model
    def _cron_look(self):
        """Look whether somebody changed a console; mark its account."""
        for account in self.search([("mode", "=", "api"), ("connected_to", "!=", False)]):
            try:
                account._note(account._look(account._console()))
            except ConsoleError as error:
                account._note_failure(error.reason, error.detail)
            except UserError as error:
                account._note_failure("other", str(error))
            except Exception:
                _logger.exception("Axivox: the look at account %s failed", account.id)
                account._note_failure("other", phrases.unexpected(self.env))
            self.env["axivox.sync"]._commit()

    def _note(self, found):
        """Remember what a look at the console found: what runs there, and what was changed."""
        self._record_found(found)
        _settings, elsewhere = self._merge(found, self._wanted())
        before = self.found
        self._remember(found=found.saved if elsewhere else False, look_failure=False)
        if elsewhere and before != found.saved:
            self._log_list(self._console_changes(), self.env._("Changed in Axivox's console:"))

    def _note_failure(self, reason, detail):
        """Remember why a look failed, and nothing else of it: see ConsoleError."""
        self.env["axivox.sync"]._roll_back()
        self._remember(look_failure={"reason": reason, "detail": detail})

    def _warnings(self):
        account = self._origin
        # sudo: what the sentences are made of is a manager's to read
        known = account.sudo()
        last = known.sync_ids.search(
            [("account_id", "=", account.id), ("kind", "=", "apply")], limit=1
        )
        messages = []
        if known.mode == "api" and not known.connected_to:
            messages.append(
                self.env._("The connection to Axivox is not tested: nothing is applied.")
            )
        if last.state in ("running", "waiting") or (last.state == "asked" and not last.message):
            messages.append(
                self.env._(
                    "%(user)s asked to apply at %(time)s UTC: how that ended is not known yet.",
                    user=last.create_uid.name,
                    time=last.create_date.strftime("%H:%M:%S"),
                )
            )
        elif last.state in ("failed", "asked") and account.pending_change_count:
            messages.append(last.message)
        if known.look_failure:
            reason = phrases.console_error(self.env, ConsoleError(**known.look_failure))
            messages.append(
                self.env._("Odoo cannot see whether the console was changed: %s", reason)
            )
        if changed := account._console_changes():
            more = self.env._(" (and %s more)", len(changed) - 5) if len(changed) > 5 else ""
            messages.append(
                self.env._(
                    "Somebody changed Axivox's console; pull to take it over. %s",
                    "; ".join(changed[:5]) + more,
                )
            )
        return [{"message": m, "action": False} for m in messages] + super()._warnings()

    def _console(self, *, tested=True):
        """:rtype: console.Console
        :param bool tested: whether the connection has to be
        :raises UserError: where no API is to be used, and before the connection was tested
        :raises ConsoleError: where address or token cannot be right
        """
        # sudo: who may pull and apply uses the connection without reading the token
        account = self.sudo()
        if account.mode != "api" or not account.active:
            raise UserError(self.env._("This account is not connected: its mode is “by hand”."))
        if tested and not account.connected_to:
            raise UserError(self.env._("Test the connection first: its URL or token is new."))
        return HttpConsole(account.base_url, account._token())

    def _look(self, console):
        """:rtype: console.Found
        :raises UserError: where the connection leads elsewhere now
        :raises ConsoleError:
        """
        found = console.read()
        if found.domain != self.connected_to["domain"]:
            raise UserError(
                self.env._(
                    "This is another Axivox account than before (%(found)s, not %(known)s). If "
                    "that is meant, test the connection again.",
                    found=found.domain,
                    known=self.connected_to["domain"],
                )
            )
        return found

    @contextmanager
    def _explained(self):
        try:
            yield
        except ConsoleError as error:
            raise UserError(phrases.console_error(self.env, error)) from error

    # What is wanted, applied, seen and found -------------------------------------------------

    def _wanted(self):
        """The saved settings, as Axivox can hold them: a number that was given back is in none.

        :rtype: Settings
        """
        # sudo: see _settings
        withdrawn = (
            self.sudo()
            .env["axivox.number"]
            .search([("account_id", "=", self.id), ("active", "=", False)])
        )
        return self._settings("saved").without(frozenset(withdrawn.mapped("number")))

    def _merge(self, found, wanted, choose=lambda elsewhere: None):
        """``changes.merge`` with what Odoo has seen of the console, and sent to it.

        :param console.Found found:
        :param Settings wanted:
        :return: the settings (of users that the console has too), and what differs: also where
            users whom Odoo does not know wait to go live
        """
        there, live = Settings.from_json(found.saved), Settings.from_json(found.applied)
        seen = Settings.from_json(self.seen["saved"]) if self.seen else Settings()
        if self.sent:
            seen = changes.arrived(seen, Settings.from_json(self.sent), there)
        for extension, number in self._renumbered(found).items():
            if extension.number in seen.extensions:
                seen.extensions[number] = seen.extensions[extension.number]
        both = {e: n for e, n in wanted.extensions.items() if e in there.extensions}
        merged, elsewhere = changes.merge(seen, there, replace(wanted, extensions=both), choose)
        strangers = {
            e: n for e, n in there.extensions.items() if e not in both and n != live.extensions[e]
        }
        for extension, number in strangers.items():
            runs = live.extensions[extension]
            elsewhere.append(changes.Elsewhere("extension", extension, runs, number, runs))
        return merged, elsewhere

    def _merge_directory(self, found, choose=lambda elsewhere: None):
        """The same for what Odoo only mirrors: users' names and e-mails, numbers' destinations.

        :return: {record: values to write}, and what differs
        :rtype: tuple[dict, list[changes.Elsewhere]]
        """
        seen, elsewhere, writes = self.seen or {"users": {}, "numbers": {}}, [], {}

        def settle(record, vals, kind, subject, at_first, there, here):
            if changes.settle(kind, subject, at_first, there, here, choose, elsewhere) != here:
                writes.setdefault(record, {}).update(vals)

        for user in self.extension_ids:
            there = found.users.get(user.number)
            at_first = seen["users"].get(user.number, (None, None))
            for place, field in enumerate(("name", "email") if there else ()):
                vals = {field: there[place]}
                here = user[field] or None
                settle(user, vals, field, user.number, at_first[place], there[place], here)
        users = {user.number: user for user in self.extension_ids}
        for number in self.number_ids:
            there = list(found.numbers.get(number.number, ()))
            rung = users.get(there[1]) if there and there[0] == "extension" else None
            if not there or (there[0] == "extension" and not rung):
                continue
            vals = {"destination_type": there[0], "extension_id": rung and rung.id}
            if not rung:
                vals["destination"] = there[1]
            at_first = list(seen["numbers"].get(number.number, NOT_CONFIGURED))
            here = [number.destination_type, number._target()]
            settle(number, vals, "destination", number.number, at_first, there, here)
        return writes, elsewhere

    def _renumbered(self, found):
        """:return: {extension: its new number}: the same e-mail at a number that is new there,
        while the old one is gone
        """
        known = {
            extension.number for extension in self.with_context(active_test=False).extension_ids
        }
        by_email = {}
        for number, (_name, email) in found.users.items():
            if email and number not in known:
                by_email.setdefault(email.lower(), []).append(number)
        gone = {}
        for extension in self.extension_ids:
            if extension.email and extension.number not in found.users:
                gone.setdefault(extension.email.lower(), []).append(extension)
        return {
            extensions[0]: by_email[email][0]
            for email, extensions in gone.items()
            if len(extensions) == 1 and len(by_email.get(email, ())) == 1
        }

    def _unknown_numbers(self, found):
        known = self.with_context(active_test=False).number_ids.mapped("number")
        return sorted(found.numbers.keys() - set(known))

    def _unknown_users(self, found):
        known = self.with_context(active_test=False).extension_ids.mapped("number")
        return sorted(found.users.keys() - {*known, *self._renumbered(found).values()})

    def _proposed_users(self, found):
        """:return: {extension: ``res.users``}: who has the e-mail that Axivox knows of a user
        without an Odoo user
        """
        taken = self.extension_ids.filtered("user_id")
        emails = {
            extension: email.strip().lower()
            for extension, (_name, email) in found.users.items()
            if email and extension not in set(taken.mapped("number"))
        }
        users = self.env["res.users"].search(
            [
                ("email_normalized", "in", sorted(set(emails.values()))),
                ("share", "=", False),
                ("company_ids", "in", self.company_id.ids),
                ("id", "not in", taken.user_id.ids),
            ]
        )
        by_email = users.grouped("email_normalized")
        often = Counter(emails.values())
        return {
            extension: by_email[email]
            for extension, email in emails.items()
            if often[email] == 1 and len(by_email.get(email, ())) == 1
        }

    def _not_there(self, found):
        """:return: the extensions that Axivox has not: nothing of theirs can be applied"""
        return self.extension_ids.filtered(lambda e: e.number not in found.users)

    def _record_found(self, found):
        """What live calls run on is what the console says, whoever applied it."""
        if self.applied_settings != found.applied:
            self._record_applied(found.applied, self.env._("Found applied at Axivox:"))

    def _record_applied(self, settings=None, title=None):
        """Remember that Axivox runs on these settings (JSON), or on what is wanted here now.

        :raises AccessError: for who is no manager
        """
        self.ensure_one()
        self._check_manager()
        before = self._applied()
        if settings is None:
            settings = self._wanted().to_json()
        sentences = self._sentences(self._difference(Settings.from_json(settings)))
        # Done by hand, users whom Odoo does not know (any more) stay at Axivox as they are.
        others = before.extensions if before and self.mode == "manual" else {}
        known = {**others, **settings["extensions"]}
        # sudo: the history is written here only
        self.env["axivox.applied"].sudo().create(
            {
                "account_id": self.id,
                "settings": {**settings, "extensions": known},
                "changes": "\n".join(sentences) or self.env._("Nothing changed."),
            }
        )
        self._remember(applied_settings={**settings, "extensions": known})
        self._log_list(sentences, title or self.env._("Applied at Axivox:"))

    def _last_applied(self):
        """:return: the newest entry of the history, maybe none"""
        return self.env["axivox.applied"].search([("account_id", "=", self.id)], limit=1)

    def _seen_settings(self, found):
        """:return: what ``seen`` becomes where only the settings were looked at"""
        before = self.seen or {"users": {}, "numbers": {}}
        return {**before, "domain": found.domain, "saved": found.saved}

    def _seen(self, found, open_questions):
        """:return: what ``seen`` becomes after a pull: what nothing was decided about, as before

        :param console.Found found:
        :param open_questions: of ``changes.Elsewhere``
        """
        kinds = {kind: set() for kind in ("default", "rule", "rule_order", "extension", "other")}
        for change in open_questions:
            kinds[change.kind if change.kind in kinds else "other"].add(change.subject)
        before = self.seen or {"saved": Settings().to_json(), "users": {}, "numbers": {}}
        saved = {**found.saved, "extensions": dict(found.saved["extensions"])}
        if kinds["default"]:
            saved["default"] = before["saved"]["default"]
        if kinds["rule"] or kinds["rule_order"]:
            saved["rules"] = before["saved"]["rules"]
        for extension in kinds["extension"]:
            saved["extensions"][extension] = before["saved"]["extensions"].get(extension)
        directory = {
            part: {
                key: before[part].get(key) if key in kinds["other"] else value
                for key, value in getattr(found, part).items()
                if key not in kinds["other"] or key in before[part]
            }
            for part in ("users", "numbers")
        }
        return {"domain": found.domain, "saved": saved, **directory}

    def _take(self, found, settings):
        """Make what a merge gave the saved settings, with the numbers that they name."""
        named = {settings.default, *(rule.number for rule in settings.rules)}
        named |= set(settings.extensions.values())
        self._create_numbers([n for n in self._unknown_numbers(found) if n in named])
        wanted = self._wanted()
        both = {e: n for e, n in wanted.extensions.items() if e in settings.extensions}
        if settings != replace(wanted, extensions=both):
            self._restore(settings.to_json())

    def _create_numbers(self, numbers):
        """Where they lead is mirrored later: that may be a user whom Odoo does not know yet."""
        self.env["axivox.number"]._in_server_context("axivox_verbatim").create(
            [{"account_id": self.id, "number": number} for number in numbers]
        )

    def _create_users(self, found, users):
        """
        :param dict users: ``{extension: id of the Odoo user, or None}``
        """
        numbers = {number.number: number.id for number in self.number_ids}
        self.env["axivox.extension"]._in_server_context("axivox_verbatim").create(
            [
                {
                    "account_id": self.id,
                    "number": extension,
                    "name": found.users[extension][0],
                    "email": found.users[extension][1],
                    "user_id": user,
                    "outgoing_number_id": numbers.get(found.saved["extensions"][extension]),
                }
                for extension, user in users.items()
            ]
        )

    def _console_changes(self):
        """:return: what was changed in the console since it was last seen, in words"""
        # sudo: see _settings
        account = self.sudo()
        if not account.found:
            return []
        seen = Settings.from_json(account.seen["saved"]) if account.seen else Settings()
        found = Settings.from_json(account.found)
        known = {e: found.extensions.get(e) for e in seen.extensions}
        return self._sentences(changes.difference(seen, replace(found, extensions=known)))
