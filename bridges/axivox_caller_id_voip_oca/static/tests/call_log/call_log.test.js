import { expect, test } from "@odoo/hoot";
import { advanceTime, Deferred } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { makeServerError, onRpc, patchWithCleanup, preloadBundle } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import {
    KEPT_FOR,
    LoggedCall,
    logLateCalls,
    LONGEST_DELAY,
    MOST_ERRORS,
    RETRY_DELAY,
} from "@axivox_caller_id_voip_oca/call_log/call_log";
import { logsCalls, settle, startWidget } from "../sip_stand_in";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

const MINUTE = 60000;
const FACTS = { phone_number: "+33199004567", type_call: "incoming", sip_call_id: "late" };
const KEY = `axivox_call_${user.userId}_late`;

/** The error of an XMLHttpRequest whose connection is lost. */
const LOST = new Error("no answer");

/** @returns {Object} which `failure` the server answers with, and how often it was `asked` */
function failsWith(failure) {
    const server = { failure, asked: 0 };
    const fail = () => {
        server.asked++;
        if (server.failure) {
            throw server.failure;
        }
    };
    if (failure === LOST) {
        onRpc("/web/dataset/call_kw/voip.call/create_call", fail, { pure: true });
    } else {
        onRpc("voip.call", "create_call", fail);
    }
    return server;
}

/** Let minutes pass, in which each timer has its turn. */
async function pass(minutes) {
    for (let minute = 0; minute < minutes; minute++) {
        await advanceTime(MINUTE);
        await settle();
    }
}

const kept = () => JSON.parse(browser.localStorage.getItem(KEY));

test("where Odoo cannot be reached, it is asked ever more rarely, until it answers", async () => {
    const wire = await startWidget();
    const told = logsCalls(false);
    const server = failsWith(LOST);
    new LoggedCall(wire.voip, FACTS).send();
    await settle();
    let asked = 1;
    expect(server.asked).toBe(asked);
    expect(kept().phone_number).toBe(FACTS.phone_number);
    let wait = RETRY_DELAY;
    for (; wait < 2 * LONGEST_DELAY; wait *= 2) {
        const next = Math.min(wait, LONGEST_DELAY);
        await advanceTime(next - 1000);
        await settle();
        expect(server.asked).toBe(asked);
        await advanceTime(1100);
        await settle();
        expect(server.asked).toBe(++asked);
    }
    server.failure = false;
    await advanceTime(LONGEST_DELAY + 1000);
    await settle();
    expect(told).toHaveLength(1);
    expect(kept()).toBe(null);
    await pass(10);
    expect(server.asked).toBe(asked + 1);
});

test("after an answer, Odoo is asked again as soon as at first", async () => {
    const wire = await startWidget();
    logsCalls(false);
    const server = failsWith(LOST);
    const call = new LoggedCall(wire.voip, FACTS);
    call.send();
    await advanceTime(7 * RETRY_DELAY + 1000);
    server.failure = false;
    const held = new Deferred();
    onRpc("voip.call", "create_call", () => held);
    await advanceTime(8 * RETRY_DELAY);
    server.failure = LOST;
    call.report({ answered_at: Date.now() });
    held.resolve();
    await settle();
    const { asked } = server;
    await advanceTime(RETRY_DELAY + 100);
    await settle();
    expect(server.asked).toBe(asked + 1);
});

test("what happens to a call while Odoo is asked is reported afterwards, in one request", async () => {
    const wire = await startWidget();
    const told = logsCalls(false);
    const held = new Deferred();
    onRpc("voip.call", "create_call", () => held);
    const server = failsWith(false);
    const call = new LoggedCall(wire.voip, FACTS);
    call.send();
    await settle();
    call.report({ answered_at: Date.now() });
    call.report({ ended_at: Date.now() });
    call.report({ ended_at: 1 });
    expect(kept().ended_at).toBe(call.facts.ended_at);
    held.resolve();
    await settle();
    expect(server.asked).toBe(2);
    expect(told.map(({ ended_ago }) => ended_ago !== undefined)).toEqual([false, true]);
    expect(told[1].ended_ago < 60).toBe(true);
    expect(kept()).toBe(null);
});

test("where Odoo answers with an error, it is asked a few times, and the next page asks again", async () => {
    const wire = await startWidget();
    const told = logsCalls(false);
    const warned = [];
    patchWithCleanup(console, { warn: (...said) => warned.push(said) });
    const server = failsWith(makeServerError({ type: "SomeError" }));
    const call = new LoggedCall(wire.voip, FACTS);
    call.send();
    await call.asked;
    await pass(20);
    expect(server.asked).toBe(MOST_ERRORS);
    expect(warned).toHaveLength(MOST_ERRORS);
    expect(warned[0][1].exceptionName).toMatch(/SomeError/);
    expect(kept().phone_number).toBe(FACTS.phone_number);
    server.failure = false;
    logLateCalls(wire.voip);
    await settle();
    expect(told).toHaveLength(1);
    expect(kept()).toBe(null);
});

test("who has no calls is refused once", async () => {
    const wire = await startWidget();
    const server = failsWith(makeServerError({ type: "AccessError" }));
    const call = new LoggedCall(wire.voip, FACTS);
    call.send();
    await call.asked;
    await pass(20);
    expect(server.asked).toBe(1);
    expect(kept()).toBe(null);
});

test("an error of the browser's own is neither hidden nor repeated", async () => {
    const wire = await startWidget();
    onRpc("voip.call", "create_call", () => {
        expect.step("create_call");
        return false;
    });
    const call = new LoggedCall(wire.voip, FACTS);
    patchWithCleanup(call, {
        receive() {
            throw new TypeError("A line of ours");
        },
    });
    await expect(call.send()).rejects.toThrow(/A line of ours/);
    await pass(10);
    expect.verifySteps(["create_call"]);
    expect(call.isSending).toBe(false);
});

test("a call that could not be reported for a week is given up by a page that stays open", async () => {
    const wire = await startWidget();
    const server = failsWith(LOST);
    const started_at = Date.now() - KEPT_FOR + MINUTE;
    new LoggedCall(wire.voip, { ...FACTS, started_at }).send();
    await settle();
    await pass(10);
    const { asked } = server;
    expect(asked).toBeGreaterThan(1);
    await pass(20);
    expect(server.asked).toBe(asked);
});

test("what an earlier page could not report is reported, for a week, and then forgotten", async () => {
    const wire = await startWidget();
    const told = logsCalls(false);
    for (const [age, isReported] of [
        [KEPT_FOR - MINUTE, true],
        [KEPT_FOR + MINUTE, false],
    ]) {
        told.length = 0;
        const late = { ...FACTS, started_at: Date.now() - age, ended_at: Date.now() - age };
        browser.localStorage.setItem(KEY, JSON.stringify(late));
        logLateCalls(wire.voip);
        await settle();
        expect(told).toHaveLength(Number(isReported));
        expect(kept()).toBe(null);
    }
});

test("damaged storage stops nothing, and is emptied; what is another's is left alone", async () => {
    const started_at = Date.now();
    const damaged = ["{", "", "null", "5", "[]", '"x"', "{}", `{"sip_call_id":7,"started_at":${started_at}}`];
    damaged.push(JSON.stringify(FACTS), JSON.stringify({ ...FACTS, started_at: "x" }));
    damaged.forEach((text, index) => {
        browser.localStorage.setItem(`axivox_call_${user.userId}_${index}`, text);
    });
    const others = [`axivox_call_${user.userId + 1}_late`, "something"];
    for (const key of others) {
        browser.localStorage.setItem(key, "{");
    }
    browser.localStorage.setItem(KEY, JSON.stringify({ ...FACTS, started_at }));
    const told = logsCalls(false);
    const wire = await startWidget();
    await settle();
    expect(told.map(({ sip_call_id }) => sip_call_id)).toEqual(["late"]);
    expect(Object.keys(browser.localStorage).filter((key) => key.startsWith("axivox_call_"))).toEqual([
        others[0],
    ]);
    expect(browser.localStorage.getItem("something")).toBe("{");
    expect(wire.voip.status).toBe("connected");
});

test("where nothing can be stored, a call is reported all the same", async () => {
    const wire = await startWidget();
    const told = logsCalls(false);
    patchWithCleanup(browser, {
        localStorage: {
            setItem() {
                throw new DOMException("Full", "QuotaExceededError");
            },
            removeItem() {},
        },
    });
    await new LoggedCall(wire.voip, FACTS).send();
    expect(told).toHaveLength(1);
});
