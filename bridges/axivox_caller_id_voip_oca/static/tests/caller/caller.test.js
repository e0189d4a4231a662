import { expect, test } from "@odoo/hoot";
import { Caller } from "@axivox_caller_id_voip_oca/caller/caller";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { contains, mockService, mountWithCleanup } from "@web/../tests/web_test_helpers";

defineVoipModels();

const UNKNOWN = {
    kind: "unknown",
    display: "+33 1 99 00 45 67",
    country: "France",
    name: "",
    says: "",
    company: "",
    partner_id: false,
    lead: false,
    last: "",
    others: [],
    dialled: "",
    defaults: { phone: "+33 1 99 00 45 67", country_id: 75 },
    can_create_lead: true,
};
const HARRIET = {
    ...UNKNOWN,
    kind: "known",
    name: "Harriet",
    company: "Thames Couriers",
    partner_id: 4,
    lead: { id: 9, name: "Cargo bikes", stage: "Qualified", is_open: true },
    last: "Last call: Marc, yesterday, shown as +33 1 99 00 12 34",
    others: ["Reception"],
    dialled: "Main line, Belgium",
};

async function mountCaller(caller) {
    mockService("action", { doAction: (action) => expect.step(action) });
    await mountWithCleanup(Caller, { props: { caller } });
}

test("a known caller: company, opportunity, last call, others, and which number they dialled", async () => {
    await mountCaller(HARRIET);
    expect(".o_axivox_caller_company").toHaveText("Thames Couriers");
    expect(".o_axivox_caller_lead").toHaveText("Cargo bikes · Qualified");
    expect(".o_axivox_caller_last").toHaveText(HARRIET.last);
    expect(".o_axivox_caller_others").toHaveText("Also with this number: Reception");
    expect(".o_axivox_caller_dialled").toHaveText("Called: Main line, Belgium");
    expect(".o_axivox_new_contact, .o_axivox_new_lead, .o_axivox_caller_kind").toHaveCount(0);
});

test("the opportunity is a link", async () => {
    await mountCaller(HARRIET);
    await contains(".o_axivox_caller_lead").click();
    expect.verifySteps([
        {
            type: "ir.actions.act_window",
            res_model: "crm.lead",
            res_id: 9,
            views: [[false, "form"]],
            target: "current",
        },
    ]);
});

test("a closed opportunity says so", async () => {
    await mountCaller({ ...HARRIET, lead: { ...HARRIET.lead, is_open: false } });
    expect(".o_axivox_caller_lead").toHaveText("Cargo bikes · Qualified · closed");
});

test("a lead without a contact names the caller", async () => {
    await mountCaller({ ...HARRIET, partner_id: false });
    expect(".o_axivox_caller_name").toHaveText("Harriet");
});

test("an unknown caller: country and form of the number, and both are filled in", async () => {
    await mountCaller(UNKNOWN);
    expect(".o_axivox_caller_kind").toHaveText("Unknown caller");
    expect(".o_axivox_caller_country").toHaveText("+33 1 99 00 45 67 · France");
    const created = (model) => ({
        type: "ir.actions.act_window",
        res_model: model,
        views: [[false, "form"]],
        target: "new",
        context: { default_phone: "+33 1 99 00 45 67", default_country_id: 75 },
    });
    await contains(".o_axivox_new_contact").click();
    expect.verifySteps([created("res.partner")]);
    await contains(".o_axivox_new_lead").click();
    expect.verifySteps([created("crm.lead")]);
});

test("who may not create leads is not offered it", async () => {
    await mountCaller({ ...UNKNOWN, can_create_lead: false });
    expect(".o_axivox_new_contact").toHaveCount(1);
    expect(".o_axivox_new_lead").toHaveCount(0);
});

test("withheld and malformed numbers say so", async () => {
    await mountCaller({ ...UNKNOWN, kind: "withheld", country: "" });
    expect(".o_axivox_caller_kind").toHaveText("The caller withholds their number");
    expect(".o_axivox_new_contact").toHaveCount(0);
    await mountCaller({ ...UNKNOWN, kind: "malformed", country: "" });
    expect(".o_axivox_caller_kind:last").toHaveText(/is not a valid phone number/);
});

test("what who is unknown calls themselves stands there as that", async () => {
    await mountCaller({ ...UNKNOWN, says: "Luc Moreau" });
    expect(".o_axivox_caller_says").toHaveText("Name sent by the caller: Luc Moreau");
});
