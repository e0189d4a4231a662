import { expect, test } from "@odoo/hoot";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { mountWithCleanup } from "@web/../tests/web_test_helpers";

const SHOWN = {
    display: "+44 20 7946 0958",
    label: "London",
    via: "rule 0044",
    source: "rule",
    reason: "Rule 0044 is the first that matches this destination.",
    pending: "After applying: +33 1 99 00 12 34",
};
const REASON = `${SHOWN.reason} ${SHOWN.pending}`;

defineMailModels();

test("what a call shows, where that is from, and that changes are pending", async () => {
    await mountWithCleanup(ShownAs, { props: { shown: SHOWN } });
    expect(".o_axivox_call_shown").toHaveText(
        /^Shown as \+44 20 7946 0958 · London · rule 0044\s+changes pending/
    );
    expect(".o_axivox_call_shown").toHaveAttribute("data-tooltip", REASON);
    expect(".o_axivox_call_shown .visually-hidden").toHaveText(REASON);
});

test("where there is room, the reason stands below", async () => {
    await mountWithCleanup(ShownAs, { props: { shown: SHOWN, isSpelledOut: true } });
    expect(".o_axivox_call_shown .d-block").toHaveText(REASON);
    expect(".o_axivox_call_shown").not.toHaveAttribute("data-tooltip");
    expect(".o_axivox_call_shown").not.toHaveAttribute("tabindex");
});

test("where no number is shown, who decides is named", async () => {
    const props = { shown: { display: "", source: "service", reason: "As typed.", pending: "" } };
    await mountWithCleanup(ShownAs, { props });
    expect(".o_axivox_call_shown").toHaveText(/^Axivox decides which number is shown/);
    expect(".o_axivox_call_pending").toHaveCount(0);
});
