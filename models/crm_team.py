from odoo import models

# The fields that decide who is in a team, besides its members.
DECISIVE_FIELDS = frozenset({"active", "company_id"})


class CrmTeam(models.Model):
    _inherit = "crm.team"

    def write(self, vals):
        with self.env["axivox.extension"]._changing_teams() as users:
            if not DECISIVE_FIELDS.isdisjoint(vals):
                users.update(self.crm_team_member_ids.user_id.ids)
            return super().write(vals)

    def unlink(self):
        self.check_access("unlink")
        # sudo: a team's number is deleted with it, by any user who may delete the team
        self.env["axivox.team.number"].sudo().search([("team_id", "in", self.ids)]).unlink()
        return super().unlink()
