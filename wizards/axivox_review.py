"""The dialogs of *Apply changes* and *Pull*: what a Plan will do, and what it asks."""

from collections import Counter
from dataclasses import replace
from functools import partial

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from .. import messages
from ..callerid import reconcile
from ..callerid.policy import Settings
from ..models import actions, mirror


class AxivoxReview(models.TransientModel):
    _name = "axivox.review"
    _description = "Review of changes before they are applied or pulled"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one("axivox.account", required=True, readonly=True)
    kind = fields.Selection([("apply", "Apply"), ("pull", "Pull")], required=True, readonly=True)
    # The mode and settings that were reviewed: somebody may change or apply them meanwhile.
    mode = fields.Selection(
        lambda self: self.env["axivox.account"]._fields["mode"].selection,
        required=True,
        readonly=True,
    )
    settings = fields.Json(required=True, readonly=True)
    held = fields.Json(
        readonly=True,
        prefetch=False,
        groups="axivox_caller_id.group_manager",
        help="What is saved in the console.",
    )
    revision = fields.Char(readonly=True)
    pages = fields.Json(readonly=True)
    line_ids = fields.One2many("axivox.review.line", "review_id", string="Changed in the console")
    user_ids = fields.One2many("axivox.review.user", "review_id", string="New users")
    changed_since = fields.Boolean(compute="_compute_changed_since")
    can_discard = fields.Boolean(compute="_compute_changed_since")
    has_conflicts = fields.Boolean(compute="_compute_has_conflicts")
    is_undecided = fields.Boolean(compute="_compute_has_conflicts")
    failing = fields.Json(string="Failing test cases", compute="_compute_failing")
    failing_count = fields.Integer(
        string="Number of failing test cases", compute="_compute_failing"
    )
    sync_id = fields.Many2one("axivox.sync", readonly=True, ondelete="set null")

    @api.depends("account_id", "settings")
    def _compute_changed_since(self):
        for review in self:
            account = review.account_id
            review.changed_since = review.settings != account._ours().to_json()
            review.can_discard = not account._prepared("applied").never_applied

    @api.depends("line_ids.is_conflict", "line_ids.choice")
    def _compute_has_conflicts(self):
        for review in self:
            review.has_conflicts = any(review.line_ids.mapped("is_conflict"))
            review.is_undecided = not all(review.line_ids.mapped("choice"))

    @api.depends("kind", "settings", "line_ids.choice")
    @api.depends_context("lang", "uid")
    def _compute_failing(self):
        cases = self.env["axivox.test.case"]
        for review in self:
            notices = []
            if review.kind == "apply":
                notices = cases._failing_notices(review.account_id, review._live)
            # Opening a case from here would lose the choices.
            review.failing = [{**notice, "action": False} for notice in notices]
            review.failing_count = len(notices)

    @api.model
    def _open(self, account, kind):
        """Read the console, and show what will be done.

        :return: the action of the dialog
        :raises UserError: if the console does not answer
        """
        account.ensure_one()
        account.check_access("read")
        account = account._in_server_context()
        reviews = self.with_env(account.env)
        ours = account._ours()
        vals = {
            "account_id": account.id,
            "kind": kind,
            "mode": account.mode,
            "settings": ours.to_json(),
        }
        account._check_manager()
        with account._errors_for_people():
            state = account._read_console(account._console())
        render = {"pull": reviews._render_pull, "apply": reviews._render_apply}[kind]
        vals |= render(account, state, mirror.snapshot(account, state))
        # sudo: only the server writes what is reviewed
        return reviews.sudo().create(vals).sudo(False)._action()

    def action_confirm(self):
        """Pull, or apply. A dialog that is confirmed already does nothing a second time.

        :raises UserError: if the settings or the connection have changed since
        """
        self.ensure_one()
        return self._in_server_context()._confirm()

    def _confirm(self):
        if self.mode != self.account_id.mode:
            raise UserError(
                self.env._("The connection was changed in the meantime. Review the changes again.")
            )
        if not self.sync_id:
            sync = self._confirm_over_api()
            # sudo: only the server writes the attempt
            self.sudo().sync_id = sync
        return self.sync_id._action()

    def _confirm_over_api(self):
        """Return the ``axivox.sync`` of the attempt."""
        if undecided := self.line_ids.filtered(lambda line: not line.choice):
            raise UserError(
                self.env._(
                    "These were changed on both sides: %s. Choose Axivox's or Odoo's for each.",
                    ", ".join(undecided.mapped("name")),
                )
            )
        vals = {
            "choices": {line.key: line.choice for line in self.line_ids},
            "decisions": "\n".join(
                messages.decision(self.env, line) for line in self.line_ids.filtered("is_conflict")
            ),
        }
        if self.kind == "pull":
            self._check_users()
            vals["revision"] = self.revision
            vals["users"] = {line.extension: line.user_id.id for line in self.user_ids}
        else:
            vals["settings"] = self.settings
        return self.env["axivox.sync"]._start(self.account_id, self.kind, **vals)

    def action_review_discard(self):
        return self.account_id.action_review_discard()

    def _live(self):
        """Return what goes live if the present choices are confirmed.

        :rtype: Settings
        """
        # sudo: see account._settings
        review, known = self.sudo(), self.account_id.sudo()
        held = Settings.from_json(review.held)
        snapshot = reconcile.Snapshot(
            known._base(),
            reconcile.Side(Settings.from_json(review.settings)),
            reconcile.Side(held),
            held,
            Settings.from_json(known.in_flight) if known.in_flight else None,
        )
        choices = {line.key: line.choice for line in self.line_ids}
        return reconcile.plan_apply(snapshot, lambda change: choices.get(change.key)).live

    def action_choose_theirs(self):
        return self._choose_everywhere(reconcile.THEIRS)

    def action_choose_ours(self):
        return self._choose_everywhere(reconcile.OURS)

    def _check_users(self):
        """:raises UserError: if an Odoo user would have two extensions"""
        often = Counter(user.user_id for user in (*self.account_id.extension_ids, *self.user_ids))
        if twice := self.user_ids.filtered(lambda line: line.user_id and often[line.user_id] > 1):
            raise UserError(
                self.env._(
                    "An Odoo user can have only one extension per account. Choose somebody else, "
                    "or nobody, for: %s.",
                    ", ".join(f"{line.extension} {line.name}" for line in twice),
                )
            )

    def _choose_everywhere(self, choice):
        self.line_ids.filtered("is_conflict").choice = choice
        return self._action()

    def _action(self):
        """Return the action of the dialog."""
        name = self.env._("Pull") if self.kind == "pull" else self.env._("Apply changes")
        return actions.form(self, name=name, target="new")

    @api.model
    def _render_apply(self, account, state, snapshot):
        """Return the values of the dialog for the plan of an apply."""
        plan = reconcile.plan_apply(snapshot)
        names = self._names(account, state)
        ours = snapshot.ours.settings
        there = {e: n for e, n in ours.extensions.items() if e not in plan.absent_users}
        differences = account._difference(replace(ours, extensions=there))
        pages = {
            self.env._("Settings"): [c for c in differences if c.kind != "extension"],
            self.env._("Users"): [c for c in differences if c.kind == "extension"],
        }
        teams = account._teams(differences)
        sentences = {title: account._sentences(page, teams) for title, page in pages.items()}
        sentences[self.env._("Skipped")] = [
            self.env._("%s is not a user at Axivox: create it in the console, then pull.", name)
            for name in map(names.get, plan.absent_users)
        ]
        pages = self._pages(sentences, self.env._("No pending changes."))
        return {
            "revision": state.revision,
            "held": state.saved.to_json(),
            "pages": pages,
            "line_ids": self._lines(state, plan.changes, names),
        }

    @api.model
    def _render_pull(self, account, state, snapshot):
        """Return the values of the dialog for the plan of a pull."""
        plan = reconcile.plan_pull(snapshot)
        names = self._names(account, state)
        international = self.env["axivox.number"]._international
        numbers = account.with_context(active_test=False).number_ids
        labels = {number.number: number.display_name for number in numbers}
        pages = {
            self.env._("New incoming numbers"): list(map(international, plan.new_numbers)),
            self.env._("New users"): [names[extension] for extension in plan.new_users],
            self.env._("New extensions of users"): [
                self.env._("%(user)s becomes %(number)s", user=names[before], number=now)
                for before, now in plan.renumbered.items()
            ],
            self.env._("Skipped"): [
                *(
                    self.env._("%s does not exist at Axivox: it stays in Odoo.", names[extension])
                    for extension in plan.absent_users
                ),
                *(
                    self.env._("%s no longer exists at Axivox: it stays in Odoo.", labels[number])
                    for number in plan.absent_numbers
                ),
                *(
                    self.env._("%s is archived in Odoo but still exists at Axivox.", labels[number])
                    for number in plan.archived_numbers
                ),
            ],
        }
        return {
            "revision": state.revision,
            "pages": self._pages(
                pages, self.env._("Numbers and users are the same on both sides.")
            ),
            "line_ids": self._lines(state, plan.changes, names),
            "user_ids": [
                Command.create(
                    {
                        "extension": extension,
                        "name": state.users[extension][0],
                        "email": state.users[extension][1],
                        "user_id": plan.proposed.get(extension, False),
                    }
                )
                for extension in sorted({*plan.new_users, *plan.proposed})
            ],
        }

    @api.model
    def _pages(self, sentences, empty):
        """Return the value of the widget ``axivox_apply_pages``.

        :param dict sentences: {title: sentences}
        :param str empty: a sentence for no page at all
        """
        pages = [{"title": title, "changes": said} for title, said in sentences.items() if said]
        return {"pages": pages, "empty": empty}

    @api.model
    def _names(self, account, state):
        """Return the names of the users of both sides: ``{"201": "201 Sophie"}``."""
        theirs = {extension: f"{extension} {name}" for extension, (name, _) in state.users.items()}
        return {**theirs, **account._names()}

    @api.model
    def _lines(self, state, changed, names):
        """Return the commands that create a line for each ``reconcile.RemoteChange``."""
        saved_by = {(change.setting, change.extension): change.saved_by for change in state.pending}

        def line(change):
            show = partial(messages.setting_value, self.env, change.kind)
            is_mirrored = change.kind in ("name", "email", "destination")
            setting = "rules" if change.kind.startswith("rule") else change.kind
            extension = change.subject if setting == "extension" else None
            return {
                "key": change.key,
                "name": messages.subject(self.env, change, names),
                "applied": "" if is_mirrored else show(reconcile.value(state.applied, change)),
                "theirs": show(change.theirs),
                "ours": show(change.ours),
                "saved_by": saved_by.get((setting, extension)),
                "is_conflict": change.is_conflict,
                "choice": False if change.is_conflict else reconcile.THEIRS,
            }

        return [Command.create(line(change)) for change in changed]
