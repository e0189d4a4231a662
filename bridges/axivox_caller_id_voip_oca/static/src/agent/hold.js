/* global SIP */
import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";
import { reasonOf } from "./reasons";

/** SDP that puts a call on hold: RFC 3264 8.4, and the null address of RFC 2543. */
const HOLD = /^(a=(sendonly|inactive)|c=IN IP4 0\.0\.0\.0)\s*$/m;
/** Final answers that end the call (RFC 3261 12.2.1.2). */
const GONE = [408, 481];
const REQUEST_PENDING = 491; // both sides sent a re-INVITE at the same time

/** @returns {number} ms until a re-INVITE is repeated, unlike the other side's (RFC 3261 14.1) */
function glareDelay(isOurCall) {
    const [least, most] = isOurCall ? [2100, 4000] : [0, 2000];
    return least + 10 * Math.floor(Math.random() * ((most - least) / 10 + 1));
}

patch(VoipAgent.prototype, {
    /** Mended: the call is on hold only once the other side has agreed. */
    async hold() {
        const session = toRaw(this.session);
        const { logged } = this.voip;
        if (!session || logged.isAskingToHold) {
            return;
        }
        const hold = !this.isHolded;
        logged.isAskingToHold = true;
        try {
            let answer = await this.askToHold(session, hold);
            if (answer.statusCode === REQUEST_PENDING) {
                await delay(glareDelay(session instanceof SIP.Inviter));
                if (this.isInCall(session)) {
                    answer = await this.askToHold(session, hold);
                }
            }
            if (this.isInCall(session)) {
                this.onHoldAnswered(hold, answer);
            }
        } catch (error) {
            if (this.isInCall(session)) {
                this.notifyNotHeld(hold, error.message);
            }
        } finally {
            logged.isAskingToHold = false;
        }
    },
    /** @returns {Promise} the final answer to a re-INVITE: SIP.js's message */
    askToHold(session, hold) {
        return new Promise((resolve, reject) => {
            const answered = ({ message }) => resolve(message);
            session
                .invite({
                    requestDelegate: { onAccept: answered, onReject: answered },
                    sessionDescriptionHandlerOptions: { hold },
                })
                .catch(reject);
        });
    },
    onHoldAnswered(hold, answer) {
        if (answer.statusCode < 300) {
            this.isHolded = hold;
            this.updateCallAudio();
            return;
        }
        // A later re-INVITE of the other side is answered with the present state.
        toRaw(this.session).sessionDescriptionHandlerOptionsReInvite = { hold: this.isHolded };
        this.notifyNotHeld(hold, reasonOf(answer));
        if (GONE.includes(answer.statusCode)) {
            this.hangup();
        }
    },
    notifyNotHeld(hold, reason) {
        const said = hold
            ? _t("The call could not be put on hold: %(reason)s", { reason })
            : _t("The call is still on hold: %(reason)s", { reason });
        this.notification.add(said, { type: "warning" });
    },
    /** Whether this session is the current call, and established. */
    isInCall(session) {
        return toRaw(this.session) === session && session.state === SIP.SessionState.Established;
    },
    /** Show whether the other side has put the call on hold. */
    watchHold(session) {
        const { logged } = this.voip;
        session.delegate.onInvite = ({ body }, _response, statusCode) => {
            if (statusCode === 200) {
                logged.isHeldByThem = HOLD.test(body);
            }
        };
    },
});
