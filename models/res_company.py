from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    axivox_account_id = fields.Many2one(
        "axivox.account", string="Axivox account", compute="_compute_axivox_account_id"
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_axivox_account_id(self):
        accounts = self.env["axivox.account"].search([("company_id", "in", self.ids)])
        by_company = {account.company_id: account for account in accounts}
        for company in self:
            company.axivox_account_id = by_company.get(company._origin)
