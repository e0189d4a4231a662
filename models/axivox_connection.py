"""The way from an account to its console: which one, where, with what token, and what both last
agreed on."""

import base64
from contextlib import contextmanager

from cryptography.fernet import Fernet, InvalidToken

from odoo import api, fields, models, tools
from odoo.exceptions import UserError, ValidationError
from odoo.fields import NO_ACCESS

from .. import messages
from ..callerid.policy import Settings
from ..callerid.reconcile import Side
from ..console import ConsoleError
from ..console.client import HttpConsole, is_safe_address


class AxivoxConnection(models.AbstractModel):
    _name = "axivox.connection"
    _description = "Connection of an Axivox account to its console"
    _inherit = ["axivox.guarded"]

    mode = fields.Selection(
        [("manual", "By hand, in Axivox's console"), ("api", "Over an API")],
        string="Changes are applied",
        required=True,
        default="manual",
        copy=False,
        tracking=True,
        help="By hand: Odoo lists the steps, you do them in the console. Over an API: Odoo does "
        "them, where your reseller or gateway offers one.",
    )
    is_manual = fields.Boolean(compute="_compute_is_manual")
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
    base = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="What Odoo and the console last agreed on: see `_agree`.",
    )
    in_flight = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="Settings that are being sent: what the console holds of them is our own.",
    )
    theirs = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="The settings that are saved in the console, where somebody changed them there.",
    )
    check_failure = fields.Json(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="Why the console could not be checked for changes.",
    )

    @api.depends("mode")
    def _compute_is_manual(self):
        for account in self:
            account.is_manual = account.mode not in self._consoles()

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

    @api.model
    def _set_by_managers(self):
        return super()._set_by_managers() | {"mode"}

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

    def action_test_connection(self):
        """Ask the console who it is, and remember the answer."""
        self.ensure_one()
        self._check_manager()
        with self._explained():
            company = self._console(tested=False).describe()
        if (self.base or {}).get("domain", company.domain) != company.domain:
            # Another Axivox account: nothing that was agreed with the old one counts.
            self._remember(base=False, in_flight=False, theirs=False)
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

    @api.model
    def _consoles(self):
        """The hook for another PBX or API: `mode` is asked here only, by its keys.

        :return: what opens the ``console.Console`` of an account, by its mode; a mode without one
            is a person's, who works in the console by hand
        :rtype: dict[str, Callable]
        """
        return {"api": lambda account: HttpConsole(account.base_url, account._token())}

    def _console(self, *, tested=True):
        """
        :param bool tested: whether the connection has to be
        :rtype: console.Console
        :raises UserError: where no API is to be used, and before the connection was tested
        :raises ConsoleError: where address or token cannot be right
        """
        # sudo: who may pull and apply uses the connection without reading the token
        account = self.sudo()
        if account.is_manual or not account.active:
            raise UserError(
                self.env._("This account is not connected: its changes are applied by hand.")
            )
        if tested and not account.connected_to:
            raise UserError(self.env._("Test the connection first: its URL or token has changed."))
        return self._consoles()[account.mode](account)

    def _read_console(self, console):
        """
        :rtype: console.State
        :raises UserError: where the connection leads elsewhere now
        :raises ConsoleError:
        """
        state = console.read()
        if state.domain != self.connected_to["domain"]:
            raise UserError(
                self.env._(
                    "This is another Axivox account than before (%(now)s, not %(before)s). If "
                    "that is meant, test the connection again.",
                    now=state.domain,
                    before=self.connected_to["domain"],
                )
            )
        return state

    def _connection_warnings(self):
        """:return: (message, None) of each"""
        # sudo: what the sentences are made of is a manager's to read
        account = self.sudo()
        if not account.is_manual and not account.connected_to:
            yield (
                self.env._("The connection to Axivox has not been tested: nothing can be applied."),
                None,
            )
        if account.check_failure:
            reason = messages.console_error(self.env, ConsoleError(**account.check_failure))
            yield self.env._("Odoo cannot see whether the console was changed: %s", reason), None

    @contextmanager
    def _explained(self):
        """
        :raises UserError: in place of a ConsoleError
        """
        try:
            yield
        except ConsoleError as error:
            raise UserError(messages.console_error(self.env, error)) from error

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

    def _base(self):
        """:return: what both last agreed on
        :rtype: Side
        """
        if not self.base:
            return Side()
        return Side(
            Settings.from_json(self.base["saved"]),
            {extension: tuple(user) for extension, user in self.base["users"].items()},
            {number: tuple(leads) for number, leads in self.base["numbers"].items()},
        )

    def _agree(self, domain, base):
        """Remember what both agree on.

        :param Side base:
        """
        self._remember(
            base={
                "domain": domain,
                "saved": base.settings.to_json(),
                "users": base.users,
                "numbers": base.numbers,
            }
        )

    def _remember(self, **vals):
        """Write down what only the server knows."""
        # sudo: nobody may write it; that pull, apply and check are managers' is checked where they
        # begin
        self.sudo().write(vals)
