"""Plays the scenes of docs/pictures in a browser and takes the pictures. Run for `dev/pictures` by
the Python that has Playwright, with the folder of the pictures and words of the wanted names.
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "e2e"))

import demo_day
import demo_server
import own_odoo
from progress import command_line, say, step

WIDTH, HEIGHT = 1366, 768
MS_TO_SETTLE = 1500
CUSTOMER = "0044 20 7946 0321"
HARRIET, STRANGER = (
    f'"{name}" <sip:{number}@carrier.example>'
    for name, number in (("Thames Couriers", "+442079460321"), ("Atelier", "+33199004999"))
)
MAIN_LINE = "+3212345678"


class Camera:
    """A user's browser, and the folder for its pictures.

    :param Agent agent: of tests/e2e/softphone.py
    :param Path folder:
    :param words: take only pictures with one of these in their names; all if empty
    """

    def __init__(self, agent, folder, words):
        self.agent, self.page, self.folder, self.words = agent, agent.page, folder, words
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})

    def open(self, path, selector):
        """Open a page, and wait for an element and until the page has come to rest."""
        self.agent.go(f"/odoo/{path}")
        self.agent.see(selector)
        self.settle()

    def settle(self):
        """Move the mouse out of the way, and wait until the page has come to rest."""
        self.page.mouse.move(WIDTH - 1, HEIGHT - 1)
        self.page.wait_for_timeout(MS_TO_SETTLE)

    def take(self, name, selector=None, *, height=None, room=0):
        """Take a picture of the window, or of an element.

        :param height: of the window for this picture
        :param room: pixels around the element
        """
        if self.words and not any(word in name for word in self.words):
            return
        if height:
            self.page.set_viewport_size({"width": WIDTH, "height": height})
            self.page.wait_for_timeout(MS_TO_SETTLE)
        clip = {"clip": self._around(selector, room)} if selector else {}
        file = self.folder / f"{name}.png"
        self.page.screenshot(path=file, animations="disabled", caret="hide", **clip)
        self.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        say(f"  {name}")

    def _around(self, selector, room):
        element = self.page.locator(selector).first
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        left, top = max(0, box["x"] - room), max(0, box["y"] - room)
        right = min(WIDTH, box["x"] + box["width"] + room)
        return {"x": left, "y": top, "width": right - left, "height": box["height"] + 2 * room}


def main():
    folder, *words = sys.argv[1:]
    with own_odoo.running() as (network, admin, browser):
        admin.save("axivox.extension", "demo_extension_100", **shows(admin, "main"))
        admin.apply()
        demo_server.key_file(admin.database).unlink(missing_ok=True)  # of an earlier database
        demo_server.connector_key(admin.database)
        with step("Taking pictures"):
            say("")
            sophie = Camera(browser.agent("sophie"), Path(folder), words)
            manager = Camera(browser.agent("admin"), Path(folder), words)
            of_leads(sophie, admin)
            of_calls(sophie, admin, network)
            of_connection(manager, admin, network)
            of_settings(manager, admin)
            of_steps(manager, admin)
            # The day of calls requires that nothing is pending.
            admin.connect(network.sandbox.address(), network.token)
            admin.account("action_discard")
            demo_day.play(browser.odoo, network.sandbox.address(), admin.database)
            of_proof(manager)


def shows(admin, number):
    """Return the values that make a user or team show one of the demo's numbers."""
    return {"outgoing_number_id": admin.id_of(f"demo_number_{number}")}


def of_leads(sophie, admin):
    sophie.open(f"crm/{admin.id_of('demo_lead_london')}", ".o_axivox_shown_as bdi")
    sophie.agent.found(".o_axivox_shown_as bdi").hover()
    sophie.page.wait_for_timeout(MS_TO_SETTLE)
    sophie.take("lead", height=560)


def of_calls(sophie, admin, network):
    agent, panel = sophie.agent, ".o_voip_softphone"
    agent.at(f"/odoo/crm.lead/{admin.id_of('demo_lead_london')}")
    with network.carrier_side("answers"):
        agent.call_from_form()
        agent.see(f"{panel} button[title=Mute]")
        sophie.page.wait_for_timeout(4000)
        sophie.take("voip_call", panel)
        agent.hang_up()
    agent.at_home()
    agent.numpad(CUSTOMER)
    sophie.settle()
    sophie.take("voip_numpad", panel)
    admin.account("write", {"signalling": "ask", "users_may_choose": True})
    numbers = [admin.id_of(f"demo_number_{name}") for name in ("main", "paris", "london")]
    admin.let_choose(*numbers)
    agent.at_home()
    agent.numpad(CUSTOMER)
    agent.choose(MAIN_LINE)
    sophie.settle()
    sophie.take("voip_choice", panel)
    admin.let_choose()
    admin.account("write", {"signalling": "axivox", "users_may_choose": False})
    for name, caller in (("voip_known", HARRIET), ("voip_unknown", STRANGER)):
        agent.at_home()
        with network.carrier_side("calls_in", caller=caller, dialled=MAIN_LINE):
            agent.see(".o_axivox_caller_dialled", "Main line")
            sophie.settle()
            sophie.take(name, panel)
            agent.decline()


def of_connection(manager, admin, network):
    manager.open("axivox-settings", ".o_form_view")
    manager.take("connection", ".o_group:has([name=mode])", height=1600, room=12)
    # Somebody else changes the default in the console, and we in Odoo.
    page = manager.page.context.new_page()
    page.goto(f"{network.sandbox.address()}/settings")
    page.locator("select").first.select_option("+33199001234")
    page.get_by_role("button", name="Save").click()
    page.close()
    london = admin.id_of("demo_number_london")
    admin.account("write", {"default_outgoing_number_id": london})
    manager.open("axivox-settings", ".o_axivox_apply")
    manager.agent.click(".o_axivox_apply")
    manager.agent.see(".modal .o_data_row")
    manager.settle()
    manager.take("conflict")
    network.reset_sandbox()
    admin.account("action_discard")


def of_settings(manager, admin):
    admin.save("axivox.outgoing.rule", "demo_rule_0044", number_id=admin.id_of("demo_number_main"))
    admin.save("axivox.extension", "demo_extension_205", **shows(admin, "london"))
    team = {"team_id": admin.id_of("demo_team"), **shows(admin, "london")}
    admin.ask("axivox.team.number", "create", [{"account_id": admin.id_of("demo_account"), **team}])
    manager.open("axivox-settings", ".o_form_view")
    manager.agent.type("input[name=axivox_try_call_number]", CUSTOMER)
    manager.agent.see(".o_axivox_after .o_axivox_shown", "+32 12 34 56 78")
    manager.settle()
    manager.take("settings", height=860)
    for name in ("rules", "users", "numbers", "teams", "health"):
        manager.open(f"axivox-{name}", ".o_list_table :is(.o_data_row, .o_group_header)")
        closed = manager.page.locator(".o_group_header:not(.o_group_open)")
        while closed.count():
            closed.first.click()
            manager.settle()
        table = manager.page.locator(".o_list_table").bounding_box()
        manager.take(name, height=round(table["y"] + table["height"]) + 16)


def of_steps(manager, admin):
    admin.account("write", {"mode": "manual"})
    manager.open("axivox-settings", ".o_axivox_apply")
    manager.agent.click(".o_axivox_apply")
    manager.agent.see(".o_axivox_step")
    closed = manager.page.locator(".o_axivox_toggle[aria-expanded=false]")
    while closed.count():
        closed.first.click()
    manager.page.locator(".o_axivox_step input").first.check()
    manager.settle()
    manager.take("apply", height=860)


def of_proof(manager):
    manager.open("axivox-settings", "[name=calls_in_words]")
    manager.take("prove", ".o_inner_group:has([name=calls_in_words])", height=2000, room=12)


command_line(main)
