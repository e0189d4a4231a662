"""PostgreSQL: the server that PGHOST names, or a private cluster of this checkout.

The private cluster is reached through its socket only, in a folder that nobody else
can enter. It listens on no address, so there is no port that could be taken.
"""

import contextlib
import functools
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import provisions
from checkout import NAME, STATE, identity, locked, orphans, room
from progress import Failure, run, step

USER = "odoo"
PORT = "5432"
# The longest path that a socket can have on Linux is 107 bytes.
LONGEST_FOLDER = 107 - len(f"/.s.PGSQL.{PORT}")
SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{sockets}'
max_connections = 200
shared_buffers = 256MB
# All that is in it can be made again, so it need not survive a power cut.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def is_private():
    """Return whether the databases are in a cluster of this checkout."""
    return not os.environ.get("PGHOST")


def environment():
    """Return the environment variables with which libpq finds the server."""
    if not is_private():
        return dict(os.environ)
    ours = {"PGHOST": str(sockets()), "PGPORT": PORT, "PGUSER": USER}
    return {name: v for name, v in os.environ.items() if not name.startswith("PG")} | ours


def place():
    """Return the folder of this checkout's state for the databases of one server."""
    server = os.environ.get("PGHOST"), os.environ.get("PGPORT")
    folder = STATE / ("private" if is_private() else f"server-{provisions.key(*server)}")
    identity()
    folder.mkdir(exist_ok=True)
    return folder


def start():
    """Start the server if it is down; return whether this call started it."""
    if not is_private():
        sql("SELECT 1")
        return False
    if answers():
        return False
    with locked(STATE / "cluster.lock"):
        if answers():
            return False
        provisions.need_program(programs, "database", "keep the databases")
        if not (data() / "whole").exists():
            create()
        with step("Starting PostgreSQL"):
            # It may be in a temporary folder, which the system empties.
            own(sockets())
            log = data().parent / "postgresql.log"
            run(
                [programs() / "pg_ctl", "-D", data(), "-l", log, "-w", "start"],
                advice=f"What the server said is in {log}.",
                **as_account(),
            )
    return True


def stop():
    """Stop the private cluster, if it runs."""
    if answers():
        with step("Stopping PostgreSQL"):
            shut_down(data())


def remove():
    """Remove the private cluster with all its databases."""
    stop()
    shutil.rmtree(home(identity()), ignore_errors=True)
    shutil.rmtree(sockets(), ignore_errors=True)


def create():
    """Make the private cluster."""
    with step("Making a private PostgreSQL cluster"):
        remove_orphans()
        own(home(identity()))
        if os.geteuid() == 0:
            for passage in (room(identity()), room(identity()).parent):
                passage.chmod(0o711)
        own(sockets())
        shutil.rmtree(data(), ignore_errors=True)
        encoding = ["--encoding=UTF8", "--locale=C.UTF-8"]
        run(
            [programs() / "initdb", "-D", data(), "-A", "trust", "-U", USER, *encoding],
            **as_account(),
        )
        with (data() / "postgresql.conf").open("a") as conf:
            conf.write(SETTINGS.format(sockets=str(sockets()).replace("'", "''")))
        (data() / "whole").touch()


def remove_orphans():
    """Remove what deleted checkouts have left outside themselves."""
    for name in list(orphans()):
        # A plain user's cluster was in the checkout and was deleted with it.
        if os.geteuid() == 0 and (home(name) / "data").exists():
            with contextlib.suppress(Failure):
                shut_down(home(name) / "data")
        shutil.rmtree(room(name), ignore_errors=True)


def answers():
    """Return whether the private cluster runs."""
    with socket.socket(socket.AF_UNIX) as attempt:
        return attempt.connect_ex(f"{sockets()}/.s.PGSQL.{PORT}") == 0


def shut_down(folder):
    """Stop the server of a data folder, and disconnect its clients."""
    run([programs() / "pg_ctl", "-D", folder, "-m", "fast", "-w", "stop"], **as_account())


# Where it is and who runs it --------------------------------------------------------


def home(name):
    """Return the folder of the private cluster of the checkout whose identity is `name`.

    PostgreSQL refuses to run as root, and the account that it then runs as may not be able to enter
    root's checkout.
    """
    return (room(name) if os.geteuid() == 0 else STATE) / "postgresql"


def data():
    """Return the private cluster's data folder."""
    return home(identity()) / "data"


def sockets():
    """Return the folder for the private cluster's socket: its own, or one with a short name."""
    folder = home(identity())
    if len(os.fsencode(folder)) <= LONGEST_FOLDER:
        return folder
    return Path(tempfile.gettempdir()) / f"{NAME}-{identity()}"


def own(folder):
    """Make a folder that only the server's account (and root) can enter."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid not in (os.geteuid(), account().pw_uid):
        raise Failure(f"{folder} belongs to somebody else.")
    if os.geteuid() == 0:
        os.chown(folder, account().pw_uid, account().pw_gid)


@functools.cache
def account():
    """Return the account that the server runs as: ours, or an unprivileged one if we are root."""
    if os.geteuid():
        return pwd.getpwuid(os.geteuid())
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def as_account():
    """Return the options for `run` with which a program runs as the server's account."""
    options = {"cwd": "/"}
    if os.geteuid() == 0:
        options |= {"user": account().pw_uid, "group": account().pw_gid, "extra_groups": []}
    return options


def programs():
    """Return the folder with the newest PostgreSQL server's programs, or None."""
    debian = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(debian, key=lambda path: float(path.parts[-3]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).resolve().parent if found else None


# Databases --------------------------------------------------------------------------

QUERY = """
import sys, psycopg2
try:
    connection = psycopg2.connect(dbname=sys.argv[1])
    connection.autocommit = True
    cursor = connection.cursor()
    cursor.execute(sys.argv[2])
    if cursor.description:
        print(*(row[0] for row in cursor.fetchall()), sep="\\n")
except psycopg2.Error as error:
    sys.exit(str(error).strip())
"""


def sql(statement, database="postgres"):
    """Run one SQL statement and return the first column of its result, as strings."""
    done = subprocess.run(
        [provisions.venv("odoo", "sandbox"), "-c", QUERY, database, statement],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        advice = "" if is_private() else " (PGHOST and the other PG variables say where it is)"
        raise Failure(f"PostgreSQL{advice}: {done.stderr.strip()}")
    return done.stdout.split()


def databases():
    """Return the names of the databases on the server."""
    return sql("SELECT datname FROM pg_database")


def made():
    """Return the names of the databases on the server that this checkout made."""
    note = place() / "databases"
    return note.read_text().split() if note.exists() else []


def note_made(*names, gone=()):
    """Record that databases are this checkout's, so that `make clean` drops them."""
    with locked(place() / "databases.lock"):
        noted = {*made(), *names} - {*gone}
        # Others read it meanwhile, without the lock.
        whole = place() / "databases.new"
        whole.write_text("\n".join(sorted(noted)))
        whole.replace(place() / "databases")


def files(name):
    """Return the folder with a database's attachments."""
    return place() / "data" / "filestore" / name


def drop(name):
    """Drop a database that this checkout made, with its files, if it exists."""
    sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(files(name), ignore_errors=True)
    note_made(gone=[name])


def clone(template, name):
    """Make a database with its files as a copy of another."""
    note_made(name)
    sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    if files(template).exists():
        shutil.copytree(files(template), files(name))


def rename(name, new_name):
    """Rename a database with its files."""
    sql(f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')
    if files(name).exists():
        files(name).rename(files(new_name))
    note_made(new_name, gone=[name])
