from . import models


def uninstall_hook(env):
    """Without this addon, voip_oca's widget writes the calls itself."""
    rights = dict.fromkeys(("perm_read", "perm_write", "perm_create", "perm_unlink"), True)
    env.ref("voip_oca.access_voip_call").write(rights)
