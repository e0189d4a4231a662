"""The way from an account to its console: which one, where, with what token, and what both last
agreed on."""

from contextlib import contextmanager
from dataclasses import asdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from .. import messages
from ..callerid.policy import Settings
from ..callerid.reconcile import Side
from ..console import ConsoleError
from ..console.client import HttpConsole


class AxivoxConnection(models.AbstractModel):
    _name = "axivox.connection"
    _description = "Connection of an Axivox account to its console"
    _inherit = ["axivox.secret"]

    mode = fields.Selection(
        [("manual", "By hand, in Axivox's console"), ("api", "Over an API")],
        string="How changes are applied",
        required=True,
        default="manual",
        copy=False,
        tracking=True,
        help="By hand: Odoo lists the steps and you carry them out in the console. Over an API: "
        "Odoo carries them out, if your reseller or gateway offers one.",
    )
    is_manual = fields.Boolean(compute="_compute_is_manual")
    base_url = fields.Char(tracking=True)
    connected_to = fields.Json(
        string="Connected to",
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
            account.connection = company and messages.connected_to(self.env, company)

    @api.model
    def _set_by_managers(self):
        return super()._set_by_managers() | {"mode"}

    def _forget_answer(self):
        self._remember(connected_to=False)

    def action_test_connection(self):
        """Ask the console who it is, and remember the answer."""
        self.ensure_one()
        self._check_manager()
        with self._explained():
            company = self._console(tested=False).describe()
        self._accept(asdict(company))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.connection,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def action_connect(self):
        """:return: the action of the dialog where a connection is entered, tested and accepted"""
        self.ensure_one()
        return self.env["axivox.connect"]._open(self)

    def _accept(self, company):
        """Use the connection that was tested.

        :param dict company: what it answered, as ``console.Company``
        """
        if self._is_another(company):
            # Nothing that was agreed with the old one counts.
            self._remember(base=False, in_flight=False, theirs=False)
        self._remember(connected_to=company)

    def _is_another(self, company):
        """:return: whether it is another Axivox account than the one that was agreed with"""
        return (self.base or {}).get("domain", company["domain"]) != company["domain"]

    @api.model
    def _consoles(self):
        """The hook for another PBX or API: `mode` is asked here only, by its keys.

        :return: what opens the ``console.Console`` of an account, by its mode; a mode without one
            is a person's, who works in the console by hand. *Connect* gives its dialog in place
            of the account.
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
                    "This is a different Axivox account than before (%(now)s, not %(before)s). If "
                    "that is intended, test the connection again.",
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
            yield self.env._("Odoo cannot check the console for changes: %s", reason), None

    @contextmanager
    def _explained(self):
        """
        :raises UserError: in place of a ConsoleError
        """
        try:
            yield
        except ConsoleError as error:
            raise UserError(messages.console_error(self.env, error)) from error

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
