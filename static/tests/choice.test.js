import { expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

class Line extends models.Model {
    _name = "some.line";
    choice = fields.Selection({
        selection: [
            ["found", "Axivox's"],
            ["wanted", "Odoo's"],
        ],
    });
    _records = [
        { id: 1, choice: false },
        { id: 2, choice: "found" },
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
    expect("[role=radio]").toHaveCount(2);
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
