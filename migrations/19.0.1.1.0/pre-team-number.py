"""Removes the records and the rule of the former dialog for teams: the model is now stored, and for
everybody."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    cr.execute("DELETE FROM axivox_team_number")
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.ref("axivox_caller_id.axivox_team_number_rule_own").unlink()
