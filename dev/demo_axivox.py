"""The sandbox that stands in for Axivox in `make demo`, and what Odoo does with it."""

import json
import os
import secrets
import urllib.request
import xmlrpc.client

import demo_server
import provisions
from background import Background
from checkout import ROOT, STATE
from demo_calls import Salesperson

ACCOUNT = STATE / "sandbox.json"
TOKEN = STATE / "sandbox.token"
SANDBOX = Background("the sandbox", "sandbox", 8071, "/openapi.json")


def bring_up():
    """Start the sandbox if it is down; return its address."""
    if not SANDBOX.process():
        if not TOKEN.exists():
            TOKEN.touch(mode=0o600)
            TOKEN.write_text(secrets.token_urlsafe(24))
        start(SANDBOX, ACCOUNT, TOKEN.read_text())
    return SANDBOX.address()


def start(program, account, token):
    """Start a sandbox.

    :param Background program:
    :param Path account: the file in which it stores the account
    :param str token: the token of its API
    """
    command = [provisions.venv("odoo", "sandbox"), "-m", "sandbox", "--state", account, "--port"]
    environment = {**os.environ, "SANDBOX_TOKEN": token}
    program.start(lambda port: [*command, port], environment, ROOT)


def connect_pull_and_apply(address, sandbox):
    """Connect the demo's account to the sandbox, pull, change one setting, apply, and print the
    settings that the sandbox's live calls then follow. Once there are calls, change nothing: they
    are about what was applied.
    """
    admin = Salesperson(address, demo_server.DATABASE, "admin")
    names = ("demo_account", "demo_extension_100", "demo_number_main", "demo_number_support")
    account, lobby, main, support = (
        admin.ask("ir.model.data", "check_object_reference", "axivox_caller_id", name)[1]
        for name in names
    )

    def ask(method, *arguments):
        return admin.ask("axivox.account", method, [account], *arguments)

    connection = {"mode": "api", "base_url": f"{sandbox}/api", "token": TOKEN.read_text()}
    try:
        ask("write", connection)
        ask("action_test_connection")
        print(ask("read", ["connection"])[0]["connection"])
        print(ask("action_pull")["params"]["message"])
        if not admin.ask("axivox.call", "search_count", []):
            [shown] = admin.ask("axivox.extension", "read", [lobby], ["outgoing_number_id"])
            other = support if (shown["outgoing_number_id"] or [0])[0] == main else main
            admin.ask("axivox.extension", "write", [lobby], {"outgoing_number_id": other})
            print("Saved but not applied yet:")
            for sentence in ask("pending_changes"):
                print(f"  {sentence}")
            print(ask("action_apply_changes")["params"]["message"])
    except xmlrpc.client.Fault as refused:
        # Somebody has used the demo: both sides may have been changed.
        print(f"Odoo did not apply: {refused.faultString}")
    with urllib.request.urlopen(f"{sandbox}/sandbox/applied", timeout=10) as answer:
        applied = json.load(answer)
    print("What calls use at the sandbox:")
    print(f"  default {applied['default_number']}, ", end="")
    print(f"rules first: {'yes' if applied['rules_override_users'] else 'no'}")
    rules = (f"{rule['prefix']} → {rule['number']}" for rule in applied["rules"])
    print(f"  rules {', '.join(rules)}")
    users = (f"{user} → {number or 'Default'}" for user, number in applied["users"].items())
    print(f"  users {', '.join(users)}")
