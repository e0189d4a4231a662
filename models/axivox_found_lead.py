"""The lead of a call in a log: its reader sees it as far as they may open it."""

from odoo import api, models
from odoo.fields import Domain


class AxivoxFoundLead(models.AbstractModel):
    """For a log with a ``lead_id`` that is computed and searched here from a field that nobody
    reads, ``_lead_field``: a link alone tells the name of what it links to.
    """

    _name = "axivox.found.lead"
    _description = "Call with a matching lead"

    _lead_field = None

    @api.depends(lambda self: [self._lead_field] if self._lead_field else [])
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_id(self):
        # sudo: which leads there are; those that the reader may not open are taken out again
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
            # sudo: only leads that the reader finds are looked for
            calls = self.sudo()._search([(self._lead_field, "in", leads._search(domain))])
            return Domain("id", "in", calls)

        found = about([("id", "in", list(value))])
        return found | ~about([]) if False in value else found
