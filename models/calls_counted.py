"""How many calls there were with somebody, about something, from one of our numbers."""

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
    """For the addons that keep a log of calls. Each adds its log to `_call_logs`, and a field that
    `_compute_call_counts` computes: of all that are installed in one query, for a form is opened
    often."""

    _name = "axivox.calls.counted"
    _description = "Record whose calls are counted"

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_call_counts(self):
        """Count the calls that the reader sees."""
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
        """:return: the logs whose calls are counted, each a Counted"""
        return []

    def _with_calls(self):
        """:return: those whose calls are counted as one's own"""
        return self._origin
