import { expect, test } from "@odoo/hoot";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { contains, mockService, onRpc, preloadBundle } from "@web/../tests/web_test_helpers";
import { LONDON, logsCalls, settle, startWidget } from "../sip_stand_in";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

const SCHEDULE = ".o_voip_softphone button[title='Schedule activity']";

function opensActions() {
    mockService("action", {
        doAction({ res_model, context }, { onClose } = {}) {
            expect.step([res_model, context.active_model, context.active_ids]);
            onClose?.();
        },
    });
}

async function open(wire, selected) {
    onRpc("voip.call", "preview_call", () => LONDON);
    Object.assign(wire.voip, { isOpened: true, activity: {}, call: {}, ...selected });
    await settle();
    await settle();
}

const HARRIET = { id: 4, name: "Harriet", phone: "+44 20 7946 0321" };
const OFFER = { id: 2, res_model: "crm.lead", res_id: 7 };
const CALLER = {
    kind: "known",
    display: "+44 20 7946 0321",
    country: "United Kingdom",
    name: "Harriet",
    company: "",
    partner_id: false,
    lead: { id: 7, name: "Cargo bikes", stage: "", is_open: true },
    last: "",
    others: [],
    dialled: "",
    defaults: {},
    can_create_lead: true,
};

test("an activity is scheduled for the lead of what is selected, else for the contact", async () => {
    opensActions();
    const wire = await startWidget();
    await open(wire, { partner: HARRIET });
    await contains(SCHEDULE).click();
    await open(wire, { partner: HARRIET, call: { id: 3, leadId: 7 } });
    await contains(SCHEDULE).click();
    const activity = { id: 2, res_model: "sale.order", res_id: 9 };
    await open(wire, { partner: HARRIET, activity });
    await contains(SCHEDULE).click();
    await open(wire, { partner: { id: false }, call: { id: 3, phoneNumber: "+33199004567" } });
    await contains(SCHEDULE).click();
    const dialog = "mail.activity.schedule";
    expect.verifySteps([
        [dialog, "res.partner", [4]],
        [dialog, "crm.lead", [7]],
        [dialog, "sale.order", [9]],
        [dialog, false, false],
    ]);
});

test("in a call an activity is scheduled for whom it is with", async () => {
    opensActions();
    logsCalls();
    const wire = await startWidget();
    const call = async (params) => {
        await wire.agent.call({ number: "0044 20 7946 0321", ...params });
        await settle();
        await contains(SCHEDULE).click();
        await wire.agent.hangup();
        await settle();
    };
    await call({ record: { model: "crm.lead", id: 7 } });
    await call({ partner: HARRIET, record: { model: "res.partner", id: 4 } });
    await call({});
    const dialog = "mail.activity.schedule";
    expect.verifySteps([
        [dialog, "crm.lead", [7]],
        [dialog, "res.partner", [4]],
        [dialog, false, false],
    ]);
});

test("an activity is scheduled for the lead of who calls", async () => {
    opensActions();
    logsCalls(CALLER);
    const wire = await startWidget();
    await wire.ring();
    await contains(SCHEDULE).click();
    expect.verifySteps([["mail.activity.schedule", "crm.lead", [7]]]);
});

test("a mail from the panel is about the lead, and to the contact", async () => {
    mockService("action", {
        doAction({ context }) {
            const { default_model, default_res_ids, default_partner_ids } = context;
            expect.step([default_model, default_res_ids, default_partner_ids]);
        },
    });
    const wire = await startWidget();
    const partner = { ...HARRIET, email: "harriet@example.com" };
    await open(wire, { partner, activity: OFFER });
    await contains(".o_voip_softphone button[title='Send email']").click();
    expect.verifySteps([["crm.lead", [7], [4]]]);
});

test("an activity without a document has none to open", async () => {
    const wire = await startWidget();
    const related = ".o_voip_softphone button[title='Related document']";
    await open(wire, { partner: HARRIET, activity: OFFER });
    expect(related).toHaveCount(1);
    await open(wire, { partner: { id: false }, activity: { id: 2, res_model: false } });
    expect(related).toHaveCount(0);
});

test("a call to make stays selected while it is made, and not beyond the next call", async () => {
    logsCalls();
    const wire = await startWidget();
    await open(wire, { partner: HARRIET, activity: OFFER });
    await wire.agent.call(wire.voip.selected);
    await settle();
    await wire.agent.hangup();
    expect(wire.voip.activity.id).toBe(OFFER.id);
    await wire.agent.call({ number: "+33 1 99 00 45 67" });
    expect(wire.voip.activity).toBe(false);
});

test("who calls is not about the call to make that is selected", async () => {
    logsCalls(CALLER);
    const wire = await startWidget();
    await open(wire, { partner: HARRIET, activity: OFFER });
    await wire.ring();
    expect(wire.voip.activity).toBe(false);
});
