"""How many calls there were with somebody, about something, from one of our numbers."""

from odoo import api, fields, models


class VoipCallCounted(models.AbstractModel):
    _name = "voip.call.counted"
    _description = "Record with calls made and taken in Odoo"

    # The field of voip.call that links it to such a record: stored, and the one to search by.
    _call_link = _call_search = None

    voip_call_count = fields.Integer(
        string="Number of calls in Odoo",
        compute="_compute_voip_call_count",
        help="Calls that you may see: your own, or the account's for Axivox managers.",
    )

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_voip_call_count(self):
        self.voip_call_count = 0
        calls = self.env["voip.call"]
        if not calls.has_access("read"):
            return
        visible = [("id", "in", calls._search([]))]
        family = {record: record._with_calls() for record in self}
        linked = self.browse().concat(*family.values())
        # sudo: counted are only calls that the reader sees, of records that they see
        counts = calls.sudo()._read_group(
            [*visible, (self._call_link, "in", linked.ids)], [self._call_link], ["__count"]
        )
        by_id = {record.id: count for record, count in counts}
        for record, records in family.items():
            record.voip_call_count = sum(by_id.get(id_, 0) for id_ in records.ids)

    def action_voip_calls(self):
        """:return: the list of the calls with these, or about them"""
        action = "axivox_caller_id_voip_oca.voip_call_action"
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(action),
            "domain": [(self._call_search, "in", self._with_calls().ids)],
        }

    def _with_calls(self):
        """:return: those whose calls are counted as one's own"""
        return self._origin
