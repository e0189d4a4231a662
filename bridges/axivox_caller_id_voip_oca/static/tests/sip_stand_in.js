import { animationFrame, tick } from "@odoo/hoot";
import { start } from "@mail/../tests/mail_test_helpers";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";
import { getService, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { session } from "@web/session";

export const DOMAIN = "pbx.example";

/** The wire to the PBX: what the widget sends is kept, what the PBX sends is fed in. */
export class Wire {
    sent = [];

    /** The last sent message that begins with this text. */
    last(beginning) {
        return this.sent.findLast((message) => message.startsWith(beginning));
    }

    async receive(message) {
        this.transport.onMessage(message.trim().replaceAll(/\r?\n */g, "\r\n") + "\r\n\r\n");
        await settle();
    }

    /** Answer the last request of this method. */
    async answer(method, status, ...headers) {
        const request = this.last(method);
        const to = header(request, "To");
        await this.receive(
            [
                `SIP/2.0 ${status}`,
                `Via: ${header(request, "Via")}`,
                `From: ${header(request, "From")}`,
                `To: ${to}${to.includes("tag=") ? "" : ";tag=them"}`,
                `Call-ID: ${header(request, "Call-ID")}`,
                `CSeq: ${header(request, "CSeq")}`,
                `Contact: <sip:them@${DOMAIN}>`,
                ...headers,
            ].join("\n")
        );
    }

    /** Answer the last INVITE with media. */
    async pickUp() {
        const request = this.last("INVITE");
        const body = "v=0";
        this.transport.onMessage(
            [
                "SIP/2.0 200 OK",
                `Via: ${header(request, "Via")}`,
                `From: ${header(request, "From")}`,
                `To: ${header(request, "To")};tag=them`,
                `Call-ID: ${header(request, "Call-ID")}`,
                `CSeq: ${header(request, "CSeq")}`,
                `Contact: <sip:them@${DOMAIN}>`,
                "Content-Type: application/sdp",
                `Content-Length: ${body.length}`,
                "",
                body,
            ].join("\r\n")
        );
        await settle();
    }

    /** Somebody calls. */
    async ring({ callId = "call-1", from = "+33199004567", method = "INVITE", headers = [] } = {}) {
        const body = method === "INVITE" ? "v=0" : "";
        this.transport.onMessage(
            [
                `${method} sip:201@${DOMAIN} SIP/2.0`,
                `Via: SIP/2.0/WSS ${DOMAIN};branch=z9hG4bK-${callId}`,
                "Max-Forwards: 70",
                `From: <sip:${from}@${DOMAIN}>;tag=${callId}`,
                `To: <sip:201@${DOMAIN}>`,
                `Call-ID: ${callId}`,
                `CSeq: 1 ${method}`,
                `Contact: <sip:them@${DOMAIN}>`,
                ...headers,
                ...(body ? ["Content-Type: application/sdp"] : []),
                `Content-Length: ${body.length}`,
                "",
                body,
            ].join("\r\n")
        );
        await settle();
    }

    /** The other side of an answered call hangs up. */
    async bye({ to, from, callId }) {
        await this.receive(
            [
                `BYE sip:201@${DOMAIN} SIP/2.0`,
                `Via: SIP/2.0/WSS ${DOMAIN};branch=z9hG4bK-bye`,
                "Max-Forwards: 70",
                `From: ${from}`,
                `To: ${to}`,
                `Call-ID: ${callId}`,
                "CSeq: 2 BYE",
                "Content-Length: 0",
            ].join("\n")
        );
    }
}

export function header(message, name) {
    return new RegExp(`^${name}: (.*?)\r?$`, "im").exec(message)?.[1];
}

/** Let every promise and timer of zero length have its turn. */
export async function settle() {
    for (let turn = 0; turn < 5; turn++) {
        await tick();
    }
    await animationFrame();
}

class Media {
    static fails = false;
    peerConnection = { getReceivers: () => [] };
    remoteMediaStream = {};

    close() {}
    enableReceiverTracks() {}
    enableSenderTracks() {}
    hasDescription() {
        return true;
    }
    async getDescription() {
        this.refuse();
        return { body: "v=0", contentType: "application/sdp" };
    }
    async setDescription() {
        this.refuse();
    }
    refuse() {
        if (Media.fails) {
            throw new Error("No media");
        }
    }
}

export function breakMedia() {
    patchWithCleanup(Media, { fails: true });
}

/** The widget of extension 201, registered at a PBX that the test plays. */
export async function startWidget({ axivox = { dial_format: "00" }, mode = "prod" } = {}) {
    const wire = new Wire();
    class Transport {
        protocol = "WSS";
        stateChange = { addListener() {}, removeListener() {} };

        constructor() {
            wire.transport = this;
        }
        async connect() {
            this.onConnect();
        }
        async disconnect() {}
        async dispose() {}
        isConnected() {
            return true;
        }
        async send(message) {
            wire.sent.push(message);
        }
    }
    patchWithCleanup(VoipAgent.prototype, {
        get hasRtcSupport() {
            return true;
        },
        get agentConfig() {
            return {
                ...super.agentConfig,
                logBuiltinEnabled: false,
                transportConstructor: Transport,
                sessionDescriptionHandlerFactory: () => new Media(),
            };
        },
        playTone() {},
        setCallAudio() {},
    });
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
 * A server that logs calls.
 *
 * @param {Object | false} axivox what it says of each call
 * @returns {Object[]} what it was told, in order
 */
export function logsCalls(axivox = LONDON) {
    const told = [];
    onRpc("voip.call", "create_call", ({ args: [values] }) => {
        told.push(values);
        return logged(values, axivox, told);
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
