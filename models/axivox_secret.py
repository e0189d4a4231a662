"""An address, and the token that is sent there and never displayed."""

import base64

from cryptography.fernet import Fernet, InvalidToken

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import NO_ACCESS

from ..console import ConsoleError
from ..console.client import is_safe_address


class AxivoxSecret(models.AbstractModel):
    _name = "axivox.secret"
    _description = "Base URL of a console, with its token"
    _inherit = ["axivox.guarded"]

    base_url = fields.Char(
        string="Base URL",
        copy=False,
        groups="base.group_system",
        help="The address of the API, such as https://gateway.example/api.",
    )
    token = fields.Char(
        compute="_compute_token",
        inverse="_inverse_token",
        groups="base.group_system",
        help="It is stored and never shown again.",
    )
    stored_token = fields.Char(copy=False, groups=NO_ACCESS, help="Stored encrypted.")
    has_token = fields.Boolean(compute="_compute_has_token", groups="base.group_system")

    @api.depends("stored_token")
    def _compute_has_token(self):
        for record in self:
            # sudo: only whether there is a token, which is no secret
            record.has_token = bool(record.sudo().stored_token)

    def _compute_token(self):
        self.token = False

    def _inverse_token(self):
        for record in self:
            token = (record.token or "").strip()
            kept = token and record._cipher().encrypt(token.encode(errors="replace")).decode()
            # sudo: the field's group lets in those who may set it; nobody may read it
            record.sudo().stored_token = kept
        # Else the form that saves the token would read it back.
        self.invalidate_recordset(["token"])

    @api.onchange("base_url")
    def _onchange_base_url(self):
        self.has_token = self.has_token and self.base_url == self._origin.base_url

    @api.constrains("base_url")
    def _check_base_url(self):
        # sudo: managers may change the mode, but not read the address
        for record in self.sudo():
            if record.base_url and not is_safe_address(record.base_url):
                raise ValidationError(
                    self.env._(
                        "“%s” is not a base URL: enter https:// and a host, without a user name "
                        "or password in front. (http:// is allowed for this server itself only.)",
                        record.base_url,
                    )
                )

    def write(self, vals):
        moved = self.browse()
        if "base_url" in vals:
            # sudo: only to compare; `write` checks the rights
            moved = self.filtered(lambda record: record.sudo().base_url != vals["base_url"])
        result = super().write(vals)
        if moved and not vals.get("token"):
            # The token was entered for another address, and is not sent to this one.
            # sudo: no user may write the stored token
            moved.sudo().stored_token = False
        if moved or "token" in vals:
            self._forget_test_result()
        return result

    def _forget_test_result(self):
        """Forget what answered the last test: it was at another address, or took another token."""

    def _cipher(self):
        """Return the cipher of the token. Odoo logs the values of a statement that the database
        refuses, so the token is encrypted before it becomes one."""
        # sudo: the database's secret is used, and shown to nobody
        key = tools.hmac(self.env(su=True), "axivox_caller_id.token", self.id)
        return Fernet(base64.urlsafe_b64encode(bytes.fromhex(key)))

    def _token(self):
        """Return the token in plain text.

        :raises ConsoleError: if there is none, or if it was encrypted for another database
        """
        try:
            # sudo: who may pull and apply uses the token without reading it
            return self._cipher().decrypt((self.sudo().stored_token or "").encode()).decode()
        except InvalidToken:
            raise ConsoleError("token") from None
