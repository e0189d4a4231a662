"""Enters and tests a connection before the account uses it."""

from dataclasses import asdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import messages
from ..console import ConsoleError
from ..models import actions


class AxivoxConnect(models.TransientModel):
    _name = "axivox.connect"
    _description = "Connect to Axivox over an API"
    _inherit = ["axivox.secret"]

    account_id = fields.Many2one("axivox.account", required=True, readonly=True)
    found = fields.Json(readonly=True, help="What answered the test; empty until it did.")
    failure = fields.Char(readonly=True, help="Why the test failed.")
    connection = fields.Char(compute="_compute_connection")
    is_another = fields.Boolean(compute="_compute_connection")

    @api.depends("found")
    @api.depends_context("lang")
    def _compute_connection(self):
        for wizard in self:
            company = wizard.found
            wizard.connection = company and messages.connected_to(self.env, company)
            # sudo: compares with what only managers may read
            wizard.is_another = company and wizard.account_id.sudo()._is_another_account(company)

    def _forget_test_result(self):
        # sudo: what was found is written by the server only
        self.sudo().write({"found": False, "failure": False})

    @api.model
    def _open(self, account):
        """Return the action of the dialog.

        :raises AccessError: unless the user is a system administrator
        """
        account.check_access("write")
        # sudo: only the server sets the account
        wizard = self.sudo().create({"account_id": account.id}).sudo(False)
        wizard.base_url = account.base_url
        return wizard._action()

    def action_test(self):
        """Ask the console who it is. The account keeps its present connection."""
        self.ensure_one()
        try:
            found = asdict(self.account_id._consoles()[self._mode()](self).describe())
            vals = {"found": found, "failure": False}
        except ConsoleError as error:
            vals = {"found": False, "failure": messages.console_error(self.env, error)}
        # sudo: what was found is written by the server only
        self.sudo().write(vals)
        return self._action()

    def action_accept(self):
        """Use this connection from now on.

        :raises UserError: unless it has answered a test
        """
        self.ensure_one()
        if not self.found:
            raise UserError(self.env._("Test the connection first: its URL or token has changed."))
        account = self.account_id
        account._check_manager()
        vals = {"mode": self._mode(), "base_url": self.base_url}
        if self.has_token:
            vals["token"] = self._token()
        account.write(vals)
        account._accept(self.found)
        return {"type": "ir.actions.act_window_close"}

    def _mode(self):
        return "api" if self.account_id.is_manual else self.account_id.mode

    def _token(self):
        account = self.account_id
        if not self.has_token and self.base_url == account.base_url:
            return account._token()
        return super()._token()

    def _action(self):
        return actions.form(self, name=self.env._("Connect to Axivox"), target="new")
