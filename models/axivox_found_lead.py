"""The lead of a call in a call log, shown to those who may open it."""

from odoo import api, models
from odoo.fields import Domain


class AxivoxFoundLead(models.AbstractModel):
    """For a call log: computes and searches ``lead_id`` from the stored field ``_lead_field``,
    which clients cannot read, since even a bare link reveals the name of its record."""

    _name = "axivox.found.lead"
    _description = "Call with a matching lead"

    _lead_field = None

    @api.depends(lambda self: [self._lead_field] if self._lead_field else [])
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_id(self):
        # sudo: reads the hidden field; leads that the reader may not open are filtered out
        known = self.sudo()[self._lead_field].sudo(self.env.su)._filtered_access("read")
        for call in self:
            call.lead_id = known & call.sudo()[self._lead_field]

    def _search_lead_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        leads = self.env["crm.lead"].with_context(active_test=False)
        if not leads.has_access("read"):
            return Domain(False in value)

        def about(domain):
            # sudo: searches the hidden field, for leads that the reader may find
            calls = self.sudo()._search([(self._lead_field, "in", leads._search(domain))])
            return Domain("id", "in", calls)

        found = about([("id", "in", list(value))])
        return found | ~about([]) if False in value else found
