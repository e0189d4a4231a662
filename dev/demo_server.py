"""The Odoo servers of `make demo`: their databases and their processes."""

import hashlib
import os
from pathlib import Path

import cluster
import provisions
import server
from background import Background
from checkout import NAME, ROOT, STAND_INS, addons_folders
from progress import Failure, step

DATABASE = "axivox_demo"
ODOO = Background("Odoo", "demo", 8069, "/web/health")
# Another, with the account of a call centre.
LARGE = "axivox_demo_large"
LARGE_ODOO = Background("Odoo", "demo-large", 8070, "/web/health")
# Another, with Axivox's panel, which takes every click on a number.
PANEL = "axivox_demo_panel"
PANEL_ODOO = Background("Odoo", "demo-panel", 8072, "/web/health")
MAKE_LARGE = Path(__file__).with_name("large_account.py")
# The demo data of an addon leaves the records of others alone.
ADMINISTRATOR_MOVES_IN = """
company = env.ref("axivox_caller_id.demo_company")
company.currency_id = env.ref("base.EUR")
env.ref("axivox_caller_id.demo_company_uk").currency_id = env.ref("base.GBP")
admin = env.ref("base.user_admin")
admin.write({"company_ids": [(4, company.id)], "company_id": company.id})
env.ref("axivox_caller_id.demo_extension_205").user_id = admin
env.cr.commit()
"""
# The users who write calls into the log, and who see all of them.
CONNECTOR_MOVES_IN = """
import os
from pathlib import Path
groups = env.ref("base.group_user") + env.ref("axivox.group_axivox_all_calls")
company = env.ref("axivox_caller_id.demo_company")
connector = env["res.users"].search([("login", "=", "axivox_connector")])
connector = connector or env["res.users"].with_context(no_reset_password=True).create({
    "name": "Axivox connector",
    "login": "axivox_connector",
    "group_ids": [(6, 0, groups.ids)],
    "company_ids": [(6, 0, company.ids)],
    "company_id": company.id,
})
env.ref("base.user_admin").group_ids += groups
keys = env["res.users.apikeys"].with_user(connector).sudo()
key = keys._generate("rpc", "Axivox connector", None)
env.cr.commit()
file = Path(os.environ["KEY_FILE"])
file.touch(mode=0o600)
file.write_text(key)
"""


def bring_up(database=DATABASE):
    """Create what is missing, update what is old, start what is down; return the address."""
    odoo = {DATABASE: ODOO, LARGE: LARGE_ODOO, PANEL: PANEL_ODOO}[database]
    command, environment = server.prepare()
    cluster.start()
    digest = source_digest()
    known = cluster.place() / f"{database}.digest"
    if database not in cluster.databases() or not known.exists():
        odoo.stop()
        make_database(database)
        known.write_text(digest)
    elif known.read_text() != digest:
        odoo.stop()
        with step(f"Updating the addon in the database {database}"):
            update_database(database)
        known.write_text(digest)
    if not odoo.process():
        options = ["-d", database, "--http-port"]
        odoo.start(lambda port: [*command, *options, port], environment)
    return odoo.address()


def make_database(database):
    """Make the database; drop what an earlier attempt left of it."""
    there = database in cluster.databases()
    if there and database not in cluster.made():
        raise Failure(
            f"On the PostgreSQL server that PGHOST names there is a database {database} that "
            "this checkout did not make. Drop or rename it, or unset PGHOST."
        )
    with step(f"Making the database {database} with demo data"):
        key_file(database).unlink(missing_ok=True)
        cluster.note_made(database)
        cluster.drop(database)
        cluster.note_made(database)
        install(database, "demo-install.log")
    if database == LARGE:
        with step("Filling it with 2,000 users, 1,000 rules and 300 numbers"):
            server.shell(database, MAKE_LARGE.read_text(), log="demo-large.log")


def install(database, log):
    """Install the addons with their demo data, and give the administrator access to it."""
    widget = "axivox_softphone" if database == PANEL else "voip_oca"
    addons = ",".join([NAME, widget, *bridges(database)])
    options = ["--with-demo", "--stop-after-init", "--max-cron-threads", "0"]
    server.odoo("-d", database, "-i", addons, *options, log=log)
    server.shell(database, ADMINISTRATOR_MOVES_IN, log="demo-administrator.log")


def update_database(database):
    """Bring the database up to the addon's files."""
    new = ["-i", ",".join(bridges(database))]
    options = ["--stop-after-init", "--max-cron-threads", "0"]
    try:
        server.odoo("-d", database, "-u", NAME, *new, *options, log="demo-update.log")
    except Failure as failure:
        raise Failure(f"{failure}\nTo make the database anew: `make clean`, then again.") from None


def key_file(database):
    """Return the file with the API key of the user who writes calls into a database's log."""
    return cluster.place() / f"{database}.connector-key"


def connector_key(database=DATABASE):
    """Return that key; make the user if there is none."""
    file = key_file(database)
    if not file.exists():
        with step("Making a user for Axivox's connector"):
            log = "demo-connector.log"
            server.shell(database, CONNECTOR_MOVES_IN, log=log, KEY_FILE=str(file))
    return file.read_text()


def bridges(database):
    """Return the names of the addons in bridges/ for a database, which has one widget."""
    other = "voip_oca" if database == PANEL else "softphone"
    names = (path.parent.name for path in ROOT.glob("bridges/*/__manifest__.py"))
    return sorted(name for name in names if not name.endswith(other))


def source_digest():
    """Return a digest of all that the database was made from: the addons' files, Odoo, others'
    addons."""
    digest = hashlib.sha256(provisions.VERSIONS_FILE.read_bytes())
    digest.update(str(provisions.odoo()).encode())
    for folder in (*addons_folders(), STAND_INS):
        for parent, folders, files in os.walk(folder, followlinks=True):
            folders[:] = sorted(name for name in folders if name not in ("__pycache__", "tests"))
            for file in sorted(files):
                path = Path(parent, file)
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
