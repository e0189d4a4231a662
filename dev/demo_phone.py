"""The telephone of `make demo`: the network of `make e2e` beside the demo's sandbox, with a robot
as its carrier (sandbox/network/robot.xml)."""

import json

import demo_axivox
import demo_server
import provisions
from checkout import STATE
from demo_calls import Salesperson
from demo_day import control
from network import Axivox
from progress import Failure

PORTS = STATE / "phone.json"  # also the secret that passwords are derived from
CALLERS = [
    {"name": "Harriet Poole, a lead in Odoo", "number": "+442079460321"},
    {"name": "Somebody whom Odoo does not know", "number": "+33199004999"},
    {"name": "Somebody who withholds their number", "number": None},
]
LEAD = "demo_lead_answers"


def bring_up(address, sandbox):
    """Start the network if it is down, give the demo's users a phone, and return lines on how to
    use it, or on why there is none."""
    try:
        provisions.network()
    except Failure as failure:
        return [f"There is no telephone in the demo: {failure}"]
    network = Axivox("phone", demo_axivox.SANDBOX, (43000, 43999))
    remember(network, sandbox)
    admin = Salesperson(address, demo_server.DATABASE, "admin")
    network.give_phones(admin.ask)
    ends = {"carrier": network.carrier, "proxy": network.udp, "callers": CALLERS}
    control(sandbox, "PUT", "carrier", ends)
    model, lead = admin.ask("ir.model.data", "check_object_reference", "axivox_caller_id", LEAD)
    [called] = admin.ask(model, "read", [lead], ["name"])
    page = f"{address}/odoo/{model}/{lead}"
    return [
        f"A telephone: open {page}",
        f"  in Chromium as sophie, point at the phone number of “{called['name']}”,",
        "  press the Call that appears, allow the microphone, speak, and hear yourself. Her other",
        "  leads are busy, ring out, decline, or are out of service, as their names say.",
        f"  Have somebody call her, while the page is open: {sandbox}/outside",
        f"  Offline, sound needs a flag: chromium --allow-loopback-in-peer-connection {page}",
    ]


def remember(network, sandbox):
    """Start the network, unless one is running beside this sandbox already."""
    known = json.loads(PORTS.read_text()) if PORTS.exists() else {}
    runs = network.rtpengine.process() and network.kamailio.process()
    if runs and known.pop("sandbox") == sandbox:
        vars(network).update(known)
        return
    network.kamailio.stop()
    network.rtpengine.stop()
    network.start_axivox()
    known = {name: getattr(network, name) for name in ("udp", "carrier", "ng", "secret")}
    PORTS.touch(mode=0o600)
    PORTS.write_text(json.dumps({**known, "sandbox": sandbox}))
