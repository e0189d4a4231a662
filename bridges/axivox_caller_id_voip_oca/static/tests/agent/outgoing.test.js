import { expect, test } from "@odoo/hoot";
import { advanceTime, Deferred } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { onRpc, preloadBundle } from "@web/../tests/web_test_helpers";
import { PATIENCE } from "@axivox_caller_id_voip_oca/agent/patience";
import { RETRY_DELAY } from "@axivox_caller_id_voip_oca/call_log/call_log";
import { LONDON, logsCalls, settle, startWidget } from "../sip_stand_in";
import { DOMAIN, header } from "../wire";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

async function place(wire, number = "+44 20 7946 0321") {
    await wire.agent.call({ number });
    await settle();
    return wire.last("INVITE");
}

test("the account's dial form is in the request URI", async () => {
    logsCalls();
    const invite = await place(await startWidget());
    expect(invite).toMatch(new RegExp(`^INVITE sip:00442079460321@${DOMAIN} SIP/2.0\r\n`));
    expect(header(invite, "To")).toBe(`<sip:00442079460321@${DOMAIN}>`);
});

test("the plus stays where the account wants it", async () => {
    logsCalls({ ...LONDON, dial: "+442079460321" });
    const invite = await place(await startWidget({ axivox: { dial_format: "+" } }));
    expect(invite).toMatch(/^INVITE sip:\+442079460321@/);
});

test("internal and service numbers are dialled exactly as typed", async () => {
    logsCalls({ ...LONDON, dial: "*98" });
    expect(await place(await startWidget(), "*98")).toMatch(/^INVITE sip:\*98@/);
});

test("Axivox decides: no header asks for a number", async () => {
    logsCalls();
    expect(header(await place(await startWidget()), "P-Preferred-Identity")).toBe(undefined);
});

test("Ask in the call: P-Preferred-Identity has the resolved number, also after a challenge", async () => {
    logsCalls({ ...LONDON, ask: true });
    const wire = await startWidget();
    const identity = `<sip:+442079460958@${DOMAIN}>`;
    expect(header(await place(wire), "P-Preferred-Identity")).toBe(identity);
    await wire.answer(
        "INVITE",
        "401 Unauthorized",
        `WWW-Authenticate: Digest realm="${DOMAIN}", nonce="1", algorithm=MD5, qop="auth"`
    );
    const again = wire.last("INVITE");
    expect(header(again, "CSeq")).toBe("2 INVITE");
    expect(header(again, "P-Preferred-Identity")).toBe(identity);
    expect(again).toMatch(/^INVITE sip:00442079460321@/);
});

test("what is no number in E.164 is in no header, whatever Odoo says", async () => {
    const forged = "\r\nP-Asserted-Identity: <sip:+15550100@evil.example>";
    const wire = await startWidget();
    for (const number of ["+442079460958" + forged, "+442079460958\n", "442079460958", "", false]) {
        logsCalls({ ...LONDON, ask: true, number, dial: "00442079460321" + forged });
        const invite = await place(wire);
        expect(header(invite, "P-Preferred-Identity")).toBe(undefined);
        expect(header(invite, "P-Asserted-Identity")).toBe(undefined);
        await wire.agent.hangup();
        await settle();
    }
});

test("one request leaves between the click and the INVITE, with the Call-ID of the INVITE", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    onRpc(({ route }) => expect.step(route));
    const invite = await place(wire);
    expect.verifySteps(["/web/dataset/call_kw/voip.call/create_call"]);
    expect(told).toHaveLength(1);
    expect(told[0].sip_call_id).toBe(header(invite, "Call-ID"));
});

test("Odoo is slow: after two seconds the call goes out, its plus made 00, and is logged later", async () => {
    const held = new Deferred();
    const wire = await startWidget();
    const told = logsCalls();
    onRpc("voip.call", "create_call", async () => {
        await held;
    });
    const placed = wire.agent.call({ number: "+44 20 7946 0321" });
    await advanceTime(PATIENCE - 100);
    expect(wire.last("INVITE")).toBe(undefined);
    await advanceTime(200);
    await settle();
    expect(wire.last("INVITE")).toMatch(/^INVITE sip:00442079460321@/);
    expect(wire.voip.inCall).toBe(true);
    expect(wire.voip.call.id < 0).toBe(true);
    held.resolve();
    await placed;
    await settle();
    expect(wire.voip.call.id > 0).toBe(true);
    expect(told).toHaveLength(1);
});

test("Odoo is slow, and somebody calls meanwhile: they are told that one is busy", async () => {
    const wire = await startWidget();
    logsCalls();
    onRpc("voip.call", "create_call", () => new Deferred());
    const partner = { id: 4, name: "Poole", phone: "+44 20 7946 0321" };
    const placed = wire.agent.call({ partner });
    await wire.ring({ callId: "meanwhile" });
    expect(wire.last("SIP/2.0 486")).toMatch(/Call-ID: meanwhile/);
    expect(wire.voip.partner.id).toBe(4);
    await advanceTime(PATIENCE + 100);
    await placed;
    expect(wire.last("INVITE")).toMatch(/^INVITE sip:00442079460321@/);
});

test("Odoo is slow, and has said before the call what is dialled: that is dialled", async () => {
    const wire = await startWidget();
    onRpc("voip.call", "create_call", () => new Deferred());
    const placed = wire.agent.call({ number: "020 7946 0321", dial: "00442079460321" });
    await advanceTime(PATIENCE + 100);
    await placed;
    expect(wire.last("INVITE")).toMatch(/^INVITE sip:00442079460321@/);
    await wire.agent.hangup();
    wire.voip.preview = { number: "01 99 00 45 67", dial: "0033199004567" };
    const another = wire.agent.call({ number: "01 99 00 45 67" });
    await advanceTime(PATIENCE + 100);
    await another;
    expect(wire.last("INVITE")).toMatch(/^INVITE sip:0033199004567@/);
});

test("Odoo is slow, and the user hangs up: nobody is called, and it is logged", async () => {
    const held = new Deferred();
    const wire = await startWidget();
    const told = logsCalls();
    onRpc("voip.call", "create_call", () => held);
    wire.voip.partner = { id: 4, name: "Somebody else" };
    const placed = wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    expect(".o_voip_softphone").toHaveText(/No contact info\n\+44 20 7946 0321/);
    expect("button[title='Hang up']").toHaveCount(1);
    wire.agent.hangup();
    await settle();
    expect(wire.agent.isPlacing).toBe(false);
    await placed;
    expect(wire.voip.inCall).toBe(false);
    expect(".o_notification").toHaveCount(0);
    held.resolve();
    await advanceTime(PATIENCE + 100);
    expect(wire.last("INVITE")).toBe(undefined);
    expect(told.at(-1).ended_here).toBe(true);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
});

test("a call that is cancelled before it is challenged does not ring", async () => {
    logsCalls();
    const wire = await startWidget();
    await place(wire);
    await wire.agent.hangup();
    const challenge = `Digest realm="${DOMAIN}", nonce="1", algorithm=MD5, qop="auth"`;
    await wire.answer("INVITE", "407 Proxy Authentication Required", `Proxy-Authenticate: ${challenge}`);
    expect(wire.sent.filter((message) => message.startsWith("INVITE"))).toHaveLength(1);
});

test("Odoo cannot be reached: the call goes out at once, ends, and is logged when Odoo is back", async () => {
    const told = logsCalls();
    let isDown = true;
    onRpc("voip.call", "create_call", () => {
        if (isDown) {
            throw new Error("Odoo is down");
        }
    });
    const wire = await startWidget();
    expect.errors(0);
    const invite = await place(wire);
    expect(invite).toMatch(/^INVITE sip:00442079460321@/);
    await wire.answer("INVITE", "180 Ringing");
    await wire.agent.hangup();
    await settle();
    expect(wire.last("CANCEL")).toMatch(/^CANCEL/);
    expect(wire.voip.inCall).toBe(false);
    isDown = false;
    await advanceTime(3 * RETRY_DELAY);
    await settle();
    expect(told.at(-1).sip_call_id).toBe(header(invite, "Call-ID"));
    expect(told.at(-1).ended_here).toBe(true);
    expect(told.at(-1).ended_ago > 4).toBe(true);
});

test("what the other side answers is told as SIP says it", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    await place(wire);
    await wire.answer("INVITE", "486 Busy Here", "Reason: Q.850;cause=17");
    expect(told.at(-1).status).toBe(486);
    expect(told.at(-1).reason).toBe("Q.850;cause=17");
    expect(told.at(-1).ended_ago).not.toBe(undefined);
    expect(wire.voip.inCall).toBe(false);
});

test("a second call waits until the first one has ended", async () => {
    logsCalls();
    const wire = await startWidget();
    await place(wire);
    await place(wire, "+33 1 99 00 45 67");
    expect(wire.sent.filter((message) => message.startsWith("INVITE"))).toHaveLength(1);
});

test("a call that cannot be placed says so and ends", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.agent.call({ number: "anonymous" });
    await settle();
    expect(".o_notification").toHaveText(/The call could not be placed/);
    expect(wire.voip.inCall).toBe(false);
    expect(told.at(-1).ended_ago).not.toBe(undefined);
});

test("a user without an extension dials as voip_oca does", async () => {
    logsCalls(false);
    const invite = await place(await startWidget({ axivox: false }));
    expect(invite).toMatch(/^INVITE sip:442079460321@/);
});
