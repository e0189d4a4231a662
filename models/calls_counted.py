"""How many calls there were with a contact, about a lead, or from one of our numbers."""

from typing import NamedTuple

from odoo import api, models
from odoo.tools import SQL


class Counted(NamedTuple):
    """A log of calls: its ``model``, the stored field of it that ``links`` a call to a record, and
    the ``count``, the field of the record that says how many there are."""

    count: str
    model: str
    link: str


class AxivoxCallsCounted(models.AbstractModel):
    """A record whose form counts the calls of each call log that is installed.

    The addon of a log adds it to `_call_logs`, with a field that `_compute_call_counts` computes.
    One query counts for all logs, because forms are opened often."""

    _name = "axivox.calls.counted"
    _description = "Mixin that counts calls"

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_call_counts(self):
        """Count the calls that the user may read."""
        family = {record: record._with_calls() for record in self}
        linked = self.browse().concat(*family.values()).ids
        logs, queries, counts = self._call_logs(), [], {}
        for log in logs:
            calls = self.env[log.model]
            if linked and calls.has_access("read"):
                visible = [("id", "in", calls._search([])), (log.link, "in", linked)]
                # sudo: counted are only calls that the reader sees, of records that they see
                query = calls.sudo()._search(visible)
                query.groupby = link = calls.sudo()._field_to_sql(query.table, log.link, query)
                queries.append(query.select(SQL("%s", log.count), link, SQL("COUNT(*)")))
        if queries:
            found = self.env.execute_query(SQL(" UNION ALL ").join(queries))
            counts = {(name, record_id): count for name, record_id, count in found}
        for log in logs:
            for record, records in family.items():
                record[log.count] = sum(counts.get((log.count, id_), 0) for id_ in records.ids)

    @api.model
    def _call_logs(self):
        """Return a list with a ``Counted`` for each call log."""
        return []

    def _with_calls(self):
        """Return the records whose calls are counted with this one's own."""
        return self._origin
