from . import models


def uninstall_hook(env):
    """Give voip_oca's widget back the rights to write calls itself."""
    rights = dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True)
    env.ref("voip_oca.access_voip_call").write(rights)
    # Odoo leaves its records of foreign keys from another addon's table.
    env["ir.model.constraint"].search(
        [("module.name", "=", "axivox_caller_id_voip_oca"), ("type", "=", "f")]
    ).unlink()
