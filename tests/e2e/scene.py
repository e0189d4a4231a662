"""What a case has at hand: agents at their browsers, the network, Odoo's settings; and the checks
of a call."""

import contextlib
import re
import time

import own_odoo
from progress import Failure

COLUMNS = ("who calls", "whom", "dialled", "Odoo says", "received", "and")

# The demo's outgoing numbers (see docs/e2e.md for its people and rules); the sources of calls that
# show none of them, with what the softphone says; a number that Axivox does not have.
MAIN_LINE, LONDON, PARIS = "+3212345678", "+442079460958", "+33199001234"
NEW_YORK, MIAMI, NOTHING, STRAY = "+12125550123", "+13055550145", "", "+33199009999"
NO_NUMBER = {
    "emergency": "The carrier decides",
    "service": "Axivox decides",
    "none": "No number is shown",
}

# Whom a case calls in Odoo: a demo record, or a typed number; and what must be dialled.
LEAD_LONDON = "demo_lead_london", "00442079460321"
LEAD_LYON = "demo_lead_lyon", "0033199004567"
LEAD_BOSTON = "demo_lead_boston", "0016175550187"
LEAD_NASSAU = "demo_lead_nassau", "0012423456789"
ANTWERP = "demo_partner_antwerp", "0032450001234"
BERLIN = "demo_partner_berlin", "004930123456"
GUERNSEY = "demo_partner_guernsey", "00441481256789"
MILAN = "demo_partner_milan", "00390212345678"
TYPED_LONDON = "+44 20 7946 0321", "00442079460321"

STRANGERS = "+33199004999", "+33199004998"
STRANGER, ANOTHER = (f"<sip:{number}@carrier.example>" for number in STRANGERS)

ENOUGH_PACKETS = 20


class Scene:
    """What a case has at hand.

    :param rows: list that takes each call's line of the table, see COLUMNS
    """

    def __init__(self, network, admin, browser, rows):
        self.network, self.admin, self.browser, self.rows = network, admin, browser, rows
        self._seen_calls = set()
        self._agents = {}

    def agent(self, login):
        if login not in self._agents:
            self._agents[login] = self.browser.agent(login)
        return self._agents[login]

    def form(self, record):
        """Return the path of the form of a demo record."""
        model, record_id = self.admin.record(record)
        return f"/odoo/{model}/{record_id}"

    def call_in(self, caller=STRANGER, number=MAIN_LINE, **ends):
        """Return the carrier's side of a call from outside.

        :param ends: see `Network.carrier_side`
        """
        return self.network.carrier_side("calls_in", caller=caller, dialled=number, **ends)

    def evidence(self, folder, name):
        """Keep a picture of each agent's page in a folder; return the files, and the lines of the
        browser's console."""
        folder.mkdir(exist_ok=True)
        lines = []
        for login, agent in self._agents.items():
            file = folder / f"{re.sub(r'[^A-Za-z0-9]+', '-', name)}-{login}.png"
            agent.page.screenshot(path=file)
            lines += [str(file), *agent.complaints, *agent.uncaught]
        return lines

    # The call log

    def begin(self):
        """Forget the calls that were logged so far."""
        self._seen_calls.update(self.admin.ask("voip.call", "search", []))
        self._server_errors = len(own_odoo.errors())
        for agent in self._agents.values():
            agent.complaints.clear()
            agent.uncaught.clear()

    def faults(self):
        """Return the errors on pages or in Odoo's log that no case has taken."""
        uncaught = [error for agent in self._agents.values() for error in agent.uncaught]
        return uncaught + own_odoo.errors()[self._server_errors :]

    def logged(self, login, number=None):
        """Return what the call log says of the user's last call (with this number), once it has
        ended; each call once."""
        deadline = time.monotonic() + 15
        while time.monotonic() < deadline:
            call = self.admin.last_call(login, number)
            if call.get("end_date") and call["id"] not in self._seen_calls:
                self._seen_calls.add(call["id"])
                return call
            time.sleep(0.1)
        raise Failure(f"The call log knows nothing of {login}'s call, or not that it has ended.")

    def ended(self, what, state, outcome, note="", *, login="sophie", log=None):
        """Check how somebody's last call ended, as the call log says.

        :param what: a word for the table
        :param log: what the call log says, if it was read already
        """
        log = log or self.logged(login)
        said, right = f"{log['state']}/{log['outcome']}", f"{state}/{outcome}"
        self.rows.append((login, what, log["phone_number"], said, right, note))
        assert said == right
        if outcome == "answered":
            assert log["end_date"] > log["start_date"]

    def said(self, what, said, right, note="", *, login="sophie"):
        """Check what the panel said of a call.

        :param what: words for the table
        :param right: what it must say, or a part of it
        """
        self.rows.append((login, what, "", said, right, note))
        assert right in said

    # Calls that we place

    def call(
        self,
        login,
        called,
        source,
        number,
        *,
        asks=False,
        pending=False,
        choose=None,
        meanwhile=None,
        on_this_page=False,
    ):
        """Call the carrier from a record's form or from the numpad; compare; hang up.

        :param called: the XML id of a lead or contact, or what is typed; and the user of the
            request URI that must leave
        :param source: what must decide the number: `rule`, `user`, `default`, `choice`, …
        :param number: the number that must be shown
        :param asks: whether the phone must ask Axivox to be shown as Odoo says
        :param pending: whether the softphone must say that saved changes are not applied
        :param choose: a number that is chosen for this call on the numpad
        :param meanwhile: function called between the choice and the call, which forbids that choice
        :param on_this_page: whether to stay on the page of the last call
        :return: what the call log says
        """
        agent, (whom, dialled) = self.agent(login), called
        record = whom if whom.startswith("demo_") else None
        if record:
            agent.at(self.form(record))
            on_form, lines = plain(agent.promised()), len(self.admin.lines(record))
            dial = agent.call_from_form
        else:
            if not on_this_page:
                agent.at_home()
            agent.numpad(whom)
            if choose:
                agent.choose(choose)
            if meanwhile:
                meanwhile()
            dial = agent.dial
        with self.network.carrier_side("rings") as carrier:
            dial()
            text, shown, reason = agent.shown()
            invite = carrier.invite()
            agent.hang_up()
        log, said, no_number = self.logged(login), plain(shown), NO_NUMBER.get(source, "")
        why = f"{log['caller_id_source']}: {reason}"
        self.rows.append((login, whom, invite.dialled, said, invite.asserted or "", why))
        compared = {
            "received": (invite.asserted or "", number),
            "Odoo says": (said, number),
            "in the call log": (log["caller_id"] or "", said),
            "the source": (log["caller_id_source"], source),
            "the softphone": (text[: len(no_number)], no_number),
            "pending changes": ("changes pending" in text, pending),
            "a choice refused": ("is not allowed" in reason, bool(meanwhile)),
            "dialled": (invite.dialled, dialled),
            "To": (invite.to, dialled),
            "From": (invite.origin, number or ("anonymous" if source == "none" else "line")),
            "Priority: emergency": (invite.is_emergency, source == "emergency"),
            "the phone's wish": (self.network.asked()[-1], said if asks else ""),
            "the phone's wish at the carrier": (invite.preferred, None),
            "the carrier complains": (carrier.wrong, []),
        }
        if record:
            chatter = self.admin.lines(record)
            compared |= {
                "on the form": (on_form, said),
                "the call's record": (linked(log), self.admin.id_of(record)),
                "lines in the chatter": (len(chatter), lines + 1),
                "the chatter": (plain(chatter[0]) if chatter else None, number),
            }
        agree(compared)
        return log


@contextlib.contextmanager
def conversation(scene, agent, scenario, record="demo_lead_london", **ends):
    """Yield the carrier's side of an answered call with sound both ways; then hang up, and check
    that the carrier saw no errors."""
    agent.at(scene.form(record))
    with scene.network.carrier_side(scenario, **ends) as carrier:
        agent.call_from_form()
        assert min(agent.sound()) >= ENOUGH_PACKETS
        yield carrier
        if agent.is_in_call():
            agent.hang_up()
    assert carrier.wrong == []


def agree(compared):
    """Check that everything is as it must be.

    :param compared: {what: (found, right)}
    """
    found = {what: one for what, (one, _right) in compared.items()}
    right = {what: one for what, (_found, one) in compared.items()}
    assert found == right


def linked(log):
    """Return the id of the lead or contact that a call is about, or None."""
    return next((log[field][0] for field in ("lead_id", "partner_id") if log[field]), None)


def plain(number):
    """Return `+442079460958` from a number as people write it; empty for none."""
    digits = re.sub(r"[^+\d]", "", number or "")
    return digits if digits.startswith("+") else ""
