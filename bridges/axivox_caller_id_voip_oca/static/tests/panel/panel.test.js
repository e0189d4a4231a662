import { expect, test } from "@odoo/hoot";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    preloadBundle,
} from "@web/../tests/web_test_helpers";
import { LONDON, logsCalls, settle, startWidget } from "../sip_stand_in";

class Lead extends models.Model {
    _name = "crm.lead";
    phone = fields.Char();
    choices = fields.Json();
    _records = [
        { id: 7, phone: "020 7946 0321", choices: [{ id: 5, name: "+33 1 99 00 12 34 · Paris" }] },
    ];
}

defineVoipModels();
defineModels([Lead]);
preloadBundle("voip_oca.agent_assets");

const CALL = "button[title=Call]";

async function openPanel(wire, values) {
    Object.assign(wire.voip, { isOpened: true, ...values });
    await settle();
    await settle();
}

test("the number that is shown stands in the panel during the call", async () => {
    logsCalls();
    const wire = await startWidget();
    await wire.agent.call({ number: "0044 20 7946 0321" });
    await settle();
    expect(".o_voip_softphone .o_axivox_call_shown").toHaveText(
        /^Shown as \+44 20 7946 0958 · London · rule 0044/
    );
});

test("who is called from a lead without a contact stands in the panel", async () => {
    logsCalls({ ...LONDON, name: "Harriet Poole" });
    const wire = await startWidget();
    await wire.agent.call({ number: "0044 20 7946 0321" });
    await settle();
    expect(".o_axivox_called").toHaveText("Harriet Poole");
    expect(".o_voip_softphone").not.toHaveText(/No contact info/);
});

test("who calls stands in the panel", async () => {
    logsCalls({
        kind: "unknown",
        display: "+33 1 99 00 45 67",
        country: "France",
        name: "",
        company: "",
        partner_id: false,
        lead: false,
        last: "",
        others: [],
        dialled: "Main line, Belgium",
        defaults: {},
        can_create_lead: true,
    });
    const wire = await startWidget();
    await wire.ring();
    expect(".o_voip_softphone .o_axivox_caller_kind").toHaveText("Unknown caller");
    expect(".o_voip_softphone .o_axivox_caller_dialled").toHaveText("Called: Main line, Belgium");
});

test("a name and a number are said once", async () => {
    const caller = {
        kind: "known",
        display: "+44 20 7946 0321",
        country: "United Kingdom",
        name: "Harriet Poole",
        company: "Thames Couriers",
        partner_id: 4,
        lead: false,
        last: "",
        others: [],
        dialled: "",
        defaults: {},
        can_create_lead: true,
    };
    const partner = { id: 4, name: "Harriet Poole", display_name: "Thames Couriers, Harriet Poole" };
    logsCalls(caller, partner);
    const wire = await startWidget();
    await wire.ring({ from: "+442079460321" });
    const count = (text) => document.querySelector(".o_voip_softphone").innerText.split(text).length - 1;
    expect(count("Harriet Poole")).toBe(1);
    expect(count("Thames Couriers")).toBe(1);
    expect(count("0321")).toBe(1);
    await wire.agent.hangup();
    logsCalls(LONDON, partner);
    await wire.agent.call({ number: "+44 20 7946 0321", partner });
    await settle();
    expect(count("Harriet Poole")).toBe(1);
    expect(count("0321")).toBe(1);
});

test("the contact that is selected is called", async () => {
    const id = 4;
    const told = logsCalls();
    onRpc("voip.call", "preview_call", ({ args }) => {
        expect.step(args);
        return LONDON;
    });
    const wire = await startWidget();
    const partner = { id, name: "Harriet", phone: "020 7946 0321" };
    await openPanel(wire, { partner, activity: {}, call: {} });
    expect.verifySteps([["020 7946 0321", "res.partner", id]]);
    expect(".o_axivox_call_shown").toHaveText(/London/);
    await contains(`.o_voip_softphone_footer ${CALL}`).click();
    await settle();
    expect(told[0].phone_number).toBe("020 7946 0321");
    expect([told[0].partner_id, told[0].res_model, told[0].res_id]).toEqual([id, "res.partner", id]);
});

test("a recent call about a lead is called again in the lead's country", async () => {
    const told = logsCalls();
    onRpc("voip.call", "preview_call", ({ args }) => {
        expect.step(args);
        return LONDON;
    });
    const wire = await startWidget();
    await openPanel(wire, {
        partner: { id: false, name: "" },
        call: { id: 3, phoneNumber: "020 7946 0321", leadId: 7 },
    });
    expect.verifySteps([["020 7946 0321", "crm.lead", 7]]);
    await contains(".o_voip_partner_header .text-success").click();
    await settle();
    expect([told[0].res_model, told[0].res_id]).toEqual(["crm.lead", 7]);
});

test("an activity calls the number of its lead, and is linked to it", async () => {
    const told = logsCalls();
    onRpc("voip.call", "preview_call", () => LONDON);
    const wire = await startWidget();
    await openPanel(wire, {
        partner: { id: 4, name: "Harriet", phone: "+33 1 99 00 45 67" },
        activity: { id: 2, res_model: "crm.lead", res_id: 7, axivox_phone: "020 7946 0321" },
        call: {},
    });
    await contains(".o_voip_partner_header .text-success").click();
    await settle();
    expect(told[0].phone_number).toBe("020 7946 0321");
    expect([told[0].res_model, told[0].res_id]).toEqual(["crm.lead", 7]);
});

test("the phone field's button links the call to its record", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    await mountView({
        type: "form",
        resModel: "crm.lead",
        resId: 7,
        arch: `<form><field name="phone" widget="phone"/></form>`,
    });
    await contains(".o_phone_form_link", { visible: false }).click();
    await settle();
    expect(told[0].phone_number).toBe("020 7946 0321");
    expect([told[0].res_model, told[0].res_id]).toEqual(["crm.lead", 7]);
    expect(wire.last("INVITE")).toMatch(/^INVITE sip:00442079460321@/);
});

test("another number is chosen on a form, for the next call of its phone", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    await mountView({
        type: "form",
        resModel: "crm.lead",
        resId: 7,
        arch: `<form>
            <field name="phone" widget="phone"/><field name="choices" widget="axivox_choices"/>
        </form>`,
    });
    await contains(".o_form_view .o_axivox_call_choice").select("5");
    await contains(".o_phone_form_link", { visible: false }).click();
    await settle();
    expect(told[0].chosen_number_id).toBe(5);
    await wire.agent.hangup();
    await settle();
    expect(".o_form_view .o_axivox_call_choice").toHaveValue("");
    await contains(".o_phone_form_link", { visible: false }).click();
    await settle();
    expect(told.at(-1).chosen_number_id).toBe(false);
});

test("a number on a card or in a list is called, and does not open the record", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    for (const [type, arch] of [
        ["list", `<list><field name="phone" widget="phone"/></list>`],
        [
            "kanban",
            `<kanban><templates>
                <t t-name="card"><field name="phone" widget="phone"/></t>
            </templates></kanban>`,
        ],
    ]) {
        await mountView({
            type,
            resModel: "crm.lead",
            arch,
            selectRecord: () => expect.step("opened"),
        });
        await contains(".o_form_uri:last").click();
        await settle();
        expect(told.at(-1).phone_number).toBe("020 7946 0321");
        expect([told.at(-1).res_model, told.at(-1).res_id]).toEqual(["crm.lead", 7]);
        await wire.agent.hangup();
        await settle();
    }
    expect.verifySteps([]);
});

test("the number that was chosen goes along with this call only", async () => {
    const told = logsCalls();
    const wire = await startWidget();
    const number = "0044 20 7946 0321";
    wire.voip.choice = { id: 5, number };
    await wire.agent.call({ number });
    await settle();
    await wire.agent.hangup();
    await wire.agent.call({ number: "0044 20 7946 0321" });
    await settle();
    expect(told[0].chosen_number_id).toBe(5);
    expect(told.at(-1).chosen_number_id).toBe(false);
    await wire.agent.hangup();
    wire.voip.choice = { id: 5, number };
    await wire.agent.call({ number: "+33 1 99 00 45 67" });
    await settle();
    expect(told.at(-1).chosen_number_id).toBe(false);
});

test("what is typed on the numpad is previewed, and not during a call", async () => {
    logsCalls();
    onRpc("voip.call", "preview_call", () => LONDON);
    const wire = await startWidget();
    await openPanel(wire, { numpadTab: true });
    expect(".o_numpad_input").toHaveAttribute("dir", "ltr");
    await contains(".o_numpad_input").edit("0044 20 7946 0321", { confirm: false });
    await contains(`.o_voip_softphone_footer ${CALL}`).click();
    await settle();
    await contains("button[title='Open Numpad']").click();
    expect(".o_numpad_input").toHaveCount(1);
    expect(".o_axivox_call_preview").toHaveCount(0);
});
