# ruff: noqa: F821
# Run by Odoo's shell in a demo database of 19.0.1.0.0, with the names of that version: a connected
# account that holds all that it can.
from odoo import Command

account = env.ref("axivox_caller_id.demo_account")
main, support, london, paris = (
    env.ref(f"axivox_caller_id.demo_number_{name}")
    for name in ("main", "support", "london", "paris")
)
sophie, james, noor = (
    env.ref(f"axivox_caller_id.demo_user_{name}") for name in ("sophie", "james", "noor")
)
lobby = env.ref("axivox_caller_id.demo_extension_100")

# Two entries in the history, and changes that were not applied yet
account._record_applied()
account.default_outgoing_number_id = support
account._record_applied()
agreed = account._wanted().to_json()
account.default_outgoing_number_id = main
lobby.outgoing_number_id = london
env.ref("axivox_caller_id.demo_rule_0044").number_id = paris
env["axivox.number"].create(
    {"account_id": account.id, "number": "+3234567890", "name": "Given back", "active": False}
)

# The connection, and what was seen there
account.write({"mode": "api", "base_url": "https://gateway.example/api", "token": "kept secret"})
account._remember(
    connected_to={
        "name": "Meridian Bikes",
        "domain": "meridian",
        "numbers": 8,
        "users": 6,
        "revision": "7",
    },
    seen={
        "domain": "meridian",
        "saved": agreed,
        "users": {"201": ["Sophie Lambert", "sophie@meridian-bikes.example"]},
        "numbers": {main.number: ["dial_plan", "Main menu"]},
    },
    sent={**agreed, "default": main.number},
    found={**agreed, "override": not agreed["override"]},
    look_failure={"reason": "timeout", "detail": ""},
)

# Pulls and applies, in each state
for state in ("waiting", "running", "asked", "done", "failed", "repeated"):
    env["axivox.sync"].create(
        {
            "account_id": account.id,
            "kind": "pull" if state == "done" else "apply",
            "state": state,
            "settings": agreed,
            "choices": {"default": "found", "extension 201": "wanted", "rules": None},
            "users": {"206": sophie.id},
            "revision": "7",
            "done": 3,
            "total": 5,
            "message": f"It is {state}.",
        }
    )

# A dialog that somebody left open
env["axivox.team.number"].create(
    {"account_id": account.id, "team_id": env.ref("axivox_caller_id.demo_team").id}
)

# Schedulers as an administrator set them, and who may what
env.ref("axivox_caller_id.axivox_look_cron").write({"interval_number": 3, "interval_type": "weeks"})
env.ref("axivox_caller_id.axivox_sync_cron").write({"interval_number": 4, "active": False})
sophie.group_ids = [Command.link(env.ref("axivox_caller_id.group_manager").id)]
james.group_ids = [Command.link(env.ref("axivox_caller_id.group_user").id)]
env.ref("axivox_caller_id.group_editor").write({"comment": "Those at the desk"})

# Calls
lead = env.ref("axivox_caller_id.demo_lead_london")
for outcome, source, shown in (
    ("answered", "rule", london),
    ("busy", "choice", support),
    ("answered_elsewhere", "none", env["axivox.number"]),
):
    env["voip.call"].create(
        {
            "user_id": sophie.id,
            "phone_number": lead.phone,
            "type_call": "outgoing",
            "state": "terminated",
            "outcome": outcome,
            "caller_id": shown.display_number or False,
            "caller_id_source": source,
            "axivox_number_id": shown.id,
            "company_id": account.company_id.id,
            "account_id": account.id,
            "logged_lead_id": lead.id,
            "sip_call_id": f"{outcome}@sip.example",
        }
    )
env.cr.commit()
