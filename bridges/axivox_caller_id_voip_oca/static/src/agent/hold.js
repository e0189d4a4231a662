/* global SIP */
import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { delay } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";
import { reasonOf } from "./reasons";

/** What says that its sender listens no more: RFC 3264 8.4, and RFC 2543's address of nobody. */
const HOLD = /^(a=(sendonly|inactive)|c=IN IP4 0\.0\.0\.0)\s*$/m;
/** Answers after which there is no call any more (RFC 3261 12.2.1.2). */
const GONE = [408, 481];
const ASKED_AT_ONCE = 491; // Request Pending: both sides asked for something at the same time

/** How many ms pass before one asks again, so that both do not ask at once again (RFC 3261 14.1). */
function glareDelay(isOurCall) {
    const [least, most] = isOurCall ? [2100, 4000] : [0, 2000];
    return least + 10 * Math.floor(Math.random() * ((most - least) / 10 + 1));
}

patch(VoipAgent.prototype, {
    /** Mended: a call is on hold once the other side has agreed, and goes on as it was if not. */
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
            if (answer.statusCode === ASKED_AT_ONCE) {
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
                this.sayNotHeld(hold, error.message);
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
        // What the other side asks for later is answered as if nothing had been asked.
        toRaw(this.session).sessionDescriptionHandlerOptionsReInvite = { hold: this.isHolded };
        this.sayNotHeld(hold, reasonOf(answer));
        if (GONE.includes(answer.statusCode)) {
            this.hangup();
        }
    },
    sayNotHeld(hold, reason) {
        const said = hold
            ? _t("The call could not be put on hold: %(reason)s", { reason })
            : _t("The call is still on hold: %(reason)s", { reason });
        this.notification.add(said, { type: "warning" });
    },
    /** Whether this session is the one that is spoken in. */
    isInCall(session) {
        return toRaw(this.session) === session && session.state === SIP.SessionState.Established;
    },
    /** The other side asks for a change: whether they put the call on hold is said. */
    watchHold(session) {
        const { logged } = this.voip;
        session.delegate.onInvite = ({ body }, _response, statusCode) => {
            if (statusCode === 200) {
                logged.isHeldByThem = HOLD.test(body);
            }
        };
    },
});
