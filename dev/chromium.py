"""Headless Chromium, and what a salesperson does in it: look, click, type, telephone."""

import importlib
import itertools
import json
import os
import re
import shutil
import sys
import tempfile
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
    const counted = { sent: 0, received: 0 };
    for (const report of (await window.connections.at(-1).getStats()).values()) {
        if (report.type === "outbound-rtp") counted.sent += report.packetsSent;
        if (report.type === "inbound-rtp") counted.received += report.packetsReceived;
    }
    return counted;
})()"""
SEEN = """(selector, text) => [...document.querySelectorAll(selector)].find(
    (element) => element.textContent.includes(text)
)"""

CHOOSE = """(selector, text) => {
    const list = document.querySelector(selector);
    list.value = [...list.options].find((option) => option.text.includes(text)).value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
}"""
SHOWN = """(selector) => {
    const shown = document.querySelector(selector);
    const number = shown.querySelector("bdi")?.textContent || null;
    return [shown.textContent, number, shown.dataset.tooltip || ""];
}"""


class Chromium:
    """The browser; a context that stops it."""

    def __enter__(self):
        provisions.browser()
        self.folder = tempfile.TemporaryDirectory(prefix="e2e-chromium-")
        program = next(filter(None, map(shutil.which, provisions.BROWSERS)))
        self.process = Background("Chromium", "e2e-chromium", 0, "/json/version", f"E2E={STATE}")
        self.process.stop()
        profile = f"--user-data-dir={self.folder.name}"

        def command(port):
            return [
                program,
                *OPTIONS.split(),
                profile,
                f"--remote-debugging-port={port}",
                "about:blank",
            ]

        self.process.start(command, {**os.environ, "E2E": str(STATE)})
        with urllib.request.urlopen(self.process.address() + "/json/version") as answer:
            self.debugger = Debugger(json.load(answer)["webSocketDebuggerUrl"])
        return self

    def __exit__(self, *_error):
        self.process.stop()
        shutil.rmtree(self.folder.name, ignore_errors=True)

    def agent(self, odoo, database, login):
        """A user at a browser of their own, logged in."""
        context = self.debugger.ask("Target.createBrowserContext")["browserContextId"]
        permission = {"permissions": ["audioCapture"], "browserContextId": context}
        self.debugger.ask("Browser.grantPermissions", **permission)
        page = {"url": "about:blank", "browserContextId": context}
        target = self.debugger.ask("Target.createTarget", **page)["targetId"]
        host = self.process.address().replace("http:", "ws:")
        return Agent(f"{host}/devtools/page/{target}", odoo, database, login)


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

    def ask(self, method, **parameters):
        number = next(self.numbers)
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv())
            if message.get("id") == number:
                if "error" in message:
                    raise Failure(f"Chromium: {method}: {message['error']['message']}")
                return message["result"]


class Agent(Debugger):
    """A user of Odoo with the softphone."""

    def __init__(self, address, odoo, database, login):
        super().__init__(address)
        self.odoo, self.database, self.login = odoo, database, login
        self.ask("Page.enable")
        self.ask("Emulation.setFocusEmulationEnabled", enabled=True)
        self.ask("Page.addScriptToEvaluateOnNewDocument", source=BEFORE_PAGES)
        self.ask("Network.setCookie", name="session_id", value=self._session(), url=odoo)
        self.go("/odoo")

    def _session(self):
        """The key of a session that is logged in."""
        login = {"db": self.database, "login": self.login, "password": self.login}
        asked = urllib.request.Request(
            f"{self.odoo}/web/session/authenticate",
            json.dumps({"params": login}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked) as answer:
            return re.search("session_id=([^;]+)", answer.headers["Set-Cookie"])[1]

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
            try:
                if value := self.run(expression):
                    return value
            except Failure:
                pass  # the page is being loaded
            time.sleep(0.1)
        raise Failure(f"{self.login} did not see {what}. The page: {self._page()}")

    def see(self, selector, text="", seconds=SECONDS):
        """Wait for an element that contains the text; return its whole text."""
        found = f"({SEEN})({json.dumps(selector)}, {json.dumps(text)})"
        return self.until(f"{found}?.textContent || !!{found}", f"{selector} {text!r}", seconds)

    def gone(self, selector, seconds=SECONDS):
        self.until(f"!document.querySelector({json.dumps(selector)})", f"{selector} go", seconds)

    def click(self, selector, text=""):
        self.see(selector, text)
        self.run(f"({SEEN})({json.dumps(selector)}, {json.dumps(text)}).click()")

    def type(self, selector, text):
        self.see(selector)
        field = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{field}.focus(), {field}.select()")
        self.ask("Input.insertText", text=text)

    def choose(self, selector, text):
        """Choose the option of a drop-down whose text contains `text`."""
        self.see(f"{selector} option", text)
        self.run(f"({CHOOSE})({json.dumps(selector)}, {json.dumps(text)})")

    def _page(self):
        try:
            return self.run("location.pathname + ' · ' + document.body.innerText.slice(-600)")
        except Failure:
            return "unknown"

    # The telephone

    def go(self, path, *, registers=True):
        """Open a page of Odoo, and wait until the softphone is registered."""
        self.run("window.isOld = true")
        self.ask("Page.navigate", url=self.odoo + path)
        self.until("!window.isOld", "another page")
        self.see(".o_main_navbar")
        if registers:
            self.registered()

    def registered(self, seconds=SECONDS):
        agent = "odoo.__WOWL_DEBUG__.root.env.services.voip_agent_oca"
        self.until(f"{agent}.registererState === 'Registered'", "the registration", seconds)
        self.see(".o_menu_systray .o_voip_connected")

    def promised(self):
        """The number that the form says a call will show, or None."""
        return self.run("document.querySelector('.o_axivox_shown_as bdi')?.textContent")

    def call_from_form(self):
        # Odoo shows it under the mouse only.
        self.click("[name=phone] .o_phone_form_link")

    def numpad(self, number):
        """Type a number, and wait for what the softphone says of it."""
        if not self.run("!!document.querySelector('.o_voip_softphone')"):
            self.click(".o_menu_systray button[title=Softphone]")
        if not self.run("!!document.querySelector('.o_numpad_input')"):
            self.click("button[title='Open Numpad']")
        self.type(".o_numpad_input", number)
        time.sleep(0.4)  # it asks when the typing has stopped
        self.see(".o_axivox_call_preview:not(.o_axivox_asking) [role=status] > *")

    def dial(self):
        self.click(".o_voip_softphone_footer button:not(.text-danger)[title=Call]")

    def shown(self):
        """What the panel says of the call that is being made: (text, number or None, reason)."""
        panel = ".o_voip_softphone_content:has(button[title='Hang up']) .o_axivox_call_shown"
        self.see(panel)
        return self.run(f"({SHOWN})({json.dumps(panel)})")

    def hang_up(self):
        self.click(".o_voip_softphone_footer button.text-danger[title='Hang up']")
        self.idle()

    def idle(self, seconds=SECONDS):
        """Wait until the panel is in no call."""
        self.gone(".o_voip_softphone_footer button.text-danger", seconds)

    def packets(self):
        """How many packets of sound the browser has sent and received in the last call."""
        return self.run(PACKETS)
