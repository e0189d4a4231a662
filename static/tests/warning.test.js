import { advanceTime, animationFrame, expect, queryFirst, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const WARNING = "Customers who call back will reach no one.";

class IncomingNumber extends models.Model {
    _name = "some.number";
    name = fields.Char();
    warning = fields.Char();
    _records = [
        { id: 1, name: "one", warning: WARNING },
        { id: 2, name: "two", warning: false },
    ];
}

defineMailModels();
defineModels([IncomingNumber]);

test("a list shows an icon, its tooltip and screen readers the sentence", async () => {
    await mountView({
        type: "list",
        resModel: "some.number",
        arch: `<list>
            <field name="warning" widget="axivox_warning" nolabel="1" width="30px"/>
            <field name="name"/>
        </list>`,
    });
    expect(".o_axivox_warning").toHaveCount(1);
    expect(".o_axivox_warning .fa-exclamation-triangle.text-warning").toHaveCount(1);
    expect(".o_axivox_warning").toHaveAttribute("data-tooltip", WARNING);
    expect(".o_axivox_warning .visually-hidden").toHaveText(WARNING);
});

test("the keyboard opens the sentence of a list", async () => {
    await mountView({
        type: "list",
        resModel: "some.number",
        arch: `<list><field name="warning" widget="axivox_warning"/></list>`,
    });
    expect(".o_axivox_warning").toHaveProperty("tabIndex", 0);
    queryFirst(".o_axivox_warning").focus();
    await advanceTime(500);
    await animationFrame();
    expect(".o-tooltip").toHaveText(WARNING);
    queryFirst(".o_axivox_warning").blur();
    await advanceTime(500);
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
});

test("a form shows the icon with its sentence", async () => {
    await mountView({
        type: "form",
        resModel: "some.number",
        resId: 1,
        arch: `<form><field name="warning" widget="axivox_warning"/></form>`,
    });
    expect(".o_axivox_warning .fa-exclamation-triangle").toHaveCount(1);
    expect(".o_axivox_warning").toHaveText(WARNING);
    expect(".o_axivox_warning").toHaveProperty("tabIndex", -1);
    expect(".o_axivox_warning .visually-hidden, .o_field_axivox_warning input").toHaveCount(0);
});

test("nothing is shown where nothing is wrong", async () => {
    await mountView({
        type: "form",
        resModel: "some.number",
        resId: 2,
        arch: `<form><field name="warning" widget="axivox_warning"/></form>`,
    });
    expect(".o_axivox_warning").toHaveCount(0);
});
