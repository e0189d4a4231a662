"""What the project needs and does not contain: Odoo, Python packages, programs.

Odoo and the virtual environments are made once in the cache, each under a temporary name and
renamed when complete, so that an existing folder is a complete one.
"""

import configparser
import contextlib
import hashlib
import importlib.util
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from checkout import CACHE, locked
from progress import Failure, run, say, step

VERSIONS_FILE = Path(__file__).with_name("versions.cfg")
VERSIONS = configparser.ConfigParser(delimiters=("=",), interpolation=None)
VERSIONS.optionxform = str
VERSIONS.read(VERSIONS_FILE)

SERIES = VERSIONS["odoo"]["series"]
ODOO_PACKAGE = f"odoo-{SERIES.partition('.')[0]}"
OTHER_ODOO = (
    f"Or use an Odoo {SERIES} that you have: set ODOO_PATH to its checkout, or run with a "
    "python3 that can import it."
)
# The python3 that a command is run with. Processes that it starts in one of the environments
# below get its path, so that they find what the command made.
PYTHON = os.environ.get("PYTHON_OF_COMMANDS") or sys.executable
# The names that Odoo's browser tests look for.
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def key(*facts):
    """Return a short name for a folder whose content follows from `facts`."""
    return hashlib.sha256("\0".join(map(str, facts)).encode()).hexdigest()[:12]


@contextlib.contextmanager
def made_once(folder, title):
    """Yield an empty folder that becomes `folder` when the block ends.

    Yields None if `folder` exists, from before or from another process.
    """
    if folder.exists():
        yield None
        return
    with locked(CACHE / "lock"):
        if folder.exists():
            yield None
            return
        for left in CACHE.glob(f"{folder.name}.*"):
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=CACHE, prefix=f"{folder.name}.") as temporary:
            whole = Path(temporary) / "made"
            with step(title):
                yield whole
                whole.rename(folder)


# Programs that only root can install ------------------------------------------------


def need_program(found, package, purpose):
    """Install Debian packages if `found()` is false and we may; else tell the user to.

    :param found: function that returns whether the machine has what the package brings
    :param package: key in the [system] section
    :param purpose: what it is needed for, as in "is needed to …"
    """
    if found():
        return
    name = VERSIONS["system"][package]
    if os.geteuid() or not shutil.which("apt-get"):
        raise Failure(
            f"Debian's package {name} is needed to {purpose}, and installing it needs root:\n"
            f"  sudo apt-get update && sudo apt-get install -y --no-install-recommends {name}"
        )
    with step(f"Installing {name}, to {purpose}"), locked(CACHE / "apt-lock"):
        # The run level for rescue, in which no service is started.
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        waiting = ["-o", "DPkg::Lock::Timeout=300"]
        run(["apt-get", "update", "-qq"], env=environment)
        run([*install, *waiting, *name.split()], env=environment)
        if not found():
            raise Failure(f"{name} was installed, but what it should bring is not found.")


def browser():
    """Make sure that a browser is there for the tests in one."""
    need_program(lambda: any(map(shutil.which, BROWSERS)), "browser", "run the tests in a browser")


def network():
    """Make sure that the programs of the telephone network are there."""
    # Kamailio's folder on Debian, where only root looks for programs.
    os.environ["PATH"] += os.pathsep + "/usr/sbin"
    programs = ("kamailio", "sipp", "rtpengine")
    need_program(lambda: all(map(shutil.which, programs)), "network", "make telephone calls")


# Python -----------------------------------------------------------------------------


def venv(*names):
    """Return the interpreter of the virtual environment with the pinned packages of `names`.

    :param names: keys in the [python] section
    """
    pins = {pin for name in names for pin in VERSIONS["python"][name].split()}
    name = "-".join(names)
    folder = CACHE / f"venv-{name}-{key(sys.version, PYTHON, *sorted(pins))}"
    if not folder.exists():
        need_program(
            lambda: all(map(importlib.util.find_spec, ("ensurepip", "venv"))),
            "venv",
            "keep Python packages apart",
        )
    # A virtual environment cannot be moved: it is made in its final place, and marked as
    # complete at the end.
    mark = folder / "whole"
    if not mark.exists():
        with locked(CACHE / "lock"):
            if not mark.exists():
                with step(f"Installing {len(pins)} Python packages ({name})"):
                    shutil.rmtree(folder, ignore_errors=True)
                    run([PYTHON, "-m", "venv", folder])
                    install(folder / "bin" / "python", pins)
                    mark.touch()
    return folder / "bin" / "python"


def install(python, pins, *options):
    """Install pinned packages with pip."""
    pip = ["-m", "pip", "install", "-q", "--disable-pip-version-check"]
    run(
        [python, *pip, *options, *pins],
        advice=f"The versions are in {VERSIONS_FILE}; `dev/newest` takes the newest ones.",
    )


def other_addons():
    """Return the folder with the pinned addons of others."""
    pins = VERSIONS["python"]["addons"].split()
    folder = CACHE / f"addons-{key(*pins)}"
    if not folder.exists():
        python = venv("odoo", "sandbox")
        with made_once(folder, f"Installing {', '.join(pins)}") as made:
            if made:
                install(python, pins, "--no-deps", "--target", made)
    return folder / "odoo" / "addons"


# Odoo -------------------------------------------------------------------------------


def odoo():
    """Return the folder for PYTHONPATH, and the folders with Odoo's own addons."""
    home = given_odoo() or importable_odoo() or debian_odoo()
    addons = [home / "odoo" / "addons"]
    if not (addons[0] / "web").exists():
        addons.insert(0, home / "addons")
    if not (addons[0] / "web" / "__manifest__.py").exists():
        raise Failure(f"{home} holds Odoo without its addon web. {OTHER_ODOO}")
    return home, addons


def given_odoo():
    """Return the Odoo that ODOO_PATH names: a checkout, or any folder that holds `odoo`."""
    if not os.environ.get("ODOO_PATH"):
        return None
    home = Path(os.environ["ODOO_PATH"]).expanduser().resolve()
    release = home / "odoo" / "release.py"
    if not release.exists():
        raise Failure(f"ODOO_PATH={home}: there is no odoo/release.py in it.")
    series = ".".join(map(str, runpy.run_path(str(release))["version_info"][:2]))
    if series != SERIES:
        raise Failure(f"ODOO_PATH={home} is Odoo {series}; this addon is for Odoo {SERIES}.")
    return home


def importable_odoo():
    """Return the Odoo of our series that this python3 can import, behind a link of its own.

    The link keeps the other packages beside it from shadowing the pinned ones.
    """
    question = "from odoo import release as r; print(r.__file__, *r.version_info[:2], sep='\\n')"
    answer = subprocess.run(
        [PYTHON, "-c", question], capture_output=True, text=True, cwd="/", check=False
    )
    if answer.returncode:
        return None
    file, *series = answer.stdout.split("\n")[:3]
    if ".".join(series) != SERIES:
        return None
    package = Path(file).parent
    if (package.parent / "addons" / "web").exists():
        return package.parent
    folder = CACHE / f"importable-{key(package)}"
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        (folder / "odoo").symlink_to(package)
    return folder


def debian_odoo():
    """Return Odoo as Debian packs it, unpacked into the cache with what its links point at."""
    pins = dict(VERSIONS["debian"])
    folder = CACHE / f"odoo-{key(*pins, *pins.values())}"
    packages = Path("usr/lib/python3/dist-packages")
    with made_once(folder, f"Fetching Odoo {SERIES} (120 MB) and unpacking it") as made:
        if made:
            made.mkdir()
            with tempfile.TemporaryDirectory() as temporary:
                for package in Debian(Path(temporary)).download(pins):
                    unpack(package, made)
            # Debian leaves this file out for its licence. The bundle of the browser
            # tests names it, and only the blurred background of video calls runs it.
            absent = made / packages / "odoo/addons/mail/static/lib/selfie_segmentation"
            absent.mkdir(parents=True, exist_ok=True)
            (absent / "selfie_segmentation.js").touch()
            broken = run(["find", made, "-xtype", "l"]).split()
            if broken:
                raise Failure(f"links that lead nowhere, such as {broken[0]}. {OTHER_ODOO}")
    return folder / packages


def unpack(package, folder):
    """Unpack a .deb without what is never used: localisations, most translations, docs."""
    left_out = [
        "*/odoo/addons/l10n_*",
        "*/dist-packages/addons",
        "*/i18n/[!defn]*.po",
        "*/i18n/?[!elnr]*.po",
        "./usr/share/doc",
    ]
    reader = subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", package], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    excludes = [f"--exclude={pattern}" for pattern in left_out]
    writer = subprocess.run(
        ["tar", "-x", "--no-same-owner", "-C", folder, *excludes],
        stdin=reader.stdout,
        capture_output=True,
        text=True,
        check=False,
    )
    if reader.wait() or writer.returncode:
        raise Failure(f"{package.name} could not be unpacked. {writer.stderr[-500:]}")


class Debian:
    """Downloads of Debian packages through apt, with no change to the system.

    The mirror is the one that the machine's apt already uses; the package lists are
    ours, in a folder that goes away.
    """

    def __init__(self, folder):
        for tool in ("apt-get", "apt-cache", "dpkg-deb"):
            if not shutil.which(tool):
                raise Failure(f"the program {tool} is not there. {OTHER_ODOO}")
        self.folder = folder
        for subfolder in ("lists/partial", "archives/partial", "preferences.d"):
            (folder / subfolder).mkdir(parents=True)
        (folder / "status").touch()
        mirror = self._mirror()
        keyring = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
        signed = f" [signed-by={keyring}]" if keyring.exists() else ""
        suites = sorted({pin.split()[0] for pin in VERSIONS["debian"].values()})
        (folder / "sources.list").write_text(
            "".join(f"deb{signed} {mirror} {suite} main\n" for suite in suites)
        )
        self.options = [
            word
            for setting in (
                f"Dir::Etc::sourcelist={folder / 'sources.list'}",
                "Dir::Etc::sourceparts=-",
                f"Dir::State={folder}",
                f"Dir::State::status={folder / 'status'}",
                f"Dir::Cache={folder}",
                "APT::Sandbox::User=",
                "Acquire::Languages=none",
                "Acquire::Retries=3",
            )
            for word in ("-o", setting)
        ]
        self._apt("apt-get", "update", "-qq")

    def download(self, pins):
        """Download packages and return their files; report each pin that could not be kept.

        :param pins: dict of package to "suite version sha256"
        """
        names = []
        for package, pin in pins.items():
            suite, version, digest = pin.split()
            offered = self.offered(package, suite)
            if offered.get(version) != digest:
                version = self._instead(package, suite, version, offered)
            names.append(f"{package}={version}")
        self._apt("apt-get", "download", "-qq", *names)
        return sorted(self.folder.glob("*.deb"))

    def offered(self, package, suite):
        """Return the versions of a package in a suite: dict of version to SHA256, newest first."""
        listed = self._apt("apt-cache", "madison", package)
        columns = [[word.strip() for word in line.split("|")] for line in listed.splitlines()]
        versions = [row[1] for row in columns if f" {suite}/" in f" {row[2]}"]
        digests = {}
        for paragraph in self._apt("apt-cache", "show", package).split("\n\n"):
            fields = dict(
                line.split(": ", 1) for line in paragraph.splitlines() if ": " in line[:40]
            )
            digests[fields.get("Version")] = fields.get("SHA256")
        return {version: digests.get(version) for version in versions}

    def _instead(self, package, suite, version, offered):
        """Return the newest version that can replace one that is gone."""
        prefix = f"{SERIES}." if package == ODOO_PACKAGE else ""
        for other in offered:
            if other.startswith(prefix):
                say(
                    f"\n  {package} {version} is no longer in Debian {suite} as it was pinned: "
                    f"taking {other}, which has not been tried."
                )
                return other
        raise Failure(f"Debian {suite} has no {package} {prefix}*. {OTHER_ODOO}")

    def _mirror(self):
        listed = run(
            ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(REPO_URI)"],
        ).splitlines()
        targets = [line.split("|") for line in listed]
        mirrors = [uri for origin, label, uri in targets if origin == label == "Debian"]
        # Before the first `apt-get update`, apt knows only the addresses of its sources.
        mirrors += [uri for *_, uri in targets if uri.rstrip("/").endswith("/debian")]
        if not mirrors:
            raise Failure(f"apt on this machine knows no mirror of Debian. {OTHER_ODOO}")
        return mirrors[0]

    def _apt(self, *command):
        program, *words = command
        return run(
            [program, *self.options, *words],
            cwd=self.folder,
            advice=f"Is the network there? {OTHER_ODOO}",
        )
