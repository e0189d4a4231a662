"""What an account's numbers, users and rules have in common."""

from collections import defaultdict

from odoo import api, fields, models


class AxivoxSetting(models.AbstractModel):
    _name = "axivox.setting"
    _description = "Part of an Axivox account's settings"
    _inherit = ["axivox.guarded"]
    _immutable_fields = frozenset({"account_id"})

    # The fields that answers are made of: no other field changes an answer.
    _decisive_fields = frozenset()

    account_id = fields.Many2one(
        "axivox.account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company.axivox_account_id,
    )
    company_id = fields.Many2one(related="account_id.company_id")

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._normalised({**self.default_get(["account_id"]), **v}) for v in vals_list]
        accounts = {vals["account_id"] for vals in vals_list if vals.get("account_id")}
        with self.env["axivox.account"].browse(accounts)._saving():
            return super().create(vals_list)

    def write(self, vals):
        vals = self._normalised(vals)
        if self._decisive_fields.isdisjoint(vals):
            return super().write(vals)
        with self.account_id._saving():
            return super().write(vals)

    def unlink(self):
        with self.account_id._saving():
            return super().unlink()

    def _problems(self):
        """Yield the problems of these records. The cost does not grow with the number of problems.

        :return: (record, cause, function that returns the sentence); the causes are those of
            `axivox.finding`
        """
        return ()

    def _problem_sentences(self):
        """Return {record: sentences on its problems}."""
        said = defaultdict(list)
        for record, _cause, say in self._problems():
            said[record].append(say())
        return said

    def _normalised(self, vals):
        """Return the values as they are stored, whatever form they were typed in.

        :raises ValidationError: for an invalid value
        """
        return vals
