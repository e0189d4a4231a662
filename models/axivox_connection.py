"""The connection of an account to its console: mode, address, token, and what both last
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
from .document import Document


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
    base = Document(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="What Odoo and the console last agreed on.",
    )
    in_flight = Document(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="Settings that are being sent: if the console has them, Odoo changed them there.",
    )
    theirs = Document(
        readonly=True,
        copy=False,
        groups="axivox_caller_id.group_manager",
        help="The settings saved in the console, if somebody changed them there.",
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
    def _manager_fields(self):
        return super()._manager_fields() | {"mode"}

    def _forget_test_result(self):
        self._remember(connected_to=False)

    def action_test_connection(self):
        """Ask the console who it is, and remember the answer.

        :raises UserError: if it does not answer as one
        """
        self.ensure_one()
        self._check_manager()
        with self._errors_for_people():
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
        """Return the action of the dialog where a connection is entered, tested and accepted."""
        self.ensure_one()
        return self.env["axivox.connect"]._open(self)

    def _accept(self, company):
        """Use the connection that was tested.

        :param dict company: what the console answered, as ``console.Company``
        """
        if self._is_another_account(company):
            # What was agreed with the old account no longer counts.
            self._remember(base=False, in_flight=False, theirs=False)
        self._remember(connected_to=company, check_failure=False)

    def _is_another_account(self, company):
        """Return whether this is another Axivox account than the one that was agreed with."""
        return (self.base or {}).get("domain", company["domain"]) != company["domain"]

    @api.model
    def _consoles(self):
        """The hook for another PBX or API: this is the only place that asks for `mode`, by its
        keys.

        :return: {mode: function that opens the ``console.Console`` of an account}. A mode that is
            not in it is worked by hand. *Connect* passes its dialog in place of the account.
        :rtype: dict[str, Callable]
        """
        return {"api": lambda account: HttpConsole(account.base_url, account._token())}

    def _console(self, *, tested=True):
        """Open the account's console.

        :param bool tested: whether the connection must have been tested
        :rtype: console.Console
        :raises UserError: without an API, and if the connection must be tested first
        :raises ConsoleError: if the address or token cannot be right
        """
        # sudo: who may pull and apply uses the connection without reading the token
        account = self.sudo()
        if not account.active:
            raise UserError(
                self.env._(
                    "This account is archived: Odoo no longer reads or changes it at Axivox."
                )
            )
        if account.is_manual:
            raise UserError(
                self.env._("This account is not connected: its changes are applied by hand.")
            )
        if tested and not account.connected_to:
            raise UserError(self.env._("Test the connection first: its URL or token has changed."))
        return self._consoles()[account.mode](account)

    def _read_console(self, console):
        """Read all that the console holds.

        :rtype: console.State
        :raises UserError: if the connection leads to another account than before
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
        """Yield (message, None)."""
        # sudo: what the sentences are made of is a manager's to read
        account = self.sudo()
        if account.is_manual:
            return
        if not account.connected_to:
            yield (
                self.env._("The connection to Axivox has not been tested: nothing can be applied."),
                None,
            )
        if account.check_failure:
            reason = messages.console_error(self.env, ConsoleError(**account.check_failure))
            yield self.env._("Odoo cannot check the console for changes: %s", reason), None

    @contextmanager
    def _errors_for_people(self):
        """Turn a ConsoleError in the block into a sentence.

        :raises UserError: in place of a ConsoleError
        """
        try:
            yield
        except ConsoleError as error:
            raise UserError(messages.console_error(self.env, error)) from error

    def _base(self):
        """Return what Odoo and the console last agreed on.

        :rtype: Side
        """
        if not (base := self.base):
            return Side()
        return Side(
            Settings.from_json(base["saved"]),
            {extension: tuple(user) for extension, user in base["users"].items()},
            {number: tuple(leads) for number, leads in base["numbers"].items()},
        )

    def _agree(self, domain, base, **vals):
        """Store what Odoo and the console agree on.

        :param str domain: the account's name at Axivox
        :param Side base:
        :param vals: what else to `_remember`
        """
        self._remember(
            base={
                "domain": domain,
                "saved": base.settings.to_json(),
                "users": {extension: [*user] for extension, user in base.users.items()},
                "numbers": {number: [*leads] for number, leads in base.numbers.items()},
            },
            **vals,
        )

    def _remember(self, **vals):
        """Write down what only the server knows, and what no call is answered by."""
        # sudo: nobody may write it; that pull, apply and check are managers' is checked where they
        # begin
        self.sudo()._in_server_context("axivox_remembering").write(vals)
