"""The past that no history of settings keeps: who had an extension, and which numbers were
withdrawn."""

from odoo import api, fields, models


class AxivoxPeriod(models.Model):
    """From ``since`` until ``until`` (empty: still) a user had the extension, or the number was
    withdrawn. Written by the server only, from the installation of this addon on."""

    _name = "axivox.period"
    _description = "Axivox: who had an extension, and when a number was withdrawn"
    _inherit = ["axivox.guarded"]
    _order = "since, id"

    account_id = fields.Many2one(
        "axivox.account", required=True, readonly=True, index=True, ondelete="cascade"
    )
    extension_id = fields.Many2one(
        "axivox.extension",
        string="Record of the extension",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    extension = fields.Char(readonly=True, help="The number that the extension had then.")
    user_id = fields.Many2one(
        "res.users", string="Odoo user", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    number_id = fields.Many2one(
        "axivox.number",
        string="Withdrawn number",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
    )
    since = fields.Datetime(required=True, readonly=True)
    until = fields.Datetime(readonly=True)

    @api.model
    def _record_all(self):
        """Record the present state of all accounts."""
        # sudo: accounts of all companies
        env = self.sudo().with_context(active_test=False).env
        self._record_extensions(env["axivox.extension"].search([("user_id", "!=", False)]))
        self._record_numbers(env["axivox.number"].search([("active", "=", False)]))

    @api.model
    def _record_extensions(self, extensions):
        """Record who has these extensions from now on, where that has changed."""
        self._record(
            extensions,
            "extension_id",
            {
                extension.id: {
                    "account_id": extension.account_id.id,
                    "extension": extension.number,
                    "user_id": extension.user_id.id,
                }
                # sudo: nobody reads it from here
                for extension in extensions.sudo()
                if extension.active and extension.user_id
            },
        )

    @api.model
    def _record_numbers(self, numbers):
        """Record which of these numbers are withdrawn from now on, where that has changed."""
        self._record(
            numbers,
            "number_id",
            {
                number.id: {"account_id": number.account_id.id}
                # sudo: nobody reads it from here
                for number in numbers.sudo()
                if not number.active
            },
        )

    @api.model
    def _record(self, records, field, facts):
        """End the periods that are no longer true, and begin the new ones.

        :param str field: the field of a period that links it to one of these records
        :param dict facts: {id of a record: the other values of its period}
        """
        # sudo: periods are written by the server only
        periods = self.sudo()
        now = fields.Datetime.now()
        ended, facts = [], dict(facts)
        for period in periods.search([(field, "in", records.ids), ("until", "=", False)]):
            vals = facts.get(period[field].id)
            if vals and (vals.get("extension", False), vals.get("user_id", False)) == (
                period.extension,
                period.user_id.id,
            ):
                del facts[period[field].id]
            else:
                ended.append(period.id)
        periods.browse(ended).until = now
        periods.create([{field: key, "since": now, **vals} for key, vals in facts.items()])
