import { beforeEach, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred, freezeTime } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getService,
    makeServerError,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";
import { WebClient } from "@web/webclient/webclient";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";
import { SETTLING_DELAY } from "@axivox_caller_id/pending_bar/pending_hook";

const LIST = `<list editable="bottom" multi_edit="1" js_class="axivox_list">
    <field name="name"/>
</list>`;

class Account extends models.Model {
    _name = "axivox.account";
    name = fields.Char();
    _records = [{ id: 3, name: "Brussels" }];
    _views = {
        form: `<form><footer><button special="cancel" string="Close"/></footer></form>`,
    };
}

class Extension extends models.Model {
    _name = "axivox.extension";
    name = fields.Char({ required: true });
    is_favorite = fields.Boolean();
    _records = [
        { id: 7, name: "201 Anita" },
        { id: 8, name: "202 Marc" },
        { id: 9, name: "203 Noor" },
    ];
    _views = { list: LIST, search: `<search/>` };
}

defineMailModels();
// Whatever happens within the delay makes one request, however slow the machine is.
beforeEach(freezeTime);
defineModels([Account, Extension]);

/**
 * Mock `pending_summary`; each request is a step of the test.
 *
 * @param {...(number | false | Promise | Error)} counts one for each request; the last stays
 */
function mockSummary(...counts) {
    onRpc("axivox.account", "pending_summary", async () => {
        expect.step("pending_summary");
        const count = await (counts.length > 1 ? counts.shift() : counts[0]);
        if (count instanceof Error) {
            throw count;
        }
        return count !== false && { account_id: 3, count, can_apply: true };
    });
}

async function mountList() {
    return mountView({ type: "list", resModel: "axivox.extension", arch: LIST });
}

async function mountKanban() {
    return mountView({
        type: "kanban",
        resModel: "axivox.extension",
        arch: `<kanban js_class="axivox_kanban">
            <templates><t t-name="card">
                <field name="is_favorite" widget="boolean_favorite" nolabel="1"/>
                <field name="name"/>
            </t></templates>
        </kanban>`,
    });
}

async function settle() {
    await advanceTime(SETTLING_DELAY);
    await animationFrame();
}

async function saveFirstRow(name) {
    await contains(".o_data_row:eq(0) [name=name]").click();
    await contains(".o_data_row:eq(0) [name=name] input").edit(name, { confirm: false });
    await contains(".o_list_button_save").click();
}

for (const [type, mount, records] of [
    ["list", mountList, ".o_list_renderer"],
    ["kanban", mountKanban, ".o_kanban_renderer"],
]) {
    test(`a ${type} has a bar above its records, asked for once`, async () => {
        mockSummary(1234);
        await mount();
        await settle();
        expect.verifySteps(["pending_summary"]);
        expect(".o_axivox_pending.alert-warning [role=status]").toHaveText(
            "Saved changes not yet applied at Axivox: 1,234"
        );
        expect(".o_axivox_pending_count").toHaveText("1,234");
        expect("button.o_axivox_apply").toHaveText("Apply changes");
        expect(`.o_control_panel + .o_axivox_pending + .o_content ${records}`).toHaveCount(1);
    });

    test(`a ${type} has no bar where nothing is pending`, async () => {
        mockSummary(0);
        await mount();
        expect(".o_axivox_pending").toHaveCount(0);
        expect(records).toHaveCount(1);
        expect.verifySteps(["pending_summary"]);
    });
}

test("a company without an account has no bar", async () => {
    mockSummary(false);
    await mountList();
    expect(".o_axivox_pending").toHaveCount(0);
    expect(".o_data_row").toHaveCount(3);
    expect.verifySteps(["pending_summary"]);
});

test("who cannot apply sees the count, but no button", async () => {
    onRpc("axivox.account", "pending_summary", () => ({
        account_id: 3,
        count: 10,
        can_apply: false,
    }));
    await mountList();
    expect(".o_axivox_pending_count").toHaveText("10");
    expect(".o_axivox_apply").toHaveCount(0);
});

test("the records come with the bar, so that they never jump", async () => {
    const summary = new Deferred();
    mockSummary(summary);
    mountList();
    await settle();
    expect(".o_axivox_pending, .o_data_row").toHaveCount(0);
    summary.resolve(10);
    await animationFrame();
    await animationFrame();
    expect(".o_axivox_pending").toHaveCount(1);
    expect(".o_data_row").toHaveCount(3);
    await settle();
    expect.verifySteps(["pending_summary"]);
});

test("the count follows an edited row", async () => {
    mockSummary(0, 1);
    await mountList();
    await saveFirstRow("201 Ann");
    await settle();
    expect(".o_axivox_pending_count").toHaveText("1");
    expect.verifySteps(["pending_summary", "pending_summary"]);
});

test("a row that is not saved changes nothing", async () => {
    mockSummary(1);
    await mountList();
    await contains(".o_data_row:eq(0) [name=name]").click();
    await contains(".o_data_row:eq(0) [name=name] input").edit("201 Ann", { confirm: false });
    await contains(".o_list_button_discard").click();
    await settle();
    expect.verifySteps(["pending_summary"]);
});

test("the count follows rows edited together, with one question", async () => {
    mockSummary(0, 2);
    await mountList();
    await contains(".o_data_row:eq(0) .o_list_record_selector input").click();
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    await contains(".o_data_row:eq(0) [name=name]").click();
    await contains(".o_data_row:eq(0) [name=name] input").edit("Sales");
    await contains(".modal .btn-primary").click();
    await settle();
    expect(queryAllTexts(".o_data_row [name=name]")).toEqual(["Sales", "Sales", "203 Noor"]);
    expect(".o_axivox_pending_count").toHaveText("2");
    expect.verifySteps(["pending_summary", "pending_summary"]);
});

test("rows saved one after the other are one question", async () => {
    mockSummary(0, 2);
    await mountList();
    await saveFirstRow("201 Ann");
    await saveFirstRow("201 Anna");
    await settle();
    expect(".o_axivox_pending_count").toHaveText("2");
    expect.verifySteps(["pending_summary", "pending_summary"]);
});

test("the count follows a card that is saved", async () => {
    mockSummary(0, 1);
    await mountKanban();
    await contains(".o_kanban_record:eq(0) .o_favorite").click();
    await settle();
    expect(".o_axivox_pending_count").toHaveText("1");
    expect.verifySteps(["pending_summary", "pending_summary"]);
});

test("the count is asked again with the records", async () => {
    mockSummary(2, 0);
    await mountList();
    await contains(".o_column_sortable[data-name=name]").click();
    await settle();
    expect(".o_axivox_pending").toHaveCount(0);
    expect.verifySteps(["pending_summary", "pending_summary"]);
});

test("the late answer to an earlier question is dropped", async () => {
    const late = new Deferred();
    mockSummary(0, late, 2);
    await mountList();
    await saveFirstRow("201 Ann");
    await settle();
    await saveFirstRow("201 Anna");
    await settle();
    late.resolve(1);
    await animationFrame();
    expect(".o_axivox_pending_count").toHaveText("2");
    expect.verifySteps(["pending_summary", "pending_summary", "pending_summary"]);
});

test("Apply changes saves the row, opens the dialog, and everything is read again", async () => {
    mockSummary(1, 2, 0);
    onRpc("axivox.extension", "web_save", ({ args }) => expect.step(args[1]));
    onRpc("axivox.account", "action_review_changes", ({ args }) => {
        expect.step(args);
        return {
            type: "ir.actions.act_window",
            res_model: "axivox.account",
            res_id: 3,
            views: [[false, "form"]],
            target: "new",
        };
    });
    await mountList();
    await contains(".o_data_row:eq(0) [name=name]").click();
    await contains(".o_data_row:eq(0) [name=name] input").edit("201 Ann", { confirm: false });
    await contains(".o_axivox_apply").click();
    await settle();
    expect(".modal .o_form_view").toHaveCount(1);
    expect.verifySteps(["pending_summary", { name: "201 Ann" }, [[3]], "pending_summary"]);
    expect(".o_axivox_pending_count").toHaveText("2");

    onRpc("axivox.extension", "web_search_read", () => expect.step("web_search_read"));
    await contains(".modal button:contains(Close)").click();
    await settle();
    expect.verifySteps(["web_search_read", "pending_summary"]);
    expect(".o_axivox_pending").toHaveCount(0);
});

test("a row that cannot be saved keeps the dialog closed", async () => {
    mockSummary(1);
    onRpc("axivox.account", "action_review_changes", () => expect.step("action_review_changes"));
    await mountList();
    await contains(".o_data_row:eq(0) [name=name]").click();
    await contains(".o_data_row:eq(0) [name=name] input").edit("", { confirm: false });
    await contains(".o_axivox_apply").click();
    expect(".o_selected_row .o_field_invalid").toHaveCount(1);
    expect.verifySteps(["pending_summary"]);
});

test("a server that fails leaves the records alone, and what was known", async () => {
    const error = makeServerError({ message: "psycopg2.OperationalError", type: "Exception" });
    mockSummary(error, 2, error);
    await mountList();
    expect(".o_data_row").toHaveCount(3);
    expect(".o_axivox_pending").toHaveCount(0);
    await saveFirstRow("201 Ann");
    await settle();
    expect(".o_axivox_pending_count").toHaveText("2");
    await saveFirstRow("201 Anna");
    await settle();
    expect(".o_axivox_pending_count").toHaveText("2");
    expect(".o_dialog, .o_error_dialog, .o_notification").toHaveCount(0);
    expect.verifySteps(["pending_summary", "pending_summary", "pending_summary"]);
});

test("a dialog to pick a record in has no bar, and does not ask", async () => {
    mockSummary(10);
    await mountWithCleanup(WebClient);
    getService("dialog").add(SelectCreateDialog, { resModel: "axivox.extension" });
    await animationFrame();
    await settle();
    expect(".modal .o_data_row").toHaveCount(3);
    expect(".modal .o_axivox_pending").toHaveCount(0);
    expect.verifySteps([]);
});

test("the view's model is left as it is, and what the view itself does is still done", async () => {
    mockSummary(0, 1);
    const view = registry.category("views").get("axivox_list");
    class FrozenModel extends view.Model {
        setup() {
            super.setup(...arguments);
            Object.freeze(this.hooks);
        }
    }
    class Controller extends view.Controller {
        async onRecordSaved(record) {
            expect.step(record.data.name);
        }
    }
    registry.category("views").add("frozen_list", { ...view, Controller, Model: FrozenModel });
    await mountView({
        type: "list",
        resModel: "axivox.extension",
        arch: LIST.replace("axivox_list", "frozen_list"),
    });
    await saveFirstRow("201 Ann");
    await settle();
    expect(".o_axivox_pending_count").toHaveText("1");
    expect.verifySteps(["pending_summary", "201 Ann", "pending_summary"]);
});
