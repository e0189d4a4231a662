import { expect, test } from "@odoo/hoot";
import { queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

const REASON = "Rule 0044 is the first that matches this destination.";

class Lead extends models.Model {
    _name = "some.lead";
    shown_as = fields.Char();
    reason = fields.Char();
    clock = fields.Char();
    banned = fields.Boolean();
    _records = [
        { id: 1, shown_as: "+44 20 7946 0958", reason: REASON, clock: "14:05 there", banned: true },
        { id: 2, shown_as: false, reason: false, clock: "14:05 there", banned: true },
    ];
}

defineMailModels();
defineModels([Lead]);

async function mountForm(resId) {
    await mountView({
        type: "form",
        resModel: "some.lead",
        resId,
        arch: `<form>
            <field name="shown_as" widget="axivox_shown_as" options="{'reason_field': 'reason'}"/>
        </form>`,
    });
}

test("the number is shown as text that nobody edits", async () => {
    await mountForm(1);
    expect(".o_axivox_shown_as bdi").toHaveText("+44 20 7946 0958");
    expect(".o_axivox_shown_as").toHaveText(/^Shown as \+44 20 7946 0958/);
    expect(".o_field_axivox_shown_as input").toHaveCount(0);
});

test("the reason is read from its field, though the view does not name it", async () => {
    await mountForm(1);
    expect(".o_axivox_shown_as").toHaveAttribute("data-tooltip", REASON);
    expect(".o_axivox_shown_as .visually-hidden").toHaveText(REASON);
});

test("the keyboard opens the tooltip", async () => {
    await mountForm(1);
    expect(".o_axivox_shown_as").toHaveProperty("tabIndex", 0);
    queryFirst(".o_axivox_shown_as").focus();
    await advanceTime(500);
    await animationFrame();
    expect(".o-tooltip").toHaveText(REASON);
    queryFirst(".o_axivox_shown_as").blur();
    await animationFrame();
    expect(".o-tooltip").toHaveCount(0);
});

test("nothing is shown for nothing", async () => {
    await mountForm(2);
    expect(".o_axivox_shown_as").toHaveCount(0);
    expect(".o_form_view").not.toHaveText(/Shown as/);
});

test("the local time and the phone blacklist stand beside it", async () => {
    const options = "{'local_time_field': 'clock', 'blacklisted_field': 'banned'}";
    for (const [resId, count] of [
        [1, 1],
        [2, 0],
    ]) {
        await mountView({
            type: "form",
            resModel: "some.lead",
            resId,
            arch: `<form><field name="shown_as" widget="axivox_shown_as" options="${options}"/></form>`,
        });
        expect(`.o_form_view:last .o_axivox_local_time`).toHaveCount(count);
        expect(`.o_form_view:last .o_axivox_blacklisted`).toHaveCount(count);
    }
});
