import { expect, test } from "@odoo/hoot";
import { advanceTime, Deferred } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { onRpc, preloadBundle } from "@web/../tests/web_test_helpers";
import { PATIENCE } from "@axivox_caller_id_voip_oca/agent/patience";
import { FIRST_NOTIFY } from "@axivox_caller_id_voip_oca/agent/transfer";
import { LONDON, logsCalls, settle, startWidget } from "../sip_stand_in";
import { DOMAIN, header } from "../wire";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

const TYPED = "+44 20 7946 0322";
const NUMBER = { dial: "00442079460322", destination: "+442079460322" };

async function startTalking(preview = () => ({ ...LONDON, ...NUMBER })) {
    const told = logsCalls();
    onRpc("voip.call", "preview_call", ({ args }) => preview(args[0]));
    const wire = await startWidget();
    await wire.register();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    await wire.pickUp();
    return Object.assign(wire, { told });
}

async function transfer(wire, number = TYPED) {
    const placed = wire.agent.transfer(number);
    await settle();
    return placed;
}

/** Let seconds pass, with time for the PBX's answers after each. */
async function pass(seconds) {
    for (let second = 0; second < seconds; second++) {
        await advanceTime(1000);
        await settle();
    }
}

const notify = (wire, status, state = "active;expires=60") =>
    wire.ask("NOTIFY", {
        headers: [
            "Event: refer",
            `Subscription-State: ${state}`,
            "Content-Type: message/sipfrag;version=2.0",
        ],
        body: `SIP/2.0 ${status}\r\n`,
    });

test("a call that is transferred ends here once the target has answered, and says to whom", async () => {
    const wire = await startTalking();
    await transfer(wire);
    expect(header(wire.last("REFER"), "Refer-To")).toMatch(`sip:${NUMBER.dial}@${DOMAIN}`);
    await wire.answer("REFER", "202 Accepted");
    await notify(wire, "100 Trying");
    await notify(wire, "180 Ringing");
    expect(wire.last("SIP/2.0 200")).toMatch(/CSeq: 3 NOTIFY/);
    expect(wire.voip.inCall).toBe(true);
    expect(".o_axivox_situation").toHaveText(/Transferring to \+44 20 7946 0322/);
    expect("button[title=Transfer]").toHaveProperty("disabled", true);
    await notify(wire, "200 OK", "terminated;reason=noresource");
    expect(wire.last("BYE")).toMatch(/^BYE/);
    expect(wire.voip.inCall).toBe(false);
    expect(wire.told.at(-1).transferred_to).toBe(NUMBER.destination);
    expect(wire.told.at(-1).ended_ago).not.toBe(undefined);
});

test("who cannot be transferred stays, and may be transferred to somebody else", async () => {
    const wire = await startTalking();
    for (const [status, words] of [
        ["486 Busy Here", /Not transferred to \+44 20 7946 0322: Busy/],
        ["603 Decline", /Declined/],
        ["480 Temporarily Unavailable", /No answer/],
        ["500 Meltdown", /Meltdown \(500\)/],
    ]) {
        await transfer(wire);
        await wire.answer("REFER", "202 Accepted");
        await notify(wire, status, "terminated;reason=noresource");
        expect(".o_notification:last").toHaveText(words);
        expect(".o_axivox_situation").toHaveText("");
        expect(wire.voip.inCall).toBe(true);
    }
    expect(wire.last("BYE")).toBe(undefined);
    expect(wire.told.at(-1).transferred_to).toBe(undefined);
});

test("a transfer that is refused is said", async () => {
    const wire = await startTalking();
    await transfer(wire);
    await wire.answer("REFER", "405 Method Not Allowed");
    expect(".o_notification").toHaveText(/Not transferred .*Method Not Allowed \(405\)/);
    expect(wire.voip.inCall).toBe(true);
});

test("a PBX that says nothing of a transfer is not waited for forever, and may still say it", async () => {
    const wire = await startTalking();
    await transfer(wire);
    await wire.answer("REFER", "202 Accepted");
    await advanceTime((FIRST_NOTIFY - 1) * 1000);
    expect(".o_notification").toHaveCount(0);
    await advanceTime(1500);
    await settle();
    expect(".o_notification").toHaveText(/not known whether the call was transferred/);
    expect(wire.voip.inCall).toBe(true);
    await notify(wire, "200 OK", "terminated;reason=noresource");
    expect(wire.voip.inCall).toBe(false);
});

test("a PBX that goes on ringing is waited for as long as it says", async () => {
    const wire = await startTalking();
    await transfer(wire);
    await wire.answer("REFER", "202 Accepted");
    await notify(wire, "180 Ringing", "active;expires=90");
    await pass(84);
    expect(".o_notification").toHaveCount(0);
    await pass(6);
    expect(".o_notification").toHaveText(/not known/);
    await transfer(wire);
    await notify(wire, "100 Trying", "terminated;reason=timeout");
    expect(".o_axivox_situation").toHaveText("");
    expect(wire.voip.inCall).toBe(true);
});

test("what cannot be dialled is said, and nobody is transferred to it", async () => {
    const wire = await startTalking(() => ({ error: "+32 12 is too short.", dial: false }));
    await transfer(wire, "+32 12");
    expect(".o_notification:last").toHaveText(/\+32 12 is too short/);
    await transfer(wire, " ");
    expect(".o_notification:last").toHaveText(/Type the number/);
    expect(wire.last("REFER")).toBe(undefined);
});

test("a transfer to a code of the PBX, and one while Odoo is slow", async () => {
    const wire = await startTalking((number) => (number === "*9#" ? { dial: "*9#" } : new Deferred()));
    await transfer(wire, "*9#");
    expect(header(wire.last("REFER"), "Refer-To")).toMatch(/sip:\*9%23@/);
    await wire.answer("REFER", "603 Decline");
    const placed = transfer(wire);
    await advanceTime(PATIENCE + 100);
    await placed;
    expect(header(wire.last("REFER"), "Refer-To")).toMatch(/sip:00442079460322@/);
});

test("who asks for two transfers while Odoo is slow gets the first", async () => {
    const answer = new Deferred();
    const wire = await startTalking(() => answer);
    const placed = [transfer(wire), transfer(wire, "+44 20 7946 0323")];
    answer.resolve({ ...LONDON, ...NUMBER });
    await Promise.all(placed);
    expect(wire.sent.filter((sent) => sent.startsWith("REFER"))).toHaveLength(1);
});

test("who hangs up while a call is transferred hears no more of it", async () => {
    const wire = await startTalking();
    await transfer(wire);
    await wire.agent.hangup();
    await advanceTime(FIRST_NOTIFY * 1000 + 1000);
    expect(".o_notification").toHaveCount(0);
});

test("the other side has no call placed by this phone", async () => {
    const wire = await startTalking();
    const calls = wire.sent.filter((sent) => sent.startsWith("INVITE")).length;
    await wire.ask("REFER", { headers: [`Refer-To: <sip:0088216000000@${DOMAIN}>`] });
    await settle();
    expect(wire.last("SIP/2.0 603")).toMatch(/CSeq: \d+ REFER/);
    expect(wire.sent.filter((sent) => sent.startsWith("INVITE"))).toHaveLength(calls);
    expect(wire.voip.inCall).toBe(true);
});
