import { expect, queryFirst, test } from "@odoo/hoot";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { CallPreview, TYPING_DELAY } from "@axivox_caller_id_voip_oca/call_preview/call_preview";
import { defineVoipModels } from "@voip_oca/../tests/voip_test_helpers.esm";
import { Component, useState, xml } from "@odoo/owl";
import { contains, getService, mountWithCleanup, onRpc, patchWithCleanup } from "@web/../tests/web_test_helpers";
import { session } from "@web/session";
import { LONDON, settle } from "../sip_stand_in";

defineVoipModels();

const PARIS = { ...LONDON, display: "+33 1 99 00 12 34", label: "Paris", via: "your number" };

async function mountPreview({ number = "", record, axivox = { dial_format: "00" } } = {}) {
    patchWithCleanup(session, { ...session, voip: { pbx_id: 1, axivox } });
    class Parent extends Component {
        static components = { CallPreview };
        static props = ["*"];
        static template = xml`
            <CallPreview number="state.number" record="state.record" isTyped="true"/>`;
        setup() {
            this.state = useState({ number, record });
        }
    }
    const { state } = await mountWithCleanup(Parent);
    return {
        state,
        async type(typed) {
            state.number = typed;
            await animationFrame();
            await advanceTime(TYPING_DELAY);
            await settle();
        },
    };
}

test("below the number: country, number shown, label and rule, with the reason", async () => {
    onRpc("voip.call", "preview_call", ({ args }) => {
        expect.step(args);
        return LONDON;
    });
    const { type } = await mountPreview({ record: { model: "crm.lead", id: 7 } });
    await type("020 7946 0321");
    expect.verifySteps([["020 7946 0321", "crm.lead", 7]]);
    expect(".o_axivox_call_country").toHaveText("United Kingdom");
    expect(".o_axivox_call_shown").toHaveText(/^Shown as \+44 20 7946 0958 · London · rule 0044/);
    expect(".o_axivox_call_shown").toHaveAttribute("data-tooltip", LONDON.reason);
    expect(".o_axivox_call_shown .visually-hidden").toHaveText(LONDON.reason);
    expect("[role=status]").toHaveAttribute("aria-busy", "false");
    const { preview } = getService("voip_oca");
    expect(preview).toEqual({ number: "020 7946 0321", dial: LONDON.dial });
});

test("where saved changes wait to be applied, that is said beside what is shown until then", async () => {
    const pending = "After Apply changes: +33 1 99 00 12 34";
    const answers = [LONDON, { ...LONDON, pending }];
    onRpc("voip.call", "preview_call", () => answers.shift());
    const { type } = await mountPreview();
    await type("020 7946 0321");
    expect(".o_axivox_call_pending").toHaveCount(0);
    await type("0044 20 7946 0321");
    expect(".o_axivox_call_shown").toHaveText(/^Shown as \+44 20 7946 0958/);
    expect(".o_axivox_call_pending").toHaveText("changes pending");
    expect(".o_axivox_call_shown").toHaveAttribute("data-tooltip", `${LONDON.reason} ${pending}`);
});

test("the keyboard opens the reason", async () => {
    onRpc("voip.call", "preview_call", () => LONDON);
    await (await mountPreview()).type("0044 20 7946 0321");
    expect(".o_axivox_call_shown").toHaveProperty("tabIndex", 0);
    queryFirst(".o_axivox_call_shown").focus();
    await advanceTime(500);
    await animationFrame();
    expect(".o-tooltip").toHaveText(LONDON.reason);
});

test("what is typed quickly is asked once", async () => {
    onRpc("voip.call", "preview_call", ({ args }) => {
        expect.step(args[0]);
        return LONDON;
    });
    const { state, type } = await mountPreview();
    state.number = "0044";
    await animationFrame();
    await advanceTime(TYPING_DELAY / 2);
    await type("0044 20 7946 0321");
    expect.verifySteps(["0044 20 7946 0321"]);
});

test("nothing flickers: the old answer stays, at its place, until the new one is there", async () => {
    const held = [];
    onRpc("voip.call", "preview_call", () => {
        held.push(new Deferred());
        return held.at(-1);
    });
    const { type } = await mountPreview();
    const empty = queryFirst(".o_axivox_call_preview").offsetHeight;
    await type("0044 20 7946 0321");
    held[0].resolve(LONDON);
    await settle();
    expect(queryFirst(".o_axivox_call_preview").offsetHeight).toBe(empty);
    await type("0033 1 99 00 45 67");
    expect(".o_axivox_call_shown").toHaveText(/London/);
    expect("[role=status]").toHaveAttribute("aria-busy", "true");
    held[1].resolve(PARIS);
    await settle();
    expect(".o_axivox_call_shown").toHaveText(/Paris · your number/);
});

test("a late answer to an earlier number is not shown", async () => {
    const held = [];
    onRpc("voip.call", "preview_call", () => {
        held.push(new Deferred());
        return held.at(-1);
    });
    const { type } = await mountPreview();
    await type("0044 20 7946 0321");
    await type("0033 1 99 00 45 67");
    held[1].resolve(PARIS);
    held[0].resolve(LONDON);
    await settle();
    expect(".o_axivox_call_shown").toHaveText(/Paris/);
    await type("");
    expect(".o_axivox_call_shown").toHaveCount(0);
});

test("what cannot be dialled is said in a sentence", async () => {
    onRpc("voip.call", "preview_call", () => ({
        error: "“12” is too short for a telephone number of Belgium.",
        dial: false,
        destination: false,
    }));
    await (await mountPreview()).type("12");
    expect(".o_axivox_call_error").toHaveText(/too short/);
    expect(".o_axivox_call_shown").toHaveCount(0);
});

test("calls without a number of ours say who decides", async () => {
    for (const [source, text] of [
        ["internal", /Internal call/],
        ["emergency", /The carrier decides/],
        ["service", /Axivox decides/],
        ["none", /No number is shown/],
    ]) {
        onRpc("voip.call", "preview_call", () => ({ ...LONDON, display: "", source }));
        const { type } = await mountPreview();
        await type(source);
        expect(".o_axivox_call_shown:last").toHaveText(text);
    }
});

test("where Odoo cannot answer nothing is said, and nothing is thrown", async () => {
    onRpc("voip.call", "preview_call", () => {
        throw new Error("Odoo is down");
    });
    await (await mountPreview()).type("0044 20 7946 0321");
    expect(".o_axivox_call_preview").toHaveText("");
    expect(".o_error_dialog").toHaveCount(0);
});

test("a user without an extension sees and asks nothing", async () => {
    onRpc("voip.call", "preview_call", () => expect.step("preview_call"));
    await (await mountPreview({ axivox: false })).type("0044 20 7946 0321");
    expect(".o_axivox_call_preview").toHaveCount(0);
    expect.verifySteps([]);
});

test("another number is chosen for this call, and not for the next", async () => {
    onRpc("voip.call", "preview_call", () => ({
        ...LONDON,
        choices: [
            {
                id: 5,
                name: "+33 1 99 00 12 34 · Paris",
                display: "+33 1 99 00 12 34",
                label: "Paris",
            },
        ],
    }));
    const { type } = await mountPreview();
    await type("0044 20 7946 0321");
    expect(".o_axivox_call_choice").toHaveAttribute("aria-label", "Number to show for this call");
    await contains(".o_axivox_call_choice").select("5");
    expect(getService("voip_oca").choice).toEqual({ id: 5, number: "0044 20 7946 0321" });
    expect(".o_axivox_call_shown").toHaveText(/\+33 1 99 00 12 34 · Paris · your choice/);
    await type("0044 20 7946 0322");
    expect(getService("voip_oca").choice).toBe(false);
    expect(".o_axivox_call_shown").toHaveText(/London/);
});

test("the number of the last answered call is marked among those to choose from", async () => {
    const choice = { id: 5, name: "+33 1 99 00 12 34 · Paris", display: "", label: "Paris" };
    onRpc("voip.call", "preview_call", () => ({
        ...LONDON,
        choices: [
            { ...choice, last: true },
            { ...choice, id: 6, name: "+1 212-555-0123 · New York", last: false },
        ],
    }));
    await (await mountPreview()).type("0044 20 7946 0321");
    expect("option[value='5']").toHaveText("+33 1 99 00 12 34 · Paris · last call that they answered");
    expect("option[value='6']").toHaveText("+1 212-555-0123 · New York");
});

test("the local time there and the phone blacklist stand below what is shown", async () => {
    onRpc("voip.call", "preview_call", ({ args: [number] }) => ({
        ...LONDON,
        local_time: number.endsWith("1") ? "14:05 there" : "",
        blacklisted: number.endsWith("1"),
    }));
    const { type } = await mountPreview();
    await type("0044 20 7946 0321");
    expect(".o_axivox_local_time").toHaveText("14:05 there");
    expect(".o_axivox_blacklisted").toHaveText("On the phone blacklist");
    await type("0044 20 7946 0322");
    expect(".o_axivox_local_time").toHaveCount(0);
    expect(".o_axivox_blacklisted").toHaveCount(0);
});

test("no choice is offered where there is none", async () => {
    onRpc("voip.call", "preview_call", () => LONDON);
    await (await mountPreview()).type("0044 20 7946 0321");
    expect(".o_axivox_call_choice").toHaveCount(0);
});
