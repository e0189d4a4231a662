"""Pulls and applies: each attempt carries out a Plan, and can be repeated from its beginning."""

import logging
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models, modules
from odoo.exceptions import UserError
from odoo.service.model import retrying
from odoo.tools import SQL
from odoo.tools.constants import GC_UNLINK_LIMIT

from .. import messages
from ..callerid import dialing, reconcile
from ..callerid.policy import Settings
from ..console import ConsoleError
from . import actions, mirror
from .document import Document

_logger = logging.getLogger(__name__)

LOCK = 0x41786976  # the first key of the advisory locks; the second is the account's id
PATIENCE = 1.0  # seconds that a user waits for the lock
PAUSE = 0.05  # seconds between two tries
BATCH = 200  # records
SHOWN_EVERY = 1.0  # seconds: nobody looks at the progress more often
IN_BACKGROUND_FROM = 500  # users
LONGEST_WAIT = timedelta(minutes=15)  # between two checks of an attempt in doubt
STALE_AFTER = timedelta(minutes=5)  # a pending attempt that is older may be replaced
KEPT_FOR = timedelta(days=90)  # attempts that ended; the history is kept for good
UNFINISHED = ("pending", "running", "asked")
ENDED = ("done", "failed", "repeated")


class AxivoxSync(models.Model):
    """One attempt to pull or to apply. Its life::

        pending ──▶ running ──▶ asked ──▶ done
                      │ ▲         │
                      ▼ └─────────┤ the console is read again
                    failed ◀──────┘

    - ``pending``: it is long, and the scheduler will begin it.
    - ``running``: nothing went live yet. If the process dies, the scheduler repeats the attempt: it
      reads what is there, writes what differs, and ends when nothing does. So no steps need to be
      remembered.
    - ``asked``: Axivox was asked to apply, and may have done so. It stays so, with a ``message``,
      if the answer was lost and the console cannot be read: the scheduler reads it again later.
    - ``done``, ``failed``: live calls run on it; or they are as they were.
    - ``repeated``: a newer attempt took its place. It follows any of the first three states, and is
      final.

    Whoever runs an attempt holds the account's lock, and reads the state again under it.
    """

    _name = "axivox.sync"
    _description = "Pull from Axivox or apply at Axivox"
    _inherit = ["axivox.guarded"]
    _order = "id desc"
    _rec_name = "create_date"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    create_uid = fields.Many2one("res.users", string="Started by")
    create_date = fields.Datetime(string="Started on")
    kind = fields.Selection([("pull", "Pull"), ("apply", "Apply")], required=True, readonly=True)
    state = fields.Selection(
        [
            ("pending", "Pending: the scheduler will start it"),
            ("running", "Running: nothing has gone live yet"),
            ("asked", "Apply requested; the answer is not known yet"),
            ("done", "Done"),
            ("failed", "Failed: nothing went live"),
            ("repeated", "Replaced by a later attempt"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="running",
    )
    settings = Document(
        readonly=True,
        groups="axivox_caller_id.group_manager",
        prefetch=False,
        help="What is to be applied.",
    )
    choices = fields.Json(
        readonly=True,
        groups="axivox_caller_id.group_manager",
        prefetch=False,
        help="What was decided about each change that was found.",
    )
    users = fields.Json(
        readonly=True,
        groups="axivox_caller_id.group_manager",
        prefetch=False,
        help="The Odoo user of each new extension.",
    )
    decisions = fields.Text(
        readonly=True, help="What was decided where both sides had changed something."
    )
    revision = fields.Char(readonly=True, help="The console's revision that was reviewed.")
    done = fields.Integer(readonly=True)
    total = fields.Integer(readonly=True)
    progress = fields.Float(compute="_compute_progress")
    message = fields.Text(readonly=True)

    _unfinished_idx = models.Index("(id) WHERE state IN ('pending', 'running', 'asked')")

    @api.depends("done", "total", "state")
    def _compute_progress(self):
        for sync in self:
            share = sync.done / sync.total if sync.total else 0
            sync.progress = 100 if sync.state == "done" else min(99, 100 * share)

    @api.model
    def _start(self, account, kind, **vals):
        """Pull or apply, now or, if it is long, in the scheduler. What is applied is what is saved
        now.

        :param vals: ``choices``, ``decisions``, ``users``, ``revision``; ``settings`` (JSON) if the
            user reviewed what is to be applied
        :raises UserError: if another attempt is running, if the saved settings are not the reviewed
            ones, and if the attempt fails
        """
        account = account._in_server_context()
        account._check_manager()
        with self._locked(account):
            before, ours = self._unfinished(account), account._ours()
            if before[:1]._is_due_before(kind):
                raise UserError(before[:1]._in_progress_sentence())
            if kind == "apply":
                settings = ours.to_json()
                if vals.setdefault("settings", settings) != settings:
                    raise UserError(
                        self.env._(
                            "The settings changed since you reviewed them. Nothing was applied: "
                            "review the changes again."
                        )
                    )
            # The lock is ours, so unfinished attempts were interrupted. This one takes their place,
            # and inherits the doubt about what Axivox was asked.
            vals["state"] = "asked" if "asked" in before.mapped("state") else "running"
            before._replace()
            # sudo: attempts are written by the server only
            sync = self.sudo().create({"account_id": account.id, "kind": kind, **vals})
            in_background = account.connected_to and sync._size(ours) >= IN_BACKGROUND_FROM
            if in_background and sync.state == "running":
                sync.state = "pending"
            if in_background:
                self._call_scheduler()
            sync = sync.with_env(account.env)
            sync._commit()
            if not in_background:
                sync._run()
        return sync

    @api.model
    def _unfinished(self, account):
        """Return the account's attempts that are under way or were interrupted, the newest
        first."""
        return self.search([("account_id", "=", account.id), ("state", "in", UNFINISHED)])

    def _replace(self):
        """Mark these attempts as replaced by a newer one."""
        # sudo: attempts are written by the server only
        self.sudo().write({"state": "repeated"})

    def _is_due_before(self, kind):
        """Return whether this attempt waits for the scheduler and must not be replaced by one of
        this kind. A pull never replaces an apply, however late the scheduler is."""
        is_fresh = self and self.create_date > fields.Datetime.now() - STALE_AFTER
        keeps_its_place = self.kind == "apply" and kind == "pull"
        return self.state == "pending" and (is_fresh or keeps_its_place)

    @api.model
    def _cron_run(self):
        """Begin pending attempts, and repeat interrupted ones."""
        for sync in self.search([("state", "in", UNFINISHED)], order="id"):
            if not (account := sync.exists().account_id):
                continue
            with self._lock(account) as is_ours:
                if is_ours and sync.exists() and sync._is_due():
                    asked_by = sync.with_user(sync.create_uid).with_context(
                        lang=sync.create_uid.lang,
                        allowed_company_ids=sync.account_id.company_id.ids,
                    )
                    asked_by._run_unattended()
            self.env["ir.cron"]._commit_progress(1)

    @api.model
    def _cron_check(self):
        """Check whether somebody changed a console; mark its account."""
        accounts = self.env["axivox.account"]
        connected = [("mode", "in", list(accounts._consoles())), ("connected_to", "!=", False)]
        for account in accounts.search(connected):
            with self._lock(account) as is_ours:
                if is_ours and account.exists():
                    self._check(account)
            self._commit()

    @api.model
    def _check(self, account):
        """Compare an account with its console, or store why that failed."""
        try:
            self._retry(lambda: self._compare(account, account._read_console(account._console())))
            return
        except ConsoleError as error:
            failure = {"reason": error.reason, "detail": error.detail}
        except UserError as error:
            failure = {"reason": "other", "detail": str(error)}
        except Exception:
            _logger.exception("Axivox: the check of account %s failed", account.id)
            failure = {"reason": "other", "detail": messages.unexpected(self.env)}
        self._roll_back()
        if account.exists():
            account._remember(check_failure=failure)

    @api.autovacuum
    def _gc_ended(self):
        """Delete attempts that ended long ago; the history keeps what was applied."""
        before = fields.Datetime.now() - KEPT_FOR
        self.search(
            [("state", "in", ENDED), ("create_date", "<", before)], limit=GC_UNLINK_LIMIT
        ).unlink()

    @api.model
    def _warnings_of(self, account):
        """Yield (message, None) for each warning about the last apply."""
        # sudo: the sentences are made of what only managers may read
        last = self.sudo().search(
            [("account_id", "=", account.id), ("kind", "=", "apply")], limit=1
        )
        # By hand, nothing is tried again: only a doubt about live calls is still of interest.
        told = ("asked",) if account.is_manual else ("asked", "failed")
        if last.state in ("running", "pending") or (last.state == "asked" and not last.message):
            yield (
                self.env._(
                    "%(user)s started applying at %(time)s UTC; the outcome is not known yet.",
                    user=last.create_uid.name,
                    time=last.create_date.strftime("%H:%M:%S"),
                ),
                None,
            )
        elif last.state in told and last.message and account.pending_change_count:
            yield last.message, None

    def _is_due(self):
        """Return whether it must be run now. An attempt in doubt is checked again when the doubt
        has lasted twice as long, or a quarter of an hour longer."""
        if not self._is_to_be_done():
            return False
        lasted = min(self.write_date - self.create_date, LONGEST_WAIT)
        is_doubt = self.state == "asked" and self.message
        return not is_doubt or fields.Datetime.now() >= self.write_date + lasted

    def _is_to_be_done(self):
        """Return whether this attempt has neither ended nor been replaced: older settings are never
        applied after newer ones."""
        later = [("account_id", "=", self.account_id.id), ("id", ">", self.id)]
        if self.state in UNFINISHED and self.search_count(later, limit=1):
            self._commit(state="repeated")
        return self.state in UNFINISHED

    def _run_unattended(self):
        # sudo: its user may no longer read it; `_run` itself works with that user's rights
        sync = self.sudo()
        before = sync.state, sync.message
        try:
            self._retry(self._run)
        except UserError as error:
            _logger.info("Axivox: %s", error)
            sync._give_up(error)
        except Exception:
            _logger.exception("Axivox: pull or apply %s failed", self.id)
            sync._give_up(UserError(messages.unexpected(self.env)))
        if not sync.exists():  # deleted with its account
            return
        # The user may have closed the dialog, and is notified of the result.
        if before != (sync.state, sync.message):
            kind = {"done": "success", "failed": "danger"}.get(sync.state, "warning")
            note = {"type": kind, "message": sync.message, "sticky": kind != "success"}
            sync.create_uid._bus_send("simple_notification", note)

    def _run(self):
        """Carry out the attempt.

        :raises UserError: if it fails. ``message`` then says why, and ``state`` whether live calls
            may have changed.
        """
        try:
            self.account_id._check_manager()
            self._check_to_be_done()
            state = "running" if self.state == "pending" else self.state
            self._commit(state=state, message=False)
            message = {"pull": self._pull, "apply": self._apply}[self.kind]()
        except (ConsoleError, UserError) as error:
            # This error says nothing about what Axivox was asked in an earlier run.
            in_doubt = self.state == "asked" and getattr(error, "in_doubt", True)
            raise UserError(self._settle(error, in_doubt=in_doubt)) from error
        if self.decisions:
            title = self.env._("Changed on both sides, and decided as follows:")
            self.account_id._log_sentences(self.decisions.splitlines(), title, title)
        self._commit(state="done", message=message)

    def _check_to_be_done(self):
        if not self._is_to_be_done():
            raise UserError(self.env._("This attempt was replaced by a later one."))

    def _pull(self):
        account = self.account_id
        _console, state = self._read_console()
        if self.revision and self.revision != state.revision:
            raise UserError(
                self.env._(
                    "The console changed while you were reviewing it. Review the changes again."
                )
            )
        plan = reconcile.plan_pull(mirror.snapshot(account, state), self._choose)
        user_ids = self.users or plan.proposed
        account._record_live(state.applied)
        mirror.create_numbers(account, plan.new_numbers)
        mirror.renumber(account, plan.renumbered)
        self._commit(total=len(plan.new_users) + 1)
        for start in range(0, len(plan.new_users), BATCH):
            batch = plan.new_users[start : start + BATCH]
            mirror.create_users(account, state, plan, batch, user_ids)
            self._commit(done=self.done + len(batch))
        # The users were created in other transactions: something may have been saved meanwhile.
        snapshot = mirror.snapshot(account, state)
        plan = reconcile.plan_pull(snapshot, self._choose)
        mirror.write_directory(account, plan, user_ids)
        mirror.save_settings(account, plan, snapshot.ours.settings)
        account.extension_ids._follow_teams()
        theirs = state.saved.to_json() if plan.undecided else False
        account._agree(state.domain, plan.base, in_flight=False, theirs=theirs, check_failure=False)
        return self.env._(
            "Pulled from Axivox: %(numbers)s numbers, %(users)s users, %(rules)s rules.",
            numbers=len(state.numbers),
            users=len(state.users),
            rules=len(state.saved.rules),
        )

    def _apply(self):
        account = self.account_id
        console, state = self._read_console()
        snapshot = mirror.snapshot(account, state)
        wanted = replace(snapshot.ours, settings=Settings.from_json(self.settings))
        plan = reconcile.plan_apply(replace(snapshot, ours=wanted), self._choose)
        self._check_nothing_is_undecided(plan)
        failing = self.env["axivox.test.case"]._failing_notices(account, lambda: plan.live)
        account._record_live(state.applied)
        # Something may have been saved here since: it stays pending.
        is_as_asked = wanted == snapshot.ours
        here = plan if is_as_asked else reconcile.plan_apply(snapshot, self._choose)
        mirror.create_numbers(account, here.new_numbers)
        mirror.save_settings(account, here, snapshot.ours.settings)
        account._agree(state.domain, plan.base, in_flight=plan.settings.to_json())

        self._commit(total=len(plan.outgoing_numbers) + 1)
        revision, done = state.revision, 0
        if plan.saves_settings:
            revision = console.save_settings(plan.settings, revision)
        shown = time.monotonic()
        for count, revision in console.save_users(plan.outgoing_numbers, revision):  # noqa: B007, B020
            done += count
            if time.monotonic() - shown >= SHOWN_EVERY:
                self._commit(done=done)
                shown = time.monotonic()

        later = self._go_live(console, revision, state) if plan.live != state.applied else None
        if account._applied() != plan.live:
            account._record_applied(plan.live, decisions=self.decisions or "")
        agreed = replace(plan.base, settings=plan.live)
        account._agree(state.domain, agreed, in_flight=False, theirs=False, check_failure=False)
        if later and (later.saved, later.applied) != (plan.live, plan.live):
            self._compare(account, later)
            return self.env._(
                "The saved settings were applied, but the console has been changed since: "
                "pull the changes."
            )
        sentences = [self.env._("Axivox now uses the saved settings.")]
        if failing:
            said = [notice["message"] for notice in failing]
            sentences.append(messages.failing_test_cases(self.env, said))
        return "\n".join(sentences)

    def _check_nothing_is_undecided(self, plan):
        """:raises UserError: if nobody has reviewed a change in the console, or if Axivox does not
        have a number that is to be shown
        """
        if plan.undecided:
            names = self.account_id._names()
            raise UserError(messages.remote_changes(self.env, plan.undecided, names))
        if plan.missing:
            raise UserError(
                self.env._(
                    "These numbers do not exist at Axivox (any more): %s. Archive them in Odoo, "
                    "or choose others.",
                    ", ".join(map(dialing.international, plan.missing)),
                )
            )

    def _go_live(self, console, revision, before):
        """Ask Axivox to apply what was sent.

        :param console.State before: what the console held before anything was sent
        :return: what it holds now, if that had to be read; else None
        :rtype: console.State
        :raises ConsoleError: if it was not applied, or, in doubt, if that is not known
        """
        self._commit()
        self._check_to_be_done()
        self._commit(state="asked")
        try:
            console.apply(revision)
        except ConsoleError as error:
            if not error.in_doubt:
                raise
            try:
                now = console.read()
            except ConsoleError as unread:
                raise self._in_doubt(unread, True) from unread
            # Everything was saved there by then, so any apply by anybody made it live.
            if now.applied == before.applied:
                raise self._in_doubt(error, False) from error
            return now
        return None

    def _read_console(self):
        """Read the console. After that, earlier requests are no longer in doubt.

        :rtype: tuple[console.Console, console.State]
        """
        try:
            console = self.account_id._console()
            state = self.account_id._read_console(console)
        except ConsoleError as error:
            raise self._in_doubt(error, self.state == "asked") from error
        # sudo: attempts are written by the server only
        self.sudo().state = "running"
        return console, state

    def _in_doubt(self, error, in_doubt):
        """Return the same error, with whether live calls may have changed."""
        return ConsoleError(error.reason, error.detail, wait=error.wait, in_doubt=in_doubt)

    def _choose(self, change):
        return (self.choices or {}).get(change.key)

    @api.model
    def _compare(self, account, state):
        """Record what runs at Axivox, and what was changed in the console.

        :param console.State state:
        """
        account._record_live(state.applied)
        changed = reconcile.plan_apply(mirror.snapshot(account, state)).changes
        theirs = state.saved.to_json() if changed else False
        is_news = theirs and theirs != account.theirs
        account._remember(theirs=theirs, check_failure=False)
        if is_news:
            title = self.env._("Changed in Axivox's console:")
            account._log_differences(account._remote_changes(), title)

    def _size(self, ours):
        """Return roughly how many users the attempt concerns.

        :param Settings ours: what is saved here
        """
        account = self.account_id
        return (
            account.connected_to["users"] if self.kind == "pull" else len(account._difference(ours))
        )

    def _in_progress_sentence(self):
        if not self:
            return self.env._("Somebody else is pulling or applying right now.")
        return self.env._(
            "%(user)s is pulling or applying right now (since %(time)s UTC). Try again once that "
            "is done.",
            user=self.create_uid.name,
            time=self.create_date.strftime("%H:%M:%S"),
        )

    def _action(self):
        """Return the action that shows the result or the progress."""
        if self.state in UNFINISHED:
            name = self.env._("Apply changes") if self.kind == "apply" else self.env._("Pull")
            return actions.form(self, name=name, target="new")
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
    def _locked(self, account):
        """Hold the account's lock, as `_lock` does.

        :raises UserError: if another process holds it
        """
        with self._lock(account, patience=PATIENCE) as is_ours:
            if not is_ours:
                raise UserError(self._unfinished(account)[:1]._in_progress_sentence())
            yield

    @contextmanager
    def _lock(self, account, patience=0):
        """Hold the account's lock until the block ends, or this process dies. Inside, this
        transaction sees what earlier holders wrote.

        :param float patience: seconds to wait for it: the scheduler holds it for a moment to see
            that there is nothing to do
        :return: whether the lock is ours, over all Odoo processes
        """
        until = time.monotonic() + patience
        key = LOCK, account.id
        with self.env.registry.cursor() as cr:
            while not (
                is_ours := _query_value(cr, SQL("SELECT pg_try_advisory_lock(%s, %s)", *key))
            ):
                if time.monotonic() >= until:
                    break
                time.sleep(PAUSE)
            if is_ours:
                self._commit()
            try:
                yield is_ours
            finally:
                if is_ours:
                    _query_value(cr, SQL("SELECT pg_advisory_unlock(%s, %s)", *key))

    def _commit(self, **vals):
        """Commit the progress, for other processes and for after a crash."""
        if vals:
            # sudo: attempts are written by the server only
            self.sudo().write(vals)
        if not modules.module.current_test:  # a test is one transaction
            # The scheduler counts attempts, and learns when this one has ended.
            self.env["ir.cron"].with_context(ir_cron_progress_id=None)._commit_progress()
            # Odoo signals only at the end of a successful request; this commit stays in any case.
            self.env.registry.signal_changes()

    def _settle(self, error, *, in_doubt):
        """End the attempt after an error. If Axivox may have applied it, leave it to be checked
        again.

        :param error: a ConsoleError, or one whose text is for people
        :param bool in_doubt: whether Axivox may have applied it
        :return: the message
        """
        self._roll_back()
        if self.state not in UNFINISHED:  # a newer attempt took its place
            return str(error)
        state = "asked" if in_doubt else "failed"
        is_console = isinstance(error, ConsoleError)
        message = messages.console_error(self.env, error) if is_console else str(error)
        if in_doubt or (is_console and self.kind == "apply"):
            message = messages.outcome(self.env, state, message)
        self._commit(state=state, message=message)
        return message

    def _give_up(self, error):
        """Settle an attempt that could not do so itself: rights were lost, or the database refused
        it."""
        self._roll_back()
        if self.exists() and self.state in UNFINISHED and not self.message:
            self._settle(error, in_doubt=self.state == "asked")

    def _retry(self, run):
        """Run and commit, again if another transaction was in the way."""
        if modules.module.current_test:  # a test is one transaction
            run()
        else:
            retrying(run, self.env)

    def _roll_back(self):
        if not modules.module.current_test:
            self.env.cr.rollback()
            # Drop what was cached of it too.
            self.env.registry.reset_changes()

    @api.model
    def _call_scheduler(self):
        """Have the scheduler run pending attempts now, not only within a minute."""
        # sudo: triggers the job for the user's own attempt
        self.env.ref("axivox_caller_id.axivox_sync_cron").sudo()._trigger()


def _query_value(cr, query):
    """Return the one value of a query, and end the transaction: a server that ends idle
    transactions would end the session, and with it the lock."""
    cr.execute(query)
    [value] = cr.fetchone()
    cr.commit()
    return value
