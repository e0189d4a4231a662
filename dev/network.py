"""The telephone network of `make e2e`, on 127.0.0.1 only.

- Axivox's side is Kamailio (registrar and proxy), the sandbox (which number is shown) and
  rtpengine (between the encrypted sound of browsers and the plain one of telephones);
- the carrier is SIPp, one program a call, with a scenario of sandbox/network/.
"""

import contextlib
import os
import re
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import provisions
from background import Background
from checkout import ROOT, STATE
from progress import Failure

DOMAIN = "meridian-bikes.axivox.example"
FILES = ROOT / "sandbox" / "network"
PATIENCE = 20  # seconds that a call may take on the carrier's side


def free_port(kind=socket.SOCK_DGRAM):
    """A port of 127.0.0.1 that nobody listens on."""
    with socket.socket(socket.AF_INET, kind) as attempt:
        attempt.bind(("127.0.0.1", 0))
        return attempt.getsockname()[1]


class Network:
    """All programs of the network; a context that stops what it started."""

    def __init__(self):
        self.token = secrets.token_urlsafe(24)
        self.secret = secrets.token_hex(8)
        self.udp, self.carrier, self.ng = free_port(), free_port(), free_port()
        self.state = STATE / "e2e-sandbox.json"
        self.sandbox = Background(
            "the sandbox", "e2e-sandbox", 0, "/openapi.json", f"SANDBOX_STATE={self.state}"
        )
        self.rtpengine = Background("rtpengine", "e2e-rtpengine", 0, "/ping", f"E2E={STATE}")
        self.kamailio = Background("Kamailio", "e2e-kamailio", 0, "/health", f"E2E={STATE}")

    def __enter__(self):
        provisions.network()
        self.__exit__()
        self.state.unlink(missing_ok=True)
        self._start_sandbox()
        rtpengine = [
            *("rtpengine", "--config-file=none", "--foreground", "--log-stderr", "--table=-1"),
            "--interface=127.0.0.1",
            *(f"--listen-ng=127.0.0.1:{self.ng}", "--port-min=42000", "--port-max=42999"),
        ]
        marked = {**os.environ, "E2E": str(STATE)}
        self.rtpengine.start(lambda port: [*rtpengine, f"--listen-http=127.0.0.1:{port}"], marked)
        self.start_kamailio()
        return self

    def __exit__(self, *_error):
        for program in (self.kamailio, self.rtpengine, self.sandbox):
            program.stop()

    def _start_sandbox(self):
        python = provisions.venv("odoo", "sandbox")
        command = [python, "-m", "sandbox", "--state", self.state, "--port"]
        marked = {"SANDBOX_TOKEN": self.token, "SANDBOX_STATE": str(self.state)}
        self.sandbox.start(lambda port: [*command, port], {**os.environ, **marked}, ROOT)

    def start_kamailio(self):
        """Start it; once more, it has the same port."""
        words = {
            "UDP_HERE": self.udp,
            "CARRIER_HERE": self.carrier,
            "RTPENGINE_HERE": self.ng,
            "PASSWORD_HERE": self.secret,
            "SANDBOX_HERE": self.sandbox.address(),
        }

        def command(port):
            text = (FILES / "kamailio.cfg").read_text()
            for word, value in {**words, "WEBSOCKET_HERE": port}.items():
                text = text.replace(word, str(value))
            configuration = STATE / "e2e-kamailio.cfg"
            configuration.touch(mode=0o600)
            configuration.write_text(text)
            # -DD: stay in the foreground, with the children
            return ["kamailio", "-DD", "-E", "-f", configuration, "-Y", STATE]

        self.kamailio.start(command, {**os.environ, "E2E": str(STATE)})

    def websocket(self):
        return self.kamailio.address().replace("http:", "ws:")

    def password(self, extension):
        """The SIP password of an extension."""
        return f"{self.secret}-{extension}"

    def carrier_side(self, scenario, *, answer="486 Busy Here", caller=None, dialled="x"):
        """Start the carrier's side of one call.

        :param scenario: a file of sandbox/network/ without its ending
        :param answer: with which `refuses` refuses
        :param caller: the URI, or whole From without its tag, of who calls in
        :param dialled: the number of ours that they call
        """
        file = STATE / "e2e-carrier.xml"
        text = (FILES / f"{scenario}.xml").read_text()
        file.write_text(text.replace("ANSWER_HERE", answer))
        called = [f"127.0.0.1:{self.udp}", "-s", dialled, "-key", "caller", caller]
        return Carrier(
            [
                *("sipp", "-sf", file, "-m", "1", "-nd", "-rtp_echo"),
                *("-i", "127.0.0.1", "-p", self.carrier, "-mi", "127.0.0.1"),
                *("-mp", free_port(), *(called if caller else [])),
                *("-trace_msg", "-message_file", STATE / "e2e-carrier.log"),
                *("-timeout", PATIENCE, "-timeout_error"),
            ]
        )


class Carrier:
    """A SIPp that takes part in one call, and notes what it got."""

    def __init__(self, command):
        self.log = Path(command[command.index("-message_file") + 1])
        self.log.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            list(map(str, command)),
            cwd=STATE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        time.sleep(0.3)  # it does not say when it listens
        if self.process.poll():
            raise Failure(f"SIPp did not start:\n  {self.process.stderr.read()}")

    def __enter__(self):
        return self

    def __exit__(self, kind, *_error):
        with contextlib.suppress(ProcessLookupError):
            if kind:
                self.process.send_signal(signal.SIGKILL)
        self.went_well = self.end()

    def invite(self, seconds=8):
        """The INVITE that the carrier got, or None."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if invite := self._invite():
                return invite
            time.sleep(0.1)
        return self._invite()

    def _invite(self):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        for message in re.split(r"(?m)^-{10,}.*$", text):
            found = re.search(r"(?m)^INVITE sip:.*(?:\n.*)*?\n\r?\n", message)
            if found and "received" in message:
                return Invite.read(found[0])
        return None

    def end(self):
        """Wait until the call is over; return whether it went as the scenario says."""
        try:
            _out, self.said = self.process.communicate(timeout=PATIENCE + 5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _out, self.said = self.process.communicate()
        return self.process.returncode == 0


@dataclass(frozen=True)
class Invite:
    """What the carrier received: the users of its URIs, None where a header is not there."""

    dialled: str
    asserted: str | None
    origin: str
    preferred: str | None

    @classmethod
    def read(cls, text):
        def user(header):
            found = re.search(rf"(?mi)^{header}:.*?sips?:([^@;>\s]+)@", text)
            return found and found[1]

        return cls(
            re.match(r"INVITE sips?:([^@\s]+)@", text)[1],
            user("P-Asserted-Identity"),
            user("From"),
            user("P-Preferred-Identity"),
        )
