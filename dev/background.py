"""Programs that run beside the commands, until `make stop`."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from checkout import STATE
from progress import Failure, step

SECONDS_TO_START = 180
SECONDS_TO_STOP = 15
# Set in the environment of each program, with its own value: process ids are reused.
MARK = "STARTED_BY"


class Background:
    """A program that answers HTTP on a port of 127.0.0.1.

    :param name: its name for people, such as `Odoo`
    :param key: the beginning of its files' names in `.odoo/`
    :param favourite: the port to use if it is free
    :param health: a path that it answers once it is ready
    """

    def __init__(self, name, key, favourite=0, health="/"):
        self.name, self.favourite, self.health = name, favourite, health
        self.log = STATE / f"{key}.log"
        self._pid = STATE / f"{key}.pid"
        self._port = STATE / f"{key}.port"

    def address(self):
        """Return the address where the program answers."""
        return f"http://127.0.0.1:{self._port.read_text()}"

    def process(self):
        """Return the program's process id, or None."""
        with contextlib.suppress(OSError, ValueError):
            number = int(self._pid.read_text().split()[0])
            given = Path(f"/proc/{number}/environ").read_bytes().split(b"\0")
            if f"{MARK}={self._pid}".encode() in given:
                return number
        return None

    def start(self, command, environment=os.environ, folder=None):
        """Start the program and wait until it answers.

        :param command: function that takes the port and returns the command line
        """
        with step(f"Starting {self.name}"):
            remembered = [int(self._port.read_text())] if self._port.exists() else []
            port = free_port(*remembered, self.favourite)
            self._port.write_text(str(port))
            with self.log.open("w") as log:
                running = subprocess.Popen(
                    list(map(str, command(port))),
                    cwd=folder,
                    env={**environment, MARK: str(self._pid)},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            self._pid.write_text(f"{running.pid} {self.name}")
            deadline = time.monotonic() + SECONDS_TO_START
            while not self._answers():
                if running.poll() is not None:
                    last = "\n  ".join(self.log.read_text(errors="replace").splitlines()[-12:])
                    raise Failure(f"{self.name} ended:\n  {last}\nThe whole is in {self.log}.")
                if time.monotonic() > deadline:
                    self.stop()
                    raise Failure(
                        f"{self.name} did not answer in {SECONDS_TO_START} s. See {self.log}."
                    )
                time.sleep(0.2)

    def stop(self):
        """Stop the program if it runs."""
        if number := self.process():
            with step(f"Stopping {self.name}"):
                os.kill(number, signal.SIGTERM)
                deadline = time.monotonic() + SECONDS_TO_STOP
                while self.process() and time.monotonic() < deadline:
                    time.sleep(0.1)
                if self.process():
                    os.kill(number, signal.SIGKILL)
        self._pid.unlink(missing_ok=True)

    def _answers(self):
        try:
            with urllib.request.urlopen(self.address() + self.health, timeout=5) as response:
                return response.status == 200
        except (urllib.error.URLError, OSError):
            return False


def free_port(*wished):
    """Return the first of the wished ports of 127.0.0.1 that is free, or any other free one."""
    for port in (*wished, 0):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                attempt.bind(("127.0.0.1", port))
                return attempt.getsockname()[1]
    raise Failure("no port is free")


def stop_all(keys=""):
    """Stop every program that this checkout has started and that still runs.

    :param keys: the beginning of their keys
    """
    for note in sorted(STATE.glob(f"{keys}*.pid")):
        Background(note.read_text().partition(" ")[2], note.stem).stop()
