import { expect, test } from "@odoo/hoot";
import { advanceTime } from "@odoo/hoot-mock";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { contains, onRpc, preloadBundle } from "@web/../tests/web_test_helpers";
import { user } from "@web/core/user";
import { LONDON, logsCalls, settle, startWidget } from "../sip_stand_in";

defineVoipModels();
preloadBundle("voip_oca.agent_assets");

const NOBODY = { id: false, name: false, phone: false, display_name: "" };

const CALL = {
    id: 3,
    typeCall: "outgoing",
    display_name: "Rejected - 0044 20 7946 0321",
    phoneNumber: "0044 20 7946 0321",
    partner: false,
    state: "rejected",
    outcome: "busy",
    result: "Busy",
    person: "Harriet Poole",
    number: "+44 20 7946 0321",
    callerId: "+44 20 7946 0958",
    dialled: "",
    leadId: 7,
    leadName: "Cargo bikes",
    createDate: "2026-11-23 10:00:00",
    startDate: false,
    endDate: false,
};

const activity = (id, called) => ({
    id,
    res_model: called ? "crm.lead" : false,
    res_id: called ? 7 : false,
    activity_category: "phonecall",
    date_deadline: "2019-01-01",
    user_id: { id: user.userId },
    main_partner_id: false,
    main_partner: false,
    summary: `Summary ${id}`,
    axivox_phone: called ? "020 7946 0321" : false,
    axivox_called: called || false,
});

async function openPanel(wire, tab) {
    onRpc("res.partner", "format_partner", () => NOBODY);
    wire.voip.isOpened = true;
    await settle();
    await contains(`.o_voip_softphone a[name=${tab}]`).click();
    await settle();
    await settle();
}

test("recent calls say who it was, the lead, the number, what was shown and the end", async () => {
    const other = { id: 4, phoneNumber: "anonymous", number: "anonymous", typeCall: "incoming" };
    onRpc("voip.call", "get_recent_calls", () => [
        CALL,
        { ...CALL, person: "", leadName: "", callerId: "", leadId: false, ...other },
    ]);
    const wire = await startWidget();
    await openPanel(wire, "call_list");
    expect(".o_voip_call_item").toHaveCount(2);
    expect(".o_voip_call_item:first").toHaveText(
        /Harriet Poole\s*Busy\s*Cargo bikes\s*\+44 20 7946 0321\s*Shown as \+44 20 7946 0958/
    );
    expect(".o_voip_softphone").not.toHaveText(/false|undefined/);
});

test("a recent call that is selected says who it was, and opens its lead", async () => {
    onRpc("voip.call", "get_recent_calls", () => [CALL]);
    onRpc("voip.call", "preview_call", () => LONDON);
    const wire = await startWidget();
    await openPanel(wire, "call_list");
    await contains(".o_voip_call_item").click();
    await settle();
    expect(".o_axivox_selected_person").toHaveText("Harriet Poole");
    expect(".o_voip_softphone").not.toHaveText(/No contact info/);
    expect(".o_axivox_selected_about").toHaveText("Cargo bikes");
});

test("a lead without a name of its own is said once", async () => {
    onRpc("voip.call", "get_recent_calls", () => [{ ...CALL, person: "Cargo bikes" }]);
    onRpc("voip.call", "preview_call", () => LONDON);
    const wire = await startWidget();
    await openPanel(wire, "call_list");
    expect(".o_axivox_call_lead").toHaveCount(0);
    await contains(".o_voip_call_item").click();
    await settle();
    expect(".o_axivox_selected_person").toHaveCount(0);
    expect(".o_axivox_selected_about").toHaveText("Cargo bikes");
});

test("recent calls are found by person, lead and number", async () => {
    onRpc("voip.call", "get_recent_calls", () => [CALL]);
    const wire = await startWidget();
    await openPanel(wire, "call_list");
    const numbers = ["+44 20 7946 0321", "+442079460321", "020 7946 0321", "(0)20 7946", "79460321"];
    for (const text of ["harriet", "cargo", ...numbers]) {
        wire.voip.searchValue = text;
        expect(wire.voip.calls).toHaveLength(1);
    }
    for (const text of ["nobody", "4567", "studio 44"]) {
        wire.voip.searchValue = text;
        expect(wire.voip.calls).toHaveLength(0);
    }
    await settle();
    expect(".o_axivox_empty").toHaveText("Nothing matches the search.");
});

test("recent calls are searched as one types", async () => {
    onRpc("voip.call", "get_recent_calls", ({ kwargs }) => (kwargs._search ? [] : [CALL]));
    const wire = await startWidget();
    await openPanel(wire, "call_list");
    await contains(".o_voip_softphone input").edit("zzz", { confirm: false });
    await advanceTime(400);
    await settle();
    expect(".o_voip_call_item").toHaveCount(0);
    expect(".o_axivox_empty").toHaveText("Nothing matches the search.");
});

test("a list that is opened is searched for what the box says", async () => {
    const searches = { call_list: "get_recent_calls", missed_list: "get_missed_calls" };
    for (const method of Object.values(searches)) {
        onRpc("voip.call", method, ({ kwargs }) => {
            expect.step([method, kwargs._search]);
            return [];
        });
    }
    const wire = await startWidget();
    wire.voip.searchValue = "cargo";
    wire.voip.isOpened = true;
    await settle();
    for (const [tab, method] of Object.entries(searches)) {
        await contains(`.o_voip_softphone a[name=${tab}]`).click();
        await settle();
        expect.verifySteps([
            [method, "cargo"],
            [method, "cargo"],
        ]);
        expect(".o_axivox_empty").toHaveText("Nothing matches the search.");
    }
});

test("calls to make say whom, about what, which number and what will be shown", async () => {
    const called = {
        person: "Harriet Poole",
        about: "Cargo bikes",
        number: "+44 20 7946 0321",
        shown: LONDON,
    };
    onRpc("mail.activity", "get_call_activities", () => ({
        "mail.activity": [activity(1, called), activity(2)],
    }));
    const told = logsCalls();
    onRpc("voip.call", "preview_call", () => LONDON);
    const wire = await startWidget();
    await openPanel(wire, "activity_list");
    expect(".o_voip_activity_item:first").toHaveText(
        /Harriet Poole\s*Cargo bikes\s*Summary 1\s*\+44 20 7946 0321\s*Shown as \+44 20 7946 0958 · London · rule 0044/
    );
    expect(".o_voip_softphone").not.toHaveText(/false|undefined/);
    await contains(".o_voip_activity_item:first").click();
    await settle();
    expect(".o_axivox_selected_person").toHaveText("Harriet Poole");
    await contains(".o_voip_partner_header .text-success").click();
    await settle();
    expect([told[0].phone_number, told[0].res_id]).toEqual(["020 7946 0321", 7]);
});

test("lists that are empty say so", async () => {
    const wire = await startWidget();
    await openPanel(wire, "call_list");
    expect(".o_axivox_empty").toHaveText(/No calls yet/);
    await contains(".o_voip_softphone a[name=activity_list]").click();
    expect(".o_axivox_empty").toHaveText(/No calls to make today/);
});
