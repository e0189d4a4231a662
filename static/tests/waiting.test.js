import { expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const SENTENCE = "Waits to be applied";

class Extension extends models.Model {
    _name = "some.extension";
    name = fields.Char();
    is_waiting = fields.Boolean({ readonly: false });
    _records = [
        { id: 1, name: "201", is_waiting: true },
        { id: 2, name: "202", is_waiting: false },
    ];
}

defineMailModels();
defineModels([Extension]);

async function mountList() {
    await mountView({
        type: "list",
        resModel: "some.extension",
        arch: `<list editable="bottom">
            <field name="name"/>
            <field name="is_waiting" widget="axivox_waiting" nolabel="1" width="30px"/>
        </list>`,
    });
}

test("a record that waits has a clock, its tooltip and screen readers the sentence", async () => {
    await mountList();
    expect(".o_data_row:eq(0) .o_axivox_waiting .fa-clock-o.text-info").toHaveCount(1);
    expect(".o_axivox_waiting").toHaveAttribute("data-tooltip", SENTENCE);
    expect(".o_axivox_waiting .visually-hidden").toHaveText(SENTENCE);
});

test("a record that does not wait has nothing", async () => {
    await mountList();
    expect(".o_data_row:eq(1) [name=is_waiting]").toHaveText("");
    expect(".o_data_row:eq(1) .o_axivox_waiting").toHaveCount(0);
});

test("it cannot be changed, not even where the row is edited", async () => {
    await mountList();
    await contains(".o_data_row:eq(0) [name=name]").click();
    expect(".o_selected_row [name=is_waiting] .o_axivox_waiting").toHaveCount(1);
    expect(".o_selected_row [name=is_waiting] input").toHaveCount(0);
});
