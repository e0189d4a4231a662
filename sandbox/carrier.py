"""The carrier of the telephone network beside the sandbox, if there is one: a robot that answers
calls as network/robot.xml describes, and calls in on request. Both use SIPp."""

import contextlib
import math
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.exceptions import HTTPException

from .api import E164, ServedAccount, Text
from .faults import StrictModel

HERE = "127.0.0.1"
FILES = Path(__file__).with_name("network")
SECONDS_OF_RINGING, SECONDS_OF_TALK = 30, 300
LONGEST_CALL = SECONDS_OF_RINGING + SECONDS_OF_TALK + 10
WITHHELD = '"Anonymous" <sip:anonymous@anonymous.invalid>'
# The special information tone (ITU-T E.180): hertz, 330 ms each, and a second of silence.
TONES, TONE, SILENCE = (950, 1400, 1800), 0.33, 1.0
RATE = 8000

router = APIRouter(prefix="/sandbox")
Port = Annotated[int, Field(ge=1, le=65535)]


class Caller(StrictModel):
    """An outside caller; one without a `number` withholds it."""

    name: Text
    number: E164 | None = None


class Network(StrictModel):
    """The UDP ports of 127.0.0.1 where the carrier and the proxy listen, and the callers."""

    carrier: Port
    proxy: Port
    callers: list[Caller]


class CallIn(StrictModel):
    """A call from outside to a number of the account; `caller` names one of the network's."""

    caller: Annotated[int, Field(ge=0)]
    number: E164


class Carrier:
    """All outside callers, once there is a `network`. Its programs end with the sandbox."""

    def __init__(self):
        self.network = None
        self._folder = tempfile.TemporaryDirectory()
        self._robot = None

    def join(self, network):
        if self.network == network and self._robot.poll() is None:
            return
        self.leave()
        Path(self._folder.name, "tones.ul").write_bytes(tones())
        self._robot = self._start(FILES / "robot.xml", network.carrier)
        self.network = network

    def leave(self):
        if self._robot:
            self._robot.kill()
            self._robot.wait()
        self.network = self._robot = None

    def call(self, call, ours):
        """Place a call from outside to one of our numbers.

        :param CallIn call:
        :param ours: container of our numbers (E.164)
        """
        if self.network is None:
            raise HTTPException(409, "There is no telephone network.")
        if call.caller >= len(self.network.callers) or call.number not in ours:
            raise HTTPException(422, "There is no such caller, or no such number of the account.")
        number = self.network.callers[call.caller].number
        caller = f"<sip:{number}@carrier.example>" if number else WITHHELD
        scenario = Path(self._folder.name, "calls_in.xml")
        text = (FILES / "calls_in.xml").read_text()
        text = text.replace("RING_HERE", str(SECONDS_OF_RINGING * 1000))
        text = text.replace("TALK_HERE", str(SECONDS_OF_TALK * 1000)).replace("HEADERS_HERE", "")
        scenario.write_text(text)
        proxy = f"{HERE}:{self.network.proxy}"
        call_in = [proxy, "-s", call.number, "-key", "caller", caller]
        once = ["-m", "1", "-timeout", str(LONGEST_CALL)]
        self._start(scenario, free_port(), *call_in, *once)

    def _start(self, scenario, port, *options):
        here = ["-i", HERE, "-p", str(port), "-mi", HERE, "-mp", str(free_port()), "-ci", HERE]
        command = ["sipp", "-sf", str(scenario), "-nd", "-nostdin", "-rtp_echo", *here, *options]
        try:
            return subprocess.Popen(
                # The program ends with the thread that starts it, the sandbox's main thread.
                ["setpriv", "--pdeathsig", "KILL", *command],
                cwd=self._folder.name,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        except FileNotFoundError as missing:
            raise HTTPException(503, f"{missing.filename} is not installed.") from None


def free_port():
    """Return a free UDP port such that the port two higher is free too: SIPp uses that for
    video."""
    while True:
        with contextlib.ExitStack() as both, contextlib.suppress(OSError, OverflowError):
            one, other = (both.enter_context(socket.socket(type=socket.SOCK_DGRAM)) for _ in "12")
            one.bind((HERE, 0))
            port = one.getsockname()[1]
            other.bind((HERE, port + 2))
            return port


def tones():
    """Return the tones of a number that is out of service, as bytes of PCMU."""
    samples = range(int(TONE * RATE))
    waves = [[math.sin(2 * math.pi * hertz * at / RATE) / 4 for at in samples] for hertz in TONES]
    silence = [0.0] * int(SILENCE * RATE)
    return bytes(pcmu(sample) for wave in (*waves, silence) for sample in wave)


def pcmu(sample):
    """Return a sample between -1 and 1 in one byte (ITU-T G.711, μ-law)."""
    size = min(int(abs(sample) * 32767), 32635) + 132
    exponent = size.bit_length() - 8
    mantissa = (size >> (exponent + 3)) & 0x0F
    return ~((0x80 if sample < 0 else 0) | exponent << 4 | mantissa) & 0xFF


async def _carrier(request: Request) -> Carrier:
    return request.app.state.carrier


ServedCarrier = Annotated[Carrier, Depends(_carrier)]


@router.put("/carrier", status_code=204)
async def join(carrier: ServedCarrier, network: Network):
    """Connect the telephone network, which has started."""
    carrier.join(network)


@router.delete("/carrier", status_code=204)
async def leave(carrier: ServedCarrier):
    """Disconnect the telephone network, which has stopped."""
    carrier.leave()


@router.post("/carrier/calls", status_code=204)
async def call_in(carrier: ServedCarrier, account: ServedAccount, call: CallIn):
    carrier.call(call, {entry["number"] for entry in account["numbers"]})
