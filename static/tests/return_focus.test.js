import { expect, test } from "@odoo/hoot";
import { Component, xml } from "@odoo/owl";
import { press, queryOne } from "@odoo/hoot-dom";
import { advanceTime, animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineActions,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { registry } from "@web/core/registry";
import { WebClient } from "@web/webclient/webclient";
import { TRIES, TRY_DELAY } from "@axivox_caller_id/return_focus/return_focus";

class Home extends Component {
    static template = xml`<button class="o_home_button">Home</button>`;
    static props = ["*"];
}

class Account extends models.Model {
    _name = "axivox.account";
    name = fields.Char();
    _records = [{ id: 1, name: "Brussels" }];
    _views = {
        form: `<form><button name="action_ask" type="object" string="Ask"/><field name="name"/></form>`,
    };
}

class Dialog extends models.Model {
    _name = "axivox.dialog";
    name = fields.Char();
    _views = {
        form: `<form><field name="name"/><footer>
            <button name="action_close" type="object" string="Do it" data-hotkey="q"/>
        </footer></form>`,
    };
}

defineMailModels();
defineModels([Account, Dialog]);
defineActions([
    { id: 1, res_model: "axivox.account", res_id: 1, views: [[false, "form"]] },
]);

test("after a dialog is confirmed by the keyboard, what opened it has the focus again", async () => {
    onRpc("action_ask", () => ({
        type: "ir.actions.act_window",
        res_model: "axivox.dialog",
        views: [[false, "form"]],
        target: "new",
    }));
    onRpc("action_close", () => ({ type: "ir.actions.act_window_close" }));
    await mountWithCleanup(WebClient);
    await getService("action").doAction(1);
    queryOne("button[name=action_ask]").focus();
    await press("Enter");
    await animationFrame();
    await contains(".modal [name=name] input").edit("x");
    await press(["alt", "q"]);
    for (let turn = 0; turn < TRIES; turn++) {
        await advanceTime(TRY_DELAY);
        await animationFrame();
    }
    expect(".modal").toHaveCount(0);
    expect("button[name=action_ask]").toBeFocused();
});

test("a dialog on a page that is no view is left alone", async () => {
    defineActions([{ id: 2, tag: "axivox_test_home", type: "ir.actions.client" }]);
    registry.category("actions").add("axivox_test_home", Home, { force: true });
    await mountWithCleanup(WebClient);
    await getService("action").doAction(2);
    queryOne(".o_home_button").focus();
    await getService("action").doAction({
        type: "ir.actions.act_window",
        res_model: "axivox.dialog",
        views: [[false, "form"]],
        target: "new",
    });
    await press("Escape");
    await animationFrame();
    await advanceTime(TRIES * TRY_DELAY);
    expect(".modal").toHaveCount(0);
});
