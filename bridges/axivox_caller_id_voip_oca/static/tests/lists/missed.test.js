import { expect, test } from "@odoo/hoot";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { contains, onRpc, preloadBundle } from "@web/../tests/web_test_helpers";
import { LONDON, logsCalls, settle, startWidget } from "../sip_stand_in";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

const PARIS = { ...LONDON, number: "+33199001234", display: "+33 1 99 00 12 34", via: "your choice" };
const MISSED = {
    id: 3,
    typeCall: "incoming",
    display_name: "Missed - +442079460321",
    phoneNumber: "+442079460321",
    partner: false,
    state: "missed",
    outcome: "busy",
    person: "Harriet Poole",
    number: "+44 20 7946 0321",
    callNumber: "+44 20 7946 0321",
    callerId: "",
    dialled: "+33 1 99 00 12 34 · Paris",
    leadId: 7,
    leadName: "Cargo bikes",
    createDate: "2026-11-23 10:00:00",
    startDate: false,
    endDate: false,
    times: 2,
    callBack: { number: "+44 20 7946 0321", chosen: 5, shown: PARIS },
};

async function openMissed(wire) {
    wire.voip.missed = 1;
    await settle();
    expect(".o_menu_systray .o_axivox_missed").toHaveText(/^1/);
    await contains(".o_menu_systray button[title=Softphone]").click();
    await settle();
    await settle();
}

test("the badge counts who was missed, and opens the list of them", async () => {
    onRpc("voip.call", "get_missed_calls", () => [MISSED]);
    const wire = await startWidget();
    expect(".o_axivox_missed").toHaveCount(0);
    await openMissed(wire);
    expect(".o_axivox_missed_item").toHaveText(
        /Harriet Poole\s*Cargo bikes\s*\+44 20 7946 0321\s*Called: \+33 1 99 00 12 34 · Paris/
    );
    expect(".o_axivox_missed_item").toHaveText(/you were in a call · 2 times/);
    expect(".o_axivox_missed_item").toHaveText(/Shown as \+33 1 99 00 12 34/);
});

test("one click calls back, with the number that they dialled", async () => {
    onRpc("voip.call", "get_missed_calls", () => [MISSED]);
    const told = logsCalls(PARIS);
    const wire = await startWidget();
    await openMissed(wire);
    await contains(".o_axivox_call_back").click();
    await settle();
    expect(told[0].phone_number).toBe("+44 20 7946 0321");
    expect([told[0].res_model, told[0].res_id]).toEqual(["crm.lead", 7]);
    expect(told[0].chosen_number_id).toBe(5);
    expect(wire.last("INVITE")).toMatch(/^INVITE sip:00442079460321@/);
});

test("who is called back is off the list and off the badge", async () => {
    let missed = [MISSED];
    onRpc("voip.call", "get_missed_calls", () => missed);
    const wire = await startWidget();
    await openMissed(wire);
    missed = [];
    await wire.voip.setMissed(0);
    await settle();
    expect(".o_axivox_missed_item").toHaveCount(0);
    expect(".o_axivox_missed").toHaveCount(0);
    expect(".o_axivox_empty").toHaveText(/No missed calls/);
});

test("what needs no call back is taken off the list", async () => {
    let missed = [MISSED, { ...MISSED, id: 4, callBack: false, number: "Number withheld" }];
    onRpc("voip.call", "get_missed_calls", () => missed);
    onRpc("voip.call", "set_called_back", ({ args: [ids] }) => {
        expect.step(ids);
        missed = missed.slice(0, 1);
        return 1;
    });
    const wire = await startWidget();
    await openMissed(wire);
    expect(".o_axivox_call_back").toHaveCount(1);
    await contains(".o_axivox_called_back:last").click();
    await settle();
    expect.verifySteps([[4]]);
    expect(".o_axivox_missed_item").toHaveCount(1);
});

test("a number that cannot be called back says why", async () => {
    const callBack = { number: "x7", chosen: false, shown: { error: "This is not a number." } };
    onRpc("voip.call", "get_missed_calls", () => [{ ...MISSED, callBack }]);
    const wire = await startWidget();
    await openMissed(wire);
    expect(".o_axivox_missed_item").toHaveText(/This is not a number/);
    expect(".o_axivox_call_back").toHaveCount(0);
    expect(".o_axivox_called_back").toHaveCount(1);
});

test("the badge follows what Odoo says at the end of each call", async () => {
    const wire = await startWidget();
    logsCalls();
    onRpc("voip.call", "create_call", async ({ parent }) => ({ ...(await parent()), missed: 4 }));
    await wire.agent.call({ number: "0044 20 7946 0321" });
    await settle();
    await wire.agent.hangup();
    await settle();
    expect(wire.voip.missed).toBe(4);
});

test("the badge is there when the page opens", async () => {
    await startWidget({ missed: 2 });
    expect(".o_menu_systray .o_axivox_missed").toHaveText(/^2/);
});
