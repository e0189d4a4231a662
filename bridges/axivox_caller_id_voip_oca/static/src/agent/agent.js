/* global SIP */
import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { Deferred, delay } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { VoipAgent, voipAgentOCAService } from "@voip_oca/services/voip_agent_service.esm";
import { LoggedCall } from "../call_log/call_log";
import { dialForm } from "../dialing/dial_form";
import { callerOf, dialledUsers } from "./identity";
import { makeMedia } from "./media";
import { PATIENCE } from "./patience";

/** A number that fits in a header: a plus and at most 15 digits (ITU-T E.164), nothing else. */
const E164 = /^\+[1-9][0-9]{0,14}$/;

/** The channel between a browser's tabs, all of which ring: the Call-ID that one declined. */
const DECLINED = "axivox_caller_id.declined";
/** The lock that a tab holds during a call: no other tab rings meanwhile. */
const IN_CALL = "axivox_caller_id.in_call";

/** The user hung up before the INVITE was sent. */
class HungUp extends Error {}

/** Mended: stopping a sound before it plays is no error. */
function stopQuietly(audio) {
    const play = audio.play.bind(audio);
    audio.play = () =>
        play().catch((error) => {
            if (error.name !== "AbortError") {
                throw error;
            }
        });
}

patch(VoipAgent.prototype, {
    get agentConfig() {
        return { ...super.agentConfig, sessionDescriptionHandlerFactory: makeMedia };
    },
    /**
     * @param {Object} params
     * @param {{ model: string, id: number }} [params.record] the lead or contact that is called
     * @param {string} [params.dial] what is dialled, if Odoo said so before the call
     */
    async call(params) {
        if (this.voip.inCall) {
            this.notification.add(_t("Hang up first: one call at a time."));
            return;
        }
        this.isPlacing = true;
        this.voip.partner = params.partner || false;
        this.voip.activity = params.activity || false;
        this.dial = params.dial || this.dialOfPreview(params);
        this.facts = {
            res_model: params.record?.model,
            res_id: params.record?.id,
            chosen_number_id: this.consumeChoice(params),
        };
        try {
            await super.call(params);
            if (this.session) {
                this.adaptInvite();
                this.watchAnswers(toRaw(this.session));
                this.watch(this.session);
                this.holdLine(this.session);
            }
        } catch (error) {
            if (!(error instanceof HungUp)) {
                console.error(error);
                this.notification.add(
                    _t("The call could not be placed: %(error)s", { error: error.message }),
                    { type: "danger" }
                );
                this._onHanghup();
            }
        } finally {
            this.isPlacing = false;
        }
    },
    /** @returns {string | false | undefined} what the preview of this number says is dialled */
    dialOfPreview({ number, partner }) {
        const { preview } = this.voip;
        return preview?.number === (number || partner?.phone) && preview.dial;
    },
    /** @returns {number | false} the id of the number chosen for this one call */
    consumeChoice({ number, partner }) {
        const { choice } = this.voip;
        this.voip.choice = false;
        return choice?.number === (number || partner?.phone) ? choice.id : false;
    },
    /** Mended: the call does not wait for a slow log, nor fail with it. */
    async createCall(options) {
        const { facts } = this;
        this.facts = {};
        const logged = this.voip.logCall({ ...options, ...facts });
        if (options.type_call === "outgoing") {
            this.voip.inCall = true; // the panel shows it, with the button that hangs up
            await Promise.race([logged.asked, delay(PATIENCE)]);
            if (logged.isEnded) {
                throw new HungUp();
            }
        }
    },
    /** Set the headers of the INVITE, which is sent only once the microphone is open. */
    adaptInvite() {
        const { request } = this.session;
        const { facts, axivox } = this.voip.logged;
        request.callId = facts.sip_call_id;
        request.setHeader("call-id", facts.sip_call_id);
        if (this.voip.axivox) {
            request.ruri.user = request.to.uri.user =
                axivox?.dial ||
                this.dial ||
                dialForm(facts.phone_number, this.voip.axivox.dial_format);
            request.setHeader("to", request.to.toString());
        }
        if (axivox?.ask && E164.test(axivox.number)) {
            const identity = `<sip:${axivox.number}@${this.voip.pbx_domain}>`;
            request.setHeader("P-Preferred-Identity", identity);
        }
    },
    /** Mended: the call ends with its session, for whatever reason that ends. */
    watch(session) {
        session = toRaw(session);
        this.watchHold(session);
        this.declineReferrals(session);
        session.stateChange.addListener((state) => {
            if (state === SIP.SessionState.Terminated) {
                // Upstream's handlers, which know the reason, run first.
                queueMicrotask(() => {
                    if (toRaw(this.session) === session) {
                        this._onHanghup();
                    }
                });
            }
        });
    },
    /** Mended: a second call is rejected as busy and logged, and the first one goes on. */
    async onInvite(session) {
        const facts = {
            ...callerOf(session.request),
            sip_call_id: session.request.callId,
            dialled: dialledUsers(session.request),
        };
        const isBusy = await this.isAnyTabInCall();
        if (session.state !== SIP.SessionState.Initial) {
            return; // the caller has given up
        }
        if (this.session || this.isPlacing || isBusy) {
            session.reject({ statusCode: 486 });
            new LoggedCall(this.voip, {
                ...facts,
                type_call: "incoming",
                ended_at: Date.now(),
                ended_here: true,
                status: 486,
            }).send();
            return;
        }
        this.voip.partner = this.voip.activity = false;
        this.facts = facts;
        await super.onInvite(session);
        this.watch(session);
    },
    async _onCancelInvitation(cancel) {
        this.recordEnd(cancel?.request);
        return super._onCancelInvitation(...arguments);
    },
    /** Keep the status and reason with which a SIP message ends the call, for the log. */
    recordEnd(message) {
        Object.assign(this.voip.logged.facts, {
            status: message?.statusCode,
            reason: message?.getHeader("Reason"),
        });
    },
    /**
     * Mended: a declined call stops ringing in the other tabs too, and can be declined while it is
     * being accepted. A cancelled call answers no challenge: the answer would make it ring.
     */
    async hangup() {
        const { session } = this;
        Object.assign(this.voip.logged?.facts || {}, { ended_here: true });
        if (this.isCalled && !this.isInCall(toRaw(session))) {
            this.declined.postMessage(session.request.callId);
            session.reject();
            return this._onHanghup();
        }
        if (session?.outgoingInviteRequest) {
            toRaw(session).outgoingInviteRequest.authenticationGuard = () => true;
        }
        return super.hangup();
    },
    onDeclined(callId) {
        if (this.isRinging && this.session.request.callId === callId) {
            this.hangup();
        }
    },
    /** Whether an incoming call is not answered yet. */
    get isCalled() {
        const { call, inCall } = this.voip;
        return inCall && call.typeCall === "incoming" && call.state === "calling";
    },
    /** Whether an incoming call rings, and the user has not accepted it yet. */
    get isRinging() {
        return this.isCalled && this.session.state === SIP.SessionState.Initial;
    },
    /** Mended: leaving the page hangs up. */
    leave() {
        if (this.isRinging) {
            this.voip.endCall(); // here; other tabs may still answer
        } else if (this.voip.inCall) {
            this.hangup();
        }
    },
    /** Mended: a call in one tab makes all tabs busy. The browser releases a closed tab's lock. */
    holdLine(session) {
        session = toRaw(session);
        const { Terminating, Terminated } = SIP.SessionState;
        const isOver = (state) => [Terminating, Terminated].includes(state);
        browser.navigator.locks.request(IN_CALL, { mode: "shared" }, () => {
            const over = new Deferred();
            session.stateChange.addListener((state) => isOver(state) && over.resolve());
            return isOver(session.state) || over;
        });
    },
    async isAnyTabInCall() {
        const { held } = await browser.navigator.locks.query();
        return held.some(({ name }) => name === IN_CALL);
    },
    /** Mended: a BYE is answered, and the call ends here even if Odoo cannot be reached. */
    async _onHanghup(bye) {
        bye?.accept?.();
        this.stopTone();
        this.callAudio.srcObject = null;
        this.callAudio.pause();
        this.voip.endCall();
        this.session = false;
    },
    /** Mended: the widget shows the registrar's last answer until it changes. */
    async _onRegistererRejected(response) {
        this.voip.status = "disconnected";
        this.voip.notRegistered = _t(
            "Not registered: %(reason)s. Check the username and password.",
            { reason: response.message.reasonPhrase }
        );
        return super._onRegistererRejected(...arguments);
    },
    _onRegistererStateChange(state) {
        super._onRegistererStateChange(state);
        if (state === SIP.RegistererState.Registered) {
            this.voip.status = "connected";
            this.voip.notRegistered = "";
        } else if (state === SIP.RegistererState.Unregistered) {
            this.voip.status = "disconnected";
            this.voip.notRegistered = _t("Not registered: calls do not ring here. Reload the page.");
        }
    },
});

patch(voipAgentOCAService, {
    async start() {
        const agent = await super.start(...arguments);
        stopQuietly(agent.toneAudio);
        stopQuietly(agent.callAudio);
        agent.declined = new browser.BroadcastChannel(DECLINED);
        agent.declined.onmessage = ({ data }) => agent.onDeclined(data);
        browser.addEventListener("beforeunload", (ev) => {
            if (agent.voip.inCall && !agent.isRinging) {
                ev.preventDefault(); // the browser asks
            }
        });
        browser.addEventListener("pagehide", () => agent.leave());
        return agent;
    },
});
