import { after, beforeEach, expect, test } from "@odoo/hoot";
import { queryFirst, waitForNone } from "@odoo/hoot-dom";
import { Deferred, animationFrame } from "@odoo/hoot-mock";
import { patchPanel, HOOKS } from "@axivox_caller_id_softphone/dialled/dialled";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

const LONDON = {
    error: "",
    called: "United Kingdom, +44 20 7946 0321",
    display: "+44 20 7946 0958",
    label: "London",
    via: "rule 0044",
    source: "rule",
    reason: "Rule 0044 is the first that matches this destination.",
    pending: "",
};
const THEIRS = window.AxivoxSoftphone;
const CARD = ".o_axivox_dialled_card";

class Country extends models.Model {
    _name = "some.country";
    name = fields.Char();
    _records = [{ id: 5, name: "United Kingdom" }];
}

class Lead extends models.Model {
    _name = "some.lead";
    phone = fields.Char();
    axivox_dial = fields.Char();
    country_id = fields.Many2one({ relation: "some.country" });
    _records = [
        { id: 1, phone: "020 7946 0321", axivox_dial: "00442079460321", country_id: 5 },
        { id: 2, phone: "020 7946 0321", axivox_dial: "003220794603", country_id: false },
        { id: 3, phone: "*21#", axivox_dial: "0021", country_id: false },
        { id: 4, phone: "020 7946–0321", axivox_dial: "00442079460321", country_id: 5 },
    ];
}

const FORM = `<form>
    <field name="phone" widget="phone" readonly="1"/>
    <field name="axivox_dial" invisible="1"/>
    <field name="country_id" invisible="1"/>
    <span class="other" data-axivox-tel="020 7946 0321">Other</span>
</form>`;

defineMailModels();
defineModels([Country, Lead]);

/** A panel with the documented hooks, which handles clicks before Odoo does. */
class Panel {
    listeners = {};

    dial(number) {
        expect.step(number);
        return "dialled";
    }
    on(type, fn) {
        this.listeners[type] = fn;
    }
}

let panel, element;

beforeEach(() => {
    class Own extends Panel {
        dial(number) {
            return super.dial(number);
        }
        on() {
            return super.on(...arguments);
        }
    }
    const softphone = { Panel: Own, ORIGIN: "about:blank", MARK: "axivox-softphone" };
    patchWithCleanup(window, { AxivoxSoftphone: softphone });
    after(patchPanel(softphone));
    panel = new Own();
    element = document.createElement("div");
    element.style = "position: fixed; right: 0; bottom: 0; width: 200px; height: 200px";
    element.innerHTML = `<iframe src="about:blank"></iframe>`;
    document.body.append(element);
    const onClick = (ev) => {
        const said = ev.target.closest('a[href^="tel:"], [data-axivox-tel]');
        if (said) {
            ev.preventDefault();
            ev.stopPropagation();
            panel.dial(said.dataset.axivoxTel || said.getAttribute("href").slice(4));
        }
    };
    document.addEventListener("click", onClick, true);
    after(() => {
        document.removeEventListener("click", onClick, true);
        element.remove();
    });
});

/** Let an answer arrive and be rendered. */
async function settle() {
    await animationFrame();
    await animationFrame();
}

async function mountForm(resId) {
    await mountView({ type: "form", resModel: "some.lead", resId, arch: FORM });
}

/** Mock the server's answers for the card; the last one stays. */
function answers(...said) {
    onRpc("res.users", "preview_softphone_call", ({ args }) => {
        expect.step(args);
        return said.length > 1 ? said.shift() : said[0];
    });
}

test("Axivox's panel has the hooks that are used", () => {
    expect(THEIRS.ORIGIN).toBe("https://phone.axivox.com");
    for (const hook of HOOKS) {
        expect(THEIRS.Panel.prototype[hook]).toBeInstanceOf(Function);
    }
});

test("a panel without one of the hooks is left alone", () => {
    for (const hook of HOOKS) {
        class Other extends Panel {}
        Other.prototype.dial = Panel.prototype.dial;
        Other.prototype[hook] = undefined;
        const { dial } = Other.prototype;
        expect(patchPanel({ Panel: Other, ORIGIN: "about:blank" })).toBe(false);
        expect(Other.prototype.dial).toBe(dial);
    }
    for (const other of [undefined, {}, { Panel }]) {
        expect(patchPanel(other)).toBe(false);
    }
});

test("what is dialled is what the record's form has fetched", async () => {
    answers(LONDON);
    await mountForm(1);
    await contains("[name=phone] a").click();
    expect.verifySteps(["00442079460321", ["02079460321", 5]]);
});

test("something else of the form that dials the number dials the same", async () => {
    answers(LONDON);
    await mountForm(1);
    await contains(".other").click();
    expect.verifySteps(["00442079460321", ["020 7946 0321", 5]]);
});

test("what no form shows is dialled as it was typed", async () => {
    answers(LONDON);
    await mountForm(1);
    expect(panel.dial("030 123456")).toBe("dialled");
    await animationFrame();
    expect.verifySteps(["030 123456", ["030 123456", false]]);
});

test("a link of a list is another record's than the form's", async () => {
    answers(LONDON);
    await mountForm(1);
    const link = document.createElement("a");
    link.href = "tel:02079460321";
    link.textContent = "Call";
    document.querySelector(".o_form_view").append(link);
    await contains(link).click();
    expect.verifySteps(["02079460321", ["02079460321", false]]);
});

test("where two forms do not agree, what is dialled is what was typed", async () => {
    answers(LONDON);
    await mountForm(1);
    await mountForm(2);
    panel.dial("020 7946 0321");
    await animationFrame();
    expect.verifySteps(["020 7946 0321", ["020 7946 0321", false]]);
});

test("a number is known however its link is read", async () => {
    onRpc("res.users", "preview_softphone_call", () => LONDON);
    await mountForm(4);
    const { href } = queryFirst("[name=phone] a");
    for (const number of [decodeURIComponent(href), href]) {
        panel.dial(number.slice(4));
        expect.verifySteps(["00442079460321"]);
    }
});

test("codes stay as they are", async () => {
    answers(LONDON);
    await mountForm(3);
    await contains("[name=phone] a").click();
    expect.verifySteps(["*21#", ["*21#", false]]);
});

test("the card says whom the call reaches, what it shows and why", async () => {
    const pending = "After applying: +33 1 99 00 12 34";
    answers({ ...LONDON, pending });
    await mountWithCleanup(WebClient);
    panel.dial("020 7946 0321");
    await settle();
    expect.verifySteps(["020 7946 0321", ["020 7946 0321", false]]);
    expect(`${CARD} .o_axivox_dialled_called`).toHaveText(LONDON.called);
    expect(`${CARD} .o_axivox_call_shown`).toHaveText(
        /^Shown as \+44 20 7946 0958 · London · rule 0044/
    );
    expect(CARD).toHaveText(/matches this destination. After applying: \+33 1 99 00 12 34/);
    expect(`${CARD} .o_axivox_call_pending`).toHaveText("changes pending");
});

for (const [when, go] of [
    ["the call is over", () => panel.listeners.callEnded()],
    ["the panel goes", () => (element.style.display = "none")],
    ["it is closed", () => queryFirst(`${CARD} .btn-close`).click()],
]) {
    test(`the card goes when ${when}`, async () => {
        onRpc("res.users", "preview_softphone_call", () => LONDON);
        await mountWithCleanup(WebClient);
        panel.dial("0044 20 7946 0321");
        await settle();
        expect(CARD).toHaveCount(1);
        go();
        await waitForNone(CARD);
        expect(CARD).toHaveCount(0);
        expect.verifySteps(["0044 20 7946 0321"]);
    });
}

test("the call waits for no answer, and one that comes too late is not shown", async () => {
    const slow = new Deferred();
    const said = [slow, LONDON];
    onRpc("res.users", "preview_softphone_call", () => said.shift());
    await mountWithCleanup(WebClient);
    panel.dial("030 123456");
    expect.verifySteps(["030 123456"]);
    panel.dial("0044 20 7946 0321");
    await settle();
    slow.resolve({ ...LONDON, called: "Germany" });
    await settle();
    expect(`${CARD} .o_axivox_dialled_called`).toHaveText(LONDON.called);
    expect.verifySteps(["0044 20 7946 0321"]);
});

test("an answer after the call's end is not shown", async () => {
    const slow = new Deferred();
    onRpc("res.users", "preview_softphone_call", () => slow);
    await mountWithCleanup(WebClient);
    panel.dial("030 123456");
    panel.listeners.callEnded();
    slow.resolve(LONDON);
    await settle();
    expect(CARD).toHaveCount(0);
    expect.verifySteps(["030 123456"]);
});

test("who has no extension sees no card", async () => {
    answers(false);
    await mountWithCleanup(WebClient);
    panel.dial("201");
    await settle();
    expect(CARD).toHaveCount(0);
    expect.verifySteps(["201", ["201", false]]);
});

test("where the server fails, the card says so and the call goes on", async () => {
    onRpc("res.users", "preview_softphone_call", () => {
        throw new Error("down");
    });
    await mountWithCleanup(WebClient);
    expect(panel.dial("201")).toBe("dialled");
    await settle();
    expect(CARD).toHaveText("Odoo could not say which number is shown.");
    expect.verifySteps(["201"]);
});
