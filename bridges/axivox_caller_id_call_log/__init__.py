from odoo.tools import SQL

from . import models


def post_init_hook(env):
    """Record the present state. Calls that are in the log already cannot be judged; one statement
    marks them so, however many there are."""
    env["axivox.period"]._record_all()
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
    # Odoo leaves its records of foreign keys from another addon's table, and of the selections that
    # `mail.activity.mixin` adds to an account.
    env["ir.model.constraint"].search(
        [("module.name", "=", "axivox_caller_id_call_log"), ("type", "=", "f")]
    ).unlink()
    env["ir.model.data"].search(
        [("module", "=", "mail"), ("name", "=like", "selection__axivox_account__activity_%")]
    ).unlink()
