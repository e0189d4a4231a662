import { expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

class IncomingNumber extends models.Model {
    _name = "some.number";
    name = fields.Char();
    _records = [{ id: 5, name: "+32 2 555 01 00" }];
}

class Extension extends models.Model {
    _name = "some.extension";
    name = fields.Char();
    number_id = fields.Many2one({ relation: "some.number", string: "Outgoing number" });
    _records = [
        { id: 1, name: "201", number_id: false },
        { id: 2, name: "202", number_id: 5 },
        { id: 3, name: "203", number_id: false },
    ];
}

defineMailModels();
defineModels([IncomingNumber, Extension]);
onRpc("has_group", () => true);

const FIELD = ".o_field_widget[name=number_id]";

async function mountForm(resId, attributes = "") {
    await mountView({
        type: "form",
        resModel: "some.extension",
        resId,
        arch: `<form><group>
            <field name="number_id" widget="axivox_default_many2one" ${attributes}/>
        </group></form>`,
    });
}

async function mountList() {
    await mountView({
        type: "list",
        resModel: "some.extension",
        arch: `<list editable="bottom" multi_edit="1">
            <field name="name"/>
            <field name="number_id" widget="axivox_default_many2one"/>
        </list>`,
    });
}

test("an empty value reads Default in a readonly form", async () => {
    await mountForm(1, `readonly="1"`);
    expect(`${FIELD} .text-muted`).toBeVisible();
    expect(FIELD).toHaveText("Default");
    expect(".o_form_label_empty").toHaveCount(0);
});

test("a chosen value reads and opens as any many2one", async () => {
    await mountForm(2, `readonly="1"`);
    expect(`${FIELD} a.o_form_uri`).toHaveText("+32 2 555 01 00");
});

test("an empty value is the placeholder while editing", async () => {
    await mountForm(1);
    expect(`${FIELD} input`).toHaveAttribute("placeholder", "Default");
    expect(`${FIELD} input`).toHaveValue("");
});

test("the view may give the empty value another name", async () => {
    await mountForm(1, `placeholder="As the team"`);
    expect(`${FIELD} input`).toHaveAttribute("placeholder", "As the team");
});

test("a number is chosen, and taken back to Default", async () => {
    onRpc("some.extension", "web_save", ({ args }) => expect.step(args[1]));
    await mountForm(1);
    await contains(`${FIELD} input`).click();
    await contains(".o-autocomplete--dropdown-item:contains(+32 2 555)").click();
    await clickSave();
    await contains(`${FIELD} input`).clear({ confirm: "blur" });
    await clickSave();
    expect.verifySteps([{ number_id: 5 }, { number_id: false }]);
});

test("a list says Default, and its cells are no links", async () => {
    await mountList();
    expect(queryAllTexts(`.o_data_cell[name=number_id]`)).toEqual([
        "Default",
        "+32 2 555 01 00",
        "Default",
    ]);
    expect(".o_data_cell a").toHaveCount(0);
});

test("several rows are set at once", async () => {
    onRpc("some.extension", "web_save", ({ args }) => expect.step(args));
    await mountList();
    await contains(".o_data_row:eq(0) .o_list_record_selector input").click();
    await contains(".o_data_row:eq(2) .o_list_record_selector input").click();
    await contains(".o_data_row:eq(0) .o_data_cell[name=number_id]").click();
    expect(`.o_selected_row ${FIELD} input`).toHaveAttribute("placeholder", "Default");
    expect(`.o_data_row:eq(2) ${FIELD}`).toHaveText("Default");
    await contains(`.o_selected_row ${FIELD} input`).click();
    await contains(".o-autocomplete--dropdown-item:contains(+32 2 555)").click();
    await contains(".modal .btn-primary").click();
    await animationFrame();
    expect.verifySteps([[[1, 3], { number_id: 5 }]]);
    expect(queryAllTexts(`.o_data_cell[name=number_id]`)).toEqual(Array(3).fill("+32 2 555 01 00"));
});
