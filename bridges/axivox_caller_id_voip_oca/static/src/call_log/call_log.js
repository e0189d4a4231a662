import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { Deferred, delay } from "@web/core/utils/concurrency";
import { uuid } from "@web/core/utils/strings";
import { user } from "@web/core/user";

const { DateTime } = luxon;

export const RETRY_DELAY = 5000; // ms, doubled after each failure
const LONGEST_DELAY = 300000; // ms
const KEPT_FOR = 7 * 24 * 3600 * 1000; // ms

/**
 * One call, and what Odoo is told of it. All that is known is told each time, so that a request
 * that got lost is made up for by the next one; no call ever waits for it.
 */
export class LoggedCall {
    static count = 0;

    /**
     * @param {Object} voip the service `voip_oca`
     * @param {Object} facts what `create_call` of `voip.call` understands; times in ms
     */
    constructor(voip, facts) {
        this.voip = voip;
        this.facts = { started_at: Date.now(), sip_call_id: `${uuid()}${uuid()}`, ...facts };
        /** What the server said of the call: see `create_call`. */
        this.axivox = false;
        /** Resolved when Odoo has answered, or could not be asked, or the call has ended. */
        this.asked = new Deferred();
        this.record = voip.store["voip.call"].insert({
            id: --LoggedCall.count,
            phoneNumber: this.facts.phone_number,
            display_name: this.facts.phone_number,
            typeCall: this.facts.type_call,
            state: "calling",
            partner: false,
            createDate: serializeDateTime(DateTime.now()),
        });
        return reactive(this);
    }

    get isEnded() {
        return Boolean(this.facts.ended_at);
    }

    get storageKey() {
        return `axivox_call_${user.userId}_${this.facts.sip_call_id}`;
    }

    /** The facts as the server takes them: with times before now, for clocks differ. */
    get told() {
        const { answered_at, ended_at, ...told } = this.facts;
        const ago = (time) => time && (Date.now() - time) / 1000;
        return {
            ...told,
            answered_ago: ago(answered_at),
            ended_ago: ago(ended_at),
        };
    }

    /** Something happened to the call: Odoo is told, now or when it can be reached. */
    async tell(facts) {
        if (this.isEnded) {
            return;
        }
        Object.assign(this.facts, facts);
        this.show();
        if (this.isEnded) {
            this.asked.resolve();
        }
        await this.send();
    }

    /** What happened meanwhile is shown, whatever an older answer says. */
    show() {
        if (this.isEnded) {
            this.record.update({ state: "terminated" });
        } else if (this.facts.answered_at) {
            this.record.update({ state: "ongoing" });
        }
    }

    async send() {
        this.isToldAll = false;
        // Until Odoo has answered: this page may be gone by then.
        browser.localStorage.setItem(this.storageKey, JSON.stringify(this.facts));
        if (this.isSending) {
            return;
        }
        this.isSending = true;
        let wait = RETRY_DELAY;
        while (!this.isToldAll) {
            this.isToldAll = true;
            try {
                const { orm } = this.voip;
                this.receive(await orm.silent.call("voip.call", "create_call", [this.told]));
                wait = RETRY_DELAY;
            } catch {
                this.isToldAll = false;
                this.asked.resolve();
                await delay(wait);
                wait = Math.min(2 * wait, LONGEST_DELAY);
            }
        }
        browser.localStorage.removeItem(this.storageKey);
        this.isSending = false;
    }

    receive({ axivox, ...call }) {
        const { voip } = this;
        const provisional = this.record;
        this.axivox = axivox || this.axivox;
        this.record = voip.store["voip.call"].insert(call);
        if (voip.logged?.facts.sip_call_id === this.facts.sip_call_id) {
            if (voip.call?.id === provisional.id) {
                voip.call = this.record;
            }
            if (!this.isEnded) {
                voip.partner = call.partner
                    ? voip.store["res.partner"].insert({ ...call.partner })
                    : false;
            }
        }
        if (provisional.id !== call.id) {
            provisional.delete();
        }
        if (!this.isToldAll) {
            this.show();
        }
        this.asked.resolve();
    }
}

/** Tell Odoo of the calls that an earlier page could not tell of. */
export function logLateCalls(voip) {
    const prefix = `axivox_call_${user.userId}_`;
    for (const key of Object.keys(browser.localStorage)) {
        if (!key.startsWith(prefix)) {
            continue;
        }
        const facts = JSON.parse(browser.localStorage.getItem(key));
        if (Date.now() - facts.started_at > KEPT_FOR) {
            browser.localStorage.removeItem(key);
            continue;
        }
        new LoggedCall(voip, facts).send();
    }
}
