/* global SIP */
import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";
import { carriesSound } from "./media";
import { reasonOf } from "./reasons";

const NOT_ACCEPTABLE = 488; // no sound that both telephones support

/** Whether a final answer was received: SIP.js makes one up after a timeout. */
const isReceived = (message) => message.hasHeader("Via");

patch(VoipAgent.prototype, {
    /** Mended: handle the provisional and negative answers to our call. */
    watchAnswers(session) {
        session.earlyMedia = true;
        const { onAccept, onProgress, onRedirect, onReject } = session;
        session.onAccept = async (response) => {
            const { earlyMediaDialog } = session;
            const isSomebodyElse = earlyMediaDialog && earlyMediaDialog !== response.session;
            if (isSomebodyElse) {
                session.earlyMediaDialog = response.session; // else SIP.js would hang up
            }
            await onAccept.call(session, response);
            if (isSomebodyElse) {
                await this.renegotiate(session);
            }
        };
        session.onProgress = async (response) => {
            await onProgress.call(session, response);
            this.onProgress(session, response.message);
        };
        session.onRedirect = (response) => {
            this.onNotAnswered(session, response.message);
            onRedirect.call(session, response);
        };
        session.onReject = (response) => {
            this.onNotAnswered(session, response.message);
            onReject.call(session, response);
        };
    },
    /** Agree on media with a callee other than the one who sent early media (RFC 3261 12.1). */
    renegotiate(session) {
        return new Promise((resolve, reject) => {
            session
                .invite({
                    requestDelegate: { onAccept: resolve, onReject: resolve },
                    sessionDescriptionHandlerOptions: { offerOptions: { iceRestart: true } },
                })
                .catch(reject);
        });
    },
    /** Play the ringing tone, or the announcement that the other side sends (RFC 3960). */
    onProgress(session, { statusCode }) {
        if (toRaw(this.session) !== session || session.state !== SIP.SessionState.Establishing) {
            return;
        }
        const { logged } = this.voip;
        if (session.earlyMediaDialog && logged.progress !== "announced") {
            logged.progress = "announced";
            this.stopTone();
            this.setCallAudio();
        } else if (statusCode === 180 && !logged.progress) {
            logged.progress = "ringing";
            this.playTone("ringbacktone");
        }
    },
    onNotAnswered(session, message) {
        if (toRaw(this.session) !== session) {
            return;
        }
        if (isReceived(message)) {
            this.recordEnd(message);
        }
        const reason = isReceived(message)
            ? reasonOf(message)
            : _t("The telephone system does not answer");
        const who = this.voip.logged.facts.phone_number;
        this.notification.add(_t("%(who)s: %(reason)s", { who, reason }), { type: "warning" });
        this._onHanghup();
        this.voip.call = false;
    },
    /** @returns {Promise<boolean>} whether sound passes; a call without sound is ended */
    async isHeard(session) {
        if (!this.isInCall(session)) {
            return false;
        }
        const isHeard = await carriesSound(session.sessionDescriptionHandler.peerConnection);
        if (!this.isInCall(session)) {
            return false;
        }
        if (!isHeard) {
            this.voip.logged.facts.status = NOT_ACCEPTABLE;
            this.notification.add(
                _t("The call was answered, but ended because no sound could get through."),
                { type: "danger" }
            );
            session.bye();
            this._onHanghup();
        }
        return isHeard;
    },
    /** Mended: a late answer to an earlier call does not accept the next one. */
    async _onInviteAccepted({ message }) {
        const session = toRaw(this.session);
        if (!session || session.request.callId !== message.callId) {
            return;
        }
        this.stopTone();
        if (await this.isHeard(session)) {
            this.voip.acceptCall();
        }
    },
    /** Replaced: see `onNotAnswered`. */
    _onInviteRejected() {},
    /** Mended: a call is ongoing once accepting it has succeeded. */
    async accept() {
        const session = toRaw(this.session);
        if (session.state !== SIP.SessionState.Initial) {
            return; // the call is already being accepted
        }
        const { facts } = this.voip.logged;
        facts.status = NOT_ACCEPTABLE; // a failure before it is accepted is on our side
        try {
            this.holdLine(session);
            await session.accept();
        } catch (error) {
            if (!facts.ended_here) {
                this.notification.add(
                    _t("The call could not be accepted: %(error)s", { error: error.message }),
                    { type: "danger" }
                );
            }
            return;
        }
        if (await this.isHeard(session)) {
            facts.status = undefined;
            this.voip.acceptCall();
        }
    },
});
