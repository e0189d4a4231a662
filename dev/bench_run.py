"""Odoo's shell runs this for `make bench`: the cases, in a database with our addons beside one
without them.
"""

import json
import os
from pathlib import Path

import bench_callers
import bench_data
import bench_resolve
from bench_measure import as_user

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

CASES = {
    case.__name__: case
    for case in (
        bench_resolve.resolve_warm,
        bench_resolve.resolve_growth,
        bench_callers.identify_1m,
    )
}


class Bench:
    """What the cases ask of the two databases: ``env`` has our addons, ``bare`` has not."""

    def __init__(self, env, bare):
        self.env, self.bare = env, bare

    def with_contacts(self):
        """Make the million contacts, if they are not there."""
        if (
            self.env["res.partner"].search_count([], limit=bench_data.CONTACTS)
            < bench_data.CONTACTS
        ):
            bench_data.fill_with_contacts(self.env)

    def user(self, login, bare=False):
        """A user of one of the databases, in an environment of their own."""
        env = self.bare if bare else self.env
        user = env["res.users"].search([("login", "=", login)])
        return user.with_env(as_user(env, user))


def run(env):
    """Run the wanted cases and write down what they found."""
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
