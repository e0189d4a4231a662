import { expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const SENTENCE = "Not applied yet";

class Extension extends models.Model {
    _name = "some.extension";
    name = fields.Char();
    is_pending = fields.Boolean({ readonly: false });
    _records = [
        { id: 1, name: "201", is_pending: true },
        { id: 2, name: "202", is_pending: false },
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
            <field name="is_pending" widget="axivox_pending_mark" nolabel="1" width="30px"/>
        </list>`,
    });
}

test("a pending record has a clock, its tooltip and screen readers the sentence", async () => {
    await mountList();
    expect(".o_data_row:eq(0) .o_axivox_pending_mark .fa-clock-o.text-info").toHaveCount(1);
    expect(".o_axivox_pending_mark").toHaveAttribute("data-tooltip", SENTENCE);
    expect(".o_axivox_pending_mark .visually-hidden").toHaveText(SENTENCE);
});

test("a record without pending changes has nothing", async () => {
    await mountList();
    expect(".o_data_row:eq(1) [name=is_pending]").toHaveText("");
    expect(".o_data_row:eq(1) .o_axivox_pending_mark").toHaveCount(0);
});

test("it cannot be changed, not even where the row is edited", async () => {
    await mountList();
    await contains(".o_data_row:eq(0) [name=name]").click();
    expect(".o_selected_row [name=is_pending] .o_axivox_pending_mark").toHaveCount(1);
    expect(".o_selected_row [name=is_pending] input").toHaveCount(0);
});
