import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const SETTINGS = {
    title: "Settings",
    changes: [
        "Default outgoing number: none → +32 2 555 01 00",
        "Rule 0044 → +44 20 7946 0958 is added as number 1",
    ],
};
const USERS = { title: "Users", changes: ["202 Marc: Default → +44 20 7946 0958"] };

class Apply extends models.Model {
    _name = "some.apply";
    pages = fields.Json();
    _records = [
        { id: 1, pages: { pages: [SETTINGS, USERS], empty: "Nothing." } },
        { id: 2, pages: { pages: [], empty: "Both sides are the same." } },
    ];
}

defineMailModels();
defineModels([Apply]);

async function mountForm(resId) {
    await mountView({
        type: "form",
        resModel: "some.apply",
        resId,
        arch: `<form><field name="pages" widget="axivox_apply_pages" nolabel="1"/></form>`,
    });
}

test("each page of the console has a heading and its changes", async () => {
    await mountForm(1);
    expect(queryAllTexts(".o_axivox_page > h5")).toEqual(["SETTINGS", "USERS"]);
    expect(queryAllTexts(".o_axivox_page:eq(0) .o_axivox_change")).toEqual(SETTINGS.changes);
    expect(queryAllTexts(".o_axivox_page:eq(1) .o_axivox_change")).toEqual(USERS.changes);
    for (const page of document.querySelectorAll(".o_axivox_page")) {
        expect(`#${page.getAttribute("aria-labelledby")}`).toHaveCount(1);
    }
});

test("where there is no page, it is said why", async () => {
    await mountForm(2);
    expect(".o_axivox_apply_pages .text-muted").toHaveText("Both sides are the same.");
    expect(".o_axivox_page").toHaveCount(0);
});
