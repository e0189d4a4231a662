/* global SIP */
import { toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { delay } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";
import { dialForm } from "../dialing/dial_form";
import { PATIENCE } from "./patience";
import { reasonOf } from "./reasons";

/** Seconds that a PBX has for its first word on a transfer: timer N, RFC 6665 4.1.2.4. */
export const FIRST_WORD = 32;
/** Seconds that it has for the next one, where it does not say how many. */
const NEXT_WORD = 60;

/** What a NOTIFY says of a transfer (RFC 3515 2.4.5): the status line of the call to its target. */
function progressOf({ body }) {
    const [, status, reasonPhrase] = /^SIP\/2\.0 (\d{3}) ?(.*?)\r?$/m.exec(body || "") || [];
    return { statusCode: Number(status), reasonPhrase };
}

patch(VoipAgent.prototype, {
    /**
     * Mended: whoever is transferred stays in the call until the PBX says that the target has
     * answered. What was typed is dialled as in any other call.
     */
    async transfer(number) {
        if (this.voip.mode !== "prod") {
            return super.transfer(number);
        }
        const session = toRaw(this.session);
        if (!session || this.voip.logged.transferringTo) {
            return;
        }
        const target = await this.transferTarget(number);
        if (!this.isInCall(session)) {
            return;
        }
        if (target.error) {
            this.notification.add(target.error, { type: "danger" });
            return;
        }
        const { logged } = this.voip;
        logged.transferringTo = target.typed;
        const transfer = { session, logged, target };
        this.awaitWord(transfer, FIRST_WORD);
        session.refer(SIP.UserAgent.makeURI(`sip:${target.dial}@${this.voip.pbx_domain}`), {
            onNotify: (notification) => this.onTransferProgress(transfer, notification),
            requestDelegate: {
                onReject: ({ message }) => this.onTransferFailed(transfer, message),
                onRedirect: ({ message }) => this.onTransferFailed(transfer, message),
            },
        });
    },
    /**
     * @returns {Promise<{ typed: string, dial: string, number: string } | { error: string }>} what is
     * dialled to reach whom, or why nobody can be
     */
    async transferTarget(number) {
        const typed = (number || "").trim();
        let shown = false;
        if (this.voip.axivox && typed) {
            shown = await Promise.race([
                this.orm.silent.call("voip.call", "preview_call", [typed]).catch(() => false),
                delay(PATIENCE),
            ]);
        }
        if (shown?.error) {
            return { error: shown.error };
        }
        const { dial_format } = this.voip.axivox || {};
        const dial = shown?.dial || dialForm(typed, dial_format);
        if (!dial) {
            return { error: _t("Type the number to which the call is transferred.") };
        }
        return {
            typed,
            dial: dial.replaceAll("#", "%23"), // as RFC 3261 wants it in a URI
            number: shown?.destination || dial,
        };
    },
    onTransferProgress(transfer, notification) {
        notification.accept();
        const { request } = notification;
        const progress = progressOf(request);
        const subscription = request.getHeader("Subscription-State") || "";
        if (progress.statusCode >= 200 && progress.statusCode < 300) {
            this.onTransferred(transfer);
        } else if (progress.statusCode >= 300) {
            this.onTransferFailed(transfer, progress);
        } else if (/^\s*terminated/i.test(subscription)) {
            this.onTransferUnknown(transfer);
        } else {
            const seconds = /;\s*expires\s*=\s*(\d+)/i.exec(subscription)?.[1];
            this.awaitWord(transfer, Number(seconds) || NEXT_WORD);
        }
    },
    awaitWord(transfer, seconds) {
        browser.clearTimeout(transfer.timer);
        transfer.timer = browser.setTimeout(
            () => this.onTransferUnknown(transfer),
            seconds * 1000
        );
    },
    onTransferred({ session, logged, target, timer }) {
        browser.clearTimeout(timer);
        logged.transferringTo = "";
        if (this.isInCall(session)) {
            logged.facts.transferred_to = target.number;
            this.hangup();
        }
    },
    onTransferFailed(transfer, answer) {
        const said = _t("Not transferred to %(who)s: %(reason)s. The other side is still on the line.", {
            who: transfer.target.typed,
            reason: reasonOf(answer),
        });
        this.sayNotTransferred(transfer, said);
    },
    onTransferUnknown(transfer) {
        const said = _t(
            "It is not known whether the call was transferred to %(who)s. The other side is still on the line.",
            { who: transfer.target.typed }
        );
        this.sayNotTransferred(transfer, said);
    },
    sayNotTransferred({ session, logged, timer }, said) {
        browser.clearTimeout(timer);
        logged.transferringTo = "";
        if (this.isInCall(session)) {
            this.notification.add(said, { type: "warning" });
        }
    },
    /** Mended: the other side has no call placed by this phone, which nobody would see. */
    declineReferrals(session) {
        session.delegate.onRefer = (referral) => referral.reject({ statusCode: 603 });
    },
});
