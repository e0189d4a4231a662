"""The Odoo of `make e2e`, with its own server and its own database, made of the demo data; and the
network and browser beside it."""

import contextlib
import os
import re
import signal

import cluster
import demo_server
import server
from background import Background
from network import Network
from playwright.sync_api import sync_playwright
from progress import Failure, step
from softphone import Browser

ODOO = Background("Odoo", "e2e-odoo", health="/web/health")


@contextlib.contextmanager
def running(shown=contextlib.nullcontext):
    """Run Odoo, the telephone network and a browser inside the block, and give the demo's users a
    phone.

    :param shown: function that returns a context manager for the steps whose duration is shown
    :return: (network, administrator, browser)
    """
    with sync_playwright() as playwright:
        with shown():
            odoo, database = _bring_up()
            network = Network()
            network.start()
        admin = Administrator(playwright, odoo, database)
        admin.connect(network.sandbox.address(), network.token)
        network.give_phones(admin.ask)
        browser = Browser(playwright, odoo)
        yield network, admin, browser
        browser.close()


def _bring_up():
    """Start Odoo on a fresh copy of a database with the demo data; return (address, name)."""
    command, environment = server.prepare()
    cluster.start()
    name = server.database_name("e2e")
    ODOO.stop()
    whole = _made_once()
    with step("Copying the demo database"):
        cluster.drop(name)
        cluster.clone(whole, name)
    # Scheduled jobs have no part in a call, and would all be due at once.
    options = ["-d", name, "--max-cron-threads", "0", "--http-port"]
    ODOO.start(lambda port: [*command, *options, port], environment)
    return ODOO.address(), name


@contextlib.contextmanager
def silent():
    """Stop Odoo inside the block: it accepts requests, and answers none."""
    os.kill(ODOO.process(), signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(ODOO.process(), signal.SIGCONT)


def errors():
    """Return the lines of Odoo's log with errors. Those of Discuss are left out: two pages of one
    user that open at once wait for each other, and one of them is repeated."""
    lines = re.findall(r"(?m)^.* (?:ERROR|CRITICAL) .*$", ODOO.log.read_text(errors="replace"))
    return [line for line in lines if "discuss_channel_member" not in line]


def _made_once():
    """Return the name of a database with the addons and their demo data, which is only copied."""
    name = server.database_name("e2e_whole")
    note = cluster.place() / "e2e.digest"
    digest = demo_server.source_digest()
    if name not in cluster.databases() or not note.exists() or note.read_text() != digest:
        with step("Making a database with demo data"):
            cluster.drop(name)
            cluster.note_made(name)
            demo_server.install(name, "e2e-install.log")
        note.write_text(digest)
    return name


class Administrator:
    """Sets up Odoo for the calls, in one session as the web client does: over XML-RPC each request
    would check the password, which takes a quarter of a second."""

    def __init__(self, playwright, address, database):
        self.requests = playwright.request.new_context(base_url=address, timeout=60_000)
        self.database = database
        self.records = {}
        credentials = {"db": database, "login": "admin", "password": "admin"}
        self._post("/web/session/authenticate", credentials)

    def ask(self, model, method, *arguments, **options):
        """Call a method of a model."""
        called = {"model": model, "method": method, "args": arguments, "kwargs": options}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", called)

    def _post(self, path, parameters):
        body = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self.requests.post(path, data=body).json()
        if "error" in answer:
            raise Failure(f"{path}: {answer['error']['data']['message']}")
        return answer["result"]

    def record(self, name):
        """Return the (model, id) of a record of the demo data, such as `demo_lead_london`."""
        if name not in self.records:
            self.records[name] = self.ask(
                "ir.model.data", "check_object_reference", "axivox_caller_id", name
            )
        return self.records[name]

    def id_of(self, name):
        return self.record(name)[1]

    def save(self, model, name, **values):
        """Save fields of a record of the demo data."""
        self.ask(model, "write", [self.id_of(name)], values)

    def new_lead(self, name, phone, country):
        """Make a lead that can be named here like a record of the demo data.

        :param country: ISO 3166 code
        """
        [country_id] = self.ask("res.country", "search", [("code", "=", country)])
        lead = {"name": name, "phone": phone, "country_id": country_id}
        [lead_id] = self.ask("crm.lead", "create", [lead])
        self.records[name] = "crm.lead", lead_id

    def lines(self, name):
        """Return the lines in a record's chatter about outgoing calls, the latest first."""
        model, record_id = self.record(name)
        of_calls = [("model", "=", model), ("res_id", "=", record_id)]
        of_calls += [("body", "ilike", "Outgoing call")]
        messages = self.ask("mail.message", "search_read", of_calls, ["body"], order="id desc")
        return [message["body"] for message in messages]

    def account(self, method, *arguments):
        """Call a method of the demo's Axivox account."""
        return self.ask("axivox.account", method, [self.id_of("demo_account")], *arguments)

    def apply(self):
        """Apply what is saved, if anything is pending."""
        if self.account("pending_changes"):
            self.account("action_apply_changes")

    def settle(self, **values):
        """Save settings of the account, and apply them."""
        self.account("write", values)
        self.account("action_apply_changes")

    def let_choose(self, *numbers):
        """Set which numbers Sophie may choose for one call."""
        choosable = {"choosable_number_ids": [(6, 0, numbers)]}  # the ORM's command SET
        self.save("axivox.extension", "demo_extension_201", **choosable)

    def connect(self, sandbox, token):
        """Connect the account to the sandbox, and pull."""
        connection = {"mode": "api", "base_url": f"{sandbox}/api", "token": token}
        self.account("write", connection)
        self.account("action_test_connection")
        self.account("action_pull")

    def last_call(self, login, number=None):
        """Return what the call log says about a user's last call, or about the last one with this
        number."""
        fields = ["state", "outcome", "caller_id", "caller_id_source", "phone_number", "type_call"]
        fields += ["start_date", "end_date", "lead_id", "partner_id", "axivox_number_id"]
        fields += ["transferred_to"]
        mine = [("user_id.login", "=", login)]
        mine += [("phone_number", "=", number)] if number else []
        calls = self.ask("voip.call", "search_read", mine, fields, order="id desc", limit=1)
        return calls[0] if calls else {}
