"""Records which requests a browser makes from a click to the INVITE. Run by the Python that has
Playwright, with the address of an Odoo, a database, a login (also its password), and the number to
click on.

It prints the requests as JSON. The PBX is this program: it accepts every registration.
"""

import json
import shutil
import sys
import time

from playwright.sync_api import sync_playwright

PBX = "wss://pbx.bench.example/ws"
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")
OPTIONS = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
CALL = "number => { odoo.__WOWL_DEBUG__.root.env.services.voip_agent_oca.call({ number }); }"
COPIED = ("via", "from", "to", "call-id", "cseq", "contact")
SECONDS, SECONDS_TO_SETTLE = 60, 5


def main(address, database, login, number):
    registered, requests, invited = [], [], []

    def answer(socket, message):
        method = message.partition(" ")[0]
        if method == "INVITE":
            invited.append(list(requests))
        elif method == "REGISTER":
            lines = [line for line in message.splitlines() if line.split(":")[0].lower() in COPIED]
            said = [f"{line};tag=pbx" if line.lower().startswith("to:") else line for line in lines]
            socket.send("\r\n".join(["SIP/2.0 200 OK", *said, "Content-Length: 0", "", ""]))
            registered.append(True)

    def note(request):
        if request.resource_type in ("fetch", "xhr"):
            requests.append(request.url.partition("?")[0].removeprefix(address))

    with sync_playwright() as playwright:
        program = next(filter(None, map(shutil.which, BROWSERS)))
        chromium = playwright.chromium.launch(executable_path=program, args=OPTIONS)
        page = chromium.new_page()
        page.on("request", note)
        page.route_web_socket(
            PBX, lambda socket: socket.on_message(lambda message: answer(socket, message))
        )
        credentials = {"db": database, "login": login, "password": login}
        page.request.post(f"{address}/web/session/authenticate", data={"params": credentials})
        page.goto(f"{address}/odoo", wait_until="domcontentloaded", timeout=SECONDS * 1000)

        def wait(for_what):
            until = time.monotonic() + SECONDS
            while not for_what:
                if time.monotonic() > until:
                    sys.exit("The browser did not come so far.")
                page.wait_for_timeout(100)

        wait(registered)
        page.wait_for_timeout(SECONDS_TO_SETTLE * 1000)
        requests.clear()
        page.evaluate(CALL, number)
        wait(invited)
        chromium.close()
    print(json.dumps(invited[0]))


main(*sys.argv[1:])
