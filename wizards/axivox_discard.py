"""Lists what a discard loses and who changed it; discards it, and undoes that."""

from contextlib import contextmanager
from dataclasses import astuple

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..callerid.policy import Settings
from ..models import actions


class AxivoxDiscard(models.TransientModel):
    _name = "axivox.discard"
    _description = "Discard pending changes"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one("axivox.account", required=True, readonly=True)
    line_ids = fields.One2many("axivox.discard.line", "discard_id", readonly=True)
    line_count = fields.Integer(compute="_compute_line_count")
    before = fields.Json(readonly=True, help="The settings to go back to.")
    after = fields.Json(readonly=True, help="The settings that were made of them.")
    said = fields.Char(readonly=True, help="What was done, and can be undone.")

    @api.depends("line_ids")
    def _compute_line_count(self):
        for wizard in self:
            wizard.line_count = len(wizard.line_ids)

    @api.model
    def _open(self, account):
        """Return the action of the dialog."""
        account.ensure_one()
        account.check_access("write")
        return self._create_for(account)._action()

    @api.model
    def _restore(self, account, settings):
        """Make settings of the history the saved ones.

        :return: the action of the dialog, where that can be undone
        :raises AccessError: unless the user is a manager, if others' changes are lost
        """
        edits = self.env["axivox.edit"]._last_of(account)
        pending = {change.setting for change in account._difference()}
        if any(edits[s].create_uid != self.env.user for s in pending & edits.keys()):
            account._check_manager()
        wizard = self._create_for(account)
        with wizard._undoable(self.env._("Restored from the history.")):
            account._restore(settings, self.env._("Restored from the history:"))
        return wizard._action()

    def action_discard(self):
        """Discard everything that is pending."""
        with self._undoable(self.env._("All pending changes were discarded.")):
            self.account_id.action_discard()
        if self.line_ids:
            # sudo: only the server writes what can be undone
            self.sudo().said = self.env._(
                "Everything was discarded except what concerns archived numbers: those are never "
                "shown."
            )
        return self._action()

    def action_undo(self):
        """Restore what was saved before the last action of this dialog.

        :raises UserError: if something was saved since
        """
        self.ensure_one()
        account = self.account_id
        if not self.said or account._ours().to_json() != self.after:
            raise UserError(
                self.env._("Something has been saved since then, and will not be overwritten.")
            )
        account._restore(Settings.from_json(self.before), self.env._("Undone:"))
        # sudo: only the server writes what can be undone
        self.sudo().said = False
        self._list_pending()
        return self._action()

    @contextmanager
    def _undoable(self, said):
        """Remember what the block changes, so that it can be undone.

        :param str said: a sentence on what the block does
        """
        self.ensure_one()
        account = self.account_id
        before = account._ours().to_json()
        yield
        # sudo: only the server writes what can be undone
        self.sudo().write({"before": before, "after": account._ours().to_json(), "said": said})
        self._list_pending()

    @api.model
    def _create_for(self, account):
        # sudo: only the server sets the account
        wizard = self.sudo().create({"account_id": account.id}).sudo(False)
        wizard._list_pending()
        return wizard

    def _list_pending(self):
        """List what is pending now, with who changed it last."""
        account = self.account_id
        differences = account._difference()
        edits = self.env["axivox.edit"]._last_of(account)
        lines = [Command.clear()]
        sentences = account._sentences(differences, account._teams(differences))
        for change, name in zip(differences, sentences, strict=True):
            edit = edits.get(change.setting)
            lines.append(
                Command.create(
                    {
                        "name": name,
                        "change": astuple(change),
                        "edited_by_id": edit and edit.create_uid.id,
                        "edited_on": edit and edit.create_date,
                    }
                )
            )
        # sudo: only the server writes the lines
        self.sudo().line_ids = lines

    def _action(self):
        return actions.form(self, name=self.env._("Discard changes"), target="new")
