import { expect, test, waitUntil } from "@odoo/hoot";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { onRpc, patchWithCleanup, preloadBundle } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { logLateCalls } from "@axivox_caller_id_voip_oca/call_log/call_log";
import { breakMedia, logsCalls, settle, startWidget } from "../sip_stand_in";
import { Media } from "../wire";

// Each test here fails with voip_oca 19.0.1.0.2 alone: see docs/voip_oca.md.

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

test("an incoming call is logged under its Call-ID, so that several tabs make one record", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring({ callId: "call-7", headers: ["P-Called-Party-ID: <sip:+3212345678@x>"] });
    expect(told).toHaveLength(1);
    expect(told[0].sip_call_id).toBe("call-7");
    expect(told[0].dialled).toEqual(["+3212345678", "201"]);
});

test("a second call while busy is rejected and logged, and the first one goes on", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring({ callId: "first" });
    const { session } = wire.agent;
    await wire.ring({ callId: "second", from: "+33199004568" });
    expect(wire.last("SIP/2.0 486")).toMatch(/Call-ID: second/);
    expect(wire.agent.session.request.callId).toBe("first");
    expect(wire.agent.session.id).toBe(session.id);
    expect(wire.voip.call.phoneNumber).toBe("+33199004567");
    const busy = told.find((one) => one.sip_call_id === "second");
    expect([busy.status, busy.ended_here]).toEqual([486, true]);
});

test("a caller who gives up ends the call without an answer, with SIP's reason", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    const headers = ['Reason: SIP;cause=200;text="Call completed elsewhere"'];
    await wire.ring({ method: "CANCEL", headers });
    expect(told.at(-1).reason).toMatch(/SIP;cause=200/);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
    expect(told.at(-1).answered_ago).toBe(undefined);
    expect(told.at(-1).ended_here).toBe(undefined);
    expect(wire.voip.inCall).toBe(false);
});

test("an incoming call that is declined here says so", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    await wire.agent.hangup();
    await settle();
    expect(wire.last("SIP/2.0 480")).toMatch(/Call-ID: call-1/);
    expect(told.at(-1).ended_here).toBe(true);
});

test("the other side's BYE is answered, and the call ends as answered", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    await wire.pickUp();
    await wire.ask("BYE");
    expect(wire.last("SIP/2.0 200")).toMatch(/CSeq: 2 BYE/);
    expect(told.at(-1).answered_ago).not.toBe(undefined);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
    expect(wire.voip.inCall).toBe(false);
});

test("a registration that fails shows as disconnected", async () => {
    const wire = await startWidget();
    expect(wire.voip.status).toBe("connected");
    await wire.answer("REGISTER", "403 Forbidden");
    expect(wire.voip.status).toBe("disconnected");
    wire.voip.isOpened = true;
    await animationFrame();
    expect(".o_axivox_not_registered").toHaveText(/Not registered: Forbidden/);
});

test("a registration that succeeds shows as connected", async () => {
    const wire = await startWidget();
    wire.voip.status = "disconnected";
    wire.voip.notRegistered = "Forbidden";
    await wire.register();
    expect(wire.voip.status).toBe("connected");
    expect(wire.voip.notRegistered).toBe("");
});

test("a sound that is stopped before it was heard is no error, another failure is", async () => {
    let name = "AbortError";
    patchWithCleanup(HTMLMediaElement.prototype, {
        async play() {
            throw new DOMException("no sound", name);
        },
    });
    const { agent } = await startWidget();
    await agent.toneAudio.play();
    await agent.callAudio.play();
    name = "NotAllowedError";
    await expect(agent.toneAudio.play()).rejects.toThrow("no sound");
});

test("an outgoing call whose media fails ends as not answered", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    breakMedia();
    await wire.pickUp();
    expect(wire.voip.inCall).toBe(false);
    expect(told.at(-1).answered_ago).toBe(undefined);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
});

test("a call without a microphone ends", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    breakMedia();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    expect(wire.voip.inCall).toBe(false);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
});

test("an incoming call whose media fails is never ongoing", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    breakMedia();
    await wire.agent.accept();
    await settle();
    expect(wire.voip.inCall).toBe(false);
    expect(told.at(-1).answered_ago).toBe(undefined);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
    expect(".o_notification").toHaveText(/could not be accepted/);
});

test("an incoming call that is accepted is ongoing", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    await wire.agent.accept();
    await settle();
    expect(wire.last("SIP/2.0 200")).toMatch(/Call-ID: call-1/);
    expect(told.at(-1).answered_ago).not.toBe(undefined);
    expect(wire.voip.call.state).toBe("ongoing");
});

test("a caller is shown at once, whatever Odoo takes to answer", async () => {
    logsCalls(false);
    onRpc("voip.call", "create_call", () => new Deferred());
    const wire = await startWidget();
    await wire.ring();
    expect(wire.voip.inCall).toBe(true);
    expect(".o_voip_softphone").toHaveText(/\+33199004567/);
});

test("a call that is declined in another tab stops ringing here, and no other call does", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    const otherTab = new browser.BroadcastChannel("axivox_caller_id.declined");
    const thirdTab = new browser.BroadcastChannel("axivox_caller_id.declined");
    const delivered = new Deferred();
    thirdTab.onmessage = () => delivered.resolve();
    await wire.ring({ callId: "call-7" });
    otherTab.postMessage("call-6");
    await delivered;
    await settle();
    expect(wire.voip.inCall).toBe(true);
    otherTab.postMessage("call-7");
    await waitUntil(() => !wire.voip.inCall);
    expect(wire.sent.filter((message) => message.startsWith("SIP/2.0 480"))).toHaveLength(1);
    expect(told.at(-1).ended_here).toBe(true);

    await wire.ring({ callId: "call-8" });
    const heard = new Deferred();
    otherTab.onmessage = ({ data }) => heard.resolve(data);
    await wire.agent.hangup();
    expect(await heard).toBe("call-8");
    otherTab.close();
    thirdTab.close();
});

test("who leaves the page during a call is asked first, and hangs up", async () => {
    const wire = await startWidget();
    const told = logsCalls(false);
    const leaving = () => new Event("beforeunload", { cancelable: true });
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    await wire.pickUp();
    onRpc("voip.call", "create_call", () => new Deferred());
    expect(window.dispatchEvent(leaving())).toBe(false);
    window.dispatchEvent(new Event("pagehide"));
    expect(wire.last("BYE")).toMatch(/^BYE/);
    await settle();
    expect(window.dispatchEvent(leaving())).toBe(true);

    onRpc("voip.call", "create_call", ({ args: [values] }) => {
        told.push(values);
        return { id: 1 };
    });
    logLateCalls(wire.voip);
    await settle();
    expect(told.at(-1).answered_ago).not.toBe(undefined);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
    expect(told.at(-1).ended_here).toBe(true);
});

test("who leaves the page while it rings does not decline: it may ring elsewhere", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    expect(window.dispatchEvent(new Event("beforeunload", { cancelable: true }))).toBe(true);
    window.dispatchEvent(new Event("pagehide"));
    await settle();
    expect(wire.last("SIP/2.0 480")).toBe(undefined);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
    expect(told.at(-1).ended_here).toBe(undefined);
});

test("a call that is hung up while it is being accepted is declined", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    const held = new Deferred();
    patchWithCleanup(Media.prototype, { getDescription: () => held });
    await wire.ring();
    wire.agent.accept();
    await settle();
    await wire.agent.hangup();
    held.resolve({ body: "v=0", contentType: "application/sdp" });
    await settle();
    expect(wire.last("SIP/2.0 480")).toMatch(/Call-ID: call-1/);
    expect(wire.last("SIP/2.0 200")).toBe(undefined);
    expect(wire.voip.inCall).toBe(false);
    expect(".o_notification").toHaveCount(0);
    expect(told.at(-1).ended_here).toBe(true);
    expect(told.at(-1).answered_ago).toBe(undefined);
});

test("who is in a call in another tab is busy here", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    const talk = new Deferred();
    browser.navigator.locks.request("axivox_caller_id.in_call", { mode: "shared" }, () => talk);
    await wire.ring({ callId: "call-7" });
    expect(wire.last("SIP/2.0 486")).toMatch(/Call-ID: call-7/);
    expect(wire.voip.inCall).toBe(false);
    expect([told[0].status, told[0].ended_here]).toEqual([486, true]);

    talk.resolve();
    await settle();
    await wire.ring({ callId: "call-8" });
    expect(wire.voip.inCall).toBe(true);
    expect(await wire.agent.isAnyTabInCall()).toBe(false);
    await wire.agent.accept();
    await settle();
    expect(await wire.agent.isAnyTabInCall()).toBe(true);
    await wire.agent.hangup();
    await settle();
    expect(await wire.agent.isAnyTabInCall()).toBe(false);
});

test("what comes late for a call that was hung up is not about the next one", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    const first = wire.last("INVITE");
    await wire.answer("INVITE", "180 Ringing");
    await wire.agent.hangup();
    await settle();
    await wire.agent.call({ number: "+33 1 99 00 45 67" });
    await settle();
    await wire.answer(first, "487 Request Terminated");
    expect(wire.voip.inCall).toBe(true);
    expect(told.at(-1).ended_ago).toBe(undefined);
    await wire.answer("INVITE", "486 Busy Here");
    expect(wire.voip.inCall).toBe(false);
});

test("a registration that is lost later shows too", async () => {
    const wire = await startWidget();
    await wire.register();
    wire.agent.registerer.register();
    await settle();
    await wire.answer("REGISTER", "403 Forbidden");
    expect(wire.voip.status).toBe("disconnected");
    expect(wire.voip.notRegistered).toMatch(/calls do not ring here/);
});
