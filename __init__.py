from odoo import Command

from . import models
from . import wizards


def uninstall_hook(env):
    """Release what Odoo itself has tied to this addon's models and demo companies."""
    names = env["ir.model.data"]
    # Each addon that extends mail.thread has an external id for every model that inherits it.
    names.search(
        [
            ("model", "=", "ir.model.inherit"),
            ("name", "=like", "model_inherit__axivox_%"),
            ("module", "!=", "axivox_caller_id"),
        ]
    ).unlink()

    def demo(model):
        mine = [("module", "=", "axivox_caller_id"), ("model", "=", model)]
        return env[model].browse(names.search(mine).mapped("res_id")).exists()

    demo("crm.team").crm_team_member_all_ids.unlink()
    companies = demo("res.company")
    # Odoo gives the creator of a company access to it; an administrator may have added others.
    for user in env["res.users"].with_context(active_test=False).search([]):
        if user.company_ids & companies and (others := user.company_ids - companies):
            home = (user.company_id - companies) or others[0]
            user.write({"company_ids": [Command.set(others.ids)], "company_id": home.id})
