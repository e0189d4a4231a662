"""Where things are: this checkout, its own state, and the cache that checkouts share."""

import contextlib
import fcntl
import functools
import os
import shutil
import threading
import uuid
from pathlib import Path

from progress import say

NAME = "axivox_caller_id"
ROOT = Path(__file__).resolve().parent.parent
STATE = ROOT / ".odoo"
# Stand-ins for addons that no registry offers: the bridges to those need them here.
STAND_INS = ROOT / "sandbox" / "addons"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / NAME

# The addon: these files, and every folder that is not excluded here.
MODULES = {"__init__.py", "__manifest__.py", "messages.py"}
NOT_THE_ADDON = {"bridges", "build", "dev", "dist", "docs", "sandbox"}


@contextlib.contextmanager
def locked(file):
    """Let one process of this machine at a time into the block."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"Waiting for another command that holds {file}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@functools.cache
def identity():
    """Return the random name under which this checkout's things outside it are kept.

    A copied or moved checkout, or a new clone in the place of an old one, is another checkout: it
    does not take over what belonged to the other.
    """
    note = STATE / "identity"
    with locked(CACHE / "identity.lock"):
        name, _, owner = note.read_text().partition("\n") if note.exists() else ("", "", "")
        if owner != str(ROOT):
            shutil.rmtree(STATE, ignore_errors=True)
            STATE.mkdir(mode=0o700, exist_ok=True)
            name = uuid.uuid4().hex[:12]
            note.write_text(f"{name}\n{ROOT}")
        if not (room(name) / "checkout").exists():
            room(name).mkdir(parents=True, exist_ok=True)
            (room(name) / "checkout").write_text(str(ROOT))
    return name


def room(name):
    """Return the folder outside the checkout for what the checkout with that identity needs
    there."""
    if os.geteuid() == 0:
        # The account that PostgreSQL runs as must reach it: root's home is closed to that account.
        return Path("/var/lib") / NAME / name
    return CACHE / "checkouts" / name


def orphans():
    """Return the names of rooms whose checkout is gone."""
    for note in room("*").parent.glob("*/checkout"):
        name = note.parent.name
        claim = Path(note.read_text()) / STATE.name / "identity"
        if not claim.is_file() or claim.read_text().partition("\n")[0] != name:
            yield name


def addons_folders():
    """Return the folders with this checkout's addons, each addon under its right name.

    A checkout may have any name, and holds more than the addon. So the addon is a folder of links,
    outside the checkout: a link in it that led back to it would make Odoo's translation export walk
    in circles.
    """
    home = room(identity())
    addon = home / "addons" / NAME
    addon.mkdir(parents=True, exist_ok=True)
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and path.name[0] not in "._"}
    parts = {name: ROOT / name for name in {*MODULES, *rooms} - NOT_THE_ADDON}
    for link in addon.iterdir():
        if link.is_symlink() and link.name not in parts:
            link.unlink()
    for name, path in parts.items():
        replace_link(addon / name, path)
    folders = [addon.parent]
    if any((ROOT / "bridges").glob("*/__manifest__.py")):
        replace_link(home / "bridges", ROOT / "bridges")
        folders.append(home / "bridges")
    return folders


def replace_link(link, target):
    """Make `link` point at `target`, atomically for processes that use it."""
    if link.is_symlink() and os.readlink(link) == str(target):
        return
    temporary = link.with_name(f"{link.name}.{threading.get_native_id()}")
    temporary.symlink_to(target)
    temporary.replace(link)
