"""Who last changed each setting that is pending."""

from odoo import api, fields, models

from .document import Document


class AxivoxEdit(models.Model):
    """A save, until all that it changed is applied; ``settings`` are as ``changes.Change.setting``.
    Records are only added, so that users who save at the same time do not block each other."""

    _name = "axivox.edit"
    _description = "Pending changes of one save"
    _inherit = ["axivox.guarded"]
    _order = "id desc"
    _rec_name = "create_date"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    settings = Document(readonly=True)
    create_uid = fields.Many2one("res.users", string="Changed by")
    create_date = fields.Datetime(string="Changed on")

    @api.model
    def _record(self, account, differences):
        """Record that the user made these changes.

        :param differences: list of ``changes.Change``
        """
        settings = dict.fromkeys(change.setting for change in differences)
        # sudo: edits are written by the server only
        self.sudo().create({"account_id": account.id, "settings": list(settings)})

    @api.model
    def _last_of(self, account):
        """Return the last edit of each setting.

        :rtype: dict[tuple, axivox.edit]
        """
        edits = self.search([("account_id", "=", account.id)], order="id")
        return {setting: edit for edit in edits for setting in edit._settings()}

    @api.model
    def _forget(self, account, pending):
        """Remove the edits of which nothing is pending any more.

        :param pending: list of ``changes.Change``
        """
        # sudo: edits are written by the server only
        edits = self.sudo().search([("account_id", "=", account.id)])
        if settings := {change.setting for change in pending}:
            edits = edits.filtered(lambda edit: settings.isdisjoint(edit._settings()))
        edits.unlink()

    def _settings(self):
        return map(tuple, self.settings or ())
