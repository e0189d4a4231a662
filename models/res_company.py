"""The Axivox account of a company."""

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import ormcache


class ResCompany(models.Model):
    _inherit = "res.company"

    # For the server only: the account below depends on it.
    axivox_account_ids = fields.One2many(
        "axivox.account", "company_id", string="Axivox accounts", groups=NO_ACCESS
    )
    axivox_account_id = fields.Many2one(
        "axivox.account", string="Axivox account", compute="_compute_axivox_account_id"
    )

    @api.depends("axivox_account_ids.active")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_axivox_account_id(self):
        accounts = self.env["axivox.account"].search([("company_id", "in", self.ids)])
        by_company = {account.company_id: account for account in accounts}
        for company in self:
            company.axivox_account_id = by_company.get(company._origin)

    def _know_branches(self):
        """Have these companies' place among their branches at hand, which record rules need: it
        never changes, so that whoever answers a ringing telephone need not ask for it again."""
        self._fields["parent_path"]._insert_cache(self, self._parent_paths(self._ids))

    @api.model
    @ormcache("ids")
    def _parent_paths(self, ids):
        # sudo: only for record rules; fetching nothing else saves reading all fields
        companies = self.sudo().browse(ids)
        companies.fetch(["parent_path"])
        return companies.mapped("parent_path")
