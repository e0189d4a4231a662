import { expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { contains, patchWithCleanup, preloadBundle } from "@web/../tests/web_test_helpers";
import { makeMedia } from "@axivox_caller_id_voip_oca/agent/media";
import { logsCalls, settle, startWidget } from "../sip_stand_in";
import { header, Media } from "../wire";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

const PAUSE = "button[title=Pause]";
const sdp = (...lines) => ["v=0", ...lines, ""].join("\r\n");

async function startTalking() {
    logsCalls();
    const microphone = [];
    patchWithCleanup(Media.prototype, {
        enableSenderTracks: (isOn) => microphone.push(isOn),
    });
    const wire = await startWidget();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    await wire.pickUp();
    return Object.assign(wire, { microphone });
}

const asked = (wire) => wire.sent.filter((message) => message.startsWith("INVITE")).length - 1;

test("a call is on hold once the other side has agreed", async () => {
    const wire = await startTalking();
    await contains(PAUSE).click();
    await settle();
    expect(PAUSE).toHaveProperty("disabled", true);
    expect(wire.agent.isHolded).toBe(false);
    await wire.pickUp();
    expect(PAUSE).toHaveAttribute("aria-pressed", "true");
    expect(".o_axivox_situation").toHaveText(/On hold/);
    expect(wire.microphone.at(-1)).toBe(false);
    await contains(PAUSE).click();
    await settle();
    await wire.pickUp();
    expect(PAUSE).toHaveAttribute("aria-pressed", "false");
    expect(".o_axivox_situation").toHaveText("");
    expect(wire.microphone.at(-1)).toBe(true);
});

test("a hold that is refused is said, and leaves the call as it was", async () => {
    const wire = await startTalking();
    await contains(PAUSE).click();
    await settle();
    await wire.answer("INVITE", "488 Not Acceptable Here");
    expect(".o_notification").toHaveText(/could not be put on hold/);
    expect(wire.agent.isHolded).toBe(false);
    expect(wire.microphone).not.toInclude(false);
    expect(wire.voip.inCall).toBe(true);
    const { session } = wire.agent;
    expect(session.sessionDescriptionHandlerOptionsReInvite).toEqual({ hold: false });
    await wire.ask("INVITE", {
        headers: ["Content-Type: application/sdp"],
        body: sdp("a=sendrecv"),
    });
    expect(session.sessionDescriptionHandler.offered).toBe(false);
});

test("both sides ask at once: the caller asks again after 2.1 to 4 seconds, and only once", async () => {
    const wire = await startTalking();
    await contains(PAUSE).click();
    await settle();
    await wire.answer("INVITE", "491 Request Pending");
    await advanceTime(2050);
    expect(asked(wire)).toBe(1);
    await advanceTime(2000);
    await settle();
    expect(asked(wire)).toBe(2);
    await wire.answer("INVITE", "491 Request Pending");
    expect(".o_notification").toHaveText(/at the same time/);
    await advanceTime(5000);
    await settle();
    expect(asked(wire)).toBe(2);
    expect(wire.agent.isHolded).toBe(false);
    expect(PAUSE).toHaveProperty("disabled", false);
});

test("both sides ask at once: the called one asks again within two seconds", async () => {
    logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    await wire.agent.accept();
    await wire.acknowledge();
    await contains(PAUSE).click();
    await settle();
    const first = wire.last("INVITE");
    await wire.answer("INVITE", "491 Request Pending");
    await advanceTime(2001);
    await settle();
    expect(wire.last("INVITE")).not.toBe(first);
});

test("who hangs up meanwhile asks no more", async () => {
    const wire = await startTalking();
    await contains(PAUSE).click();
    await settle();
    await wire.answer("INVITE", "491 Request Pending");
    await wire.agent.hangup();
    await advanceTime(5000);
    expect(asked(wire)).toBe(1);
    expect(".o_notification").toHaveCount(0);
});

test("a hold that is answered with: there is no such call, ends the call", async () => {
    const wire = await startTalking();
    await contains(PAUSE).click();
    await settle();
    await wire.answer("INVITE", "481 Call/Transaction Does Not Exist");
    expect(wire.voip.inCall).toBe(false);
    expect(wire.last("BYE")).toMatch(/^BYE/);
});

test("that the other side has put the call on hold is said, as long as it is so", async () => {
    const wire = await startTalking();
    for (const line of ["a=sendonly", "a=inactive", "c=IN IP4 0.0.0.0"]) {
        for (const [offered, text] of [
            [line, "The other side has put the call on hold."],
            ["a=sendrecv", ""],
        ]) {
            const headers = ["Content-Type: application/sdp"];
            await wire.ask("INVITE", { headers, body: sdp(offered) });
            await wire.ask("ACK");
            expect(header(wire.last("SIP/2.0 200"), "CSeq")).toMatch("INVITE");
            expect(".o_axivox_situation").toHaveText(text);
        }
    }
});

test("an offer that is refused is taken back, and its direction with it", async () => {
    const told = [];
    const transceiver = { direction: "sendonly", currentDirection: "sendrecv" };
    const connection = {
        signalingState: "have-local-offer",
        setLocalDescription: async ({ type }) => told.push(`local ${type}`),
        setRemoteDescription: async ({ type }) => told.push(`remote ${type}`),
        getTransceivers: () => [transceiver, { direction: "stopped", currentDirection: "stopped" }],
    };
    const userAgent = { getLogger: () => ({ debug() {} }) };
    const media = makeMedia({ userAgent }, {});
    Object.defineProperty(media, "peerConnection", { value: connection });
    await media.rollbackDescription();
    connection.signalingState = "have-remote-offer";
    await media.rollbackDescription();
    expect(told).toEqual(["local rollback", "remote rollback"]);
    expect(transceiver.direction).toBe("sendrecv");
});
