"""Moves the scheduled check to the model of pulls and applies, and keeps its interval."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.ref("axivox_caller_id.axivox_check_cron").write(
        {
            "name": "Axivox: check the console for changes",
            "model_id": env["ir.model"]._get_id("axivox.sync"),
            "code": "model._cron_check()",
        }
    )
    env.ref("axivox_caller_id.axivox_check_cron_action").name = "Check frequency"
