import { animationFrame, expect, press, queryAllProperties, queryOne, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Line extends models.Model {
    _name = "some.line";
    choice = fields.Selection({
        string: "Keep",
        selection: [
            ["theirs", "Axivox's"],
            ["ours", "Odoo's"],
            ["neither", "Neither"],
        ],
    });
    _records = [
        { id: 1, choice: false },
        { id: 2, choice: "theirs" },
    ];
}

defineMailModels();
defineModels([Line]);

async function mountLine(resId) {
    await mountView({
        type: "form",
        resModel: "some.line",
        resId,
        arch: `<form><field name="choice" widget="axivox_choice"/></form>`,
    });
}

test("nothing is chosen until somebody chooses", async () => {
    await mountLine(1);
    expect("[role=radio]").toHaveCount(3);
    expect("[role=radio][aria-checked=true]").toHaveCount(0);
    await contains("[role=radio]:eq(1)").click();
    expect("[role=radio][aria-checked=true]").toHaveText("Odoo's");
});

test("what is chosen can be changed", async () => {
    await mountLine(2);
    expect("[role=radio].btn-primary").toHaveText("Axivox's");
    await contains("[role=radio]:eq(1)").click();
    expect("[role=radio].btn-primary").toHaveText("Odoo's");
});

test("the group has the field's name, and is one stop of the tabulator", async () => {
    await mountLine(1);
    expect("[role=radiogroup]").toHaveAttribute("aria-label", "Keep");
    expect(queryAllProperties("[role=radio]", "tabIndex")).toEqual([0, -1, -1]);
    await contains("[role=radio]:eq(2)").click();
    expect(queryAllProperties("[role=radio]", "tabIndex")).toEqual([-1, -1, 0]);
});

test("arrow keys choose, around the ends", async () => {
    await mountLine(1);
    queryOne("[role=radio]:eq(0)").focus();
    for (const [key, chosen] of [
        ["ArrowRight", "Odoo's"],
        ["ArrowDown", "Neither"],
        ["ArrowRight", "Axivox's"],
        ["ArrowLeft", "Neither"],
        ["ArrowUp", "Odoo's"],
    ]) {
        await press(key);
        await animationFrame();
        expect("[role=radio][aria-checked=true]").toHaveText(chosen);
        expect("[role=radio][aria-checked=true]").toBeFocused();
    }
    await press("Home");
    await animationFrame();
    expect("[role=radio][aria-checked=true]").toHaveText("Odoo's");
});

test("in a list, arrow keys stay in the group", async () => {
    await mountView({
        type: "list",
        resModel: "some.line",
        arch: `<list editable="bottom"><field name="choice" widget="axivox_choice"/></list>`,
    });
    queryOne(".o_data_row:eq(0) [role=radio]:eq(0)").focus();
    await press("ArrowDown");
    await animationFrame();
    expect(".o_data_row:eq(0) [aria-checked=true]").toHaveText("Odoo's");
    expect(".o_data_row:eq(0) [aria-checked=true]").toBeFocused();
});
