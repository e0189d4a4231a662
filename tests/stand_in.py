import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a-token-for-tests"


class StandIn:
    """The sandbox in a process of its own, which stands in for Axivox, addressed over HTTP."""

    def __init__(self):
        self._folder = tempfile.TemporaryDirectory()
        state = Path(self._folder.name) / "state.json"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--state", state, "--token", TOKEN],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        ready = self._process.stdout.readline()
        self.address = re.search(r"http://127\.0\.0\.1:\d+", ready)[0]
        self.base_url = f"{self.address}/api"
        # One connection for thousands of requests; no proxy, no .netrc of the machine.
        self._session = requests.Session()
        self._session.trust_env = False

    def stop(self):
        self._session.close()
        self._process.terminate()
        self._process.communicate(timeout=10)
        self._folder.cleanup()

    def hold(self, **account):
        """Hold this account, with all settings applied, and forget faults and requests."""
        self._control("PUT", "state", account)
        self._control("DELETE", "faults")
        self._control("DELETE", "requests")

    def misbehave(self, *faults):
        self._control("POST", "faults", list(faults))

    def behave(self):
        self._control("DELETE", "faults")

    def edit(self, **edit):
        """Save something in the console; with ``apply=True`` also apply it."""
        self._control("POST", "edit", edit)

    def applied(self):
        """Return what live calls run on, in the form of ``Settings.to_json``."""
        held = self._control("GET", "applied")
        return {
            "default": held["default_number"],
            "override": held["rules_override_users"],
            "rules": [[rule["prefix"], rule["number"]] for rule in held["rules"]],
            "extensions": held["users"],
        }

    def saved(self):
        """Return what is saved in the console, applied or not, in the same form."""
        settings, users = (
            self._session.get(
                f"{self.base_url}/{path}",
                headers={"Authorization": f"Bearer {TOKEN}"},
                timeout=30,
            ).json()
            for path in ("outgoing-settings", "users?limit=500")
        )
        return {
            "default": settings["saved"]["default_number"],
            "override": settings["saved"]["rules_override_users"],
            "rules": [[rule["prefix"], rule["number"]] for rule in settings["saved"]["rules"]],
            "extensions": {
                user["extension"]: user["outgoing_number"]["saved"] for user in users["items"]
            },
        }

    def requests(self):
        """Return ``METHOD /path`` of each request since they were last forgotten, without
        queries."""
        served = self._control("GET", "requests")
        return [f"{r['method']} {r['path'].split('?')[0]}" for r in served]

    def settle(self):
        """Wait until every received request was answered: none may have been dropped."""
        deadline = time.monotonic() + 30
        while not all(served["status"] for served in self._control("GET", "requests")):
            assert time.monotonic() < deadline
            time.sleep(0.02)

    def forget_requests(self):
        self._control("DELETE", "requests")

    def _control(self, method, path, content=None):
        answer = self._session.request(
            method, f"{self.address}/sandbox/{path}", json=content, timeout=30
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None
