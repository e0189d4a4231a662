from collections import Counter
from dataclasses import replace
from functools import partial

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..callerid import changes
from ..callerid.policy import Settings
from ..models import phrases


class AxivoxReview(models.TransientModel):
    _name = "axivox.review"
    _description = "Look before changes are applied or pulled"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one("axivox.account", required=True, readonly=True)
    kind = fields.Selection([("apply", "Apply"), ("pull", "Pull")], required=True, readonly=True)
    # What was looked at: somebody may save something else in the meantime, or apply it.
    mode = fields.Selection(
        lambda self: self.env["axivox.account"]._fields["mode"].selection,
        required=True,
        readonly=True,
    )
    applied_id = fields.Many2one("axivox.applied", readonly=True, ondelete="cascade")
    settings = fields.Json(required=True, readonly=True)
    revision = fields.Char(readonly=True)
    pages = fields.Json(readonly=True)
    line_ids = fields.One2many("axivox.review.line", "review_id", string="Changed in the console")
    user_ids = fields.One2many("axivox.review.user", "review_id", string="New users")
    changed_since = fields.Boolean(compute="_compute_changed_since")
    can_discard = fields.Boolean(compute="_compute_changed_since")
    has_clashes = fields.Boolean(compute="_compute_has_clashes")
    is_confirmed = fields.Boolean(readonly=True)
    sync_id = fields.Many2one("axivox.sync", readonly=True, ondelete="set null")

    @api.depends("account_id", "settings")
    def _compute_changed_since(self):
        for review in self:
            account = review.account_id
            review.changed_since = review.settings != account._wanted().to_json()
            review.can_discard = not account._prepared("applied").never_applied

    @api.depends("line_ids.clashes")
    def _compute_has_clashes(self):
        for review in self:
            review.has_clashes = any(review.line_ids.mapped("clashes"))

    @api.model
    def _open(self, account, kind):
        """Look, and show what will be done.

        :return: the action of the dialog
        :raises UserError: where the console does not answer
        """
        account.ensure_one()
        account.check_access("read")
        account = account._in_server_context()
        reviews = self.with_env(account.env)
        wanted = account._wanted()
        vals = {
            "account_id": account.id,
            "kind": kind,
            "mode": account.mode,
            "applied_id": account._last_applied().id,
            "settings": wanted.to_json(),
        }
        if kind == "pull" or account.mode == "api":
            account._check_manager()
            with account._explained():
                found = account._look(account._console())
            vals |= reviews._compare(account, found, wanted, kind)
        else:
            vals["pages"] = account._apply_pages(vals["settings"])
        # sudo: what was looked at is written by the server only
        return reviews.sudo().create(vals).sudo(False)._action()

    def action_confirm(self):
        """Pull, or apply. In manual mode: the steps were done in the console, Axivox runs on these
        settings. What was confirmed already is not done a second time.

        :raises UserError: where it is not what is to be done any more
        """
        self.ensure_one()
        return self._in_server_context()._confirm()

    def _confirm(self):
        if self.mode != self.account_id.mode:
            raise UserError(self.env._("The connection was changed meanwhile: look again."))
        if self.mode == "manual":
            self._confirm_by_hand()
            return {"type": "ir.actions.act_window_close"}
        if not self.sync_id:
            sync = self._confirm_over_api()
            # sudo: what became of it is written by the server only
            self.sudo().sync_id = sync
        return self.sync_id._action()

    def _confirm_by_hand(self):
        account, syncs = self.account_id, self.env["axivox.sync"]
        account._check_manager()
        with syncs._held(account):
            if self.is_confirmed:
                return
            last = account._last_applied()
            if last != self.applied_id:
                raise UserError(
                    self.env._(
                        "%(user)s applied other settings at %(time)s UTC, after you looked at "
                        "these: look again.",
                        user=last.create_uid.name,
                        time=last.create_date.strftime("%H:%M:%S"),
                    )
                )
            syncs._unfinished(account)._replace()
            account._record_applied(self.settings)
            # sudo: what became of it is written by the server only
            self.sudo().is_confirmed = True
            syncs._commit()

    def _confirm_over_api(self):
        """:return: the attempt"""
        if undecided := self.line_ids.filtered(lambda line: not line.choice):
            raise UserError(
                self.env._(
                    "Both sides changed these: choose Axivox's or Odoo's for each: %s.",
                    ", ".join(undecided.mapped("name")),
                )
            )
        vals = {"choices": {line.key: line.choice for line in self.line_ids}}
        if self.kind == "pull":
            self._check_users()
            vals["revision"] = self.revision
            vals["users"] = {line.extension: line.user_id.id for line in self.user_ids}
        else:
            vals["settings"] = self.settings
        return self.env["axivox.sync"]._start(self.account_id, self.kind, **vals)

    def action_discard(self):
        return self.account_id.action_discard()

    def action_choose_found(self):
        return self._choose_everywhere("found")

    def action_choose_wanted(self):
        return self._choose_everywhere("wanted")

    def _check_users(self):
        """:raises UserError: where an Odoo user would have two extensions"""
        often = Counter(one.user_id for one in (*self.account_id.extension_ids, *self.user_ids))
        if twice := self.user_ids.filtered(lambda line: line.user_id and often[line.user_id] > 1):
            raise UserError(
                self.env._(
                    "An Odoo user has one extension of an account. Choose somebody else, or "
                    "nobody, for: %s.",
                    ", ".join(f"{line.extension} {line.name}" for line in twice),
                )
            )

    def _choose_everywhere(self, choice):
        self.line_ids.filtered("clashes").choice = choice
        return self._action()

    def _action(self):
        """:return: the action of the dialog"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pull") if self.kind == "pull" else self.env._("Apply changes"),
            "res_model": self._name,
            "res_id": self.id,
            "views": [[False, "form"]],
            "target": "new",
        }

    @api.model
    def _compare(self, account, found, wanted, kind):
        """What a look at the console adds to the dialog.

        :param console.Found found:
        :param Settings wanted:
        """
        names = account._names() | {e: f"{e} {user[0]}" for e, user in found.users.items()}
        elsewhere = account._merge(found, wanted)[1]
        vals = {"revision": found.revision}
        if kind == "apply":
            vals["pages"] = self._apply_pages(account, found, wanted)
        else:
            unknown = account._unknown_users(found)
            elsewhere = [e for e in elsewhere if e.kind != "extension" or e.subject not in unknown]
            elsewhere += account._merge_directory(found)[1]
            vals["pages"] = self._pull_pages(account, found, names)
            vals["user_ids"] = self._users(found, unknown, account._proposed_users(found))
        vals["line_ids"] = self._lines(found, elsewhere, names)
        return vals

    def _users(self, found, unknown, proposed):
        """:return: the commands of a line for each new user, and whose Odoo user may be known"""
        return [
            Command.create(
                {
                    "extension": extension,
                    "name": found.users[extension][0],
                    "email": found.users[extension][1],
                    "user_id": proposed[extension].id if extension in proposed else False,
                }
            )
            for extension in sorted({*unknown, *proposed})
        ]

    def _lines(self, found, elsewhere, names):
        """:return: the commands of a line for each ``changes.Elsewhere``"""
        live = Settings.from_json(found.applied)
        saved_by = {(saved.setting, saved.extension): saved.saved_by for saved in found.waiting}

        def line(change):
            show = partial(phrases.setting_value, self.env, change.kind)
            is_mirrored = change.kind in ("name", "email", "destination")
            setting = "rules" if change.kind.startswith("rule") else change.kind
            extension = change.subject if setting == "extension" else None
            return {
                "key": change.key,
                "name": phrases.subject(self.env, change, names),
                "applied": "" if is_mirrored else show(changes.value(live, change)),
                "found": show(change.found),
                "wanted": show(change.wanted),
                "saved_by": saved_by.get((setting, extension)),
                "clashes": change.clashes,
                "choice": False if change.clashes else "found",
            }

        return [Command.create(line(change)) for change in elsewhere]

    def _apply_pages(self, account, found, wanted):
        left_out = account._not_there(found)
        numbers = set(left_out.mapped("number"))
        there = {e: n for e, n in wanted.extensions.items() if e not in numbers}
        shown = account._apply_pages(replace(wanted, extensions=there).to_json())
        sentences = [
            self.env._(
                "%s is not a user at Axivox: create it in the console, then pull.",
                extension.display_name,
            )
            for extension in left_out
        ]
        if sentences:
            page = {"title": self.env._("Left out"), "changes": sentences, "steps": []}
            shown["pages"].append(page)
        return shown

    def _pull_pages(self, account, found, names):
        """:return: what will be created, renumbered and left alone: the value of the widget"""
        unknown = account._unknown_users(found)
        renumbered = account._renumbered(found)
        archived = account.with_context(active_test=False).number_ids - account.number_ids
        left_alone = [
            *(
                self.env._("%s is not at Axivox: it stays here.", extension.display_name)
                for extension in account._not_there(found)
                if extension not in renumbered
            ),
            *(
                self.env._("%s is not at Axivox any more: it stays here.", number.display_name)
                for number in account.number_ids
                if number.number not in found.numbers
            ),
            *(
                self.env._("%s is archived here, and still at Axivox.", number.display_name)
                for number in archived
                if number.number in found.numbers
            ),
        ]
        changed = [
            self.env._("%(user)s becomes %(number)s", user=extension.display_name, number=number)
            for extension, number in renumbered.items()
        ]
        numbers = account._unknown_numbers(found)
        pages = {
            self.env._("New incoming numbers"): [
                self.env["axivox.number"]._international(number) for number in numbers
            ],
            self.env._("New users"): [names[extension] for extension in unknown],
            self.env._("New extensions of users"): changed,
            self.env._("Left alone"): left_alone,
        }
        return {
            "pages": [
                {"title": title, "changes": sentences, "steps": []}
                for title, sentences in pages.items()
                if sentences
            ],
            "is_manual": False,
            "warning": False,
            "empty": self.env._("Numbers and users are the same on both sides."),
        }
