"""The Odoo server of `make demo`: its database and its process."""

import contextlib
import hashlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import cluster
import provisions
import server
from checkout import NAME, ROOT, STATE, addons_folders
from progress import Failure, step

DATABASE = "axivox_demo"
LOG = STATE / "demo.log"
PID = STATE / "demo.pid"
PORT = STATE / "demo.port"
FAVOURITE_PORT = 8069
SECONDS_TO_START = 180


def bring_up():
    """Make what is not there, update what is old, start what is down; return the address."""
    command, environment = server.prepare()
    cluster.start()
    digest = source_digest()
    known = cluster.place() / "demo.digest"
    if DATABASE not in cluster.databases() or not known.exists():
        stop()
        make_database()
        known.write_text(digest)
    elif known.read_text() != digest:
        stop()
        with step(f"Updating the addon in the database {DATABASE}"):
            update_database()
        known.write_text(digest)
    if not process():
        with step("Starting Odoo"):
            start(command, environment)
    return address()


def make_database():
    """Make the database; what an earlier attempt left of it is dropped."""
    there = DATABASE in cluster.databases()
    if there and DATABASE not in cluster.made():
        raise Failure(
            f"On the PostgreSQL server that PGHOST names there is a database {DATABASE} that "
            "this checkout did not make. Drop or rename it, or unset PGHOST."
        )
    with step(f"Making the database {DATABASE} with demo data"):
        cluster.note_made(DATABASE)
        cluster.drop(DATABASE)
        cluster.note_made(DATABASE)
        addons = ",".join([NAME, "voip_oca", *bridges()])
        options = ["--with-demo", "--stop-after-init", "--max-cron-threads", "0"]
        server.odoo("-d", DATABASE, "-i", addons, *options, log="demo-install.log")


def update_database():
    """Bring the database up to the addon's files."""
    new = ["-i", ",".join(bridges())] if bridges() else []
    options = ["--stop-after-init", "--max-cron-threads", "0"]
    try:
        server.odoo("-d", DATABASE, "-u", NAME, *new, *options, log="demo-update.log")
    except Failure as failure:
        raise Failure(f"{failure}\nTo make the database anew: `make clean`, then again.") from None


def bridges():
    """The names of the addons in bridges/."""
    return sorted(path.parent.name for path in ROOT.glob("bridges/*/__manifest__.py"))


def source_digest():
    """A digest of all that the database was made from: the addons' files, Odoo, others'."""
    digest = hashlib.sha256(provisions.VERSIONS_FILE.read_bytes())
    digest.update(str(provisions.odoo()).encode())
    for folder in addons_folders():
        for parent, folders, files in os.walk(folder, followlinks=True):
            folders[:] = sorted(name for name in folders if name not in ("__pycache__", "tests"))
            for file in sorted(files):
                path = Path(parent, file)
                digest.update(f"{path.relative_to(folder)}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()


# The process ------------------------------------------------------------------------


def address():
    """Where the server answers."""
    return f"http://127.0.0.1:{PORT.read_text()}"


def process():
    """The number of the server's process, or None.

    Numbers are used again, so the process has to be one that was given our configuration.
    """
    with contextlib.suppress(OSError, ValueError):
        number = int(PID.read_text())
        given = Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
        if f"ODOO_RC={server.CONFIGURATION}".encode() in given:
            return number
    return None


def start(command, environment):
    """Start the server in the background and wait until it answers."""
    PORT.write_text(str(free_port()))
    options = ["-d", DATABASE, "--http-port", PORT.read_text()]
    with LOG.open("w") as log:
        running = subprocess.Popen(
            [*command, *options],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    PID.write_text(str(running.pid))
    deadline = time.monotonic() + SECONDS_TO_START
    while not answers():
        if running.poll() is not None:
            last = "\n  ".join(LOG.read_text(errors="replace").splitlines()[-12:])
            raise Failure(f"Odoo ended:\n  {last}\nThe whole is in {LOG}.")
        if time.monotonic() > deadline:
            stop()
            raise Failure(f"Odoo did not answer in {SECONDS_TO_START} s. See {LOG}.")
        time.sleep(0.2)


def answers():
    """Whether the server answers requests."""
    try:
        with urllib.request.urlopen(f"{address()}/web/health", timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def free_port():
    """The port of the last time, or the usual one, or any that is free."""
    remembered = [int(PORT.read_text())] if PORT.exists() else []
    for port in (*remembered, FAVOURITE_PORT, 0):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                attempt.bind(("127.0.0.1", port))
                return attempt.getsockname()[1]
    raise Failure("no port is free")


def stop():
    """Stop the server, if it runs."""
    number = process()
    if number:
        with step("Stopping Odoo"):
            os.kill(number, signal.SIGTERM)
            deadline = time.monotonic() + 15
            while process() and time.monotonic() < deadline:
                time.sleep(0.1)
            if process():
                os.kill(number, signal.SIGKILL)
    PID.unlink(missing_ok=True)
