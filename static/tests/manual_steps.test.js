import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { AT_ONCE, COPIED_DELAY, POLL_DELAY } from "@axivox_caller_id/manual_steps/manual_steps";

class Manual extends models.Model {
    _name = "axivox.manual.apply";
    state = fields.Selection({
        selection: [
            ["open", "Open"],
            ["done", "Done"],
        ],
    });
    _records = [
        { id: 1, state: "open" },
        { id: 2, state: "done" },
    ];

    read_pages() {
        const steps = this.env["axivox.manual.step"].search_read([]);
        const block = (title, mine, copies) => ({
            title,
            steps: mine.map((step) => step.id),
            left: mine.filter((step) => !step.is_done).map((step) => step.id),
            copies,
        });
        const users = steps.filter((step) => step.page === "users");
        return [
            {
                title: "Settings",
                intro: "Open “Settings”.",
                blocks: [block("Rules to delete", steps.slice(0, 2), [])],
            },
            {
                title: "Users",
                intro: "Open “Users”.",
                blocks: users.length
                    ? [block("Default", users, [{ label: "Extensions", value: "201, 202" }])]
                    : [],
            },
        ].filter((page) => page.blocks.length);
    }
}

class Step extends models.Model {
    _name = "axivox.manual.step";
    page = fields.Char();
    text = fields.Char();
    copies = fields.Json();
    is_done = fields.Boolean();
    done_by_id = fields.Many2one({ relation: "res.users" });
    done_on = fields.Datetime();
    is_new = fields.Boolean();
    is_settled = fields.Boolean();
    _records = [
        { id: 1, page: "settings", text: "Delete 0044.", copies: [{ label: "P", value: "0044" }] },
        { id: 2, page: "settings", text: "Delete 0033.", copies: false, is_new: true },
        { id: 3, page: "users", text: "201: choose Default.", copies: false },
        { id: 4, page: "users", text: "202: choose Default.", copies: false },
    ];

    action_tick(ids, isDone) {
        this.write(ids, {
            is_done: isDone,
            done_by_id: isDone && serverState.userId,
            done_on: isDone && "2026-11-26 12:00:00",
        });
    }
}

defineMailModels();
defineModels([Manual, Step]);

beforeEach(() => {
    onRpc("action_tick", ({ args }) => expect.step(["tick", ...args]));
});

async function mountForm(resId = 1) {
    await mountView({
        type: "form",
        resModel: "axivox.manual.apply",
        resId,
        arch: `<form><field name="state"/><widget name="axivox_manual_steps"/></form>`,
    });
}

test("pages and blocks are listed, the steps of the first one that is not done", async () => {
    Step._records[0].is_done = Step._records[1].is_done = true;
    await mountForm();
    expect(queryAllTexts(".o_axivox_page h4")).toEqual(["Settings", "Users"]);
    expect(queryAllTexts(".o_axivox_toggle")).toEqual(["Rules to delete", "Default"]);
    expect(queryAllTexts(".o_axivox_step label")).toEqual([
        "201: choose Default.",
        "202: choose Default.",
    ]);
    expect(".o_axivox_progress").toHaveText("2 of 4");
    await contains(".o_axivox_toggle:contains(Rules)").click();
    expect(".o_axivox_step").toHaveCount(4);
    expect(".o_axivox_step:contains(0033) .badge").toHaveText("New");
});

test("a tick is kept at once, and says who and when", async () => {
    await mountForm();
    await contains(".o_axivox_step:contains(0044) input").click();
    expect.verifySteps([["tick", [1], true]]);
    expect(".o_axivox_step:contains(0044) input").toBeChecked();
    expect(".o_axivox_step:contains(0044) small").toHaveText(/Mitchell Admin/);
    expect(".o_axivox_progress").toHaveText("1 of 4");
    expect(".o_axivox_block:eq(0) > div input").toHaveProperty("indeterminate", true);
    await contains(".o_axivox_step:contains(0044) input").click();
    expect.verifySteps([["tick", [1], false]]);
    expect(".o_axivox_progress").toHaveText("0 of 4");
});

test("what is ticked while another tick is saved stays ticked on the screen", async () => {
    await mountForm();
    const first = new Deferred();
    onRpc("action_tick", async ({ args, parent }) => {
        if (args[0][0] === 1) {
            await first;
        }
        return parent();
    });
    await contains(".o_axivox_step:contains(0044) input").click();
    await contains(".o_axivox_step:contains(0033) input").click();
    expect(".o_axivox_progress").toHaveText("2 of 4");
    first.resolve();
    await animationFrame();
    expect(".o_axivox_progress").toHaveText("2 of 4");
    expect(".o_axivox_step input:checked").toHaveCount(2);
    expect.verifySteps([
        ["tick", [2], true],
        ["tick", [1], true],
    ]);
});

test("a block and a page are ticked as a whole", async () => {
    await mountForm();
    await contains(".o_axivox_block:contains(Default) > div input").click();
    expect.verifySteps([["tick", [3, 4], true]]);
    await contains(".o_axivox_page:contains(Settings) > div input").click();
    expect.verifySteps([["tick", [1, 2], true]]);
    expect(".o_axivox_progress").toHaveText("4 of 4");
    expect(".progress").toHaveAttribute("aria-valuenow", "100");
});

test("only what is left is shown on request", async () => {
    Step._records[0].is_done = true;
    await mountForm();
    await contains("input[name=only_left]").click();
    expect(queryAllTexts(".o_axivox_step label")).toEqual(["Delete 0033."]);
});

test("a long block shows more step by step", async () => {
    Step._records = Array.from({ length: AT_ONCE + 7 }, (_, index) => ({
        id: index + 1,
        page: index < 2 ? "settings" : "users",
        text: `Step ${index}`,
        copies: false,
    }));
    Step._records[0].is_done = Step._records[1].is_done = true;
    await mountForm();
    expect(".o_axivox_step").toHaveCount(AT_ONCE);
    await contains(".o_axivox_more").click();
    expect(".o_axivox_step").toHaveCount(AT_ONCE + 5);
    expect(".o_axivox_more").toHaveCount(0);
});

test("what others tick is seen within seconds, also after a lost connection", async () => {
    await mountForm();
    let isLost = true;
    const lose = () => {
        if (isLost) {
            throw new Error("no answer");
        }
    };
    onRpc("/web/dataset/call_kw/axivox.manual.apply/read_pages", lose, { pure: true });
    await advanceTime(POLL_DELAY);
    MockServer.env["axivox.manual.step"].write([2], { is_done: true });
    isLost = false;
    await advanceTime(POLL_DELAY);
    await animationFrame();
    expect(".o_axivox_progress").toHaveText("1 of 4");
    expect(".o_axivox_step:contains(0033) input").toBeChecked();
});

test("a closed list is only looked at", async () => {
    await mountForm(2);
    expect(".o_axivox_manual_steps input:enabled").toHaveCount(1); // only what is left
});

test("what the list builds on stays ticked", async () => {
    Object.assign(Step._records[0], { is_done: true, is_settled: true });
    await mountForm();
    expect(".o_axivox_step:contains(0044) input").not.toBeEnabled();
    expect(".o_axivox_step:contains(0033) input").toBeEnabled();
});

test("an empty list says so", async () => {
    Step._records = [];
    Manual._records = [{ id: 1, state: "open" }];
    onRpc("read_pages", () => []);
    await mountForm();
    expect(".o_axivox_manual_steps").toHaveText("No pending changes.");
});

test("a button copies its value, and says so for a moment", async () => {
    patchWithCleanup(browser.navigator.clipboard, {
        async writeText(text) {
            expect.step(text);
        },
    });
    await mountForm();
    expect(queryAllAttributes(".o_axivox_step .o_axivox_copy", "aria-label")).toEqual([
        "Copy 0044",
    ]);
    await contains(".o_axivox_copy[aria-label='Copy 0044']").click();
    expect.verifySteps(["0044"]);
    expect(".o-tooltip").toHaveText("Copied");
    expect(".o_axivox_step:eq(0) [role=status]").toHaveText("Copied");
    await advanceTime(COPIED_DELAY);
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
    expect(".o_axivox_step:eq(0) [role=status]").toHaveText("");
    await contains(".o_axivox_copy[aria-label='Copy Extensions']").click();
    expect.verifySteps(["201, 202"]);
});

test("a browser that has no clipboard has no button that does nothing", async () => {
    patchWithCleanup(browser, { navigator: { clipboard: undefined } });
    await mountForm();
    expect(".o_axivox_step:eq(0) bdi.user-select-all").toHaveCount(1);
    expect(".o_axivox_copy").toHaveCount(0);
});
