from odoo.tools import SQL

from . import models


def post_init_hook(env):
    """Write down what is so from now on. Calls that are there already were promised nothing that
    could be looked up; they are marked at once, however many there are."""
    env["axivox.period"]._begin()
    env.cr.execute(
        SQL(
            """
            UPDATE axivox_call
               SET caller_id_verdict = 'unknown', caller_id_reason = 'before', axivox_account_id = (
                       SELECT account.id
                         FROM axivox_account AS account JOIN res_users USING (company_id)
                        WHERE account.active AND res_users.id = axivox_call.user_id)
             WHERE direction = 'outgoing'
            """
        )
    )
    env["axivox.call"].invalidate_model()


def uninstall_hook(env):
    # Odoo leaves its notes of what points out of another addon's table, and of the choices that an
    # account has by `mail`'s activities.
    env["ir.model.constraint"].search(
        [("module.name", "=", "axivox_caller_id_call_log"), ("type", "=", "f")]
    ).unlink()
    env["ir.model.data"].search(
        [("module", "=", "mail"), ("name", "=like", "selection__axivox_account__activity_%")]
    ).unlink()
