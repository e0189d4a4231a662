"""Who last changed what waits to be applied."""

from odoo import api, fields, models


class AxivoxEdit(models.Model):
    """A setting that somebody changed, by ``changes.Change.setting``; forgotten when it is applied.
    It is only ever added, so that people who save at the same time are not in each other's way.
    """

    _name = "axivox.edit"
    _description = "Pending change of a setting"
    _inherit = ["axivox.guarded"]
    _order = "id desc"
    _rec_name = "subject"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    setting = fields.Char(required=True, readonly=True)
    subject = fields.Char(readonly=True)
    create_uid = fields.Many2one("res.users", string="Changed by")
    create_date = fields.Datetime(string="Changed on")

    @api.model
    def _note(self, account, differences):
        """Remember that the user changed these, ``changes.Change``."""
        settings = dict.fromkeys(change.setting for change in differences)
        # sudo: edits are written by the server only
        self.sudo().create(
            [
                {"account_id": account.id, "setting": setting, "subject": subject}
                for setting, subject in settings
            ]
        )

    @api.model
    def _last_of(self, account):
        """
        :return: the last edit of each setting
        :rtype: dict[tuple, axivox.edit]
        """
        edits = self.search([("account_id", "=", account.id)], order="id")
        return {(edit.setting, edit.subject or None): edit for edit in edits}

    @api.model
    def _forget(self, account):
        """Forget who changed what is applied now."""
        pending = {change.setting for change in account._difference()}
        # sudo: edits are written by the server only
        edits = self.sudo().search([("account_id", "=", account.id)])
        edits.filtered(lambda e: (e.setting, e.subject or None) not in pending).unlink()
