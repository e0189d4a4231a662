import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { serializeDateTime } from "@web/core/l10n/dates";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { Deferred, delay } from "@web/core/utils/concurrency";
import { uuid } from "@web/core/utils/strings";
import { user } from "@web/core/user";

const { DateTime } = luxon;

export const RETRY_DELAY = 5000; // ms, doubled after each failure
export const LONGEST_DELAY = 300000; // ms
export const KEPT_FOR = 7 * 24 * 3600 * 1000; // ms
/** How often one page repeats a report that Odoo answers with an error. */
export const MOST_ERRORS = 5;
/** Odoo's answer to users who have no calls: repeating is useless. */
const REFUSED = "odoo.exceptions.AccessError";

/**
 * A call and its reports to Odoo. Each report holds all that is known, so that the next one makes
 * up for a lost one. The call itself never waits for them.
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
        /** The server's answer: see `create_call`. */
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

    /** The facts for the server, with times relative to now, since clocks differ. */
    get values() {
        const { answered_at, ended_at, ...values } = this.facts;
        const ago = (time) => time && (Date.now() - time) / 1000;
        return {
            ...values,
            answered_ago: ago(answered_at),
            ended_ago: ago(ended_at),
        };
    }

    /** Report what happened to the call to Odoo, now or when it can be reached. */
    async report(facts) {
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

    /** Show the present state in place of an older answer. */
    show() {
        if (this.isEnded) {
            this.record.update({ state: "terminated" });
        } else if (this.facts.answered_at) {
            this.record.update({ state: "ongoing" });
        }
    }

    /**
     * Repeat the report until Odoo has answered: for as long as a call is kept if Odoo cannot be
     * reached, a few times if it answers with an error. The next page repeats the rest, unless Odoo
     * refused it.
     */
    async send() {
        this.isReported = false;
        this.keep();
        if (this.isSending) {
            return;
        }
        this.isSending = true;
        try {
            if (await this.sendUntilReported()) {
                forget(this.storageKey);
            }
        } finally {
            this.isSending = false;
            this.asked.resolve();
        }
    }

    /** @returns {Promise<boolean>} whether nothing is left to report */
    async sendUntilReported() {
        let wait = RETRY_DELAY;
        let errors = 0;
        while (!this.isReported) {
            this.isReported = true;
            let answer;
            try {
                const { orm } = this.voip;
                answer = await orm.silent.call("voip.call", "create_call", [this.values]);
            } catch (error) {
                if (!(error instanceof ConnectionLostError || error instanceof RPCError)) {
                    throw error;
                }
                this.isReported = false;
                this.asked.resolve();
                console.warn("A call is not logged yet:", error);
                errors += error instanceof RPCError;
                if (error.exceptionName === REFUSED) {
                    return true;
                }
                if (errors >= MOST_ERRORS || isTooOld(this.facts)) {
                    return false;
                }
                await delay(wait);
                wait = Math.min(2 * wait, LONGEST_DELAY);
                continue;
            }
            [wait, errors] = [RETRY_DELAY, 0];
            this.receive(answer);
        }
        return true;
    }

    /** Keep the report in the browser's storage until Odoo has answered: the page may be closed. */
    keep() {
        try {
            browser.localStorage.setItem(this.storageKey, JSON.stringify(this.facts));
        } catch (error) {
            console.warn("A call is not kept for the next page:", error); // full, or forbidden
        }
    }

    receive({ axivox, missed, ...call }) {
        const { voip } = this;
        if (missed !== undefined) {
            voip.setMissed(missed);
        }
        if (call.endDate && call.chatter) {
            voip.refreshChatter(call.chatter);
        }
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
        if (!this.isReported) {
            this.show();
        }
        this.asked.resolve();
    }
}

function forget(storageKey) {
    browser.localStorage.removeItem(storageKey);
}

/** @param {{ started_at: number }} facts in ms; an invalid time is too old too */
function isTooOld({ started_at }) {
    return !(Date.now() - started_at <= KEPT_FOR);
}

/** @returns {Object | false} the facts that an earlier page kept, unless they are damaged */
function keptFacts(storageKey) {
    try {
        const facts = JSON.parse(browser.localStorage.getItem(storageKey));
        return typeof facts?.sip_call_id === "string" && facts;
    } catch {
        return false;
    }
}

/** Report to Odoo the calls that an earlier page could not report. */
export function logLateCalls(voip) {
    const prefix = `axivox_call_${user.userId}_`;
    for (const key of Object.keys(browser.localStorage)) {
        if (!key.startsWith(prefix)) {
            continue;
        }
        const facts = keptFacts(key);
        if (!facts || isTooOld(facts)) {
            forget(key);
            continue;
        }
        new LoggedCall(voip, facts).send();
    }
}
