"""The telephone network of `make e2e`, and of `make demo`, on 127.0.0.1 only.

- Axivox's side is Kamailio (registrar and proxy), the sandbox (which number is shown) and
  rtpengine (between the encrypted sound of browsers and the plain one of telephones);
- the carrier is SIPp with a scenario of sandbox/network/, one program per call. In the demo, the
  sandbox starts it (sandbox/carrier.py).
"""

import contextlib
import itertools
import os
import re
import secrets
import signal
import socket
import subprocess
import time
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import demo_axivox
import provisions
from background import Background
from checkout import ROOT, STATE
from progress import Failure

DOMAIN = "meridian-bikes.axivox.example"
FILES = ROOT / "sandbox" / "network"
PATIENCE = 20  # seconds, for a whole call on the carrier's side


def free_port(kind=socket.SOCK_DGRAM):
    """Return a free port of 127.0.0.1."""
    with socket.socket(socket.AF_INET, kind) as attempt:
        attempt.bind(("127.0.0.1", 0))
        return attempt.getsockname()[1]


def free_media_port():
    """Return a free port for SIPp's sound; SIPp also uses the one two further, for video."""
    while listens((port := free_port()) + 2):
        pass
    return port


def listens(port):
    """Return whether a UDP port is in use."""
    return f":{port:04X} " in Path("/proc/net/udp").read_text()


def filled(key, name, **words):
    """Write a copy of a file of sandbox/network/ with values in place of its words in capitals;
    return its path."""
    text = (FILES / name).read_text()
    for word, value in words.items():
        text = text.replace(word, str(value))
    file = STATE / f"{key}-{name}"
    file.touch(mode=0o600)
    file.write_text(text)
    return file


class Axivox:
    """Axivox's side of the network.

    :param key: the beginning of its files' names in `.odoo/`
    :param Background sandbox: decides which number is shown
    :param media: rtpengine's ports for sound, as (first, last)
    """

    def __init__(self, key, sandbox, media):
        self.key, self.sandbox, self.media = key, sandbox, media
        self.secret = secrets.token_hex(8)
        self.udp, self.carrier, self.ng = free_port(), free_port(), free_port()
        self.rtpengine = Background("rtpengine", f"{key}-rtpengine", health="/ping")
        self.kamailio = Background("Kamailio", f"{key}-kamailio", health="/health")

    def start_axivox(self):
        first, last = self.media
        rtpengine = [
            *("rtpengine", "--config-file=none", "--foreground", "--log-stderr"),
            *("--table=-1", "--delete-delay=0", "--interface=127.0.0.1"),
            *(f"--listen-ng=127.0.0.1:{self.ng}", f"--port-min={first}", f"--port-max={last}"),
        ]
        self.rtpengine.start(lambda port: [*rtpengine, f"--listen-http=127.0.0.1:{port}"])
        self.start_kamailio()

    def start_kamailio(self):
        """Start Kamailio, on the same port if it ran before."""
        words = {
            "UDP_HERE": self.udp,
            "CARRIER_HERE": self.carrier,
            "RTPENGINE_HERE": self.ng,
            "PASSWORD_HERE": self.secret,
            "SANDBOX_HERE": self.sandbox.address(),
            "DOMAIN_HERE": DOMAIN,
        }

        def command(port):
            file = filled(self.key, "kamailio.cfg", WEBSOCKET_HERE=port, **words)
            # -DD: stay in the foreground, with the children
            return ["kamailio", "-DD", "-E", "-f", file, "-Y", STATE]

        self.kamailio.start(command)

    def websocket(self):
        return self.kamailio.address().replace("http:", "ws:")

    def password(self, extension):
        """Return the SIP password of an extension."""
        return f"{self.secret}-{extension}"

    def give_phones(self, ask):
        """Give each Odoo user with an extension a phone in the browser.

        :param ask: function that calls a method of a model, as an administrator
        """
        pbx = {"name": "Axivox", "domain": DOMAIN, "ws_server": self.websocket(), "mode": "prod"}
        pbx_ids = ask("voip.pbx", "search", [("name", "=", pbx["name"])])
        if pbx_ids:
            ask("voip.pbx", "write", pbx_ids, pbx)
        else:
            pbx_ids = ask("voip.pbx", "create", [pbx])
        extensions = ask(
            "axivox.extension", "search_read", [("user_id", "!=", False)], ["number", "user_id"]
        )
        for extension in extensions:
            number = extension["number"]
            phone = {"voip_username": number, "voip_password": self.password(number)}
            ask(
                "res.users",
                "write",
                [extension["user_id"][0]],
                {"voip_pbx_id": pbx_ids[0], **phone},
            )


class Network(Axivox):
    """All programs of the network of `make e2e`, and the carrier's side of its calls."""

    def __init__(self):
        sandbox = Background("the sandbox", "e2e-sandbox", health="/openapi.json")
        super().__init__("e2e", sandbox, (42000, 42999))
        self.token = secrets.token_urlsafe(24)
        self.numbers = itertools.count(1)
        self.state = STATE / "e2e-sandbox.json"

    def start(self):
        provisions.network()
        for old in (self.state, *STATE.glob("e2e-carrier-*.log")):
            old.unlink(missing_ok=True)
        demo_axivox.start(self.sandbox, self.state, self.token)
        self.start_axivox()

    @contextlib.contextmanager
    def silent(self):
        """Stop the proxy and registrar inside the block: what is sent to it is received, and
        answered later."""
        group = self.kamailio.process()  # its children are in its process group
        os.killpg(group, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(group, signal.SIGCONT)

    def asked(self):
        """Return the number that the phone asked to be shown, or "", for each call from a phone so
        far."""
        log = self.kamailio.log.read_text(errors="replace")
        return re.findall(r"asks to be shown as: (.*)", log)

    def give_back(self, number):
        """Take a number away from the account at Axivox."""
        self._tell_sandbox("DELETE", f"numbers/{number}")

    def reset_sandbox(self):
        """Restore the demo's account at Axivox."""
        self._tell_sandbox("POST", "reset")

    def _tell_sandbox(self, method, path):
        address = f"{self.sandbox.address()}/sandbox/{path}"
        urllib.request.urlopen(urllib.request.Request(address, method=method)).close()

    def carrier_side(
        self,
        scenario,
        *,
        caller=None,
        dialled="",
        ring=60,
        talk=60,
        answer="603 Decline",
        first="agree",
        port="[media_port]",
        tag="[call_number]",
        headers=(),
        patience=PATIENCE,
    ):
        """Return the carrier's side of one call.

        :param scenario: a file of sandbox/network/ without its ending
        :param caller: the caller's URI, or their whole From without its tag; None if we call
        :param dialled: the number of ours that they call
        :param ring: seconds after which the carrier ends a call that nobody answered
        :param talk: seconds after which the carrier ends a call that was answered
        :param answer: the status with which it ends our call, or refuses our request, such as `486
            Busy Here`
        :param first: its reply to our first request in the call: `agree` or `refuse`
        :param port: where it receives sound; 0 for nowhere
        :param tag: the tag of who answers after an announcement; by default that of the
            announcement
        :param headers: further headers of its INVITE
        :param patience: seconds that the call may take
        """
        words = {"RING": ring * 1000, "TALK": talk * 1000}
        words |= {"ANSWER": answer, "FIRST": first, "PORT": port, "TAG": tag}
        words["HEADERS"] = "".join(f"\n{header}" for header in headers)
        words = {f"{word}_HERE": what for word, what in words.items()}
        file = filled(self.key, f"{scenario}.xml", **words)
        media, port = free_media_port(), free_port() if caller else self.carrier
        called = [f"127.0.0.1:{self.udp}", "-s", dialled, "-key", "caller", caller]
        log = STATE / f"e2e-carrier-{next(self.numbers):03}.log"
        command = [
            # One call; no default answers to messages that the scenario does not know (-nd).
            *("sipp", "-sf", file, "-m", "1", "-nd", "-rtp_echo", "-ci", "127.0.0.1"),
            *("-i", "127.0.0.1", "-p", port, "-mi", "127.0.0.1", "-mp", media),
            *(called if caller else []),
            *("-trace_msg", "-message_file", log),
            *("-timeout", patience, "-timeout_error"),
        ]
        return Carrier(command, log, port, media, self.rtpengine.log)


class Carrier:
    """A SIPp that takes part in one call and logs it; a context manager for the call.

    :param log: where SIPp writes the messages
    :param port: its port for SIP
    :param media: its port for sound
    :param relay_log: where rtpengine counts the packets
    :ivar wrong: after the call, sentences on what did not go as the scenario says
    """

    def __init__(self, command, log, port, media, relay_log):
        self.command, self.log, self.relay_log = command, log, relay_log
        self.port, self.media = port, media
        self.wrong = []

    def __enter__(self):
        self.process = subprocess.Popen(
            list(map(str, self.command)),
            cwd=STATE,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        # SIPp does not report when it listens.
        while not listens(self.port):
            if self.process.poll() is not None:
                raise Failure(f"SIPp did not start:\n  {self.process.stderr.read()}")
            time.sleep(0.02)
        return self

    def __exit__(self, failure, *_error):
        if failure:
            self.process.kill()
        _out, said = self.process.communicate()  # SIPp has a time-out of its own
        if self.process.returncode:
            self.wrong.append(f"the carrier said {said[-300:]}")

    def invite(self, seconds=8):
        """Return the INVITE that the carrier received."""
        deadline = time.monotonic() + seconds
        while not (invite := self._invite()):
            if time.monotonic() > deadline:
                raise Failure("Nothing reached the carrier.")
            time.sleep(0.1)
        return invite

    def _invite(self):
        for message in self._received():
            if found := re.search(r"(?m)^INVITE sip:.*(?:\n.*)*?\n\r?\n", message):
                return Invite.parsed(found[0])
        return None

    def refer_to(self):
        """Return what is dialled to reach the target of a transfer, or None."""
        for message in self._received():
            if found := re.search(r"(?mi)^REFER [^\0]*?^Refer-To:.*?sips?:([^@;>\s]+)@", message):
                return urllib.parse.unquote(found[1])
        return None

    def final(self):
        """Return the final answer to the call that the carrier placed, such as `486 Busy Here`."""
        answers = [re.search(r"(?m)^SIP/2.0 ([2-6].*?)\r?$", text) for text in self._received()]
        return next((answer[1] for answer in reversed(answers) if answer), "no answer")

    def _received(self):
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return [part for part in re.split(r"(?m)^-{10,}.*$", text) if "received" in part]

    def packets(self):
        """Return, after the call, how many packets of sound rtpengine received from the carrier,
        which echoes each that it gets."""
        log = self.relay_log.read_text(errors="replace")
        counted = re.findall(rf"<> +127\.0\.0\.1:{self.media}\s*, .*? (\d+) p,", log)
        return sum(map(int, counted))


@dataclass(frozen=True)
class Invite:
    """What the carrier received: the users of its URIs; None for a missing header."""

    dialled: str
    to: str
    asserted: str | None
    origin: str
    preferred: str | None
    is_emergency: bool

    @classmethod
    def parsed(cls, text):
        def user(header):
            found = re.search(rf"(?mi)^{header}:.*?sips?:([^@;>\s]+)@", text)
            return found and found[1]

        return cls(
            urllib.parse.unquote(re.match(r"INVITE sips?:([^@\s]+)@", text)[1]),
            urllib.parse.unquote(user("To")),
            user("P-Asserted-Identity"),
            user("From"),
            user("P-Preferred-Identity"),
            bool(re.search(r"(?mi)^Priority: emergency", text)),
        )
