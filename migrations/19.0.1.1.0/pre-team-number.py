"""A team's number was a dialog's, which only its creator saw; now it is kept, for everybody."""

from odoo import SUPERUSER_ID, api


def migrate(cr, _version):
    cr.execute("DELETE FROM axivox_team_number")
    env = api.Environment(cr, SUPERUSER_ID, {})
    env.ref("axivox_caller_id.axivox_team_number_rule_own").unlink()
