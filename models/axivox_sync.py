import logging
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import SQL

from ..callerid import dialing
from ..callerid.policy import Settings
from ..console import ConsoleError
from . import phrases

_logger = logging.getLogger(__name__)

LOCK = 0x41786976  # the kind of advisory lock that one account's pull or apply holds
BATCH = 200  # records
IN_BACKGROUND_FROM = 500  # users
LONGEST_WAIT = timedelta(minutes=15)  # until a doubt is looked into again
UNFINISHED = ("waiting", "running", "asked")


class AxivoxSync(models.Model):
    """One attempt to pull or to apply.

    It is repeated from its beginning where it was interrupted: it reads what is there, writes
    what differs, and ends when nothing does. So there are no steps to remember.
    """

    _name = "axivox.sync"
    _description = "Pull from Axivox or apply at Axivox"
    _order = "id desc"
    _rec_name = "create_date"

    account_id = fields.Many2one("axivox.account", required=True, index=True, ondelete="cascade")
    create_uid = fields.Many2one("res.users", string="Asked by")
    create_date = fields.Datetime(string="Asked on")
    kind = fields.Selection([("pull", "Pull"), ("apply", "Apply")], required=True)
    state = fields.Selection(
        [
            ("waiting", "Waits for the scheduler"),
            ("running", "Running: nothing went live yet"),
            ("asked", "Axivox was asked to apply; its answer is not known yet"),
            ("done", "Done"),
            ("failed", "Failed: nothing went live"),
            ("repeated", "Interrupted, then repeated"),
        ],
        required=True,
        default="running",
    )
    settings = fields.Json(
        groups="axivox_caller_id.group_manager", prefetch=False, help="What is to be applied."
    )
    choices = fields.Json(
        groups="axivox_caller_id.group_manager",
        prefetch=False,
        help="What was decided about each change that was found.",
    )
    users = fields.Json(
        groups="axivox_caller_id.group_manager",
        prefetch=False,
        help="The Odoo user of each new extension.",
    )
    revision = fields.Char(help="What the console has to be at: what was looked at.")
    done = fields.Integer()
    total = fields.Integer()
    progress = fields.Float(compute="_compute_progress")
    message = fields.Text()

    _unfinished_idx = models.Index("(id) WHERE state IN ('waiting', 'running', 'asked')")

    @api.depends("done", "total", "state")
    def _compute_progress(self):
        for sync in self:
            share = sync.done / sync.total if sync.total else 0
            sync.progress = 100 if sync.state == "done" else min(99, 100 * share)

    @api.model
    def _start(self, account, kind, **vals):
        """Pull or apply, now, or in the scheduler where there is much to do.

        What is applied is what is saved here now.

        :param vals: ``choices``, ``users``, ``revision``; ``settings`` (JSON) where somebody
            looked at what is to be applied
        :raises UserError: where somebody else is at it, where something else is saved here than
            was looked at, and where it fails
        """
        account = account._in_server_context()
        account._check_manager()
        with self._held(account):
            before = self._unfinished(account)
            if before[:1].state == "waiting" and before[:1]._is_fresh():
                raise UserError(before[:1]._who())
            if kind == "apply":
                wanted = account._wanted().to_json()
                if vals.setdefault("settings", wanted) != wanted:
                    raise UserError(
                        self.env._(
                            "Something else was saved here since you looked at the changes. "
                            "Nothing was applied: look again."
                        )
                    )
            # What does not run any more was interrupted; this attempt takes its place, and its
            # doubt about what Axivox was asked.
            vals["state"] = "asked" if "asked" in before.mapped("state") else "running"
            before._replace()
            # sudo: attempts are written by the server only
            sync = self.sudo().create({"account_id": account.id, "kind": kind, **vals})
            in_background = account.connected_to and sync._size() >= IN_BACKGROUND_FROM
            if in_background and sync.state == "running":
                sync.state = "waiting"
            if in_background:
                self._call_scheduler()
            sync = sync.with_env(account.env)
            sync._commit()
            if not in_background:
                sync._run()
        return sync

    @api.model
    def _unfinished(self, account):
        """:return: what is under way for an account, or was interrupted; the newest first"""
        return self.search([("account_id", "=", account.id), ("state", "in", UNFINISHED)])

    def _replace(self):
        """Something newer takes the place of these attempts."""
        # sudo: attempts are written by the server only
        self.sudo().write({"state": "repeated"})

    @api.model
    def _cron_run(self):
        """Do what waits, and repeat what was interrupted."""
        for sync in self.search([("state", "in", UNFINISHED)], order="id"):
            if not (account := sync.exists().account_id):
                continue
            with self._alone(account) as alone:
                if alone and sync.exists() and sync._is_due():
                    asked_by = sync.with_user(sync.create_uid).with_context(
                        lang=sync.create_uid.lang,
                        allowed_company_ids=sync.account_id.company_id.ids,
                    )
                    asked_by._run_unattended()
            self.env["ir.cron"]._commit_progress(1)

    def _is_due(self):
        """:return: whether it is still to be done, and now: a doubt is looked into again when it
        has lasted twice as long, or a quarter of an hour longer
        """
        if not self._is_to_be_done():
            return False
        lasted = min(self.write_date - self.create_date, LONGEST_WAIT)
        is_doubt = self.state == "asked" and self.message
        return not is_doubt or fields.Datetime.now() >= self.write_date + lasted

    def _is_to_be_done(self):
        """:return: whether nothing ended this attempt, or took its place: what is older than
        what was asked for later is never applied
        """
        later = [("account_id", "=", self.account_id.id), ("id", ">", self.id)]
        if self.state in UNFINISHED and self.search_count(later, limit=1):
            self._commit(state="repeated")
        return self.state in UNFINISHED

    def _run_unattended(self):
        # sudo: who asked may not even read it any more; what it does is done with their rights
        sync = self.sudo()
        before = sync.state, sync.message
        try:
            retrying(self._run, self.env)
        except UserError as error:
            _logger.info("Axivox: %s", error)
            sync._give_up(error)
        except Exception:
            _logger.exception("Axivox: pull or apply %s failed", self.id)
            sync._give_up(UserError(phrases.unexpected(self.env)))
        if not sync.exists():  # deleted with its account
            return
        # Whoever asked may have closed the dialog; they are told what is new.
        if before != (sync.state, sync.message):
            kind = {"done": "success", "failed": "danger"}.get(sync.state, "warning")
            note = {"type": kind, "message": sync.message, "sticky": kind != "success"}
            sync.create_uid._bus_send("simple_notification", note)

    def _run(self):
        """
        :raises UserError: where it fails; then the message says why, and the state whether live
            calls may have changed
        """
        try:
            self.account_id._check_manager()
            self._check_to_be_done()
            state = "running" if self.state == "waiting" else self.state
            self._commit(state=state, message=False)
            message = {"pull": self._pull, "apply": self._apply}[self.kind]()
        except (ConsoleError, UserError) as error:
            # What goes wrong here says nothing of what Axivox was asked before.
            in_doubt = self.state == "asked" and getattr(error, "in_doubt", True)
            raise UserError(self._settle(error, in_doubt=in_doubt)) from error
        self._commit(state="done", message=message)

    def _check_to_be_done(self):
        if not self._is_to_be_done():
            raise UserError(self.env._("Something newer took the place of this attempt."))

    def _apply(self):
        account = self.account_id
        console, found = self._look()
        merged, elsewhere = account._merge(found, Settings.from_json(self.settings), self._choose)
        if unseen := [change for change in elsewhere if not self._choose(change)]:
            raise UserError(phrases.changed_elsewhere(self.env, unseen, account._names()))
        self._check_numbers(found, merged)
        account._record_found(found)
        account._take(found, account._merge(found, account._wanted(), self._choose)[0])
        account._remember(sent=merged.to_json(), seen=account._seen_settings(found))

        there = Settings.from_json(found.saved)
        users = {e: n for e, n in merged.extensions.items() if n != there.extensions[e]}
        self._commit(total=len(users) + 1)
        revision = found.revision
        page = (merged.default, merged.override, merged.rules)
        if page != (there.default, there.override, there.rules):
            revision = console.save_settings(merged.to_json(), revision)
        for count, revision in console.save_users(users, revision):  # noqa: B007, B020
            self._commit(done=self.done + count)

        after = merged.to_json()
        after["extensions"] = {**found.saved["extensions"], **merged.extensions}
        if after != found.applied:
            self._commit()
            self._check_to_be_done()
            self._commit(state="asked")
            try:
                console.apply(revision)
            except ConsoleError as error:
                if not error.in_doubt or not self._went_live(console, after):
                    raise self._in_doubt(error, False) from error
        if account.applied_settings != after:
            account._record_applied(after)
        seen = account._seen_settings(replace(found, saved=after))
        account._remember(seen=seen, sent=False, found=False)
        return self.env._("Axivox runs on what is saved here.")

    def _look(self):
        """See what is there; then nothing that was asked before is in doubt any more.

        :rtype: tuple[console.Console, console.Found]
        """
        try:
            console = self.account_id._console()
            found = self.account_id._look(console)
        except ConsoleError as error:
            raise self._in_doubt(error, self.state == "asked") from error
        # sudo: attempts are written by the server only
        self.sudo().state = "running"
        return console, found

    def _went_live(self, console, settings):
        """:raises ConsoleError: in doubt, where that cannot be found out now"""
        try:
            return console.read().applied == settings
        except ConsoleError as error:
            raise self._in_doubt(error, True) from error

    def _in_doubt(self, error, in_doubt):
        """The same error, told whether live calls may have changed."""
        return ConsoleError(error.reason, error.detail, wait=error.wait, in_doubt=in_doubt)

    def _pull(self):
        account = self.account_id
        _console, found = self._look()
        if self.revision and self.revision != found.revision:
            raise UserError(
                self.env._("The console was changed while you looked at it. Look again.")
            )
        account._record_found(found)
        account._create_numbers(account._unknown_numbers(found))
        renumbered = account._renumbered(found)
        for extension, number in renumbered.items():
            extension.number = number
        unknown = account._unknown_users(found)
        users = self._users(found)
        self._commit(total=len(unknown) + 1)
        for start in range(0, len(unknown), BATCH):
            batch = unknown[start : start + BATCH]
            account._create_users(found, {number: users.get(number) for number in batch})
            self._commit(done=self.done + len(batch))
        for extension in account.extension_ids.filtered(lambda e: not e.user_id):
            if user := users.get(extension.number):
                extension.user_id = user
        writes, mirrored = account._merge_directory(found, self._choose)
        for record, vals in writes.items():
            record.write(vals)
        merged, elsewhere = account._merge(found, account._wanted(), self._choose)
        account._take(found, merged)
        open_questions = [
            change
            for change in (*elsewhere, *mirrored)
            if change.clashes and not self._choose(change)
        ]
        account._remember(
            seen=account._seen(found, open_questions),
            sent=False,
            found=found.saved if open_questions else False,
            look_failure=False,
        )
        return self.env._(
            "Pulled from Axivox: %(numbers)s numbers, %(users)s users, %(rules)s rules.",
            numbers=len(found.numbers),
            users=len(found.users),
            rules=len(found.saved["rules"]),
        )

    def _choose(self, elsewhere):
        return (self.choices or {}).get(elsewhere.key)

    def _users(self, found):
        """:return: {extension: id of the Odoo user}: as was chosen, else as is proposed"""
        proposed = self.account_id._proposed_users(found).items()
        return self.users or {extension: user.id for extension, user in proposed}

    def _check_numbers(self, found, settings):
        named = {settings.default, *(rule.number for rule in settings.rules)}
        named |= set(settings.extensions.values())
        if missing := sorted(named - found.numbers.keys() - {None}):
            raise UserError(
                self.env._(
                    "Axivox does not have these numbers (any more): %s. Archive them here, or "
                    "choose others.",
                    ", ".join(map(dialing.international, missing)),
                )
            )

    def _size(self):
        """:return: about how many users this is about"""
        company = self.account_id.connected_to
        return company["users"] if self.kind == "pull" else self.account_id.pending_change_count

    def _is_fresh(self):
        return self.create_date > fields.Datetime.now() - timedelta(minutes=5)

    def _who(self):
        if not self:
            return self.env._("Somebody else is pulling or applying right now.")
        return self.env._(
            "%(user)s is pulling or applying right now (since %(time)s UTC). Try again when that "
            "has ended.",
            user=self.create_uid.name,
            time=self.create_date.strftime("%H:%M:%S"),
        )

    def _action(self):
        """:return: the action that shows how it went, or how far it is"""
        if self.state in UNFINISHED:
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Apply changes") if self.kind == "apply" else self.env._("Pull"),
                "res_model": self._name,
                "res_id": self.id,
                "views": [[False, "form"]],
                "target": "new",
            }
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    @contextmanager
    def _held(self, account):
        """Hold the account as `_alone` does.

        :raises UserError: where somebody else is at it
        """
        with self._alone(account) as alone:
            if not alone:
                raise UserError(self._unfinished(account)[:1]._who())
            yield

    @contextmanager
    def _alone(self, account):
        """Hold the account for as long as the block, or this process, lives; see what whoever held
        it before has written.

        :return: whether it is ours, over all Odoo processes
        """
        with self.env.registry.cursor() as cr:
            cr.execute(SQL("SELECT pg_try_advisory_xact_lock(%s, %s)", LOCK, account.id))
            [alone] = cr.fetchone()
            if alone:
                self._commit()
            yield alone

    def _commit(self, **vals):
        """Write down how far it is, for other processes and for after a crash."""
        # sudo: attempts are written by the server only
        self.sudo().write(vals)
        if not modules.module.current_test:  # a test is one transaction
            self.env["ir.cron"]._commit_progress()
            # Odoo tells other processes only of what ends well: this stays, however it ends.
            self.env.registry.signal_changes()

    def _settle(self, error, *, in_doubt):
        """End it; where Axivox may have applied, leave it to be looked at again.

        :param error: a ConsoleError, or one whose sentence is for people
        :return: the message
        """
        self._roll_back()
        if self.state not in UNFINISHED:  # something newer took its place
            return str(error)
        state = "asked" if in_doubt else "failed"
        is_console = isinstance(error, ConsoleError)
        message = phrases.console_error(self.env, error) if is_console else str(error)
        if in_doubt or (is_console and self.kind == "apply"):
            message = phrases.outcome(self.env, state, message)
        self._commit(state=state, message=message)
        return message

    def _give_up(self, error):
        """Settle what could not do so itself: rights were lost, or the database refused it."""
        self._roll_back()
        if self.exists() and self.state in UNFINISHED and not self.message:
            self._settle(error, in_doubt=self.state == "asked")

    def _roll_back(self):
        if not modules.module.current_test:
            self.env.cr.rollback()
            # What was cached of it goes too.
            self.env.registry.reset_changes()

    @api.model
    def _call_scheduler(self):
        """Have the scheduler do now what waits for it, not only in a minute."""
        # sudo: the scheduler is called for one's own request
        self.env.ref("axivox_caller_id.axivox_sync_cron").sudo()._trigger()
