import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";

const ACTION = {
    type: "ir.actions.act_window",
    res_model: "axivox.number",
    res_id: 4,
    views: [[false, "form"]],
};

class Account extends models.Model {
    _name = "some.account";
    warnings = fields.Json();
    _records = [
        {
            id: 1,
            warnings: [
                { message: "+32 2 555 01 00 reaches no one.", action: ACTION },
                { message: "There is no default outgoing number.", action: false },
            ],
        },
        { id: 2, warnings: [] },
        { id: 3, warnings: false },
        {
            id: 4,
            warnings: [...Array(12).keys()].map((i) => ({ message: `Notice ${i}`, action: false })),
        },
    ];
}

defineMailModels();
defineModels([Account]);

async function mountForm(resId, options = "{}") {
    await mountView({
        type: "form",
        resModel: "some.account",
        resId,
        arch: `<form>
            <field name="warnings" widget="axivox_notices" options="${options}"/>
        </form>`,
    });
}

test("a notice opens what it is about", async () => {
    mockService("action", {
        doAction(action) {
            expect.step(action);
        },
    });
    await mountForm(1);
    expect(queryAllTexts(".o_axivox_notice")).toEqual([
        "+32 2 555 01 00 reaches no one.",
        "There is no default outgoing number.",
    ]);
    await contains("button:contains(+32 2 555 01 00)").click();
    expect.verifySteps([ACTION]);
});

test("a notice opens an action that is kept, with what differs", async () => {
    const context = { search_default_cause: "number_broken" };
    Account._records[0].warnings = [
        { message: "2 are broken.", action: { xml_id: "addon.kept_action", context } },
    ];
    mockService("action", {
        async loadAction(id) {
            expect.step(id);
            return { id: 7, path: "health", context: { search_default_group: 1 } };
        },
        doAction(action) {
            expect.step(action);
        },
    });
    await mountForm(1);
    await contains("button:contains(2 are broken)").click();
    expect.verifySteps(["addon.kept_action", { id: 7, path: "health", context }]);
});

test("a notice about nothing in particular is no button", async () => {
    await mountForm(1);
    expect(".o_axivox_notice").toHaveCount(2);
    expect(".o_axivox_notice button").toHaveCount(1);
    expect(".o_axivox_notice:eq(1) button").toHaveCount(0);
});

test("no notices take no room", async () => {
    await mountForm(2);
    expect(".o_field_axivox_notices").not.toBeVisible();
    expect(".o_axivox_notices").toHaveCount(0);
});

test("a value that was never computed is no notice", async () => {
    await mountForm(3);
    expect(".o_axivox_notices").toHaveCount(0);
});

test("more than five are folded away until asked for", async () => {
    await mountForm(4);
    expect(".o_axivox_notice").toHaveCount(5);
    expect(".o_axivox_notices_more").toHaveText("and 7 more");
    expect(".o_axivox_notices_more").toHaveAttribute("aria-expanded", "false");
    await contains(".o_axivox_notices_more").click();
    expect(".o_axivox_notice").toHaveCount(12);
    expect(".o_axivox_notices_more").toHaveText("Show fewer");
    expect(".o_axivox_notices_more").toHaveAttribute("aria-expanded", "true");
    await contains(".o_axivox_notices_more").click();
    expect(".o_axivox_notice").toHaveCount(5);
});

test("a title stands above the notices", async () => {
    await mountForm(1, "{'title': 'To look at'}");
    expect(".o_axivox_notices > .fw-bold").toHaveText("To look at");
});
