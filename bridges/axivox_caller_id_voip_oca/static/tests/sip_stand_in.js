import { animationFrame, tick } from "@odoo/hoot";
import { start } from "@mail/../tests/mail_test_helpers";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";
import { getService, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { session } from "@web/session";
import { DOMAIN, Media, Wire } from "./wire";

/** Let every promise and timer of zero length have its turn. */
export async function settle() {
    for (let turn = 0; turn < 5; turn++) {
        await tick();
    }
    await animationFrame();
}

export function breakMedia() {
    patchWithCleanup(Media, { fails: true });
}

/** The locks of a browser in which no other test has left a call. */
class Locks {
    held = [];

    async query() {
        return { held: this.held };
    }
    async request(name, _options, use) {
        const lock = { name };
        this.held.push(lock);
        await use(lock);
        this.held.splice(this.held.indexOf(lock), 1);
    }
}

/** Start the widget of extension 201, registered at a PBX that the test plays. */
export async function startWidget({ axivox = { dial_format: "00" }, mode = "prod", missed = 0 } = {}) {
    const wire = new Wire(settle);
    patchWithCleanup(VoipAgent.prototype, {
        get hasRtcSupport() {
            return true;
        },
        get agentConfig() {
            return { ...super.agentConfig, ...wire.options };
        },
        playTone() {},
        setCallAudio() {},
    });
    patchWithCleanup(browser.navigator, { locks: new Locks() });
    patchWithCleanup(session, {
        ...session,
        voip: {
            pbx_id: 1,
            mode,
            pbx_ws: `wss://${DOMAIN}`,
            pbx_domain: DOMAIN,
            pbx_username: "201",
            pbx_password: "201",
            tones: {},
            axivox,
            missed,
        },
    });
    await start();
    await settle();
    wire.agent = getService("voip_agent_oca");
    wire.voip = getService("voip_oca");
    return wire;
}

export const LONDON = {
    error: "",
    name: "",
    number: "+442079460958",
    display: "+44 20 7946 0958",
    label: "London",
    via: "rule 0044",
    source: "rule",
    reason: "Rule 0044 is the first that matches this destination.",
    destination: "+442079460321",
    country: "United Kingdom",
    dial: "00442079460321",
    ask: false,
    choices: [],
};

function stateOf({ answered_ago, ended_ago }) {
    if (ended_ago !== undefined) {
        return "terminated";
    }
    return answered_ago === undefined ? "calling" : "ongoing";
}

/**
 * Mock the server that logs calls.
 *
 * @param {Object | false} axivox what it says of each call
 * @param {Object | false} partner the contact of each call
 * @returns {Object[]} the reports that it received, in order
 */
export function logsCalls(axivox = LONDON, partner = false) {
    const told = [];
    onRpc("voip.call", "create_call", ({ args: [values] }) => {
        told.push(values);
        return { ...logged(values, axivox, told), partner };
    });
    return told;
}

function logged(values, axivox, told) {
    return {
        id: 1 + new Set(told.map((one) => one.sip_call_id)).size,
        typeCall: values.type_call,
        display_name: values.phone_number,
        phoneNumber: values.phone_number,
        partner: false,
        state: stateOf(values),
        createDate: "2026-11-23 10:00:00",
        startDate: false,
        endDate: false,
        axivox,
    };
}
