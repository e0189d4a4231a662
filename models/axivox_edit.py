"""Who last changed each setting that is pending."""

from odoo import api, fields, models


class AxivoxEdit(models.Model):
    """A setting that somebody changed, by ``changes.Change.setting``, until it is applied. Records
    are only added, so that users who save at the same time do not block each other."""

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
    def _record(self, account, differences):
        """Record that the user made these changes.

        :param differences: list of ``changes.Change``
        """
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
        """Return the last edit of each setting.

        :rtype: dict[tuple, axivox.edit]
        """
        edits = self.search([("account_id", "=", account.id)], order="id")
        return {(edit.setting, edit.subject or None): edit for edit in edits}

    @api.model
    def _forget(self, account):
        """Remove the edits of settings that are no longer pending."""
        # sudo: edits are written by the server only
        edits = self.sudo().search([("account_id", "=", account.id)])
        if pending := {change.setting for change in account._difference()}:
            edits = edits.filtered(lambda e: (e.setting, e.subject or None) not in pending)
        edits.unlink()
