import os
import socket
import subprocess
import sys
import time
import xmlrpc.client
from pathlib import Path

import odoo
from odoo.tests import BaseCase, tagged
from odoo.tools import config

START_SECONDS = 60


class Server:
    """An Odoo process of its own on the test database, spoken to over HTTP."""

    def __init__(self, database):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.database = database
        arguments = {
            "--config": os.devnull,
            "--database": database,
            "--addons-path": ",".join(config["addons_path"]),
            "--data-dir": config["data_dir"],
            "--db_host": config["db_host"],
            "--db_port": config["db_port"],
            "--db_user": config["db_user"],
            "--db_password": config["db_password"],
            "--http-interface": "127.0.0.1",
            "--http-port": self.port,
            "--max-cron-threads": "0",
            "--log-level": "error",
        }
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "odoo"),
                *(f"{name}={value}" for name, value in arguments.items() if value),
            ],
            env={**os.environ, "PYTHONPATH": str(Path(odoo.release.__file__).parents[1])},
        )

    def wait(self):
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._proxy("common").version()
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def call(self, credentials, model, method, *args, **kwargs):
        return self._proxy("object").execute_kw(
            self.database, *credentials, model, method, args, kwargs
        )

    def stop(self):
        self.process.terminate()
        self.process.wait(START_SECONDS)

    def _proxy(self, service):
        return xmlrpc.client.ServerProxy(
            f"http://127.0.0.1:{self.port}/xmlrpc/2/{service}", allow_none=True
        )


@tagged("post_install", "-at_install")
class TestTwoProcesses(BaseCase):
    def test_rule_changed_in_one_process_is_answered_by_the_other_on_its_next_request(self):
        database = config["db_name"][0]
        one, other = servers = [Server(database), Server(database)]
        for server in servers:
            self.addCleanup(server.stop)
        for server in servers:
            server.wait()
        uid = one._proxy("common").authenticate(database, "admin", "admin", {})
        admin = (uid, "admin")
        name = f"Two processes {time.time_ns()}"
        company = one.call(admin, "res.company", "create", {"name": name})
        self.addCleanup(self._remove, database, company)
        belgium = one.call(admin, "res.country", "search", [("code", "=", "BE")])[0]
        one.call(admin, "res.company", "write", [company], {"country_id": belgium})
        one.call(
            admin,
            "res.users",
            "write",
            [uid],
            {"company_ids": [(4, company)], "company_id": company},
        )
        account = one.call(admin, "axivox.account", "create", {"company_id": company})
        london, paris = one.call(
            admin,
            "axivox.number",
            "create",
            [
                {"account_id": account, "number": "+442079460958"},
                {"account_id": account, "number": "+33199001234"},
            ],
        )
        one.call(
            admin,
            "axivox.extension",
            "create",
            {"account_id": account, "number": "201", "name": "Admin", "user_id": uid},
        )
        rule = one.call(
            admin,
            "axivox.outgoing.rule",
            "create",
            {"account_id": account, "destination_prefix": "0044", "number_id": london},
        )

        def shown(server):
            return server.call(admin, "res.users", "resolve_caller_id", [uid], "004420 7946 0321")[
                "number"
            ]

        self.assertEqual([shown(one), shown(other)], ["+442079460958"] * 2)
        one.call(admin, "axivox.outgoing.rule", "write", [rule], {"number_id": paris})
        self.assertEqual([shown(other), shown(one)], ["+33199001234"] * 2)
        other.call(admin, "axivox.outgoing.rule", "write", [rule], {"number_id": london})
        self.assertEqual([shown(one), shown(other)], ["+442079460958"] * 2)

    def _remove(self, database, company_id):
        with odoo.modules.registry.Registry(database).cursor() as cr:
            env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
            company = env["res.company"].browse(company_id)
            main = env.ref("base.main_company")
            env["axivox.account"].search([("company_id", "=", company.id)]).unlink()
            users = env["res.users"].search([("company_id", "=", company.id)])
            users.write({"company_id": main.id, "company_ids": [(3, company.id)]})
