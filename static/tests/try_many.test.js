import { expect, test } from "@odoo/hoot";
import { queryAllTexts, resize } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const DEFAULT = ["+32 2 555 01 00", "Default outgoing number"];
const RULE = ["+44 20 7946 0958", "Rule 0044"];

class TryMany extends models.Model {
    _name = "axivox.try.many";
    result = fields.Json();
    _records = [
        { id: 1, result: { hint: "Choose the users or sales teams who call.", rows: [] } },
        {
            id: 2,
            result: {
                summary: "1 of 2 calls will show another number after applying.",
                never_applied: false,
                rows: [
                    {
                        user: "201 Anita",
                        destination: "United Kingdom, +44 20 7946 0321",
                        now: DEFAULT,
                        after: RULE,
                        is_different: true,
                        keep: { default_name: "Kept" },
                    },
                    {
                        user: "202 Marc",
                        destination: "United Kingdom, +44 20 7946 0321",
                        now: RULE,
                        after: RULE,
                        is_different: false,
                        keep: false,
                    },
                ],
            },
        },
    ];
}

class TestCase extends models.Model {
    _name = "axivox.test.case";
    name = fields.Char();
    _views = { form: `<form><field name="name"/></form>` };
}

defineMailModels();
defineModels([TryMany, TestCase]);

async function mountResult(resId) {
    await mountView({
        type: "form",
        resModel: "axivox.try.many",
        resId,
        arch: `<form><field name="result" widget="axivox_try_many"/></form>`,
    });
}

test("what is missing is said where nothing was tried", async () => {
    await mountResult(1);
    expect(".o_axivox_try_many_summary").toHaveText("Choose the users or sales teams who call.");
    expect("table, li").toHaveCount(0);
});

test("each call is a row that says what is shown and what decides, a change is marked", async () => {
    await mountResult(2);
    expect(queryAllTexts("tbody tr:first td").slice(0, 4)).toEqual([
        "201 Anita",
        "United Kingdom, +44 20 7946 0321",
        "+32 2 555 01 00 Default outgoing number",
        "+44 20 7946 0958 Rule 0044\nWill change",
    ]);
    expect("tr.o_axivox_differs").toHaveCount(1);
    expect("tr.o_axivox_differs .badge").toHaveText("Will change");
});

test("on a phone each call is a card", async () => {
    await resize({ width: 390, height: 844 });
    await mountResult(2);
    expect("table").toHaveCount(0);
    expect("li.o_axivox_tried").toHaveCount(2);
    expect("li.o_axivox_differs").toHaveText(/Now: \+32 2 555 01 00 Default outgoing number/);
});

test("a call is kept as a test case by who may", async () => {
    await mountResult(2);
    expect(".o_axivox_keep").toHaveCount(1);
    expect(".o_axivox_keep").toHaveAttribute(
        "aria-label",
        "Keep as test case: 201 Anita to United Kingdom, +44 20 7946 0321"
    );
    await contains(".o_axivox_keep").click();
    expect(".modal [name=name] input").toHaveValue("Kept");
    await contains(".modal .o_form_button_save").click();
    expect(".modal").toHaveCount(0);
    expect(".o_notification").toHaveCount(1);
});
