"""The robot that plays the carrier: what it does when it is called, and whom it calls."""

import contextlib
import re
import shutil
import socket
import time
from pathlib import Path

import pytest
import requests

MAIN = "+3212345678"
CALLERS = [{"name": "A lead", "number": "+442079460321"}, {"name": "Withheld", "number": None}]
SDP = "v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n"
OUT_OF_SERVICE = "00442079460404"
ANSWERS = {
    "00442079460486": ["486 Busy Here"],
    "0033199000603": ["180 Ringing", "603 Decline"],
    "0033199000480": ["180 Ringing", "480 Temporarily Unavailable"],
    "00442079460200": ["180 Ringing", "200 OK"],
    OUT_OF_SERVICE: ["183 Session Progress", "404 Not Found"],
}
needs_sipp = pytest.mark.skipif(not shutil.which("sipp"), reason="SIPp is not installed")


def listens(port):
    return f":{port:04X} " in Path("/proc/net/udp").read_text()


def robot_at(port):
    """Return the folder in /proc of the program that plays the carrier there, or None. The folder
    stays until the sandbox has seen the program end."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # another program may have ended meanwhile
            if f"\0-p\0{port}\0".encode() in (folder / "cmdline").read_bytes():
                return folder
    return None


def until(asked):
    """Return what `asked()` answers, as soon as it answers anything."""
    deadline = time.monotonic() + 10
    while not (answer := asked()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return answer


class Line:
    """The proxy's side, as the carrier sees it; a context manager."""

    def __enter__(self):
        self.sip, self.sound, unused = (socket.socket(type=socket.SOCK_DGRAM) for _ in range(3))
        for one in (self.sip, self.sound, unused):
            one.bind(("127.0.0.1", 0))
            one.settimeout(30)
        self.carrier = unused.getsockname()[1]
        unused.close()
        return self

    def __exit__(self, *_error):
        self.sip.close()
        self.sound.close()

    def network(self):
        proxy = self.sip.getsockname()[1]
        return {"carrier": self.carrier, "proxy": proxy, "callers": CALLERS}

    def send(self, method, number, cseq=1, tag=""):
        """Send a request of a call, as two hops would have sent it; again until SIPp listens."""
        sdp = SDP.format(port=self.sound.getsockname()[1]) if method == "INVITE" else ""
        vias = (f"Via: SIP/2.0/UDP {host};branch=z9hG4bK-{number}\n" for host in self._hosts())
        lines = (
            f"{method} sip:{number}@127.0.0.1:{self.carrier} SIP/2.0\n{''.join(vias)}"
            f"From: <sip:us@here.example>;tag=1\nTo: <sip:{number}@there.example>{tag}\n"
            f"Call-ID: {number}\nCSeq: {cseq} {method}\nContact: <sip:127.0.0.1:1>\n"
            f"Max-Forwards: 70\nContent-Type: application/sdp\nContent-Length: "
            f"{len(sdp) + sdp.count(chr(10))}\n\n{sdp}"
        )
        message = lines.replace("\n", "\r\n").encode()
        self.sip.sendto(message, ("127.0.0.1", self.carrier))

    def _hosts(self):
        port = self.sip.getsockname()[1]
        return f"127.0.0.1:{port}", "phone.invalid"

    def got(self):
        """Return the first line of the next message."""
        return self.sip.recv(4096).decode().partition("\r\n")[0]

    def got_in_call(self):
        """Return the next response, and the number that was called."""
        message = self.sip.recv(4096).decode()
        (response,) = re.findall(r"^SIP/2\.0 (.*)\r", message)
        (number,) = re.findall(r"(?m)^Call-ID: (.*)\r", message)
        return response, number


@pytest.fixture
def line(sandbox):
    with Line() as line:
        sandbox.control("PUT", "carrier", line.network())
        until(lambda: listens(line.carrier))
        yield line
        sandbox.control("DELETE", "carrier")


@needs_sipp
def test_the_number_says_what_the_robot_does(line):
    # At once, since they wait for as long as people ring and listen.
    for number in ANSWERS:
        line.send("INVITE", number)
    given = {number: [] for number in ANSWERS}
    while sum(map(len, given.values())) < sum(map(len, ANSWERS.values())):
        answer, number = line.got_in_call()
        given[number].append(answer)
        if answer == "200 OK":
            line.send("ACK", number)
    assert given == ANSWERS


@needs_sipp
def test_a_number_out_of_service_sounds_so(line):
    line.send("INVITE", OUT_OF_SERVICE)
    assert line.got() == "SIP/2.0 183 Session Progress"
    heard = {line.sound.recv(4096)[12:] for _packet in range(100)}  # 20 ms each, without headers
    assert len(heard) > 20


@needs_sipp
def test_who_gives_up_is_told_so(line):
    line.send("INVITE", "0033199000480")
    assert line.got() == "SIP/2.0 180 Ringing"
    time.sleep(0.3)  # SIPp is ready for it a moment later
    line.send("CANCEL", "0033199000480")
    assert line.got() == "SIP/2.0 200 OK"
    assert line.got() == "SIP/2.0 487 Request Terminated"


@needs_sipp
def test_an_answered_call_goes_on_and_off_hold_and_is_ended(line):
    number = "00442079460200"
    line.send("INVITE", number)
    assert [line.got(), line.got()] == ["SIP/2.0 180 Ringing", "SIP/2.0 200 OK"]
    line.send("ACK", number)
    for cseq in (2, 3, 4, 5):
        line.send("INVITE", number, cseq)
        assert line.got() == "SIP/2.0 200 OK"
        line.send("ACK", number, cseq)
    line.send("REFER", number, 6)
    assert line.got() == "SIP/2.0 603 Decline"
    line.send("BYE", number, 7)
    assert line.got() == "SIP/2.0 200 OK"


@needs_sipp
@pytest.mark.parametrize(("caller", "shown"), [(0, "+442079460321"), (1, "anonymous")])
def test_a_button_has_somebody_call(sandbox, line, caller, shown):
    page = sandbox.page("/outside")
    for one in CALLERS:
        assert one["name"] in page.text
    page = sandbox.page("/outside", {"caller": caller, "number": MAIN})
    assert f"{CALLERS[caller]['name']} calls {MAIN}." in page.text
    invite = line.sip.recv(4096).decode()
    assert invite.startswith(f"INVITE sip:{MAIN}@")
    assert re.search(r"(?m)^From: .*<sip:(.*?)@", invite)[1] == shown


@pytest.mark.parametrize(
    ("caller", "number", "status"),
    [(0, MAIN, 409), (-1, MAIN, 400), ("x", MAIN, 400), (0, "112", 400)],
)
def test_without_a_network_nobody_calls(sandbox, caller, number, status):
    assert "There is no telephone network." in sandbox.page("/outside").text
    answer = sandbox.page("/outside", {"caller": caller, "number": number})
    assert answer.status_code == status


@needs_sipp
def test_only_who_is_outside_calls_and_only_numbers_of_the_account(sandbox, line):
    for caller, number in ((2, MAIN), (0, "+33199004999")):
        with pytest.raises(requests.HTTPError, match="422"):
            call = {"caller": caller, "number": number}
            sandbox.control("POST", "carrier/calls", call)


@needs_sipp
def test_the_robot_has_ended_when_the_network_is_left(sandbox, line):
    for _again in range(10):  # one may end at once
        robot = until(lambda: robot_at(line.carrier))
        sandbox.control("DELETE", "carrier")
        assert not robot.exists()
        assert not listens(line.carrier)
        sandbox.control("PUT", "carrier", line.network())
