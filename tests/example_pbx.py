"""An example of another PBX behind Axivox caller ID: a Console, a value of ``mode``, and what opens
it."""

from dataclasses import replace

from odoo import api, fields, models

from odoo.addons.axivox_caller_id.callerid.policy import Settings
from odoo.addons.axivox_caller_id.console import Company, Console, ConsoleError, State


class ExamplePbx(Console):
    """Keeps everything in memory, for as long as the process lives."""

    state = State("pbx.example", "0", Settings(), Settings(), {}, {})

    def describe(self):
        state = self.state
        return Company(
            "Example", state.domain, len(state.numbers), len(state.users), state.revision
        )

    def read(self):
        return self.state

    def save_settings(self, settings, revision):
        users = self.state.saved.extensions
        return self._change(revision, saved=replace(settings, extensions=users))

    def save_users(self, outgoing_numbers, revision):
        saved = self.state.saved
        users = {**saved.extensions, **outgoing_numbers}
        yield len(users), self._change(revision, saved=replace(saved, extensions=users))

    def apply(self, revision):
        return self._change(revision, applied=self.state.saved)

    def _change(self, revision, **changes):
        if revision != self.state.revision:
            raise ConsoleError("changed")
        now = str(int(revision) + 1)
        ExamplePbx.state = replace(self.state, revision=now, **changes)
        return now


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    mode = fields.Selection(
        selection_add=[("example", "Example PBX")], ondelete={"example": "set manual"}
    )

    @api.model
    def _consoles(self):
        return {**super()._consoles(), "example": lambda _account: ExamplePbx()}
