export const DOMAIN = "pbx.example";

/** The connection to the PBX: keeps what the widget sends, and feeds in what the PBX sends. */
export class Wire {
    sent = [];
    /** Whether the PBX answers nothing by itself, not even OPTIONS. */
    isSilent = false;

    /** @param {() => Promise} settle waits for what a message sets off */
    constructor(settle) {
        this.settle = settle;
    }

    /** The options that make a user agent of SIP.js use this wire, without media. */
    get options() {
        const wire = this;
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
                if (message.startsWith("OPTIONS") && !wire.isSilent) {
                    queueMicrotask(() => wire.answer(message, "200 OK"));
                }
            }
        }
        return {
            logBuiltinEnabled: false,
            transportConstructor: Transport,
            sessionDescriptionHandlerFactory: () => new Media(),
        };
    }

    /** The last sent message that begins with this text. */
    last(beginning) {
        return this.sent.findLast((message) => message.startsWith(beginning));
    }

    async receive(message) {
        this.transport.onMessage(message.trim().replaceAll(/\r?\n */g, "\r\n") + "\r\n\r\n");
        await this.settle();
    }

    /** Answer a request: this one, or the last one of this method. */
    async answer(what, status, ...headers) {
        const request = this.last(what);
        const to = header(request, "To");
        await this.receive(
            [
                `SIP/2.0 ${status}`,
                `Via: ${header(request, "Via")}`,
                `From: ${header(request, "From")}`,
                `To: ${to}${to.includes("tag=") ? "" : ";tag=them"}`,
                `Call-ID: ${header(request, "Call-ID")}`,
                `CSeq: ${header(request, "CSeq")}`,
                ...(headers.some((line) => line.startsWith("Contact:"))
                    ? []
                    : [`Contact: <sip:them@${DOMAIN}>`]),
                ...headers,
            ].join("\n")
        );
    }

    /** The registrar agrees. */
    async register() {
        const contact = header(this.last("REGISTER"), "Contact");
        await this.answer("REGISTER", "200 OK", `Contact: ${contact}`, "Expires: 600");
    }

    /** Answer the last INVITE with media. */
    async pickUp(status = "200 OK") {
        const request = this.last("INVITE");
        const to = header(request, "To");
        const body = "v=0";
        this.transport.onMessage(
            [
                `SIP/2.0 ${status}`,
                `Via: ${header(request, "Via")}`,
                `From: ${header(request, "From")}`,
                `To: ${to}${to.includes("tag=") ? "" : ";tag=them"}`,
                `Call-ID: ${header(request, "Call-ID")}`,
                `CSeq: ${header(request, "CSeq")}`,
                `Contact: <sip:them@${DOMAIN}>`,
                "Content-Type: application/sdp",
                `Content-Length: ${body.length}`,
                "",
                body,
            ].join("\r\n")
        );
        await this.settle();
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
        await this.settle();
    }

    /** The caller acknowledges our answer. */
    async acknowledge() {
        const answer = this.last("SIP/2.0 200");
        await this.receive(
            [
                `ACK sip:201@${DOMAIN} SIP/2.0`,
                `Via: SIP/2.0/WSS ${DOMAIN};branch=z9hG4bK-ack`,
                "Max-Forwards: 70",
                `From: ${header(answer, "From")}`,
                `To: ${header(answer, "To")}`,
                `Call-ID: ${header(answer, "Call-ID")}`,
                "CSeq: 1 ACK",
                "Content-Length: 0",
            ].join("\n")
        );
    }

    /** The other side of an answered outgoing call sends a request. */
    async ask(method, { headers = [], body = "" } = {}) {
        const invite = this.sent.find((message) => message.startsWith("INVITE"));
        const to = header(invite, "To");
        this.asked = (this.asked || 1) + (method !== "ACK"); // which has its INVITE's number
        this.transport.onMessage(
            [
                `${method} sip:201@${DOMAIN} SIP/2.0`,
                `Via: SIP/2.0/WSS ${DOMAIN};branch=z9hG4bK-${method}-${this.asked}`,
                "Max-Forwards: 70",
                `From: ${to};tag=them`,
                `To: ${header(invite, "From")}`,
                `Call-ID: ${header(invite, "Call-ID")}`,
                `CSeq: ${this.asked} ${method}`,
                `Contact: <sip:them@${DOMAIN}>`,
                ...headers,
                `Content-Length: ${body.length}`,
                "",
                body,
            ].join("\r\n")
        );
        await this.settle();
    }
}

export function header(message, name) {
    return new RegExp(`^${name}: (.*?)\r?$`, "im").exec(message)?.[1];
}

/** Media that work, or fail if `fails` is set. */
export class Media {
    static fails = false;
    peerConnection = {
        connectionState: "connected",
        addEventListener() {},
        getReceivers: () => [],
        getTransceivers: () => [{ currentDirection: "sendrecv" }],
    };
    remoteMediaStream = {};

    close() {}
    enableReceiverTracks() {}
    enableSenderTracks() {}
    hasDescription() {
        return true;
    }
    async getDescription({ hold } = {}) {
        this.refuse();
        this.offered = hold;
        return { body: "v=0", contentType: "application/sdp" };
    }
    async setDescription() {
        this.refuse();
    }
    async rollbackDescription() {}
    refuse() {
        if (Media.fails) {
            throw new Error("No media");
        }
    }
}
