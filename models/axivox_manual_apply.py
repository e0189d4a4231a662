"""*Apply changes* by hand: the list of steps in Axivox's console, kept until it is done."""

import base64
from dataclasses import astuple

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime
from odoo.tools.constants import GC_UNLINK_LIMIT

from odoo.addons.web.controllers.export import CSVExport

from .. import messages
from ..callerid import changes
from ..callerid.policy import Settings
from . import actions
from .axivox_sync import KEPT_FOR

NAMED = 10  # steps, where not all of them are named
# The blocks of steps by kind of change, in the order of the list; users follow, number by number.
BLOCKS = {
    "default": "default",
    "override": "override",
    "rule_removed": "rule_removed",
    "rule_number": "rule_number",
    "rule_added": "rule_placed",
    "rule_moved": "rule_placed",
}
ORDER = tuple(dict.fromkeys(BLOCKS.values()))


class AxivoxManualApply(models.Model):
    """The steps that lead from what the console holds to what was saved when the list was made. An
    account has one open list, on which any number of people work. A tick says that a step is saved
    in the console; calls follow only when somebody confirms that *Apply changes* was pressed there.
    """

    _name = "axivox.manual.apply"
    _description = "Apply by hand in Axivox's console"
    _inherit = ["axivox.guarded"]
    _order = "id desc"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    create_uid = fields.Many2one("res.users", string="Started by")
    create_date = fields.Datetime(string="Started on")
    state = fields.Selection(
        [
            ("open", "To do in the console"),
            ("done", "Applied"),
            ("replaced", "Replaced: something else was applied"),
        ],
        string="Status",
        required=True,
        readonly=True,
        default="open",
    )
    held = fields.Json(
        required=True,
        readonly=True,
        prefetch=False,
        groups="axivox_caller_id.group_manager",
        help="What the console held when the list was made.",
    )
    settings = fields.Json(
        required=True,
        readonly=True,
        prefetch=False,
        groups="axivox_caller_id.group_manager",
        help="What the console holds when all is done.",
    )
    step_ids = fields.One2many("axivox.manual.step", "manual_id", string="Steps", readonly=True)
    step_count = fields.Integer(string="Steps to do", compute="_compute_counts")
    done_count = fields.Integer(string="Steps done", compute="_compute_counts")
    waiting_count = fields.Integer(compute="_compute_waiting")
    waiting = fields.Text(compute="_compute_waiting")
    left = fields.Text(string="Not ticked", compute="_compute_left")
    failing = fields.Json(string="Failing test cases", compute="_compute_failing")
    failing_count = fields.Integer(
        string="Number of failing test cases", compute="_compute_failing"
    )
    apply_warning = fields.Char(compute="_compute_apply_warning")
    csv = fields.Binary(string="Steps as CSV", compute="_compute_csv")

    _open_unique = models.UniqueIndex(
        "(account_id) WHERE state = 'open'", "An account can have only one open list."
    )

    @api.depends("create_date")
    @api.depends_context("lang", "tz")
    def _compute_display_name(self):
        for manual in self:
            manual.display_name = self.env._(
                "Steps of %s", format_datetime(self.env, manual.create_date, dt_format="medium")
            )

    @api.depends("step_ids.is_done")
    def _compute_counts(self):
        mine = [("manual_id", "in", self.ids)]
        counts = self.env["axivox.manual.step"]._read_group(
            mine, ["manual_id", "is_done"], ["__count"]
        )
        counted = {(manual, is_done): count for manual, is_done, count in counts}
        for manual in self:
            manual.done_count = counted.get((manual, True), 0)
            manual.step_count = manual.done_count + counted.get((manual, False), 0)

    @api.depends(
        lambda self: [
            "state",
            "settings",
            *(f"account_id.{path}" for path in self.env["axivox.account"]._setting_paths()),
        ]
    )
    @api.depends_context("lang")
    def _compute_waiting(self):
        for manual in self:
            waiting = manual._unlisted_changes()
            manual.waiting_count = len(waiting)
            account, named = manual.account_id, waiting[:NAMED]
            sentences = account._sentences(named, account._teams(named))
            more = len(waiting) - len(named)
            manual.waiting = "\n".join(messages.and_more(self.env, sentences, more))

    @api.depends("step_ids.is_done")
    @api.depends_context("lang")
    def _compute_left(self):
        for manual in self:
            left = manual.step_ids.filtered(lambda step: not step.is_done)
            named = left[:NAMED].mapped("text")
            manual.left = "\n".join(messages.and_more(self.env, named, len(left) - len(named)))

    @api.depends("state", "settings")
    @api.depends_context("lang", "uid")
    def _compute_failing(self):
        cases = self.env["axivox.test.case"]
        for manual in self:
            notices = []
            if manual.state == "open":
                notices = cases._failing_notices(manual.account_id, manual._listed)
            manual.failing = notices
            manual.failing_count = len(notices)

    @api.depends_context("lang")
    def _compute_apply_warning(self):
        self.apply_warning = messages.apply_warning(self.env)

    @api.depends("step_ids.is_done")
    @api.depends_context("lang", "tz")
    def _compute_csv(self):
        names = ["page", "text", "subject", "is_done", "done_by_id", "done_on"]
        described = self.env["axivox.manual.step"].fields_get(names, ["string", "selection"])
        titles = [described[name]["string"] for name in names]
        pages = dict(described["page"]["selection"])
        for manual in self:
            rows = [
                [
                    pages[step.page],
                    step.text,
                    step.subject,
                    "x" if step.is_done else "",
                    step.done_by_id.name,
                    format_datetime(self.env, step.done_on) if step.done_on else "",
                ]
                for step in manual.step_ids
            ]
            manual.csv = base64.b64encode(CSVExport().from_data(names, titles, rows).encode())

    @api.model
    def _open(self, account):
        """Return the action of the account's open list, or of a new one.

        :raises AccessError: if the user may not save the settings
        """
        account.ensure_one()
        account.check_access("write")
        account = account._in_server_context()
        syncs = self.env["axivox.sync"]
        with syncs._locked(account):
            # sudo: lists are written by the server only
            lists = self.with_env(account.env).sudo()
            manual = lists.search([("account_id", "=", account.id), ("state", "=", "open")])
            if not manual:
                held = account._applied() or Settings()
                vals = dict.fromkeys(("held", "settings"), held.to_json())
                manual = lists.create({"account_id": account.id, **vals})
                manual._rebuild(held)
            elif not manual.done_count and manual.create_uid == self.env.user:
                manual._rebuild(manual._held_now())  # nobody else has begun with it
            syncs._commit()
        return manual.sudo(False)._action()

    @api.model
    def _replace_of(self, account):
        """Close the account's open list, since something else was applied."""
        # sudo: lists are written by the server only
        self.sudo().search([("account_id", "=", account.id), ("state", "=", "open")]).write(
            {"state": "replaced"}
        )

    def action_add_waiting(self):
        """Extend the list to what is saved now; what is ticked stays ticked."""
        self.ensure_one()
        account = self.account_id._in_server_context()
        account.check_access("write")
        syncs = self.env["axivox.sync"]
        with syncs._locked(account):
            self._check_open()
            # sudo: lists are written by the server only
            self.with_env(account.env).sudo()._rebuild(self._held_now())
            syncs._commit()
        return {"type": "ir.actions.client", "tag": "soft_reload"}

    def action_download(self):
        """Return the action that downloads the steps as CSV."""
        self.ensure_one()
        self.check_access("read")
        name = f"axivox-{fields.Date.to_string(self.create_date)}.csv"
        url = f"/web/content/{self._name}/{self.id}/csv/{name}?download=true"
        return {"type": "ir.actions.act_url", "url": url, "target": "download"}

    def action_finish(self):
        """Confirm, or first open a dialog that names what is not ticked.

        :raises AccessError: unless the user is a manager
        """
        self.ensure_one()
        self.account_id._check_manager()
        if self.done_count == self.step_count:
            return self.action_confirm()
        view = self.env.ref("axivox_caller_id.axivox_manual_apply_view_form_finish")
        return {
            **self._action(),
            "name": self.env._("Not everything is ticked"),
            "views": [[view.id, "form"]],
            "target": "new",
        }

    def action_confirm(self):
        """Record that *Apply changes* was pressed in the console: calls follow what the list held.
        A list that is confirmed already is not recorded twice.

        :raises AccessError: unless the user is a manager
        :raises UserError: if something else was applied meanwhile
        """
        self.ensure_one()
        account = self.account_id._in_server_context()
        account._check_manager()
        syncs = self.env["axivox.sync"]
        with syncs._locked(account):
            if self.state != "done":
                self._check_open()
                syncs._unfinished(account)._replace()
                # sudo: lists are written by the server only
                manual = self.sudo()
                manual.state = "done"
                account._record_applied(Settings.from_json(manual.settings))
                syncs._commit()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Calls now use these settings."),
                "next": account.with_company(account.company_id).action_open_settings(),
            },
        }

    def read_pages(self):
        """Return the outline of the list; the steps themselves are read by their ids.

        :return: for each page of the console ``title``, ``intro`` and ``blocks``; for each block
            ``title``, ``steps`` (ids), ``left`` (ids of those that are not done) and ``copies``
            (values to copy, dicts with ``label`` and ``value``)
        :rtype: list[dict]
        """
        self.ensure_one()
        self.check_access("read")
        pages = {}
        steps = self.env["axivox.manual.step"].search_fetch(
            [("manual_id", "=", self.id)], ["page", "block", "subject", "change", "is_done"]
        )
        titles = dict(steps._fields["page"]._description_selection(self.env))
        for (page, _block), same in steps.grouped(lambda step: (step.page, step.block)).items():
            copies, change = [], same[0]._change()
            if page == "users":
                extensions = ", ".join(same.mapped("subject"))
                copies = [{"label": self.env._("Extensions"), "value": extensions}]
                if number := change.new:
                    copies.insert(0, {"label": self.env._("Number"), "value": number})
            pages.setdefault(
                page,
                {
                    "title": titles[page],
                    "intro": messages.console_page(self.env, page),
                    "blocks": [],
                },
            )["blocks"].append(
                {
                    "title": messages.console_block(self.env, change),
                    "steps": same.ids,
                    "left": same.filtered(lambda step: not step.is_done).ids,
                    "copies": copies,
                }
            )
        return [pages[page] for page in titles if page in pages]

    @api.autovacuum
    def _gc_closed(self):
        """Delete lists that were closed long ago; the history keeps what was applied."""
        before = fields.Datetime.now() - KEPT_FOR
        self.search(
            [("state", "!=", "open"), ("create_date", "<", before)], limit=GC_UNLINK_LIMIT
        ).unlink()

    def _action(self):
        return actions.form(self, name=self.env._("Apply changes"), target="current")

    def _rebuild(self, held):
        """Make the list anew for what is saved now. Steps that are done stay in it; so do those
        that are unchanged, which others have before them and may tick.

        :param Settings held: what the console holds now
        """
        wanted = self.account_id._ours()
        left = self.step_ids.filtered(lambda step: not step.is_done)
        done = self.step_ids - left
        done.is_settled = True
        known = {self._change_key(step._change()) for step in left}
        unchanged = {(step._change(), *(step.above or ())): step for step in left}
        was_empty = not self.step_ids
        commands = []
        differences = changes.pending(held, wanted)
        for place, change in enumerate(sorted(differences, key=self._sort_key), len(done)):
            above = self._above(wanted, change)
            if step := unchanged.pop((change, *(above or ())), None):
                if step.sequence != place or step.is_new:
                    commands.append(Command.update(step.id, {"sequence": place, "is_new": False}))
                continue
            vals = {
                "sequence": place,
                "page": "users" if change.kind == "extension" else "settings",
                "block": self._block(change),
                "subject": change.subject,
                "change": astuple(change),
                "above": above,
                "is_new": not was_empty and self._change_key(change) not in known,
            }
            commands.append(Command.create(vals))
        self.step_ids = commands + [Command.delete(step.id) for step in unchanged.values()]
        self.write({"held": held.to_json(), "settings": wanted.to_json()})

    def _held_now(self):
        """Return what the console holds now, going by the ticks.

        :rtype: Settings
        """
        # sudo: see account._settings
        manual = self.sudo()
        done = manual.step_ids.filtered(lambda step: step.is_done and not step.is_settled)
        return changes.carried_out(
            Settings.from_json(manual.held),
            Settings.from_json(manual.settings),
            [step._change() for step in done],
        )

    def _unlisted_changes(self):
        """Return what was saved since the list was made, as a list of ``changes.Change``."""
        if self.state != "open":
            return []
        return changes.pending(self._listed(), self.account_id._ours())

    def _listed(self):
        """Return what the console holds once all steps are done.

        :rtype: Settings
        """
        # sudo: see account._settings
        return Settings.from_json(self.sudo().settings)

    def _check_open(self):
        """:raises UserError: if the list is closed, or no longer the way to apply changes"""
        account = self.account_id
        if not account.is_manual:
            raise UserError(
                self.env._("The connection was changed in the meantime. Review the changes again.")
            )
        if self.state != "open":
            last = account._last_applied()
            raise UserError(
                self.env._(
                    "%(user)s applied other settings at %(time)s UTC, after this list was made. "
                    "Review the changes again.",
                    user=last.create_uid.name,
                    time=last.create_date.strftime("%H:%M:%S"),
                )
            )

    @api.model
    def _block(self, change):
        return BLOCKS.get(change.kind) or f"extension {change.new or ''}"

    @api.model
    def _sort_key(self, change):
        """Return the key by which steps are sorted."""
        if change.kind == "extension":
            return len(ORDER), change.new or "", change.subject
        return ORDER.index(BLOCKS[change.kind]), change.position or 0, ""

    @api.model
    def _above(self, wanted, change):
        if change.kind in ("rule_added", "rule_moved"):
            rule = changes.above(wanted, change)
            return rule and [rule.prefix, rule.number]
        return None

    @api.model
    def _change_key(self, change):
        """Return what identifies a change, whichever rule it stands below."""
        return change.kind, change.subject, change.kind != "rule_moved" and change.new
