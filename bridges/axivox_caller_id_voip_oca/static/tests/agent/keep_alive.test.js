import { expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { patchWithCleanup, preloadBundle } from "@web/../tests/web_test_helpers";
import { PING_EVERY, PING_PATIENCE } from "@axivox_caller_id_voip_oca/agent/keep_alive";
import { logsCalls, settle, startWidget } from "../sip_stand_in";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

/** Let time pass in which the PBX is asked once. */
async function passOnce() {
    for (const ms of [PING_EVERY, PING_PATIENCE]) {
        await advanceTime(ms);
        await settle();
    }
}

test("a PBX that falls silent is said to be, in a call too, and so is its return", async () => {
    logsCalls();
    const wire = await startWidget();
    await wire.register();
    await wire.agent.call({ number: "+44 20 7946 0321" });
    await settle();
    await wire.pickUp();
    await passOnce();
    expect(wire.last("OPTIONS")).toMatch(/^OPTIONS sip:pbx\.example SIP/);
    expect(wire.voip.status).toBe("connected");
    expect(".o_axivox_clock").toHaveText(/In call for: 00:15/);

    wire.isSilent = true;
    await passOnce();
    expect(wire.voip.status).toBe("disconnected");
    expect(".o_axivox_not_registered").toHaveText(/does not answer/);
    expect(".o_axivox_situation").toHaveText(/not known whether the call is still going on/);
    expect(".o_axivox_clock").toHaveCount(0);

    const registered = wire.last("REGISTER");
    wire.isSilent = false;
    await passOnce();
    expect(wire.voip.status).toBe("connected");
    expect(".o_axivox_not_registered").toHaveCount(0);
    expect(".o_axivox_clock").toHaveCount(1);
    expect(wire.last("REGISTER")).not.toBe(registered);
});

test("a PBX that refuses to say anything is there", async () => {
    const wire = await startWidget();
    await wire.register();
    wire.isSilent = true;
    await advanceTime(PING_EVERY);
    await settle();
    await wire.answer("OPTIONS", "403 Forbidden");
    await advanceTime(PING_PATIENCE);
    await settle();
    expect(wire.voip.status).toBe("connected");
});

test("a PBX that refuses to register is not asked again and again", async () => {
    const wire = await startWidget();
    await wire.answer("REGISTER", "403 Forbidden");
    await passOnce();
    expect(wire.last("OPTIONS")).toBe(undefined);
    expect(wire.voip.status).toBe("disconnected");
});

test("a PBX that is back, and refuses to register, is said to", async () => {
    const wire = await startWidget();
    await wire.register();
    wire.isSilent = true;
    await passOnce();
    wire.isSilent = false;
    await passOnce();
    await wire.answer("REGISTER", "403 Forbidden");
    expect(wire.voip.status).toBe("disconnected");
    expect(wire.voip.notRegistered).toMatch(/calls do not ring here/);
});

test("nothing is asked while the connection is cut: that is said already", async () => {
    const wire = await startWidget();
    await wire.register();
    patchWithCleanup(wire.transport, { isConnected: () => false });
    await passOnce();
    expect(wire.last("OPTIONS")).toBe(undefined);
    expect(wire.voip.status).toBe("connected");
});
