from odoo import api, models

DECISIVE_FIELDS = frozenset({"active", "crm_team_id", "user_id"})


class CrmTeamMember(models.Model):
    _inherit = "crm.team.member"

    @api.model_create_multi
    def create(self, vals_list):
        # If users are in one team only, Odoo archives the old membership inside this.
        with self.env["axivox.extension"]._changing_teams() as users:
            members = super().create(vals_list)
            users.update(members.user_id.ids)
        return members

    def write(self, vals):
        if DECISIVE_FIELDS.isdisjoint(vals):
            return super().write(vals)
        with self.env["axivox.extension"]._changing_teams() as users:
            users.update(self.user_id.ids)
            result = super().write(vals)
            users.update(self.user_id.ids)
        return result

    def unlink(self):
        with self.env["axivox.extension"]._changing_teams() as users:
            users.update(self.user_id.ids)
            return super().unlink()
