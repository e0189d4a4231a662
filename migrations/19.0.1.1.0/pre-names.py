"""Renames columns, values and external ids, and keeps their contents."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, rename_column

COLUMNS = {
    "seen": "base",
    "sent": "in_flight",
    "found": "theirs",
    "look_failure": "check_failure",
}
XMLIDS = {
    "axivox_look_cron": "axivox_check_cron",
    "axivox_look_cron_action": "axivox_check_cron_action",
}


def migrate(cr, _version):
    cr.execute("UPDATE axivox_sync SET state = 'pending' WHERE state = 'waiting'")
    for before, now in COLUMNS.items():
        if column_exists(cr, "axivox_account", before):
            rename_column(cr, "axivox_account", before, now)
    for before, now in XMLIDS.items():
        cr.execute(
            SQL(
                "UPDATE ir_model_data SET name = %s"
                " WHERE module = 'axivox_caller_id' AND name = %s",
                now,
                before,
            )
        )
    # The decisions about changes in the console, of attempts that may be repeated.
    for before, now in (("found", "theirs"), ("wanted", "ours")):
        cr.execute(
            SQL(
                """
                UPDATE axivox_sync
                   SET choices = (
                       SELECT jsonb_object_agg(
                           key, CASE WHEN value = to_jsonb(%(before)s::text)
                                THEN to_jsonb(%(now)s::text) ELSE value END)
                         FROM jsonb_each(choices))
                 WHERE jsonb_typeof(choices) = 'object' AND choices <> '{}'
                """,
                before=before,
                now=now,
            )
        )
