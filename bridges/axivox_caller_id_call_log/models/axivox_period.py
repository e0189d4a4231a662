"""What a call needs to know of the past, and settings do not tell: whose an extension was, and
which numbers were withdrawn."""

from odoo import api, fields, models


class AxivoxPeriod(models.Model):
    """From ``since`` until ``until`` (or still) the extension was this user's, or the number was
    withdrawn. Written by the server only, from the installation of this addon on."""

    _name = "axivox.period"
    _description = "Axivox: who had an extension, and when a number was withdrawn"
    _order = "since, id"

    account_id = fields.Many2one("axivox.account", required=True, index=True, ondelete="cascade")
    extension_id = fields.Many2one(
        "axivox.extension",
        string="Record of the extension",
        index="btree_not_null",
        ondelete="set null",
    )
    extension = fields.Char(help="The number that the extension had then.")
    user_id = fields.Many2one(
        "res.users", string="Odoo user", index="btree_not_null", ondelete="cascade"
    )
    number_id = fields.Many2one(
        "axivox.number", string="Withdrawn number", index="btree_not_null", ondelete="cascade"
    )
    since = fields.Datetime(required=True)
    until = fields.Datetime()

    @api.model
    def _begin(self):
        """Write down what is so now."""
        # sudo: whatever company it is of
        env = self.sudo().with_context(active_test=False).env
        self._follow_extensions(env["axivox.extension"].search([("user_id", "!=", False)]))
        self._follow_numbers(env["axivox.number"].search([("active", "=", False)]))

    @api.model
    def _follow_extensions(self, extensions):
        """Write down whose these extensions are from now on, as far as that is new."""
        self._follow(
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
    def _follow_numbers(self, numbers):
        """Write down which of these numbers are withdrawn from now on, as far as that is new."""
        self._follow(
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
    def _follow(self, records, field, so):
        """
        :param str field: what these records are in a period
        :param dict so: {id of a record: what else its period is made of}
        """
        # sudo: periods are written by the server only
        periods = self.sudo()
        now = fields.Datetime.now()
        ended, so = [], dict(so)
        for period in periods.search([(field, "in", records.ids), ("until", "=", False)]):
            vals = so.get(period[field].id)
            if vals and (vals.get("extension", False), vals.get("user_id", False)) == (
                period.extension,
                period.user_id.id,
            ):
                del so[period[field].id]
            else:
                ended.append(period.id)
        periods.browse(ended).until = now
        periods.create([{field: key, "since": now, **vals} for key, vals in so.items()])
