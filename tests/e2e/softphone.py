"""The softphone in a real browser, and what a salesperson does with it: look, click, type, call.
Clicks and keys are real input events."""

import contextlib
import re
import shutil

import provisions
from playwright.sync_api import expect
from progress import Failure

OPTIONS = [
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
    "--disable-gpu",
    # The browser makes requests of its own to the outside: no other name is resolved.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SECONDS = 20  # for something to be seen
SECONDS_TO_LOAD = 90  # for a page; the first one generates Odoo's assets

# `voip_oca` asks a public STUN server for our address; here everything is on loopback. Connections
# are recorded to count their packets, and players of sound, to know what is heard.
BEFORE_PAGES = """
    window.connections = [];
    window.RTCPeerConnection = class extends RTCPeerConnection {
        constructor(configuration) {
            super({ ...configuration, iceServers: [] });
            window.connections.push(this);
        }
    };
    window.sounds = [];
    window.Audio = class extends Audio {
        constructor(file) {
            super(file);
            window.sounds.push(this);
        }
    };
"""
PACKETS = """async () => {
    let [sent, received] = [0, 0];
    for (const report of (await window.connections.at(-1).getStats()).values()) {
        sent += report.type === "outbound-rtp" ? report.packetsSent : 0;
        received += report.type === "inbound-rtp" ? report.packetsReceived : 0;
    }
    return [sent, received];
}"""
HEARD = """() => window.sounds
    .filter((sound) => !sound.paused)
    .map((sound) => sound.srcObject ? "voice" : sound.src.split("/").at(-1))
"""
COVERED = """() => [...document.querySelectorAll(".o_voip_softphone button")]
    .filter((button) => button.checkVisibility())
    .filter((button) => {
        const { x, y, width, height } = button.getBoundingClientRect();
        return [0.2, 0.8].some((part) => !button.contains(
            document.elementFromPoint(x + width / 2, y + height * part)
        ));
    })
    .map((button) => button.title || button.textContent)
"""
MICROPHONE = """() => window.connections.at(-1).getSenders().some(
    ({ track }) => track?.enabled && track.readyState === "live"
)"""
SERVICES = "window.odoo?.__WOWL_DEBUG__?.root?.env?.services"  # of Odoo's web client
SHOWN = """(panel) => [
    panel.textContent,
    panel.querySelector("bdi")?.textContent || null,
    panel.dataset.tooltip || "",
]"""


def tells_of(request, number):
    """Return whether a request asks what a call of a typed number would show."""
    return "preview_call" in request.url and request.post_data_json["params"]["args"][0] == number


class Browser:
    """Debian's Chromium, without a window.

    :param odoo: the address of Odoo
    """

    def __init__(self, playwright, odoo):
        self.odoo = odoo
        program = next(filter(None, map(shutil.which, provisions.BROWSERS)))
        self.chromium = playwright.chromium.launch(executable_path=program, args=OPTIONS)

    def agent(self, login):
        """Return a logged-in user with a profile of their own."""
        context = self.chromium.new_context(
            base_url=self.odoo,
            viewport={"width": 1366, "height": 1000},
            locale="en-US",
            permissions=["microphone"],
        )
        context.add_init_script(BEFORE_PAGES)
        context.set_default_timeout(SECONDS * 1000)
        context.set_default_navigation_timeout(SECONDS_TO_LOAD * 1000)
        agent = Agent(context, login)
        agent.log_in()
        return agent

    def close(self):
        self.chromium.close()


class Agent:
    """A user of Odoo with the softphone, at one tab of a browser's profile.

    :ivar questions: kinds of the browser's own dialogs; each was answered with yes
    :ivar complaints: warnings and errors in the browser's console
    :ivar uncaught: errors that no program on the page caught
    """

    def __init__(self, context, login):
        self.context, self.login, self.questions, self.complaints = context, login, [], []
        self.uncaught = []
        self.page = context.new_page()
        self.page.on("dialog", self._agree)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.uncaught.append(str(error)))

    def _agree(self, dialog):
        self.questions.append(dialog.type)
        dialog.accept()

    def _note(self, message):
        if message.type == "error":
            self.complaints.append(message.text)

    def new_tab(self):
        """Open one more tab of the same user, with nothing in it yet."""
        return Agent(self.context, self.login)

    def close(self):
        """Close the tab."""
        self.page.close()

    def log_in(self):
        """Log in: the password is the login, as in the demo data."""
        self.go("/web/login")
        self.type("#login", self.login)
        self.type("#password", self.login)
        self.click("button[type=submit]")
        self.registered()

    # What is seen and done on the page

    def found(self, selector, text=""):
        """Return the first element that contains the text."""
        elements = self.page.locator(selector)
        return (elements.filter(has_text=re.compile(re.escape(text))) if text else elements).first

    def see(self, selector, text="", seconds=SECONDS):
        """Wait for an element that contains the text; return its whole text."""
        element = self.found(selector, text)
        element.wait_for(timeout=seconds * 1000)
        return element.text_content()

    def gone(self, selector, seconds=SECONDS):
        expect(self.page.locator(selector)).to_have_count(0, timeout=seconds * 1000)

    def click(self, selector, text=""):
        self.found(selector, text).click()

    def type(self, selector, text):
        """Click into a field, and type over what is there."""
        self.click(selector)
        self.found(selector).select_text()
        self.page.keyboard.type(text)

    def go(self, path):
        """Open another page of Odoo."""
        self.page.goto(path)

    # The telephone

    def at(self, path):
        """Open another page of Odoo, and wait until the softphone is registered there."""
        self.go(path)
        self.registered()

    def at_home(self):
        """Open the page that Odoo begins with: Discuss, which takes the keyboard's focus."""
        self.at("/odoo")
        self.see(".o-mail-Composer-input")

    def registered(self):
        self.registers("Registered")
        self.see(".o_menu_systray .o_voip_connected")

    def registers(self, state):
        """Wait until the registrar has answered with this state: `Registered`, `Unregistered`."""
        self.page.wait_for_function(
            f"state => {SERVICES}?.voip_agent_oca?.registererState === state",
            arg=state,
            timeout=SECONDS_TO_LOAD * 1000,
        )

    def status(self):
        """Return the softphone's own status: `connected` or `disconnected`."""
        return self.page.evaluate(f"{SERVICES}.voip_oca.status")

    def promised(self):
        """Return the number that the form says a call will show."""
        return self.see(".o_axivox_shown_as bdi")

    def call_from_form(self):
        self.found("[name=phone] input").hover()  # the link is visible under the mouse only
        self.click("[name=phone] .o_phone_form_link")

    def open_softphone(self):
        if not self.page.locator(".o_voip_softphone").count():
            self.click(".o_menu_systray button[title=Softphone]")
            self.see(".o_voip_softphone")

    def numpad(self, number):
        """Type a number, and wait for what the softphone says of it."""
        self.open_softphone()
        if not self.page.locator(".o_numpad_input").count():
            self.click("button[title='Open Numpad']")
        with self.page.expect_response(lambda answer: tells_of(answer.request, number)):
            self.type(".o_numpad_input", number)
        self.see(".o_axivox_call_preview:not(.o_axivox_asking) [role=status] > *")

    def choose(self, number):
        """Choose the number for this call: go down the list with the keyboard."""
        choice = self.found(".o_axivox_call_choice")
        choice.locator("option").first.wait_for(state="attached")
        choice.focus()
        for _option in range(choice.locator("option").count() - 1):
            self.page.keyboard.press("ArrowDown")
            text = choice.evaluate("select => select.selectedOptions[0].text")
            if re.sub(r"[^+\d]", "", text) == number:
                return
        raise Failure(f"{self.login} was not offered {number}.")

    def dial(self):
        self.click(".o_voip_softphone_footer button:not(.text-danger)[title=Call]")

    def accept(self):
        self.click(".o_voip_softphone button[title=Accept]")

    def decline(self):
        self.click(".o_voip_softphone button[title=Decline]")
        self.idle()

    def covered(self, width, height):
        """Return the titles of the panel's buttons that are partly covered or out of sight in a
        window of this size."""
        size = self.page.viewport_size
        self.page.set_viewport_size({"width": width, "height": height})
        try:
            return self.page.evaluate(COVERED)
        finally:
            self.page.set_viewport_size(size)

    def shown(self):
        """Return what the panel says of the call that is being made: (text, number or None,
        reason)."""
        panel = ".o_voip_softphone_content:has(button[title='Hang up']) .o_axivox_call_shown"
        self.see(panel)
        return self.found(panel).evaluate(SHOWN)

    def pause(self):
        """Put the call on hold, or resume it."""
        self.click(".o_voip_softphone button[title=Pause]")

    def is_on_hold(self, held=True):
        """Wait until the call is on hold, or is not."""
        self.see(f".o_voip_softphone button[title=Pause][aria-pressed={str(held).lower()}]:enabled")

    def transfer(self, number):
        """Type to whom the call is transferred."""
        self.click(".o_voip_softphone button[title=Transfer]")
        self.see(".o_popover input:focus")
        self.page.keyboard.type(number)
        self.page.keyboard.press("Enter")

    def situation(self):
        """Return what the panel says of the call now."""
        return self.found(".o_axivox_situation").text_content()

    def heard(self):
        """Return what the loudspeaker plays: `voice`, and names of tones."""
        return self.page.evaluate(HEARD)

    def hears(self, *sounds):
        """Wait until these are played, and nothing else."""
        self.page.wait_for_function(
            f"sounds => ({HEARD})().join() === sounds", arg=",".join(sounds)
        )

    @contextlib.contextmanager
    def without_microphone(self):
        """Deny the microphone inside the block."""
        self.context.clear_permissions()
        try:
            yield
        finally:
            self.context.grant_permissions(["microphone"])

    def is_in_call(self):
        return self.page.locator(".o_voip_softphone_footer button.text-danger").count() > 0

    def is_heard(self):
        """Return whether the microphone is on."""
        return self.page.evaluate(MICROPHONE)

    def hang_up(self):
        self.click(".o_voip_softphone_footer button.text-danger[title='Hang up']")
        self.idle()

    def idle(self):
        """Wait until the panel is in no call."""
        self.gone(".o_voip_softphone_footer button.text-danger")

    def sound(self, seconds=2):
        """In an answered call: listen, then return the packets (sent, received) of sound so far."""
        self.see(".o_voip_softphone button[title=Mute]")
        return self.packets(seconds)

    def packets(self, seconds=2):
        """Listen, then return the packets (sent, received) of sound so far."""
        self.page.wait_for_timeout(seconds * 1000)
        return self.page.evaluate(PACKETS)
