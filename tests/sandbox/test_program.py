"""The program around the contract: its document, its state file, its command line."""

import json
import os
import subprocess
import sys

import jsonschema
import requests
from conftest import DOCUMENT, ROOT, TOKEN, revision_of

LONDON = "+442079460958"


def test_the_document_is_what_the_program_serves(sandbox):
    assert requests.get(f"{sandbox.address}/openapi.json", timeout=5).json() == DOCUMENT
    printed = subprocess.check_output([sys.executable, "-m", "sandbox", "--openapi"], cwd=ROOT)
    assert printed == (ROOT / "console" / "openapi.json").read_bytes()


def test_the_document_names_no_server_and_its_schemas_are_schemas():
    assert "servers" not in DOCUMENT
    assert "http://" not in json.dumps(DOCUMENT)
    for schema in DOCUMENT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_a_killed_sandbox_goes_on_where_it_was(start):
    first = start()
    upon = first.revision
    first.control("POST", "edit", {"default_number": LONDON})
    applied = first.write("POST", "/apply", key="one")
    first.control("POST", "edit", {"users": {"201": LONDON}})
    seen = [first.call("GET", path).json() for path in ("/company", "/users", "/changes")]
    first.process.kill()
    first.process.wait()

    second = start()
    assert [second.call("GET", p).json() for p in ("/company", "/users", "/changes")] == seen
    assert second.control("GET", "applied")["default_number"] == LONDON
    again = second.write("POST", "/apply", key="one", revision=upon)
    assert (again.json(), revision_of(again)) == (applied.json(), revision_of(applied))


def test_a_sandbox_killed_while_it_saves_has_a_whole_state(start, tmp_path):
    sandbox = start()
    saver = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import itertools, requests, sys\n"
            "for n in itertools.count():\n"
            "    number = [None, sys.argv[2]][n % 2]\n"
            "    requests.post(sys.argv[1], json={'default_number': number})\n"
            "    print(n, flush=True)",
            f"{sandbox.address}/sandbox/edit",
            LONDON,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(20):
        saver.stdout.readline()
    sandbox.process.kill()
    saver.communicate(timeout=5)
    assert json.loads((tmp_path / "state.json").read_text("utf-8"))["revision"] > 20
    assert start().call("GET", "/company").json()["users"] == 7


def test_pages_hold_no_more_than_the_command_line_allows(start):
    sandbox = start("--page-size", "3")
    page = sandbox.call("GET", "/users?limit=500").json()
    assert len(page["items"]) == 3
    assert page["next"]


def test_a_token_that_nobody_gave_is_made_and_printed(tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != "SANDBOX_TOKEN"}
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--state", tmp_path / "state.json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    token = process.stdout.readline().removeprefix("Token: ").strip()
    address = process.stdout.readline().split()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert requests.get(f"{address}/company", headers=headers, timeout=5).ok
    process.terminate()
    process.communicate(timeout=5)


def test_the_token_can_come_from_the_environment(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--state", tmp_path / "state.json"],
        cwd=ROOT,
        env=os.environ | {"SANDBOX_TOKEN": "from-outside"},
        stdout=subprocess.PIPE,
        text=True,
    )
    address = process.stdout.readline().split()[-1]
    headers = {"Authorization": "Bearer from-outside"}
    assert requests.get(f"{address}/company", headers=headers, timeout=5).ok
    process.terminate()
    process.communicate(timeout=5)


def test_the_log_is_quiet_and_never_holds_the_token(start, tmp_path):
    sandbox = start()
    sandbox.call("GET", "/company")
    sandbox.faults({"kind": "drop_after"}, {"kind": "cut", "request": 2})
    for _ in range(2):
        try:
            sandbox.raw("GET", "/company")
        except requests.RequestException:
            continue
    out, errors = sandbox.stop()
    assert (out, errors) == ("", "")
    assert TOKEN not in (tmp_path / "state.json").read_text("utf-8")
    assert TOKEN not in sandbox.ready
    assert sandbox.process.returncode == 0 or sandbox.process.returncode == -15


def test_a_port_in_use_is_said_plainly(sandbox, tmp_path):
    port = sandbox.address.rpartition(":")[2]
    command = [sys.executable, "-m", "sandbox", "--state", tmp_path / "state.json", "--port", port]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "Address already in use" in ended.stderr
    assert "Traceback" not in ended.stderr
