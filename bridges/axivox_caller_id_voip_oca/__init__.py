from . import models


def uninstall_hook(env):
    """Without this addon, voip_oca's widget writes the calls itself."""
    rights = dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True)
    env.ref("voip_oca.access_voip_call").write(rights)
    # Odoo leaves its notes of what points out of another addon's table.
    env["ir.model.constraint"].search(
        [("module.name", "=", "axivox_caller_id_voip_oca"), ("type", "=", "f")]
    ).unlink()
