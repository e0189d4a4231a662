import { advanceTime, animationFrame, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    MockServer,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { POLL_DELAY } from "@axivox_caller_id/sync_progress/sync_progress";

class Sync extends models.Model {
    _name = "some.sync";
    state = fields.Selection({
        selection: [
            ["running", "Running"],
            ["done", "Done"],
            ["failed", "Failed"],
        ],
    });
    progress = fields.Float();
    _records = [
        { id: 1, state: "running", progress: 40 },
        { id: 2, state: "failed", progress: 40 },
    ];
}

defineMailModels();
defineModels([Sync]);

async function mountSync(resId) {
    onRpc("some.sync", "web_read", () => expect.step("read"));
    await mountView({
        type: "form",
        resModel: "some.sync",
        resId,
        arch: `<form><field name="progress" widget="axivox_sync_progress"/></form>`,
    });
    expect.verifySteps(["read"]);
}

test("progress is read again until it has ended", async () => {
    await mountSync(1);
    expect("[role=progressbar]").toHaveAttribute("aria-valuenow", "40");
    MockServer.env["some.sync"].write([1], { state: "done", progress: 100 });
    await advanceTime(POLL_DELAY);
    await animationFrame();
    expect.verifySteps(["read"]);
    expect("[role=progressbar]").toHaveAttribute("aria-valuenow", "100");
    await advanceTime(3 * POLL_DELAY);
    expect.verifySteps([]);
});

test("what failed is red and is not asked again", async () => {
    await mountSync(2);
    expect(".progress-bar").toHaveClass("text-bg-danger");
    await advanceTime(3 * POLL_DELAY);
    expect.verifySteps([]);
});
