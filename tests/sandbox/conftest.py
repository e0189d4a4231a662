"""The real program in a process of its own, and a client that knows only the document."""

import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import requests
import without_odoo  # noqa: F401

ROOT = Path(__file__).parents[2]
TOKEN = "a-token-for-tests"
DOCUMENT = json.loads((ROOT / "console" / "openapi.json").read_text("utf-8"))


class Sandbox:
    """A running sandbox."""

    def __init__(self, state, *options):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", "--state", state, "--token", TOKEN, *options],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.ready = self.process.stdout.readline()
        self.address = re.search(r"http://127\.0\.0\.1:\d+", self.ready)[0]
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no .netrc of the machine

    def stop(self):
        self.session.close()
        self.process.terminate()
        return self.process.communicate(timeout=5)

    def page(self, path, form=None):
        method = "GET" if form is None else "POST"
        return self.session.request(method, self.address + path, data=form, timeout=5)

    def control(self, method, path, json=None):
        answer = self.session.request(
            method, f"{self.address}/sandbox/{path}", json=json, timeout=5
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def faults(self, *faults):
        self.control("POST", "faults", list(faults))

    def raw(self, method, path, **arguments):
        """Send a request to the API, and return the answer, whatever it is."""
        headers = {"Authorization": f"Bearer {TOKEN}"} | arguments.pop("headers", {})
        return self.session.request(
            method,
            f"{self.address}/api{path}",
            headers=headers,
            allow_redirects=False,
            timeout=5,
            **arguments,
        )

    def call(self, method, path, status=200, **arguments):
        """Send a request to the API; the answer must be as the document says, to the last
        member."""
        answer = self.raw(method, path, **arguments)
        assert answer.status_code == status, answer.text
        check(method, path.partition("?")[0], answer)
        return answer

    def write(self, method, path, json=None, *, revision=None, key=None, status=200):
        headers = {"If-Match": f'"{revision or self.revision}"'}
        if key:
            headers["Idempotency-Key"] = key
        return self.call(method, path, status, json=json, headers=headers)

    @property
    def revision(self):
        return revision_of(self.call("GET", "/company"))


def revision_of(answer):
    return re.fullmatch(r'"(.+)"', answer.headers["ETag"])[1]


def check(method, path, answer):
    """Compare an answer's content and headers with the document."""
    answers = DOCUMENT["paths"][path][method.lower()]["responses"]
    described = resolved(answers.get(str(answer.status_code), answers["default"]))
    media_type = answer.headers["Content-Type"].partition(";")[0]
    schema = described["content"][media_type]["schema"]
    jsonschema.Draft202012Validator(DOCUMENT | schema).validate(answer.json())
    for name, header in described.get("headers", {}).items():
        jsonschema.validate(answer.headers[name], resolved(header)["schema"])


def resolved(described):
    while "$ref" in described:
        described, path = DOCUMENT, described["$ref"].removeprefix("#/").split("/")
        for key in path:
            described = described[key]
    return described


@pytest.fixture(scope="session")
def running(tmp_path_factory):
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox") / "state.json")
    yield sandbox
    sandbox.stop()


@pytest.fixture
def sandbox(running):
    """Return the sandbox without faults, with its first account."""
    running.control("POST", "reset")
    for asked in ("faults", "requests", "deviations", "connector", "calls", "carrier"):
        running.control("DELETE", asked)
    return running


@pytest.fixture
def start(tmp_path):
    """Yield a function that starts another sandbox, with options and always the same state file."""
    started = []

    def start(*options):
        started.append(Sandbox(tmp_path / "state.json", *options))
        return started[-1]

    yield start
    for sandbox in started:
        sandbox.stop()
