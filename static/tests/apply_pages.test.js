import { expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { COPIED_DELAY } from "@axivox_caller_id/apply_pages/apply_pages";

const WARNING = "Apply changes also publishes whatever else anybody has saved there.";
const SETTINGS = {
    title: "Settings",
    changes: [
        "Default outgoing number: none → +32 2 555 01 00",
        "Rule 0044 → +44 20 7946 0958 is added as number 1",
    ],
    steps: [
        { text: "Open Settings.", copies: [] },
        {
            text: "Add a line with the green +.",
            copies: [
                { label: "Destination prefix", value: "0044" },
                { label: "Number", value: "+442079460958" },
            ],
        },
        { text: "Save.", copies: [] },
    ],
};
const USERS = {
    title: "Users",
    changes: ["202 Marc: Default → +44 20 7946 0958"],
    steps: [
        { text: "Open Users.", copies: [] },
        { text: "Save.", copies: [] },
    ],
};

class Apply extends models.Model {
    _name = "some.apply";
    name = fields.Char({ onChange: () => {} });
    pages = fields.Json();
    _records = [
        { id: 1, pages: { pages: [SETTINGS, USERS], warning: WARNING, is_manual: true } },
        { id: 2, pages: { pages: [SETTINGS], warning: false, is_manual: false } },
        { id: 3, pages: { pages: [], warning: false, is_manual: true } },
        { id: 4, pages: false },
    ];
}

defineMailModels();
defineModels([Apply]);

async function mountForm(resId) {
    await mountView({
        type: "form",
        resModel: "some.apply",
        resId,
        arch: `<form>
            <field name="name"/>
            <field name="pages" widget="axivox_apply_pages" nolabel="1"/>
        </form>`,
    });
}

/** What is copied becomes a step of the test. */
function mockClipboard() {
    patchWithCleanup(browser.navigator.clipboard, {
        async writeText(text) {
            expect.step(text);
        },
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

test("in manual mode the steps follow in order with their values, the warning last", async () => {
    await mountForm(1);
    expect(queryAllTexts(".o_axivox_page:eq(0) ol > .o_axivox_step label")).toEqual([
        "Open Settings.",
        "Add a line with the green +.",
        "Save.",
    ]);
    expect(queryAllTexts(".o_axivox_step:eq(1) bdi.font-monospace")).toEqual([
        "0044",
        "+442079460958",
    ]);
    expect(".o_axivox_step:eq(1)").toHaveText(/Destination prefix\s*0044\s*Number\s*\+4420/);
    expect(".o_axivox_page h6:contains(In the console)").toHaveCount(2);
    expect(".o_axivox_apply_pages > .alert-warning:last-child").toHaveText(WARNING);
});

test("where Odoo does it itself there are no steps, and no warning is no alert", async () => {
    await mountForm(2);
    expect(".o_axivox_change").toHaveCount(2);
    expect(".o_axivox_step, .o_axivox_page h6, .o_axivox_apply_pages .alert").toHaveCount(0);
});

test("no pages, or none yet, say that nothing waits", async () => {
    await mountForm(3);
    expect(".o_axivox_apply_pages .text-muted").toHaveText("No pending changes.");
    expect(".o_axivox_page, .o_axivox_apply_pages .alert").toHaveCount(0);
});

test("a value that was never computed is no page", async () => {
    await mountForm(4);
    expect(".o_axivox_apply_pages .text-muted").toHaveText("No pending changes.");
});

test("a button copies its value, and says so for a moment", async () => {
    mockClipboard();
    await mountForm(1);
    expect(queryAllAttributes(".o_axivox_copy", "aria-label")).toEqual([
        "Copy 0044",
        "Copy +442079460958",
    ]);
    expect(".o_axivox_step:eq(1) [role=status]:eq(0)").toHaveText("");
    await contains(".o_axivox_copy[aria-label='Copy 0044']").click();
    expect.verifySteps(["0044"]);
    expect(".o-tooltip").toHaveText("Copied");
    expect(".o_axivox_step:eq(1) [role=status]:eq(0)").toHaveText("Copied");
    await advanceTime(COPIED_DELAY);
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
    expect(".o_axivox_step:eq(1) [role=status]:eq(0)").toHaveText("");
    expect(".o_axivox_step input:checked").toHaveCount(0);
});

test("a browser that has no clipboard has no button that does nothing", async () => {
    patchWithCleanup(browser, { navigator: { clipboard: undefined } });
    await mountForm(1);
    expect(".o_axivox_step:eq(1) bdi.user-select-all").toHaveCount(2);
    expect(".o_axivox_copy").toHaveCount(0);
});

test("a step is ticked off by its text, for this person only", async () => {
    await mountForm(1);
    await contains(".o_axivox_step:eq(1) label:contains(Add a line)").click();
    expect(".o_axivox_step:eq(1) input").toBeChecked();
    expect(".o_axivox_step:eq(1)").toHaveClass("text-muted");
    expect(".o_axivox_step input:checked").toHaveCount(1);
    expect(".o_form_status_indicator_buttons").not.toBeVisible();
    await contains(".o_axivox_step:eq(1) input").click();
    expect(".o_axivox_step input:checked").toHaveCount(0);
});

test("what is ticked stays when the form changes, but not on another step there", async () => {
    const [record] = Apply._records;
    Apply._onChanges.name = (values) => {
        if (values.name === "other") {
            const other = { text: "Untick the box below the lines.", copies: [] };
            const page = { ...SETTINGS, steps: [SETTINGS.steps[0], other, SETTINGS.steps[2]] };
            values.pages = { ...record.pages, pages: [page] };
        }
    };
    await mountForm(1);
    await contains(".o_axivox_step:eq(0) label").click();
    await contains(".o_axivox_step:eq(1) label").click();
    await contains("[name=name] input").edit("same");
    expect(".o_axivox_step input:checked").toHaveCount(2);
    await contains("[name=name] input").edit("other");
    expect(".o_axivox_step:eq(1) label").toHaveText("Untick the box below the lines.");
    expect(".o_axivox_step:eq(0) input").toBeChecked();
    expect(".o_axivox_step:eq(1) input").not.toBeChecked();
});
