import { expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { patchWithCleanup, preloadBundle } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { carriesSound, openMicrophone } from "@axivox_caller_id_voip_oca/agent/media";
import { logsCalls, settle, startWidget } from "../sip_stand_in";
import { Media } from "../wire";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

async function place() {
    const told = logsCalls();
    const wire = await startWidget();
    await wire.register();
    patchWithCleanup(wire.agent, {
        playTone: (tone) => expect.step(tone),
        stopTone: () => expect.step("no tone"),
        setCallAudio: () => expect.step("voice"),
    });
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    expect.verifySteps(["dialtone"]);
    return Object.assign(wire, { told });
}

/** A connection that fires an event at each change of its state. */
class Connection extends EventTarget {
    connectionState = "new";

    constructor(...directions) {
        super();
        this.getTransceivers = () => directions.map((currentDirection) => ({ currentDirection }));
        this.getReceivers = () => [];
    }
    become(state) {
        this.connectionState = state;
        this.dispatchEvent(new Event("connectionstatechange"));
    }
}

test("that it rings is heard, once, and the clock does not run", async () => {
    const wire = await place();
    expect(".o_axivox_situation").toHaveText("Calling…");
    await wire.answer("INVITE", "183 Session Progress");
    expect.verifySteps([]);
    await wire.answer("INVITE", "180 Ringing");
    await wire.answer("INVITE", "180 Ringing");
    expect.verifySteps(["ringbacktone"]);
    expect(".o_axivox_situation").toHaveText("Ringing…");
    await advanceTime(3000);
    expect(".o_axivox_clock").toHaveCount(0);
    await wire.pickUp();
    await advanceTime(2000);
    await settle();
    expect.verifySteps(["no tone", "voice", "no tone"]);
    expect(".o_axivox_clock").toHaveText("In call for: 00:02");
    expect(".o_axivox_situation").toHaveText("");
});

test("an announcement is heard in the place of a tone, and no tone after it", async () => {
    const wire = await place();
    await wire.answer("INVITE", "180 Ringing");
    expect.verifySteps(["ringbacktone"]);
    await wire.pickUp("183 Session Progress");
    expect.verifySteps(["no tone", "voice"]);
    expect(".o_axivox_situation").toHaveText("Not answered yet");
    await wire.answer("INVITE", "180 Ringing");
    expect.verifySteps([]);
    expect(wire.told.at(-1).answered_ago).toBe(undefined);
    await wire.pickUp();
    expect(wire.told.at(-1).answered_ago).not.toBe(undefined);
    expect.verifySteps(["no tone", "voice", "no tone"]);
});

for (const [status, headers, words] of [
    ["486 Busy Here", [], "Busy"],
    ["600 Busy Everywhere", [], "Busy"],
    ["480 Temporarily Unavailable", [], "No answer"],
    ["404 Not Found", [], "This number does not exist"],
    ["404 Not Found", ["Reason: Q.850;cause=27"], "This number is out of service"],
    ["503 Service Unavailable", ['Reason: q.850 ; cause=17;text="busy"'], "Busy"],
    ["603 Decline", [], "Declined"],
    ["488 Not Acceptable Here", [], "The two telephones have no audio format in common"],
    ["302 Moved", ["Contact: <sip:0032450001234@there>"], /another number.*0032450001234/],
    ["302 Moved", ["Contact: <sip:there>"], "This number has changed"],
    ["400 Bad Request", ["Contact: <sip:0032450001234@there>"], "Bad Request (400)"],
    ["403 Not a number of this account", [], "Not a number of this account (403)"],
]) {
    test(`a call that ends with ${status} ${headers.join()} is said to be in words`, async () => {
        const wire = await place();
        await wire.answer("INVITE", status, ...headers);
        expect.verifySteps(["no tone", "no tone"]);
        expect(".o_notification").toHaveText(
            words instanceof RegExp ? words : `+44 20 7946 0321: ${words}`
        );
        expect(wire.voip.inCall).toBe(false);
        expect(wire.told.at(-1).status).toBe(Number(status.split(" ")[0]));
    });
}

test("a PBX that answers nothing is said not to, and nobody to have been called", async () => {
    const wire = await place();
    await advanceTime(33000);
    await settle();
    expect(".o_notification").toHaveText(/The telephone system does not answer/);
    expect(wire.voip.inCall).toBe(false);
    expect.verifySteps(["no tone", "no tone"]);
    expect(wire.told.at(-1).status).toBe(undefined);
    expect(wire.told.at(-1).ended_ago).not.toBe(undefined);
});

test("a call that was answered and carries no sound is ended, and was no conversation", async () => {
    const connection = new Connection("sendrecv");
    const wire = await place();
    wire.agent.session.sessionDescriptionHandler.peerConnection = connection;
    await wire.pickUp();
    expect(wire.told.at(-1).answered_ago).toBe(undefined);
    connection.become("connecting");
    connection.become("failed");
    await settle();
    expect(".o_notification").toHaveText(/no sound could get through/);
    expect(wire.last("BYE")).toMatch(/^BYE/);
    expect.verifySteps(["no tone", "voice", "no tone", "no tone", "no tone"]);
    expect(wire.told.at(-1).status).toBe(488);
    expect(wire.told.at(-1).answered_ago).toBe(undefined);
    expect(wire.voip.inCall).toBe(false);
});

test("an incoming call that cannot be accepted is not one that nobody answered", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    patchWithCleanup(Media, { fails: true });
    await wire.agent.accept();
    await settle();
    expect(told.at(-1).status).toBe(488);
    patchWithCleanup(Media, { fails: false });
    await wire.ring({ callId: "call-2" });
    await wire.agent.accept();
    await settle();
    expect(told.at(-1).status).toBe(undefined);
    expect(told.at(-1).answered_ago).not.toBe(undefined);
});

test("who accepts twice accepts once, and may hang up before the sound has come", async () => {
    const told = logsCalls(false);
    const wire = await startWidget();
    await wire.ring();
    const connection = new Connection("sendrecv");
    patchWithCleanup(Media.prototype, {
        async getDescription() {
            this.peerConnection = connection;
            return super.getDescription(...arguments);
        },
    });
    wire.agent.accept();
    wire.agent.accept();
    await settle();
    await wire.acknowledge();
    expect(".o_notification").toHaveCount(0);
    expect(wire.voip.inCall).toBe(true);
    await wire.agent.hangup();
    await settle();
    expect(wire.last("BYE")).toMatch(/^BYE/);
    expect(wire.voip.inCall).toBe(false);
    expect(told.at(-1).answered_ago).toBe(undefined);
});

test("two telephones hear each other once they are connected, or never", async () => {
    for (const [state, heard] of [
        ["connected", true],
        ["failed", false],
    ]) {
        const connection = new Connection("stopped", "recvonly");
        const isHeard = carriesSound(connection);
        connection.become("connecting");
        connection.become(state);
        expect(await isHeard).toBe(heard);
    }
    expect(await carriesSound(new Connection("stopped", null))).toBe(false);
});

test("why there is no microphone is said in words", async () => {
    let name;
    await startWidget(); // loads the translations
    patchWithCleanup(browser.navigator, {
        mediaDevices: {
            async getUserMedia() {
                throw new DOMException("as the browser says it", name);
            },
        },
    });
    for (const [error, words] of [
        ["NotAllowedError", "may not use the microphone"],
        ["NotFoundError", "There is no microphone"],
        ["NotReadableError", "Another program"],
        ["AbortError", "as the browser says it"],
    ]) {
        name = error;
        await expect(openMicrophone({ audio: true })).rejects.toThrow(words);
    }
});
