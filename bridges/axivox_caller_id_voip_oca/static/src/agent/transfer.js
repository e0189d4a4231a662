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

/** Seconds that a PBX has for its first NOTIFY of a transfer: timer N, RFC 6665 4.1.2.4. */
export const FIRST_NOTIFY = 32;
/** Seconds that it has for the next one, unless it gives another number. */
const NEXT_NOTIFY = 60;

/** Parse the body of a NOTIFY (RFC 3515 2.4.5): the status line of the call to the target. */
function progressOf({ body }) {
    const [, status, reasonPhrase] = /^SIP\/2\.0 (\d{3}) ?(.*?)\r?$/m.exec(body || "") || [];
    return { statusCode: Number(status), reasonPhrase };
}

patch(VoipAgent.prototype, {
    /**
     * Mended: the call goes on until the PBX reports that the target has answered. The target is
     * dialled like any other number.
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
        if (!this.isInCall(session) || this.voip.logged.transferringTo) {
            return;
        }
        if (target.error) {
            this.notification.add(target.error, { type: "danger" });
            return;
        }
        const { logged } = this.voip;
        logged.transferringTo = target.typed;
        const transfer = { session, logged, target };
        this.awaitNotify(transfer, FIRST_NOTIFY);
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
     * dialled to reach the target, or an error
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
            this.awaitNotify(transfer, Number(seconds) || NEXT_NOTIFY);
        }
    },
    awaitNotify(transfer, seconds) {
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
        this.notifyNotTransferred(transfer, said);
    },
    onTransferUnknown(transfer) {
        const said = _t(
            "It is not known whether the call was transferred to %(who)s. The other side is still on the line.",
            { who: transfer.target.typed }
        );
        this.notifyNotTransferred(transfer, said);
    },
    notifyNotTransferred({ session, logged, timer }, said) {
        browser.clearTimeout(timer);
        logged.transferringTo = "";
        if (this.isInCall(session)) {
            this.notification.add(said, { type: "warning" });
        }
    },
    /** Mended: decline the other side's requests to place a call (REFER). */
    declineReferrals(session) {
        session.delegate.onRefer = (referral) => referral.reject({ statusCode: 603 });
    },
});
