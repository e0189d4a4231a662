from odoo import fields, models


class AxivoxExtension(models.Model):
    _inherit = "axivox.extension"

    choosable_number_ids = fields.Many2many(
        "axivox.number",
        "axivox_extension_choosable_number_rel",
        string="May choose for a call",
        domain="[('account_id', '=', account_id)]",
        groups="axivox_caller_id.group_manager",
        help="The numbers that this user may show instead, for one call at a time. It takes "
        "“Ask in the call” and the account's permission.",
    )
    users_may_choose = fields.Boolean(
        related="account_id.users_may_choose", groups="axivox_caller_id.group_manager"
    )

    def _choosable(self):
        """:return: the numbers that may be shown for one call instead of the resolved one"""
        # sudo: managers set it; what it gives is shown to the extension's own user
        extension = self.sudo()
        account = extension.account_id
        if account.signalling != "ask" or not account.users_may_choose:
            return extension.env["axivox.number"]
        numbers = extension.choosable_number_ids
        return numbers.filtered(lambda number: number.active and number.account_id == account)
