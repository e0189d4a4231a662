"""Measures pages: forms that our addons extend, and the requests from a click to a call."""

import json
import os
import subprocess
from pathlib import Path

from bench_data import written
from bench_measure import WALL, Measured, by_turns, queries
from lxml import etree

BROWSER = Path(__file__).with_name("bench_browser.py")
PBX = "wss://pbx.bench.example/ws"
ROUNDS = 15
FORMS = {"crm.lead": "Called", "res.partner": "Called", "res.users": "seat7"}


def form_open(bench):
    """Open a lead's, a contact's and a user's form, with and without our addons."""
    opened = {
        side: [_form(bench.user("seat7", bare).env, model) for model in FORMS]
        for side, bare in (("ours", False), ("floor", True))
    }
    for forms in opened.values():
        for form in forms:
            form()
    envs = {"ours": bench.env, "floor": bench.bare}
    asked = {side: [queries(envs[side], form) for form in forms] for side, forms in opened.items()}
    sizes = {
        side: [len(json.dumps(form(), default=str)) for form in forms]
        for side, forms in opened.items()
    }
    took = by_turns(
        ROUNDS,
        WALL,
        ours=lambda _turn: [form() for form in opened["ours"]],
        floor=lambda _turn: [form() for form in opened["floor"]],
    )
    more = [ours - floor for ours, floor in zip(asked["ours"], asked["floor"], strict=True)]
    goal = "at most one query more for each of " + ", ".join(
        f"{model} ({more[n]} more, {sizes['ours'][n] - sizes['floor'][n]} bytes of "
        f"{sizes['ours'][n]})"
        for n, model in enumerate(FORMS)
    )
    is_met = max(more) <= 1
    return Measured(**took, unit=WALL[2], goal=goal, is_met=is_met, queries=sum(asked["ours"]))


def _form(env, model):
    """Return a function that reads what the web client reads to open a record's form, once it has
    the view."""
    records = env[model]
    record = {
        "res.users": env.user,
        "res.partner": env["res.partner"].search([("name", "=", "Called 0")]),
        "crm.lead": env["crm.lead"].search([("name", "=", "Opened")]),
    }[model]
    views = records.get_views([(False, "form")])
    arch = etree.fromstring(views["views"]["form"]["arch"])
    specification = _specification(arch, records)

    def read():
        records.env.transaction.clear()
        return record.web_read(specification)

    return read


def _specification(arch, records):
    """Return the fields of a view, as `web_read` takes them."""
    specification = {}
    for node in arch.iter("field"):
        if any(parent.tag == "field" for parent in node.iterancestors()):
            continue
        field = records._fields[node.get("name")]
        specification[field.name] = {}
        if field.type == "many2one":
            specification[field.name] = {"fields": {"display_name": {}}}
        elif field.type in ("one2many", "many2many"):
            within = [view for view in node if view.tag in ("list", "kanban", "form")]
            fields = _specification(within[0], records.env[field.comodel_name]) if within else {}
            specification[field.name] = {"fields": fields or {"display_name": {}}}
    return specification


def call_requests(bench):
    """Count the requests from a click on a number to the INVITE, with our addons and with voip_oca
    alone."""
    asked = {}
    for side, bare in (("ours", False), ("floor", True)):
        env = bench.bare if bare else bench.env
        pbx = env["voip.pbx"].create(
            {"name": "Bench", "domain": "pbx.bench.example", "ws_server": PBX, "mode": "prod"}
        )
        account = {"voip_username": "1007", "voip_password": "1007", "voip_pbx_id": pbx.id}
        # OdooBot's greeting would make requests too.
        bench.user("seat7", bare).sudo().write({**account, "odoobot_state": "disabled"})
        address = bench.serve("seat7", bare)
        script = [os.environ["BROWSER"], str(BROWSER), address, env.cr.dbname, "seat7"]
        done = subprocess.run([*script, written(0)], capture_output=True, text=True, check=False)
        assert not done.returncode, done.stderr
        asked[side] = json.loads(done.stdout)
    ours, floor = len(asked["ours"]), len(asked["floor"])
    said = (f"{side}: {', '.join(paths)}" for side, paths in asked.items())
    goal = f"none more ({'; '.join(said)})"
    return Measured(ours, floor, "requests", goal, ours <= floor)
