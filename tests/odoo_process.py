import os
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import psutil
import requests

import odoo
from odoo.tools import config

START_SECONDS = 60
LAUNCHER = "from odoo.cli.command import main\nmain()\n"


class RefusedError(Exception):
    """An error that Odoo means for the user: a sentence, never a traceback."""


class Server:
    """An Odoo process of its own on the test database, addressed over HTTP."""

    def __init__(self, database, workers=0):
        self.port = _free_port()
        self.database = database
        self._session = requests.Session()
        # Odoo starts further processes by the name of its file: `-m odoo` would not work.
        self._folder = tempfile.TemporaryDirectory()
        launcher = Path(self._folder.name) / "odoo-bin"
        launcher.write_text(LAUNCHER)
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
            "--gevent-port": _free_port(),
            "--workers": workers,
            "--max-cron-threads": "0",
            "--log-level": "error",
        }
        self.process = subprocess.Popen(
            [
                *(sys.executable, launcher),
                *(f"{name}={value}" for name, value in arguments.items() if value),
            ],
            env={**os.environ, "PYTHONPATH": str(Path(odoo.release.__file__).parents[1])},
        )

    def log_in(self, login):
        """Wait until the process answers, and log in (the password is the login)."""
        deadline = time.monotonic() + START_SECONDS
        params = {"db": self.database, "login": login, "password": login}
        while True:
            try:
                return self._ask("/web/session/authenticate", params)["uid"]
            except requests.ConnectionError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def call(self, model, method, *args, **kwargs):
        """
        :raises RefusedError: for an error that Odoo means for the user
        :raises requests.ConnectionError: if the process died
        """
        params = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._ask("/web/dataset/call_kw", params)

    def run_scheduled(self, name):
        """Run one of the addon's scheduled actions by its XML id, such as ``axivox_sync_cron``."""
        asked = "check_object_reference", "axivox_caller_id", name
        self.call("ir.cron", "method_direct_trigger", [self.call("ir.model.data", *asked)[1]])

    def stop(self):
        self.process.terminate()
        self.process.wait(START_SECONDS)
        self._folder.cleanup()

    def kill_workers(self):
        """Send SIGKILL to every process that serves requests; others take their places."""
        for worker in psutil.Process(self.process.pid).children():
            if "gevent" not in worker.cmdline():
                worker.kill()

    def _ask(self, path, params):
        # A session, since checking a password takes longer than what is tested.
        answer = self._session.post(
            f"http://127.0.0.1:{self.port}{path}", json={"params": params}, timeout=120
        ).json()
        if "error" not in answer:
            return answer["result"]
        told = answer["error"]["data"]
        if not told["name"].startswith("odoo.exceptions."):
            raise AssertionError(told["debug"])
        raise RefusedError(told["message"])


@contextmanager
def committed(database):
    """Yield an environment whose changes are committed at the end of the block.

    For the main thread only: Odoo's own runner holds the lock of all registries while it runs
    tests, so another thread would wait for it while the main one waits for that thread.
    """
    registry = odoo.modules.registry.Registry(database)
    with registry.cursor() as cr:
        yield odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
    registry.signal_changes()


def remove_company(database, company_id):
    """Delete a committed company, with its users whose logins end in ``_test``."""
    with committed(database) as env:
        company = env["res.company"].browse(company_id)
        main = env.ref("base.main_company")
        env["axivox.account"].search([("company_id", "=", company.id)]).unlink()
        # OdooBot created it, and is archived.
        users = env["res.users"].with_context(active_test=False)
        users = users.search([("company_ids", "in", company.ids)])
        users.write({"company_id": main.id, "company_ids": [(3, company.id)]})
        guests = users.filtered(lambda user: user.login.endswith("_test"))
        partners = guests.partner_id + company.partner_id
        calendars = company.resource_calendar_ids
        guests.unlink()
        company.unlink()
        partners.unlink()
        calendars.unlink()


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
