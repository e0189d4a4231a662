"""The numbers that an extension's user may choose for one call."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.axivox_caller_id.callerid import dialing


class AxivoxExtension(models.Model):
    _inherit = "axivox.extension"

    choosable_number_ids = fields.Many2many(
        "axivox.number",
        "axivox_extension_choosable_number_rel",
        string="May choose for a call",
        domain="[('account_id', '=', account_id)]",
        groups="axivox_caller_id.group_manager",
        help="Numbers that this user may show instead, for one call at a time. Requires “Ask in "
        "the call” and the account's permission.",
    )
    users_may_choose = fields.Boolean(
        related="account_id.users_may_choose",
        related_sudo=False,
        groups="axivox_caller_id.group_manager",
    )

    @api.constrains("choosable_number_ids", "account_id")
    def _check_choosable_numbers(self):
        # sudo: checked for editors too, who may not read this field
        for extension in self.sudo().with_context(active_test=False):
            if extension.choosable_number_ids.account_id - extension.account_id:
                raise ValidationError(
                    self.env._(
                        "%s can only choose among numbers of the same account.",
                        extension.display_name,
                    )
                )

    @api.model
    def _manager_fields(self):
        return super()._manager_fields() | {"choosable_number_ids"}

    def write(self, vals):
        if "user_id" in vals and "choosable_number_ids" not in vals:
            # sudo: editors may give the phone to another user; only the old one may choose
            self.sudo().filtered(
                lambda extension: extension.user_id and extension.user_id.id != vals["user_id"]
            ).choosable_number_ids = False
        return super().write(vals)

    def _choosable(self):
        """Return the numbers that may be shown for one call instead of the resolved one."""
        # sudo: only managers read the field; the extension's own user is shown its numbers
        extension = self.sudo()
        account = extension.account_id
        if account.signalling != "ask" or not account.users_may_choose:
            return extension.env["axivox.number"]
        # The field itself leaves out archived numbers; `_check_choosable_numbers` other accounts'.
        return extension.choosable_number_ids.filtered(
            lambda number: dialing.is_e164(number.number)
        )
