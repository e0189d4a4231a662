"""Headless Chromium, and what a salesperson does in it: look, click, type, telephone."""

import contextlib
import importlib
import itertools
import json
import re
import shutil
import sys
import time
import urllib.request

import provisions
from background import Background
from checkout import STATE
from progress import Failure

OPTIONS = """
    --headless --no-sandbox --no-first-run --disable-gpu --disable-dev-shm-usage
    --disable-background-networking --disable-component-update --disable-sync
    --use-fake-device-for-media-stream --use-fake-ui-for-media-stream
    --allow-loopback-in-peer-connection --autoplay-policy=no-user-gesture-required
    --disable-features=WebRtcHideLocalIpsWithMdns --window-size=1366,1000 --lang=en-US
"""
# The browser has habits of its own of looking outside: no name but ours is found.
LOOPBACK_ONLY = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
SECONDS = 15  # that something may take to be seen

# `voip_oca` asks a public STUN server which address we have; here everything is on loopback. The
# connections are kept to count their packets.
BEFORE_PAGES = """
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) {
            super({ ...configuration, iceServers: [] });
            window.connections.push(this);
        }
    };
"""
PACKETS = """(async () => {
    let [sent, received] = [0, 0];
    for (const report of (await window.connections.at(-1).getStats()).values()) {
        sent += report.type === "outbound-rtp" ? report.packetsSent : 0;
        received += report.type === "inbound-rtp" ? report.packetsReceived : 0;
    }
    return [sent, received];
})()"""
SEEN = """(selector, text) => [...document.querySelectorAll(selector)].find(
    (element) => element.textContent.includes(text)
)"""

SERVICES = "odoo.__WOWL_DEBUG__.root.env.services"  # of Odoo's web client

# The middle of an element that stays where it is, if a click there would arrive at it.
REACHED = """async (element) => {
    element.scrollIntoView({ block: "nearest" });
    const { left, top, width, height } = element.getBoundingClientRect();
    const [x, y] = [left + width / 2, top + height / 2];
    await new Promise((resolve) => setTimeout(resolve, 200));
    const later = element.getBoundingClientRect();
    const isStill = later.left === left && later.top === top;
    return isStill && element.contains(document.elementFromPoint(x, y)) && [x, y];
}"""
SHOWN = """(selector) => {
    const shown = document.querySelector(selector);
    const number = shown.querySelector("bdi")?.textContent || null;
    return [shown.textContent, number, shown.dataset.tooltip || ""];
}"""


class Chromium:
    """The browser."""

    def __init__(self):
        self.process = Background("Chromium", "e2e-chromium", health="/json/version")

    def start(self, odoo):
        """Start it.

        :param odoo: the address of Odoo
        """
        self.odoo = odoo
        provisions.browser()
        program = next(filter(None, map(shutil.which, provisions.BROWSERS)))
        profile = STATE / "e2e-profile"
        shutil.rmtree(profile, ignore_errors=True)

        def command(port):
            folder, debugged = f"--user-data-dir={profile}", f"--remote-debugging-port={port}"
            options = [*OPTIONS.split(), LOOPBACK_ONLY, folder, debugged]
            return [program, *options, "about:blank"]

        self.process.start(command)
        with urllib.request.urlopen(self.process.address() + "/json/version") as answer:
            self.debugger = Debugger(json.load(answer)["webSocketDebuggerUrl"])

    def agent(self, login):
        """A user with a profile of their own, logged in."""
        context = self.debugger.ask("Target.createBrowserContext")["browserContextId"]
        permission = {"permissions": ["audioCapture"], "browserContextId": context}
        self.debugger.ask("Browser.grantPermissions", **permission)
        agent = self.tab(context, login)
        agent.log_in()
        return agent

    def tab(self, context, login):
        """One more tab of a profile, with nothing in it yet."""
        page = {"url": "about:blank", "browserContextId": context}
        target = self.debugger.ask("Target.createTarget", **page)["targetId"]
        host = self.process.address().replace("http:", "ws:")
        return Agent(f"{host}/devtools/page/{target}", self.odoo, login, context)


def websocket():
    """The package websocket-client, which Odoo's own browser tests use too."""
    home = provisions.venv("odoo", "sandbox").parent.parent
    sys.path += map(str, home.glob("lib/python*/site-packages"))
    return importlib.import_module("websocket")


class Debugger:
    """Chromium's own protocol, over a WebSocket."""

    def __init__(self, address):
        self.socket = websocket().create_connection(address, timeout=60, suppress_origin=True)
        self.numbers = itertools.count(1)
        self.questions = []  # of the browser itself: each is answered with yes

    def ask(self, method, **parameters):
        number = self._send(method, parameters)
        while True:
            message = json.loads(self.socket.recv())
            if message.get("method") == "Page.javascriptDialogOpening":
                self.questions.append(message["params"]["type"])
                self._send("Page.handleJavaScriptDialog", {"accept": True})
            if message.get("id") == number:
                if "error" in message:
                    raise Failure(f"Chromium: {method}: {message['error']['message']}")
                return message["result"]

    def _send(self, method, parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        return number


class Agent(Debugger):
    """A user of Odoo with the softphone, at one tab of a browser's profile, the `context`."""

    def __init__(self, address, odoo, login, context):
        super().__init__(address)
        self.odoo, self.login, self.context = odoo, login, context
        self.ask("Page.enable")
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=BEFORE_PAGES)

    def log_in(self):
        """The password is the login, as in the demo data."""
        self.go("/web/login")
        self.type("#login", self.login)
        self.type("#password", self.login)
        self.click("button[type=submit]")
        self.registered()

    # What is seen and done on the page

    def run(self, expression):
        """The value of a JavaScript expression on the page."""
        answer = self.ask(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise Failure(f"{self.login}'s page: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def until(self, expression, what, seconds=SECONDS):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(Failure):  # the page is being loaded
                if value := self.run(expression):
                    return value
            time.sleep(0.1)
        raise Failure(f"{self.login} did not see {what}. The page: {self._page()}")

    def see(self, selector, text="", seconds=SECONDS):
        """Wait for an element that contains the text; return its whole text."""
        found = f"({SEEN})({json.dumps(selector)}, {json.dumps(text)})"
        return self.until(f"{found}?.textContent || !!{found}", f"{selector} {text!r}", seconds)

    def gone(self, selector, seconds=SECONDS):
        self.until(f"!document.querySelector({json.dumps(selector)})", f"{selector} go", seconds)

    def point_at(self, selector, text=""):
        """Move the mouse to an element, where the mouse can reach it; return where that is."""
        found = f"({SEEN})({json.dumps(selector)}, {json.dumps(text)})"
        x, y = self.until(f"({REACHED})({found})", f"{selector} {text!r} within reach")
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        return {"x": x, "y": y, "button": "left", "clickCount": 1}

    def click(self, selector, text=""):
        at = self.point_at(selector, text)
        self.ask("Input.dispatchMouseEvent", type="mousePressed", **at)
        self.ask("Input.dispatchMouseEvent", type="mouseReleased", **at)

    def type(self, selector, text):
        """Click into a field, and type in the place of what is there."""
        self.click(selector)
        self.run("document.activeElement.select()")
        self.ask("Input.insertText", text=text)

    def _page(self):
        try:
            return self.run("location.pathname + ' · ' + document.body.innerText.slice(-600)")
        except Failure:
            return "unknown"

    def go(self, path):
        """Open another page of Odoo."""
        self.run("window.isOld = true")
        self.ask("Page.navigate", url=self.odoo + path)
        self.until("!window.isOld && document.readyState === 'complete'", "another page")

    # The telephone

    def at(self, path):
        """Open another page of Odoo, and wait until the softphone is registered there."""
        self.go(path)
        self.registered()

    def registered(self):
        self.registers("Registered")
        self.see(".o_menu_systray .o_voip_connected")

    def registers(self, state, seconds=SECONDS):
        """Wait until the registrar has answered, and it is so: `Registered`, `Unregistered`."""
        agent = f"{SERVICES}.voip_agent_oca"
        self.until(f"{agent}.registererState === '{state}'", state, seconds)

    def status(self):
        """Whether the softphone says that it is `connected` or `disconnected`."""
        return self.run(f"{SERVICES}.voip_oca.status")

    def promised(self):
        """The number that the form says a call will show, or None."""
        return self.run("document.querySelector('.o_axivox_shown_as bdi')?.textContent")

    def call_from_form(self):
        self.point_at("[name=phone] input")  # the link is shown under the mouse only
        self.click("[name=phone] .o_phone_form_link")

    def open_softphone(self):
        if not self.run("!!document.querySelector('.o_voip_softphone')"):
            self.click(".o_menu_systray button[title=Softphone]")
            self.see(".o_voip_softphone")

    def numpad(self, number):
        """Type a number, and wait for what the softphone says of it."""
        self.open_softphone()
        if not self.run("!!document.querySelector('.o_numpad_input')"):
            self.click("button[title='Open Numpad']")
        self.type(".o_numpad_input", number)
        time.sleep(0.4)  # it asks when the typing has stopped
        self.see(".o_axivox_call_preview:not(.o_axivox_asking) [role=status] > *")

    def choose(self, number):
        """Choose the number for this call: go down the list with the keyboard."""
        self.see(".o_axivox_call_choice option")
        self.run("document.querySelector('.o_axivox_call_choice').focus()")
        down = {"key": "ArrowDown", "code": "ArrowDown", "windowsVirtualKeyCode": 40}
        for _option in range(self.run("document.activeElement.options.length - 1")):
            self.ask("Input.dispatchKeyEvent", type="keyDown", **down)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **down)
            text = self.run("document.activeElement.selectedOptions[0].text")
            if re.sub(r"[^+\d]", "", text) == number:
                return
        raise Failure(f"{self.login} was not offered {number}.")

    def dial(self):
        self.click(".o_voip_softphone_footer button:not(.text-danger)[title=Call]")

    def accept(self):
        self.click(".o_voip_softphone button[title=Accept]")

    def shown(self):
        """What the panel says of the call that is being made: (text, number or None, reason)."""
        panel = ".o_voip_softphone_content:has(button[title='Hang up']) .o_axivox_call_shown"
        self.see(panel)
        return self.run(f"({SHOWN})({json.dumps(panel)})")

    def hang_up(self):
        self.click(".o_voip_softphone_footer button.text-danger[title='Hang up']")
        self.idle()

    def close(self):
        """Close the tab."""
        self.ask("Page.close")

    def idle(self, seconds=SECONDS):
        """Wait until the panel is in no call."""
        self.gone(".o_voip_softphone_footer button.text-danger", seconds)

    def sound(self, seconds=2):
        """In an answered call: listen, then count the packets (sent, received) of sound so far."""
        self.see(".o_voip_softphone button[title=Mute]")
        time.sleep(seconds)
        return self.run(PACKETS)
