import { advanceTime, animationFrame, Deferred, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    makeServerError,
    MockServer,
    models,
    mountView,
    mountViewInDialog,
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

async function mountSync(resId, mount = mountView) {
    onRpc("some.sync", "web_read", () => expect.step("read"));
    await mount({
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

test("what is closed while it is read is not read again", async () => {
    await mountSync(1, mountViewInDialog);
    const held = new Deferred();
    onRpc("some.sync", "web_read", () => {
        expect.step("held");
        return held;
    });
    await advanceTime(POLL_DELAY);
    expect.verifySteps(["held"]);
    await contains(".modal .btn-close").click();
    expect("[role=progressbar]").toHaveCount(0);
    held.resolve();
    await animationFrame();
    expect.verifySteps(["read"]);
    await advanceTime(3 * POLL_DELAY);
    expect.verifySteps([]);
});

test("what is closed between two readings is not read again", async () => {
    await mountSync(1, mountViewInDialog);
    await contains(".modal .btn-close").click();
    await advanceTime(3 * POLL_DELAY);
    expect.verifySteps([]);
});

test("a connection that is lost for a moment ends nothing", async () => {
    await mountSync(1);
    let isLost = true;
    const lose = () => {
        if (isLost) {
            throw new Error("no answer");
        }
    };
    onRpc("/web/dataset/call_kw/some.sync/web_read", lose, { pure: true });
    await advanceTime(POLL_DELAY);
    await animationFrame();
    isLost = false;
    MockServer.env["some.sync"].write([1], { state: "done", progress: 100 });
    await advanceTime(POLL_DELAY);
    await animationFrame();
    expect("[role=progressbar]").toHaveAttribute("aria-valuenow", "100");
    expect.verifySteps(["read"]);
    expect(".o_notification, .o_error_dialog").toHaveCount(0);
});

test("what the server refuses is said, and not asked again", async () => {
    expect.errors(1);
    await mountSync(1);
    onRpc("some.sync", "web_read", () => {
        expect.step("refused");
        throw makeServerError({ type: "AccessError", message: "Not yours" });
    });
    await advanceTime(POLL_DELAY);
    await animationFrame();
    await advanceTime(3 * POLL_DELAY);
    expect.verifySteps(["refused"]);
    expect.verifyErrors([/Not yours/]);
});
