"""Run by Odoo's shell for `make bench`: the cases, in a database with our addons and in one
without."""

import json
import os
import socket
from pathlib import Path

import bench_account
import bench_callers
import bench_data
import bench_pages
import bench_resolve
import requests
from bench_measure import as_user

import odoo.http
from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.server import ThreadedServer
from odoo.tools import config

CASES = {
    case.__name__: case
    for case in (
        bench_resolve.resolve_warm,
        bench_resolve.resolve_growth,
        bench_resolve.resolve_rpc,
        bench_pages.call_requests,
        bench_callers.identify_1m,
        bench_resolve.create_call,
        bench_account.connector,
        bench_account.apply_2k,
        bench_account.save_rule,
        bench_pages.form_open,
    )
}


class Session:
    """A logged-in user, who sends requests as the web client does."""

    def __init__(self, address, database, login):
        self._address, self._http = address, requests.Session()
        credentials = {"db": database, "login": login, "password": login}
        self._ask("/web/session/authenticate", **credentials)

    def call(self, model, method, *arguments):
        """Call a method of a model."""
        path = f"/web/dataset/call_kw/{model}/{method}"
        return self._ask(path, model=model, method=method, args=arguments, kwargs={})

    def _ask(self, path, **params):
        answer = self._http.post(self._address + path, json={"params": params}, timeout=60).json()
        return answer["result"]


class Bench:
    """The two databases of the cases: ``env`` with our addons, ``bare`` without."""

    def __init__(self, env, bare):
        self.env, self.bare, self._address = env, bare, None

    def with_contacts(self):
        """Make the million contacts if they are missing."""
        if (
            self.env["res.partner"].search_count([], limit=bench_data.CONTACTS)
            < bench_data.CONTACTS
        ):
            bench_data.fill_with_contacts(self.env)

    def with_calls(self):
        """Write calls into both logs if they are empty, and post them in the chatter."""
        for env in (self.env, self.bare):
            if not env["axivox.call"].search_count([], limit=1):
                bench_data.fill_log(env)
        self.env["axivox.call"]._cron_post_in_chatter()

    def serve(self, login, bare=False):
        """Let Odoo answer HTTP in this process, and make a user's login their password.

        :return: the address
        """
        user = self.user(login, bare).sudo()
        user.password = login
        user.env.cr.commit()
        if not self._address:
            with socket.create_server(("127.0.0.1", 0)) as free:
                config["http_port"] = port = free.getsockname()[1]
            ThreadedServer(odoo.http.root).http_spawn()
            self._address = f"http://127.0.0.1:{port}"
        # Serve only this database, so that requests need not name one.
        config["db_name"] = [user.env.cr.dbname]
        return self._address

    def session(self, login):
        """Return a user's session in the database with our addons."""
        return Session(self.serve(login), self.env.cr.dbname, login)

    def user(self, login, bare=False):
        """Return a user of one of the databases, in an environment of their own."""
        env = self.bare if bare else self.env
        user = env["res.users"].search([("login", "=", login)])
        return user.with_env(as_user(env, user))


def run(env):
    """Run the wanted cases, and print and store their results."""
    bare_cr = Registry(os.environ["BARE"]).cursor()
    with bare_cr:
        bare = api.Environment(bare_cr, SUPERUSER_ID, {})
        for filled in (env, bare):
            if not filled["res.users"].search_count([("login", "=", "connector")]):
                bench_data.fill(filled, filled is env)
        bench = Bench(env, bare)
        found = {}
        for name in os.environ["CASES"].split():
            found[name] = CASES[name](bench).to_json()
            env.cr.rollback()
            bare.cr.rollback()
            Path(os.environ["RESULT"]).write_text(json.dumps({"cases": found}, indent=1))
