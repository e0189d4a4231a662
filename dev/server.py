"""Odoo with this checkout's addons: its configuration, command line and databases."""

import ast
import subprocess
import threading

import cluster
import provisions
from checkout import CACHE, NAME, ROOT, STAND_INS, STATE, addons_folders, identity, locked
from progress import Failure, step

CONFIGURATION = STATE / "odoo.conf"
# Addons that tests need, and that the addon does not depend on.
FOR_TESTS = ("web_tour",)


def prepare():
    """Make everything that Odoo needs; return (command, environment) to run it with."""
    home, addons = provisions.odoo()
    python = provisions.venv("odoo", "sandbox")
    addons = [*addons, provisions.other_addons(), *addons_folders(), STAND_INS]
    settings = {
        "addons_path": ",".join(map(str, addons)),
        "data_dir": cluster.place() / "data",
        "http_interface": "127.0.0.1",
        "list_db": False,
    }
    if cluster.is_private():
        settings["db_host"] = cluster.sockets()
        settings["db_port"] = cluster.PORT
        settings["db_user"] = cluster.USER
    lines = ["[options]", *(f"{name} = {value}" for name, value in settings.items())]
    temporary = CONFIGURATION.with_suffix(f".{threading.get_native_id()}")
    temporary.write_text("\n".join(lines) + "\n")
    temporary.replace(CONFIGURATION)
    environment = {
        **cluster.environment(),
        "ODOO_RC": str(CONFIGURATION),
        "PYTHONPATH": str(home),
        "PYTHONUNBUFFERED": "1",
        # Compiled once, not at each start, even where nothing may be written beside Odoo's files.
        "PYTHONPYCACHEPREFIX": str(CACHE / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",
    }
    return [python, "-m", "odoo"], environment


def shell(database, script, *options, log, **variables):
    """Run a Python script in a database, with `env` defined; see `odoo`."""
    odoo("shell", "-d", database, "--no-http", *options, log=log, typed=script, **variables)


def odoo(*arguments, log, typed="", **variables):
    """Run Odoo's command line to its end, with its output in .odoo/`log`.

    :param str typed: its standard input
    :param variables: further environment variables
    """
    command, environment = prepare()
    environment |= variables
    with (STATE / log).open("w") as output:
        done = subprocess.run(
            [*command, *arguments],
            env=environment,
            input=typed.encode(),
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = (STATE / log).read_text(errors="replace")
    bad = [line for line in text.splitlines() if " ERROR " in line or " CRITICAL " in line]
    if done.returncode or bad:
        last = bad[:3] or text.splitlines()[-12:]
        raise Failure("\n  ".join(["Odoo said:", *last, f"The whole is in {STATE / log}."]))


def manifest():
    """Return the addon's manifest, as a dict."""
    return ast.literal_eval((ROOT / "__manifest__.py").read_text())


def database_name(purpose):
    """Return a database name that no other checkout uses, on any server."""
    return f"axivox_{identity()}_{purpose}"


def template(*more, demo=False):
    """Return the name of a database with all that the addon depends on, made once.

    :param str more: further addons in it
    :param bool demo: whether with demo data
    """
    home, _addons = provisions.odoo()
    depends = sorted({*manifest()["depends"], *FOR_TESTS, *more})
    options = ["--with-demo"] if demo else []
    # Odoo lists in a database the addons that it could install.
    beside = {
        file.parent.name
        for folder in (*addons_folders(), STAND_INS)
        for file in folder.glob("*/__manifest__.py")
    }
    name = database_name(f"base_{provisions.key(home, *depends, *options, *sorted(beside))}")
    if name in cluster.made():
        return name
    basis = template() if more and not demo else None
    with locked(STATE / "template.lock"):
        if name not in cluster.made():
            unfinished = f"{name}_unfinished"
            with step(f"Making a database with {', '.join(depends)}{' and demo data' * demo}"):
                cluster.drop(unfinished)
                if basis:
                    cluster.clone(basis, unfinished)
                cluster.note_made(unfinished)
                install = ["-i", ",".join(more if basis else depends), "--stop-after-init"]
                odoo("-d", unfinished, *install, *options, log="base.log")
                cluster.rename(unfinished, name)
    return name


def terms_file(addon):
    """Return the file in the checkout with an addon's terms to translate."""
    folder = ROOT if addon == NAME else ROOT / "bridges" / addon
    return folder / "i18n" / f"{addon}.pot"


def export_terms(database, addon, file):
    """Write an addon's terms to translate to `file`, without the dates."""
    odoo("i18n", "export", "-d", database, "-l", "pot", "-o", str(file), addon, log="terms.log")
    dates = ('"POT-Creation-Date:', '"PO-Revision-Date:')
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(line for line in lines if not line.startswith(dates)))
