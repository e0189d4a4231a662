"""The calls of `make e2e`, and what must be seen of each."""

import contextlib
import re
import time
from functools import partial

import e2e_odoo
from progress import Failure

COLUMNS = ("who calls", "whom", "dialled", "Odoo says", "received", "and")
WIDTHS = (14, 21, 16, 19, 19)

# The demo's outgoing numbers (its people and rules: docs/e2e.md); a call that shows none of them,
# and what the softphone says then, by source; a number that Axivox has not.
MAIN_LINE, LONDON, PARIS = "+3212345678", "+442079460958", "+33199001234"
NEW_YORK, MIAMI, NOTHING, STRAY = "+12125550123", "+13055550145", "", "+33199009999"
NO_NUMBER = {
    "emergency": "The carrier decides",
    "service": "Axivox decides",
    "none": "No number is shown",
}

# Who is called in Odoo: a demo record, or a typed number; and what must be dialled then.
LEAD_LONDON = "demo_lead_london", "00442079460321"
LEAD_LYON = "demo_lead_lyon", "0033199004567"
LEAD_BOSTON = "demo_lead_boston", "0016175550187"
BERLIN = "demo_partner_berlin", "004930123456"
TYPED_LONDON = "+44 20 7946 0321", "00442079460321"

STRANGERS = "+33199004999", "+33199004998"

# Numbers of ours that are called: the number, its name, and who answers there.
TO_MAIN_LINE = MAIN_LINE, "Main line", "sophie"
TO_CLAIRE = "+33199001235", "Claire", "claire"
STRANGER, ANOTHER = (f"<sip:{number}@carrier.example>" for number in STRANGERS)


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

    def __init__(self, table, network, admin, browser):
        self.table, self.network, self.admin, self.browser = table, network, admin, browser
        self._agents, self._logged = {}, set()

    def agent(self, login):
        if login not in self._agents:
            self._agents[login] = self.browser.agent(login)
        return self._agents[login]

    def form(self, record):
        model, record_id = self.admin.record(record)
        return f"/odoo/{model}/{record_id}"

    def call_in(self, caller=STRANGER, number=MAIN_LINE, **ends):
        """The carrier's side of a call from outside; `ends`: see `Network.carrier_side`."""
        return self.network.carrier_side("calls_in", caller=caller, dialled=number, **ends)

    def logged(self, login, number=None):
        """What the call log says of the user's last call (with this number), once that is over;
        each call once."""
        deadline = time.monotonic() + 8
        while time.monotonic() < deadline:
            call = self.admin.last_call(login, number)
            if call.get("end_date") and call["id"] not in self._logged:
                self._logged.add(call["id"])
                return call
            time.sleep(0.2)
        raise Failure(f"The call log knows nothing of {login}'s call, or not that it has ended.")

    @contextlib.contextmanager
    def asking(self):
        """Meanwhile phones ask to be shown as what Odoo says, and users may choose that."""
        self.admin.account("write", {"signalling": "ask", "users_may_choose": True})
        try:
            yield
        finally:
            self.admin.account("write", {"signalling": "axivox", "users_may_choose": False})

    def let_choose(self, *numbers):
        """Say which numbers Sophie may choose for one call."""
        choosable = {"choosable_number_ids": [(6, 0, numbers)]}  # Odoo's way to say: these
        self.admin.write("axivox.extension", "demo_extension_201", **choosable)

    def settle(self, **values):
        """Save settings of the account, and apply them."""
        self.admin.account("write", values)
        self.admin.account("action_apply_changes")

    def call(
        self,
        login,
        called,
        source,
        number,
        note="",
        *,
        asks=False,
        waiting=False,
        choose=None,
        forbid=False,
        on_this_page=False,
    ):
        """Call the carrier, from a record's form or from the numpad; compare; hang up.

        :param called: whom, the XML id of a lead or contact or what is typed; and the user of
            the request URI that must leave
        :param source: what must decide the number: `rule`, `user`, `default`, `choice`, …
        :param number: which must be shown
        :param asks: whether the phone must ask Axivox to be shown as what Odoo says
        :param waiting: whether the softphone must say that saved changes are not applied
        :param choose: a number that is chosen for this call on the numpad
        :param forbid: whether that is forbidden between the choice and the call
        :param on_this_page: whether the page of the last call stays
        :return: what the call log says
        """
        agent, (whom, dialled) = self.agent(login), called
        record = whom if whom.startswith("demo_") else None
        if record:
            agent.at(self.form(record))
            agent.see(".o_axivox_shown_as bdi")
            on_form, lines = plain(agent.promised()), len(self.admin.lines(record))
        else:
            if not on_this_page:
                agent.at("/odoo")
            agent.numpad(whom)
            if choose:
                agent.choose(choose)
            if forbid:
                self.let_choose()
        with self.network.carrier_side("rings") as carrier:
            if record:
                agent.call_from_form()
            else:
                agent.dial()
            text, shown, reason = agent.shown()
            invite = carrier.invite()
            agent.hang_up()
        log, said, no_number = self.logged(login), plain(shown), NO_NUMBER.get(source, "")
        wrong = carrier.wrong + differences(
            {
                "received": (invite.asserted or "", number),
                "in the call log": (log["caller_id"] or "", said),
                "the source": (log["caller_id_source"], source),
                "the softphone": (text[: len(no_number)], no_number),
                "waiting changes": ("changes are waiting" in text, waiting),
                "a choice refused": ("is not allowed" in reason, forbid),
                "dialled": (invite.dialled, dialled),
                "To": (invite.to, dialled),
                "From": (invite.origin, number or ("anonymous" if source == "none" else "line")),
                "Priority: emergency": (invite.is_emergency, source == "emergency"),
                "the phone's wish": (self.network.asked()[-1], said if asks else ""),
                "the phone's wish at the carrier": (invite.preferred, None),
            }
        )
        if record:
            chatter = self.admin.lines(record)
            wrong += differences(
                {
                    "on the form": (on_form, said),
                    "the call's record": (linked(log), self.admin.id_of(record)),
                    "lines in the chatter": (len(chatter), lines + 1),
                    "the chatter": (plain(chatter[0]), number),
                }
            )
        why = f"{log['caller_id_source']}: {note or reason}"
        self.table.row(login, whom, invite.dialled, said, invite.asserted or "", why, wrong=wrong)
        return log

    def outcome(self, what, state, outcome, note="", wrong=(), login="sophie", log=None):
        """Compare how somebody's last call ended with what the call log says."""
        log, wrong = log or self.logged(login), list(wrong)
        said = f"{log['state']}/{log['outcome']}"
        right = f"{state}/{outcome}"
        if outcome == "answered" and not log["end_date"] > log["start_date"]:
            wrong.append("the call log says that it took no time")
        self.table.row(login, what, log["phone_number"], said, right, note, wrong=wrong)


def differences(compared):
    """Sentences on what is not as it must be.

    :param compared: {what: (found, right)}
    """
    return [
        f"{what}: {found!r} instead of {right!r}"
        for what, (found, right) in compared.items()
        if found != right
    ]


def linked(log):
    """The id of the lead or contact that a call is about, or None."""
    return next((log[field][0] for field in ("lead_id", "partner_id") if log[field]), None)


def plain(number):
    """`+442079460958`, or nothing where no number is told."""
    digits = re.sub(r"[^+\d]", "", number or "")
    return digits if digits.startswith("+") else ""


def rules(scene):
    """The demo's rules, users' numbers and default, with the rules before users' numbers"""
    guernsey = "demo_partner_guernsey", "00441481256789"
    scene.call("sophie", LEAD_LONDON, "rule", LONDON)
    scene.call("sophie", LEAD_LYON, "rule", PARIS)
    scene.call("sophie", guernsey, "rule", LONDON, "rule 0044 is before 00441481")
    scene.call("sophie", ("demo_lead_nassau", "0012423456789"), "rule", MIAMI)
    scene.call("sophie", LEAD_BOSTON, "rule", NEW_YORK)
    scene.call("sophie", BERLIN, "default", MAIN_LINE)
    scene.call("sophie", ("demo_partner_milan", "00390212345678"), "default", MAIN_LINE)
    scene.call("sophie", ("demo_partner_antwerp", "0032450001234"), "default", MAIN_LINE)
    scene.call("sophie", ("0450 00 12 34", "0032450001234"), "default", MAIN_LINE)
    scene.call("sophie", TYPED_LONDON, "rule", LONDON)
    for name, phone in {
        "demo_lead_with_00": "0044 20 7946 0321",
        "demo_lead_with_011": "011 44 20 7946 0321",
    }.items():
        scene.admin.new_lead(name, phone, "US")
        note = f"in the USA, as {phone}"
        scene.call("sophie", (name, "00442079460321"), "rule", LONDON, note)
    scene.call("james", BERLIN, "user", LONDON)
    scene.call("james", LEAD_LYON, "rule", PARIS)


def not_ours(scene):
    """Where no number of ours is shown: emergency, service, internal"""
    for typed in ("112", "101"):
        scene.call("sophie", (typed, typed), "emergency", NOTHING)
    for typed in ("1207", "*97", "#31#0450001234"):
        scene.call("sophie", (typed, typed), "service", NOTHING)
    sophie, james = scene.agent("sophie"), scene.agent("james")
    james.at("/odoo")
    sophie.at("/odoo")
    sophie.numpad("100")
    sophie.see(".o_axivox_call_preview", "Internal call")
    sophie.dial()
    note = "a number for emergencies, but an extension: its phone is off"
    scene.outcome("100", "missed", "no_answer", note)
    sophie.numpad("202")
    sophie.dial()
    james.see(".o_axivox_caller", "Sophie Lambert")
    james.accept()
    (sent, received), at_james = sophie.sound(), james.sound()
    sophie.hang_up()
    james.idle()
    log, seen = scene.logged("sophie"), scene.logged("james")
    wrong = [f"packets at James's: {at_james}"] if min(sent, received, *at_james) < 20 else []
    if log["caller_id"] or seen["phone_number"] != "201":
        wrong.append(f"Sophie is shown as {log['caller_id']}, James sees {seen['phone_number']}")
    note = f"James sees 201; packets {sent} sent, {received} received"
    scene.table.row("sophie", "202", "202", log["caller_id_source"], "internal", note, wrong=wrong)


def apply(scene):
    """Before Apply changes, and after: the override, a user's number, no default"""
    admin = scene.admin
    admin.account("write", {"rules_override_users": False})
    scene.call("james", LEAD_LYON, "rule", PARIS, "saved: override off", waiting=True)
    admin.account("action_apply_changes")
    scene.call("james", LEAD_LYON, "user", LONDON, "applied: override off")
    scene.call("sophie", LEAD_LYON, "rule", PARIS, "applied: override off")
    london = admin.id_of("demo_number_london")
    admin.write("axivox.extension", "demo_extension_201", outgoing_number_id=london)
    scene.call("sophie", BERLIN, "default", MAIN_LINE, "saved: hers is London", waiting=True)
    admin.account("action_apply_changes")
    scene.call("sophie", BERLIN, "user", LONDON, "applied: hers is London")
    admin.write("axivox.extension", "demo_extension_201", outgoing_number_id=False)
    scene.settle(default_outgoing_number_id=False, rules_override_users=True)
    scene.call("sophie", BERLIN, "none", NOTHING, "applied: no default")
    scene.settle(default_outgoing_number_id=admin.id_of("demo_number_main"))
    scene.call("sophie", BERLIN, "default", MAIN_LINE, "applied: the default is back")


def forms(scene):
    """Dialled with a plus; asking in the call; a number chosen for one call"""
    admin = scene.admin
    admin.account("write", {"dial_format": "+"})
    with_plus = "demo_lead_london", "+442079460321"
    scene.call("sophie", with_plus, "rule", LONDON, "dial format +")
    with_plus = "demo_partner_berlin", "+4930123456"
    scene.call("sophie", with_plus, "default", MAIN_LINE, "dial format +")
    admin.account("write", {"dial_format": "00"})
    with scene.asking():
        scene.call("sophie", LEAD_LONDON, "rule", LONDON, "Ask in the call", asks=True)
        scene.call("sophie", ("112", "112"), "emergency", NOTHING, "Ask in the call")
        scene.let_choose(admin.id_of("demo_number_paris"))
        choosing = {"asks": True, "choose": PARIS}
        scene.call("sophie", TYPED_LONDON, "choice", PARIS, "Paris", **choosing)
        note = "the next call, on the same page"
        scene.call("sophie", TYPED_LONDON, "rule", LONDON, note, asks=True, on_this_page=True)
        note = "Paris, not allowed any more"
        scene.call("sophie", TYPED_LONDON, "rule", LONDON, note, **choosing, forbid=True)
    scene.call("sophie", LEAD_LONDON, "rule", LONDON, "Axivox decides")


def endings(scene):
    """How calls that nobody answers end in the call log: Odoo's words, and the right ones"""
    sophie = scene.agent("sophie")
    for what, answer, state, outcome in (
        ("busy", "486 Busy Here", "rejected", "busy"),
        ("rejected", "603 Decline", "rejected", "rejected"),
        ("no answer", "480 Temporarily Unavailable", "missed", "no_answer"),
        ("rings out", "408 Request Timeout", "missed", "no_answer"),
    ):
        sophie.at(scene.form("demo_lead_london"))
        with scene.network.carrier_side("rings", ring=1, answer=answer) as carrier:
            sophie.call_from_form()
            sophie.shown()
            sophie.idle()
        scene.outcome(what, state, outcome, wrong=carrier.wrong)
    log = scene.call("sophie", LEAD_LONDON, "rule", LONDON, "cancelled")
    scene.outcome("cancelled", "aborted", "cancelled", log=log)


def incoming(scene):
    """Calls from outside: who it is, as Odoo says, and as it must say"""
    for agent in ("sophie", "claire"):
        scene.agent(agent).at("/odoo")
    for caller, called, seen, kind in (
        ("<sip:+32450001234@carrier.example>", TO_MAIN_LINE, "Bram Peeters", "stored with a 0"),
        ("<sip:32450001234@carrier.example>", TO_MAIN_LINE, "Bram Peeters", "without the plus"),
        ("<sip:0450001234@carrier.example>", TO_MAIN_LINE, "Bram Peeters", "national"),
        ("<sip:00442079460321@carrier.example>", TO_MAIN_LINE, "Fleet of cargo bikes", "a lead"),
        (STRANGER, TO_MAIN_LINE, "Unknown caller", "unknown"),
        ('"Anonymous" <sip:anonymous@anonymous.invalid>', TO_MAIN_LINE, "withholds", "withheld"),
        ("<sip:+32450001234@carrier.example>", TO_CLAIRE, "Bram Peeters", "her direct line"),
    ):
        number, name, login = called
        agent = scene.agent(login)
        with scene.call_in(caller, number) as carrier:
            dialled = agent.see(".o_axivox_caller_dialled", name)
            text = agent.see(".o_voip_softphone_content")
            agent.hang_up()
        found = re.search(re.escape(seen), text)
        user = re.search("sip:([^@]+)", caller)[1]
        note = f"{kind}; {dialled.strip()}"
        said = found[0] if found else text[:40]
        scene.table.row(user, login, None, said, seen, note, wrong=carrier.wrong)
        scene.outcome("rejected", "rejected", "rejected", login=login)
    sophie = scene.agent("sophie")
    with scene.call_in(ring=4) as carrier:
        sophie.see(".o_axivox_caller", "France")
        sophie.idle()
    scene.outcome("gave up", "missed", "no_answer", wrong=carrier.wrong)


def not_ours_to_show(scene):
    """A number that Odoo has and Axivox has not: asked for, it is refused"""
    admin, sophie = scene.admin, scene.agent("sophie")
    stray = {"account_id": admin.id_of("demo_account"), "number": STRAY, "name": "Stray"}
    [number] = admin.ask("axivox.number", "create", [stray])
    with scene.asking():
        scene.let_choose(number)
        sophie.at("/odoo")
        sophie.numpad(TYPED_LONDON[0])
        sophie.choose(STRAY)
        sophie.dial()
        sophie.see(".o_notification", "Not a number of this account")
        sophie.idle()
    scene.outcome("chosen: Stray", "rejected", "rejected")


def answered(scene):
    """Answered calls: sound both ways, ended by either side"""
    sophie = scene.agent("sophie")
    for what, is_incoming, talk in (
        ("we call, we hang up", False, 60),
        ("we call, they hang up", False, 3),
        ("they call, we hang up", True, 60),
        ("they call and hang up", True, 3),
    ):
        sophie.at(scene.form("demo_lead_london"))
        place = scene.call_in if is_incoming else partial(scene.network.carrier_side, "answers")
        with place(talk=talk) as carrier:
            if is_incoming:
                sophie.accept()
            else:
                sophie.call_from_form()
            sent, received = sophie.sound()
            if talk == 60:
                sophie.hang_up()
            else:
                sophie.idle()
        echoed, wrong = carrier.packets(), carrier.wrong
        note = f"packets {sent} sent, {echoed} back from the carrier, {received} received"
        if min(sent, received, echoed) < 20:
            wrong.append(note)
        scene.outcome(what, "terminated", "answered", note, wrong)


def tabs(scene):
    """Two tabs of one user, which both ring; a second caller, who finds her busy"""
    sophie = scene.agent("sophie")
    other = scene.browser.tab(sophie.context, "sophie")

    @contextlib.contextmanager
    def ringing():
        with scene.call_in() as carrier:
            for tab in (sophie, other):
                tab.see(".o_axivox_caller", "France")
            yield carrier

    for tab in (sophie, other):
        tab.at("/odoo")
    with ringing() as carrier:
        other.accept()
        sophie.idle()
        other.sound()
        other.hang_up()
    scene.outcome("answered in a tab", "terminated", "answered", wrong=carrier.wrong)
    with ringing() as carrier:
        sophie.hang_up()
        other.idle()
    scene.outcome("declined in a tab", "rejected", "rejected", wrong=carrier.wrong)
    with ringing() as carrier:
        sophie.accept()
        with scene.call_in(ANOTHER) as second:
            sophie.sound()
        sophie.hang_up()
    other.close()
    if second.final() != "486 Busy Here":
        second.wrong.append(f"the second caller got {second.final()}")
    for what, number, end, wrong in (
        ("first caller", STRANGERS[0], ("terminated", "answered"), carrier.wrong),
        ("second caller", STRANGERS[1], ("rejected", "busy"), second.wrong),
    ):
        scene.outcome(what, *end, wrong=wrong, log=scene.logged("sophie", number))


def leaving(scene):
    """The page goes away during a call: the browser asks, and the other side is told"""
    sophie = scene.agent("sophie")
    for scenario, state, outcome in (
        ("answers", "terminated", "answered"),
        ("rings", "aborted", "cancelled"),
    ):
        sophie.at(scene.form("demo_lead_london"))
        with scene.network.carrier_side(scenario) as carrier:
            sophie.call_from_form()
            carrier.invite()
            if scenario == "answers":
                sophie.sound()
            sophie.questions.clear()
            sophie.at("/odoo")
        if sophie.questions != ["beforeunload"]:
            carrier.wrong.append(f"the browser asked {sophie.questions}")
        scene.outcome(f"leaves: it {scenario}", state, outcome, wrong=carrier.wrong)


def given_back(scene):
    """A number that Axivox has no more: calls go on as if it were not named"""
    scene.network.give_back(NEW_YORK)
    scene.admin.write("axivox.number", "demo_number_new_york", active=False)
    scene.call("sophie", LEAD_BOSTON, "default", MAIN_LINE, "not rule 001")
    scene.call("noor", BERLIN, "default", MAIN_LINE, "not her own number")
    scene.admin.write("axivox.number", "demo_number_new_york", active=True)


def silence(scene):
    """Odoo that does not answer: the call leaves after two seconds, in the form that is known"""
    account, number = map(scene.admin.id_of, ("demo_account", "demo_number_miami"))
    mobiles = {"account_id": account, "destination_prefix": "0032450", "number_id": number}
    scene.admin.ask("axivox.outgoing.rule", "create", [mobiles])
    scene.admin.account("action_apply_changes")
    sophie = scene.agent("sophie")

    def call(whom, dialled, number, dial, answers=e2e_odoo.silent, usual=None):
        """Return how many seconds the call took to leave; the `usual` and two are enough."""
        with scene.network.carrier_side("rings") as carrier:
            with answers():
                dial()
                began = time.monotonic()
                invite = carrier.invite()
                waited = time.monotonic() - began
            sophie.hang_up()
        log, wrong = scene.logged("sophie"), carrier.wrong
        if (invite.dialled, invite.asserted) != (dialled, number):
            wrong.append(f"it must be {dialled} and {number}")
        if usual and not usual + 1.5 < waited < usual + 2.5:
            wrong.append(f"it left {waited - usual:.1f} s later than where Odoo answers")
        note = f"left after {waited:.1f} s, " + ("then logged" if usual else "Odoo answers")
        said, received = log["caller_id"], invite.asserted
        scene.table.row("sophie", whom, invite.dialled, said, received, note, wrong=wrong)
        return waited

    def type_and_dial():
        sophie.type(".o_numpad_input", "0450 00 12 34")
        sophie.dial()

    sophie.at(scene.form("demo_lead_lyon"))
    sophie.see(".o_axivox_shown_as bdi")
    usual = call(*LEAD_LYON, PARIS, sophie.call_from_form, answers=contextlib.nullcontext)
    before = len(scene.network.asked())
    with e2e_odoo.silent():
        sophie.call_from_form()
        sophie.hang_up()
        time.sleep(3)  # it would have left by then
    wrong = [] if len(scene.network.asked()) == before else ["it left"]
    scene.outcome("hangs up at once", "aborted", "cancelled", "nothing left", wrong)
    call(*LEAD_LYON, PARIS, sophie.call_from_form, usual=usual)
    sophie.at("/odoo")
    sophie.numpad("0450")
    call("0450 00 12 34", "0450001234", MIAMI, type_and_dial, usual=usual)


def trouble(scene):
    """A WebSocket that is cut in the middle of a call; registrations that are refused"""
    sophie, network = scene.agent("sophie"), scene.network
    sophie.at(scene.form("demo_lead_london"))
    with network.carrier_side("answers") as carrier:
        sophie.call_from_form()
        sophie.sound()
        network.kamailio.stop()
        sophie.see(".o_notification", "connection")
        sophie.gone(".o_menu_systray .o_voip_connected")
        network.start_kamailio()
        sophie.see(".o_menu_systray .o_voip_connected", seconds=40)
        _sent, before = sophie.sound(0)
        _sent, after = sophie.sound()
        sophie.hang_up()
    wrong = carrier.wrong
    if after <= before:
        wrong.append("the sound stopped")
    scene.outcome("WebSocket cut", "terminated", "answered", "cut and back in a call", wrong)
    with scene.call_in() as carrier:
        sophie.see(".o_axivox_caller", "France")
        sophie.hang_up()
    note = "the same page rings"
    scene.outcome("after the cut", "rejected", "rejected", note, carrier.wrong)
    scene.call("sophie", LEAD_LONDON, "rule", LONDON, "after the cut")

    def refused(login, what, reason):
        agent = scene.agent(login)
        agent.registers("Unregistered", seconds=40)
        agent.open_softphone()
        text = agent.see(".o_axivox_not_registered", reason)
        scene.table.row(login, what, None, agent.status(), "disconnected", text)

    james = scene.agent("james")
    scene.admin.write("res.users", "demo_user_james", voip_password="wrong")
    james.go("/odoo")
    refused("james", "wrong password", "Forbidden. Check the username and password")
    network.kamailio.stop()
    network.secret = "another"
    network.start_kamailio()
    refused("sophie", "refused after a cut", "calls do not ring here")


PARTS = (
    *(rules, not_ours, apply, forms, not_ours_to_show, endings, incoming, answered),
    *(tabs, leaving, silence, given_back, trouble),
)
