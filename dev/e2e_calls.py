"""The calls of `make e2e`, and what must be seen of each."""

import re
import time

from progress import Failure

COLUMNS = ("who calls", "whom", "dialled", "Odoo says", "received", "and")
WIDTHS = (14, 21, 16, 19, 19)


class Table:
    """What was said and what was received, a line a call; printed at once."""

    def __init__(self):
        self.count, self.differences, self.title = 0, [], ""

    def part(self, title):
        self.title = title
        print(f"\n{title}")
        self._print(*COLUMNS)

    def row(self, who, whom, dialled, said, received, note="", *, wrong=()):
        """Print a line; `wrong` are sentences on what is not as it must be."""
        self.count += 1
        wrong = list(wrong)
        if said != received:
            wrong.insert(0, f"Odoo said {said}, received was {received}")
        self._print(who, whom, dialled or "–", said or "–", received or "–", note)
        for sentence in wrong:
            print(f"    DIFFERENT: {sentence}", flush=True)
        self.differences += [f"{self.title} {who} → {whom}: {sentence}" for sentence in wrong]

    def failed(self, failure):
        """The part ended before its end."""
        print(f"    FAILED: {failure}", flush=True)
        self.differences.append(f"{self.title}: {failure}")

    def _print(self, *cells):
        *cells, note = cells
        line = "  ".join(map(str.ljust, cells, WIDTHS))
        print(f"{line}  {note}".rstrip(), flush=True)


class Scene:
    """Who and what there is: the agents at their browsers, the network, Odoo's settings."""

    def __init__(self, table, network, admin, open_browser):
        self.table, self.network, self.admin = table, network, admin
        self._open_browser, self._agents = open_browser, {}

    def agent(self, login):
        if login not in self._agents:
            self._agents[login] = self._open_browser(login)
        return self._agents[login]

    def form(self, record):
        model = "crm.lead" if record.startswith("demo_lead") else "res.partner"
        return f"/odoo/{model}/{self.admin.id_of(record)}"

    def logged(self, login):
        """What the call log says of the user's last call, once that is over."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            call = self.admin.last_call(login)
            if call.get("end_date"):
                break
            time.sleep(0.2)
        return call

    def settle(self, **values):
        """Save settings of the account, and apply them."""
        self.admin.account("write", values)
        self.admin.account("action_apply_changes")

    def call(self, login, whom, dialled, note="", choose=None, before_dial=None):
        """Call the carrier, from a record's form or from the numpad; compare; hang up.

        :param whom: the XML id of a lead or contact, or what is typed
        :param dialled: the user of the request URI that must leave
        :param choose: the number to choose for this call, as the drop-down names it
        :param before_dial: is done between the choice and the call
        """
        agent, on_form = self.agent(login), None
        if whom.startswith("demo_"):
            agent.go(self.form(whom))
            agent.see(".o_axivox_shown_as bdi")
            on_form = plain(agent.promised())
            start = agent.call_from_form
        else:
            agent.go("/odoo")
            agent.numpad(whom)
            if choose:
                agent.choose(".o_axivox_call_choice", choose)
            if before_dial:
                before_dial()
            start = agent.dial
        with self.network.carrier_side("rings") as carrier:
            start()
            _text, number, reason = agent.shown()
            invite = carrier.invite()
            if not invite:
                raise Failure(f"{login} called {whom}, and nothing reached the carrier.")
            agent.hang_up()
        said, wrong = plain(number), []
        if on_form is not None and on_form != said:
            wrong.append(f"the form said {on_form}, the softphone {said}")
        if invite.dialled != dialled:
            wrong.append(f"dialled was {invite.dialled} instead of {dialled}")
        if invite.origin.startswith("+") and invite.origin != invite.asserted:
            wrong.append(f"From says {invite.origin}, P-Asserted-Identity {invite.asserted}")
        if not invite.asserted and invite.origin not in ("anonymous", "line"):
            wrong.append(f"From says {invite.origin}, and no number is to be shown")
        if invite.preferred:
            wrong.append("the phone's wish reached the carrier")
        log = self.logged(login)
        if (log["caller_id"] or "") != said:
            wrong.append(f"the call log says {log['caller_id']}")
        received = invite.asserted or ""
        self.table.row(login, whom, invite.dialled, said, received, note or reason, wrong=wrong)
        return log, reason

    def outcome(self, what, state, outcome, note="", wrong=()):
        """Compare how Sophie's last call ended with what the call log says."""
        log = self.logged("sophie")
        said = f"{log['state']}/{log['outcome']}"
        right = f"{state}/{outcome}"
        self.table.row("sophie", what, log["phone_number"], said, right, note, wrong=wrong)


def plain(number):
    """`+442079460958`, or nothing where no number is told."""
    digits = re.sub(r"[^+\d]", "", number or "")
    return digits if digits.startswith("+") else ""


def rules(scene):
    """The demo's rules, users' numbers and default, with the rules before users' numbers"""
    scene.call("sophie", "demo_lead_london", "00442079460321")
    scene.call("sophie", "demo_lead_lyon", "0033199004567")
    scene.call("sophie", "demo_partner_guernsey", "00441481256789", "rule 0044 is before 00441481")
    scene.call("sophie", "demo_lead_nassau", "0012423456789")
    scene.call("sophie", "demo_lead_boston", "0016175550187")
    scene.call("sophie", "demo_partner_berlin", "004930123456")
    scene.call("sophie", "demo_partner_milan", "00390212345678")
    scene.call("sophie", "demo_partner_antwerp", "0032450001234")
    scene.call("sophie", "0450 00 12 34", "0032450001234")
    scene.call("sophie", "+44 20 7946 0321", "00442079460321")
    scene.call("james", "demo_partner_berlin", "004930123456")
    scene.call("james", "demo_lead_lyon", "0033199004567")


def not_ours(scene):
    """Where no number of ours is shown: emergency, service, internal"""
    scene.call("sophie", "112", "112")
    scene.call("sophie", "1207", "1207")
    sophie, james = scene.agent("sophie"), scene.agent("james")
    james.go("/odoo")
    sophie.go("/odoo")
    sophie.numpad("202")
    sophie.dial()
    text, number, _reason = sophie.shown()
    james.see(".o_axivox_caller", "Sophie Lambert")
    sophie.hang_up()
    james.idle()
    seen = scene.logged("james")["phone_number"]
    said = "201" if "Internal" in text and not number else text
    scene.table.row("sophie", "202", "202", said, seen, "seen at James's")


def apply(scene):
    """Before Apply changes, and after: the override, a user's number, no default"""
    scene.admin.account("write", {"rules_override_users": False})
    scene.call("james", "demo_lead_lyon", "0033199004567", "saved: override off")
    scene.admin.account("action_apply_changes")
    scene.call("james", "demo_lead_lyon", "0033199004567", "applied: override off")
    scene.call("sophie", "demo_lead_lyon", "0033199004567", "applied: override off")
    london = scene.admin.id_of("demo_number_london")
    scene.admin.write("axivox.extension", "demo_extension_201", outgoing_number_id=london)
    scene.call("sophie", "demo_partner_berlin", "004930123456", "saved: her number is London")
    scene.admin.account("action_apply_changes")
    scene.call("sophie", "demo_partner_berlin", "004930123456", "applied: her number is London")
    scene.admin.write("axivox.extension", "demo_extension_201", outgoing_number_id=False)
    scene.settle(default_outgoing_number_id=False, rules_override_users=True)
    scene.call("sophie", "demo_partner_berlin", "004930123456", "applied: no default")
    scene.settle(default_outgoing_number_id=scene.admin.id_of("demo_number_main"))
    scene.call("sophie", "demo_partner_berlin", "004930123456", "applied: the default is back")


def forms(scene):
    """Dialled with a plus; asking in the call; a number chosen for one call"""
    admin = scene.admin
    admin.account("write", {"dial_format": "+"})
    scene.call("sophie", "demo_lead_london", "+442079460321", "dial format +")
    scene.call("sophie", "demo_partner_berlin", "+4930123456", "dial format +")
    admin.account("write", {"dial_format": "00", "signalling": "ask", "users_may_choose": True})
    scene.call("sophie", "demo_lead_london", "00442079460321", "Ask in the call")
    paris = admin.id_of("demo_number_paris")
    choosable = {"choosable_number_ids": [(6, 0, [paris])]}
    admin.write("axivox.extension", "demo_extension_201", **choosable)
    log, _reason = scene.call(
        "sophie", "+44 20 7946 0321", "00442079460321", "chosen: Paris", choose="Paris"
    )
    if log["caller_id"] != "+33199001234":
        scene.table.row("sophie", "chosen", None, log["caller_id"], "+33199001234")

    def withdraw():
        admin.write("axivox.extension", "demo_extension_201", choosable_number_ids=[(5,)])

    scene.call(
        "sophie",
        "+44 20 7946 0321",
        "00442079460321",
        "chosen: Paris, not allowed any more",
        choose="Paris",
        before_dial=withdraw,
    )
    admin.account("write", {"signalling": "axivox", "users_may_choose": False})
    scene.call("sophie", "demo_lead_london", "00442079460321", "Axivox decides")


def endings(scene):
    """How calls that nobody answers end in the call log: Odoo's words, and the right ones"""
    sophie = scene.agent("sophie")
    for what, answer, state, outcome in (
        ("busy", "486 Busy Here", "rejected", "busy"),
        ("rejected", "603 Decline", "rejected", "rejected"),
        ("no answer", "480 Temporarily Unavailable", "missed", "no_answer"),
    ):
        sophie.go(scene.form("demo_lead_london"))
        with scene.network.carrier_side("refuses", answer=answer):
            sophie.call_from_form()
            sophie.shown()
            sophie.idle()
        scene.outcome(what, state, outcome)
    scene.call("sophie", "demo_lead_london", "00442079460321", "cancelled")
    scene.outcome("cancelled", "aborted", "cancelled")


def incoming(scene):
    """Calls from outside: who it is, as Odoo says, and as it must say"""
    sophie = scene.agent("sophie")
    sophie.go("/odoo")
    for caller, seen, kind in (
        ("<sip:+32450001234@carrier.example>", "Bram Peeters", "a contact, stored otherwise"),
        ("<sip:32450001234@carrier.example>", "Bram Peeters", "a contact, without the plus"),
        ("<sip:00442079460321@carrier.example>", "Fleet of cargo bikes", "a lead"),
        ("<sip:+33199004999@carrier.example>", "Unknown caller", "unknown"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', "withholds", "withheld"),
    ):
        side = scene.network.carrier_side("calls_in", caller=caller, dialled="+3212345678")
        with side as carrier:
            dialled = sophie.see(".o_axivox_caller_dialled", "Main line")
            text = sophie.see(".o_voip_softphone_content")
            sophie.hang_up()
        wrong = [] if carrier.went_well else [f"the carrier said {carrier.said[-300:]}"]
        found = re.search(re.escape(seen), text, re.I)
        user = re.search("sip:([^@]+)", caller)[1]
        note = f"{kind}; {dialled.strip()}"
        scene.table.row(
            user, "sophie", None, found and found[0].lower(), seen.lower(), note, wrong=wrong
        )
        scene.outcome("rejected", "rejected", "rejected")
    caller = "<sip:+33199004999@carrier.example>"
    with scene.network.carrier_side("gives_up", caller=caller, dialled="+3212345678"):
        sophie.see(".o_axivox_caller", "France")
        sophie.idle()
    scene.outcome("gave up", "missed", "no_answer")


def not_ours_to_show(scene):
    """A number that Odoo has and Axivox has not: asked for, it is refused"""
    admin, sophie = scene.admin, scene.agent("sophie")
    stray = {"account_id": admin.id_of("demo_account"), "number": "+33 1 99 00 99 99"}
    [number] = admin.ask("axivox.number", "create", [{**stray, "name": "Stray"}])
    admin.account("write", {"signalling": "ask", "users_may_choose": True})
    choosable = {"choosable_number_ids": [(6, 0, [number])]}
    admin.write("axivox.extension", "demo_extension_201", **choosable)
    sophie.go("/odoo")
    sophie.numpad("+44 20 7946 0321")
    sophie.choose(".o_axivox_call_choice", "Stray")
    sophie.dial()
    sophie.see(".o_notification", "Not a number of this account")
    sophie.idle()
    scene.outcome("chosen: Stray", "rejected", "rejected")
    admin.account("write", {"signalling": "axivox", "users_may_choose": False})


def answered(scene):
    """Answered calls: sound both ways, ended by either side"""
    sophie = scene.agent("sophie")
    caller = "<sip:+33199004999@carrier.example>"
    for what, scenario, is_incoming, ended_here in (
        ("we call, we hang up", "answers", False, True),
        ("we call, they hang up", "hangs_up", False, False),
        ("they call, we hang up", "calls_in", True, True),
        ("they call and hang up", "calls_in_and_hangs_up", True, False),
    ):
        sophie.go(scene.form("demo_lead_london"))
        side = scene.network.carrier_side(
            scenario, caller=caller if is_incoming else None, dialled="+3212345678"
        )
        with side as carrier:
            if is_incoming:
                sophie.click(".o_voip_softphone button[title=Accept]")
            else:
                sophie.call_from_form()
            sophie.see(".o_voip_softphone button[title=Mute]")
            time.sleep(2)
            packets = sophie.packets()
            if ended_here:
                sophie.hang_up()
            else:
                sophie.idle()
        wrong = [] if carrier.went_well else [f"the carrier said {carrier.said[-300:]}"]
        if min(packets.values()) < 20:
            wrong.append(f"packets: {packets}")
        note = f"packets {packets['sent']} sent, {packets['received']} received"
        scene.outcome(what, "terminated", "answered", note, wrong)


def trouble(scene):
    """A WebSocket that is cut in the middle of a call; a wrong password"""
    sophie, network = scene.agent("sophie"), scene.network
    sophie.go(scene.form("demo_lead_london"))
    with network.carrier_side("answers") as carrier:
        sophie.call_from_form()
        sophie.see(".o_voip_softphone button[title=Mute]")
        network.kamailio.stop()
        sophie.see(".o_notification", "connection")
        sophie.gone(".o_menu_systray .o_voip_connected")
        network.start_kamailio()
        sophie.registered(40)
        before = sophie.packets()["received"]
        time.sleep(1)
        after = sophie.packets()["received"]
        sophie.hang_up()
    wrong = [] if carrier.went_well else [f"the carrier said {carrier.said[-300:]}"]
    if after <= before:
        wrong.append("the sound stopped")
    scene.outcome("WebSocket cut", "terminated", "answered", "cut and back in a call", wrong)
    scene.call("sophie", "demo_lead_london", "00442079460321", "after the cut")

    james = scene.agent("james")
    scene.admin.write("res.users", "demo_user_james", voip_password="wrong")
    james.go("/odoo", registers=False)
    james.click(".o_menu_systray .o_voip_disconnected")
    said = james.see(".o_axivox_not_registered", "Check the username and password")
    scene.table.row("james", "wrong password", None, "disconnected", "disconnected", said)


PARTS = (rules, not_ours, apply, forms, not_ours_to_show, endings, incoming, answered, trouble)
