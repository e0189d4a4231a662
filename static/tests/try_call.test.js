import { expect, test } from "@odoo/hoot";
import { queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred, freezeTime } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    makeServerError,
    MockServer,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { TYPING_DELAY } from "@axivox_caller_id/try_call/try_call";

const LONDON = {
    number: "+442079460958",
    display: "+44 20 7946 0958",
    source: "rule",
    reason: "Rule 0044 is the first that matches this destination.",
};
const BRUSSELS = {
    number: "+3225550100",
    display: "+32 2 555 01 00",
    source: "default",
    reason: "No rule matches: the default outgoing number is shown.",
};
const NUMBER = "input[name=axivox_try_call_number]";

class Account extends models.Model {
    _name = "axivox.account";
    name = fields.Char();
    is_tried = fields.Boolean();
    rule_ids = fields.One2many({ relation: "some.rule" });
    _records = [{ id: 1, name: "Brussels", is_tried: true, rule_ids: [1, 2] }];
}

class Rule extends models.Model {
    _name = "some.rule";
    sequence = fields.Integer();
    name = fields.Char();
    _records = [
        { id: 1, sequence: 1, name: "0044" },
        { id: 2, sequence: 2, name: "004420" },
    ];
}

class Extension extends models.Model {
    _name = "axivox.extension";
    name = fields.Char();
    account_id = fields.Many2one({ relation: "axivox.account" });
    _records = [
        { id: 3, name: "901 Elsewhere", account_id: false },
        { id: 7, name: "201 Anita", account_id: 1 },
        { id: 8, name: "202 Marc", account_id: 1 },
    ];
    _views = { list: `<list><field name="name"/></list>`, search: `<search/>` };
}

class TestCase extends models.Model {
    _name = "axivox.test.case";
    name = fields.Char();
    _views = { form: `<form><field name="name"/></form>` };
}

defineMailModels();
defineModels([Account, Rule, Extension, TestCase]);

function answer(values = {}) {
    return {
        error: false,
        destination: "United Kingdom, +44 20 7946 0000",
        dial: "00442079460000",
        now: LONDON,
        after: LONDON,
        never_applied: false,
        rules: [],
        hidden_rules: 0,
        ...values,
    };
}

async function mountForm({ resId = 1 } = {}) {
    await mountView({
        type: "form",
        resModel: "axivox.account",
        resId,
        arch: `<form>
            <field name="name"/>
            <field name="is_tried" readonly="1"/>
            <field name="rule_ids">
                <list editable="bottom">
                    <field name="sequence" widget="handle"/>
                    <field name="name"/>
                </list>
            </field>
            <widget name="axivox_try_call"/>
        </form>`,
    });
}

async function type(number) {
    await contains(NUMBER).edit(number, { confirm: false });
}

async function call(number) {
    await type(number);
    await advanceTime(TYPING_DELAY);
    await animationFrame();
}

/** Every `try_call` waits in the returned list until its `resolve` is called. */
function holdAnswers() {
    const held = [];
    onRpc("axivox.account", "try_call", () => {
        held.push(new Deferred());
        return held.at(-1);
    });
    return held;
}

test("an account that is not saved asks for that first", async () => {
    await mountForm({ resId: false });
    expect(".o_axivox_try_call").toHaveText(/Save first/);
    expect(NUMBER).toHaveCount(0);
});

test("before a number is typed it says what to do and asks nothing", async () => {
    onRpc("axivox.account", "try_call", () => expect.step("try_call"));
    await mountForm();
    expect(".o_axivox_hint").toHaveText(/Pick a user and type a number/);
    expect(".o_axivox_try_call_extension input").toHaveValue("201 Anita");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("—");
    await call("   ");
    expect.verifySteps([]);
});

test("the first answer ticks off the first run's call", async () => {
    Account._records[0].is_tried = false;
    onRpc("axivox.account", "try_call", () => answer());
    onRpc("axivox.account", "note_tried", ({ args: [[id]] }) => {
        MockServer.env["axivox.account"].write([id], { is_tried: true });
        expect.step("note_tried");
        return true;
    });
    await mountForm();
    await call("0044 20 7946 0000");
    await animationFrame();
    expect("[name=is_tried] input").toBeChecked();
    await call("0044 20 7946 0001");
    expect.verifySteps(["note_tried"]);
});

test("a tick for the first answer loses nothing that is being edited", async () => {
    Account._records[0].is_tried = false;
    onRpc("axivox.account", "try_call", () => answer());
    onRpc("axivox.account", "note_tried", () => {
        expect.step("note_tried");
        return true;
    });
    await mountForm();
    await contains("[name=name] input").edit("Bruges");
    await call("0044 20 7946 0000");
    await animationFrame();
    expect.verifySteps(["note_tried"]);
    expect("[name=name] input").toHaveValue("Bruges");
});

test("what is typed quickly is asked once", async () => {
    freezeTime(); // quick, however slow the machine is
    onRpc("axivox.account", "try_call", ({ args, kwargs }) => {
        expect.step([args, kwargs.country_id]);
        return answer();
    });
    await mountForm();
    await type("0044 20");
    await advanceTime(TYPING_DELAY - 50);
    await type("0044 20 7946 0000");
    await advanceTime(TYPING_DELAY - 50);
    expect.verifySteps([]);
    await advanceTime(50);
    await animationFrame();
    expect.verifySteps([[[[1], 7, "0044 20 7946 0000"], false]]);
    expect(".o_axivox_destination").toHaveText("United Kingdom, +44 20 7946 0000");
    expect(".o_axivox_dial").toHaveText("00442079460000");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+44 20 7946 0958");
    expect(".o_axivox_now .o_axivox_reason").toHaveText(LONDON.reason);
});

test("the old answer stays until the new one is there", async () => {
    const held = holdAnswers();
    await mountForm();
    await call("0044 20 7946 0000");
    held[0].resolve(answer());
    await animationFrame();
    await call("02 555 01 01");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+44 20 7946 0958");
    expect("[aria-busy=true] .o_axivox_now").toHaveCount(1);
    held[1].resolve(answer({ now: BRUSSELS }));
    await animationFrame();
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+32 2 555 01 00");
    expect("[aria-busy=false] .o_axivox_now").toHaveCount(1);
});

test("the late answer to an earlier question is dropped", async () => {
    const held = holdAnswers();
    await mountForm();
    await call("0044 20 7946 0000");
    await call("02 555 01 01");
    held[1].resolve(answer({ now: BRUSSELS }));
    await animationFrame();
    held[0].resolve(answer({ now: LONDON }));
    await animationFrame();
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+32 2 555 01 00");
});

test("an answer that comes after the number was erased is dropped", async () => {
    const held = holdAnswers();
    await mountForm();
    await call("0044 20 7946 0000");
    await call("");
    held[0].resolve(answer());
    await animationFrame();
    expect(".o_axivox_now .o_axivox_shown").toHaveText("—");
    expect(".o_axivox_hint").toHaveCount(1);
});

test("what is no number gets the server's sentence in place of an answer", async () => {
    const sentence = "“+44 20” is too short for a telephone number in United Kingdom.";
    onRpc("axivox.account", "try_call", ({ args }) =>
        args[2] === "+44 20" ? { error: sentence } : answer()
    );
    await mountForm();
    await call("+44 20 7946 0000");
    await call("+44 20");
    expect(".o_axivox_error").toHaveText(sentence);
    expect(`${NUMBER}[aria-invalid=true]`).toHaveCount(1);
    expect(`#${queryFirst(NUMBER).getAttribute("aria-describedby")}`).toHaveText(sentence);
    expect(queryAllTexts(".o_axivox_shown")).toEqual(["—", "—"]);
    expect(".o_axivox_rule, .o_dialog, .o_notification").toHaveCount(0);
    await call("+44 20 7946 0000");
    expect(".o_axivox_error").toHaveCount(0);
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+44 20 7946 0958");
});

test("a server that fails gets a sentence, not a dialog", async () => {
    onRpc("axivox.account", "try_call", () => {
        throw makeServerError({ message: "psycopg2.OperationalError", type: "Exception" });
    });
    await mountForm();
    await call("+44 20 7946 0000");
    expect(".o_axivox_error").toHaveText(/Odoo could not answer/);
    expect(".o_dialog, .o_error_dialog").toHaveCount(0);
});

test("what the server says to the person is shown as it is", async () => {
    onRpc("axivox.account", "try_call", () => {
        throw makeServerError({ message: "You are not allowed to read this account." });
    });
    await mountForm();
    await call("+44 20 7946 0000");
    expect(".o_axivox_error").toHaveText("You are not allowed to read this account.");
});

test("now and after Apply changes are marked only where they differ", async () => {
    let after = BRUSSELS;
    onRpc("axivox.account", "try_call", () => answer({ after }));
    await mountForm();
    await call("0044 20 7946 0000");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+44 20 7946 0958");
    expect(".o_axivox_after .o_axivox_shown").toHaveText("+32 2 555 01 00");
    expect(".o_axivox_after.o_axivox_differs .badge").toHaveText("Will change");
    after = LONDON;
    await call("0044 20 7946 0001");
    expect(".o_axivox_differs, .o_axivox_after .badge").toHaveCount(0);
});

test("a call that shows no number says so in a word", async () => {
    const none = { number: false, display: "", reason: "…" };
    let sources;
    onRpc("axivox.account", "try_call", () =>
        answer({
            now: { ...none, source: sources[0] },
            after: { ...none, source: sources[1] },
        })
    );
    await mountForm();
    sources = ["internal", "emergency"];
    await call("202");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("Internal call");
    expect(".o_axivox_after .o_axivox_shown").toHaveText("Decided by the carrier");
    expect(".o_axivox_differs").toHaveCount(1);
    sources = ["service", "none"];
    await call("1207");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("Decided by Axivox");
    expect(".o_axivox_after .o_axivox_shown").toHaveText("No number");
});

test("the rule that decided is marked, the others say why they did not", async () => {
    onRpc("axivox.account", "try_call", () =>
        answer({
            rules: [
                {
                    id: 1,
                    prefix: "004420",
                    name: "London",
                    number: "+32 2 555 01 00",
                    decides: false,
                    why: "Its number is archived: it is never shown.",
                },
                {
                    id: 2,
                    prefix: "0044",
                    name: "United Kingdom, Guernsey",
                    number: "+44 20 7946 0958",
                    decides: true,
                    why: LONDON.reason,
                },
            ],
            hidden_rules: 12,
        })
    );
    await mountForm();
    await call("0044 20 7946 0000");
    expect(".o_axivox_rule").toHaveCount(2);
    expect(".o_axivox_decides").toHaveCount(1);
    expect(".o_axivox_decides[data-prefix='0044'] .badge").toHaveText("Decides");
    expect(".o_axivox_rule[data-prefix='0044']").toHaveText(/United Kingdom, Guernsey/);
    expect(".o_axivox_rule[data-prefix='0044']").toHaveText(/\+44 20 7946 0958/);
    expect(".o_axivox_rule.text-muted[data-prefix='004420'] .o_axivox_why").toHaveText(
        "Its number is archived: it is never shown."
    );
    expect(".o_axivox_hidden_rules").toHaveText("and 12 rules for other destinations");
});

test("no list of rules where there are none", async () => {
    onRpc("axivox.account", "try_call", () => answer());
    await mountForm();
    await call("0044 20 7946 0000");
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+44 20 7946 0958");
    expect(".o_axivox_try_call ol, .o_axivox_hidden_rules").toHaveCount(0);
});

test("another user of this account, or a country, is asked about at once", async () => {
    onRpc("axivox.account", "try_call", ({ args, kwargs }) => {
        expect.step([args[1], kwargs.country_id]);
        return answer();
    });
    onRpc("res.country", "web_name_search", () => [{ id: 231, display_name: "United Kingdom" }]);
    onRpc("axivox.extension", "web_name_search", ({ kwargs }) => {
        expect.step(kwargs.domain);
    });
    await mountForm();
    await call("020 7946 0000");
    await contains(".o_axivox_try_call_extension input").click();
    await contains(".o-autocomplete--dropdown-item:contains(202 Marc)").click();
    await animationFrame();
    await contains(".o_axivox_try_call_country input").click();
    await contains(".o-autocomplete--dropdown-item:contains(United Kingdom)").click();
    await animationFrame();
    expect.verifySteps([[7, false], [["account_id", "=", 1]], [8, false], [8, 231]]);
    expect(".o_axivox_try_call_extension input").toHaveValue("202 Marc");
    expect(".o_axivox_try_call_country input").toHaveValue("United Kingdom");
});

test("a user picked in the dialog of a long list has their name too", async () => {
    onRpc("axivox.account", "try_call", ({ args }) => {
        expect.step(args[1]);
        return answer();
    });
    await mountForm();
    await call("020 7946 0000");
    await contains(".o_axivox_try_call_extension input").click();
    await contains(".o_m2o_dropdown_option_search_more").click();
    expect(queryAllTexts(".modal .o_data_row")).toEqual(["201 Anita", "202 Marc"]);
    await contains(".modal .o_data_cell:contains(202 Marc)").click();
    await animationFrame();
    expect(".o_axivox_try_call_extension input").toHaveValue("202 Marc");
    expect.verifySteps([7, 8]);
});

test("every input has a label", async () => {
    await mountForm();
    const inputs = [...document.querySelectorAll(".o_axivox_try_call input")];
    expect(inputs.map((input) => input.labels[0].textContent)).toEqual([
        "User",
        "Number",
        "Country",
    ]);
});

test("what the country is for is said to the keyboard too", async () => {
    await mountForm();
    queryFirst(".o_axivox_try_call_country [tabindex='0'][aria-label]").focus();
    await advanceTime(500);
    await animationFrame();
    expect(".o-tooltip").toHaveText(/used to read a national number/);
});

test("unsaved changes are said not to count; saving asks again", async () => {
    let now = LONDON;
    onRpc("axivox.account", "try_call", () => {
        expect.step("try_call");
        return answer({ now });
    });
    await mountForm();
    await call("0044 20 7946 0000");
    expect(".o_axivox_unsaved").toHaveCount(0);
    expect.verifySteps(["try_call"]);

    await contains(".o_field_widget[name=name] input").edit("Ghent");
    expect(".o_axivox_unsaved").toHaveText(/Unsaved changes/);
    await advanceTime(1000);
    expect.verifySteps([]);

    now = BRUSSELS;
    await clickSave();
    await animationFrame();
    expect.verifySteps(["try_call"]);
    expect(".o_axivox_unsaved").toHaveCount(0);
    expect(".o_axivox_now .o_axivox_shown").toHaveText("+32 2 555 01 00");
    expect(NUMBER).toHaveValue("0044 20 7946 0000");
});

test("a dragged rule is an unsaved change, and counts once saved", async () => {
    onRpc("axivox.account", "try_call", () => {
        expect.step("try_call");
        return answer();
    });
    onRpc("axivox.account", "web_save", () => expect.step("web_save"));
    await mountForm();
    await call("0044 20 7946 0000");
    await contains(".o_data_row:eq(1) .o_handle_cell").dragAndDrop(".o_data_row:eq(0)");
    expect(".o_axivox_unsaved").toHaveCount(1);
    await clickSave();
    await animationFrame();
    expect.verifySteps(["try_call", "web_save", "try_call"]);
    expect(".o_axivox_unsaved").toHaveCount(0);
});

test("typing a number to try leaves the form clean", async () => {
    onRpc("axivox.account", "try_call", () => answer());
    await mountForm();
    await call("0044 20 7946 0000");
    expect(".o_axivox_unsaved").toHaveCount(0);
    expect(".o_form_button_save:visible").toHaveCount(0);
});

test("many calls are tried from what is tried now", async () => {
    mockService("action", {
        doAction(action, { additionalContext }) {
            expect.step(action);
            expect(additionalContext).toEqual({
                default_account_id: 1,
                default_text: "0044 20 7946 0000",
                default_country_id: false,
                default_extension_ids: [7],
            });
        },
    });
    onRpc("axivox.account", "try_call", () => answer());
    await mountForm();
    await call(" 0044 20 7946 0000 ");
    await contains(".o_axivox_try_many_open").click();
    expect.verifySteps(["axivox_caller_id.axivox_try_many_action"]);
});

test("what is shown is kept as a test case by who may", async () => {
    let keep = false;
    onRpc("axivox.account", "try_call", () => answer({ keep }));
    await mountForm();
    await call("0044 20 7946 0000");
    expect(".o_axivox_keep").toHaveCount(0);
    keep = { default_name: "Kept" };
    await call("0044 20 7946 0001");
    await contains(".o_axivox_keep").click();
    expect(".modal [name=name] input").toHaveValue("Kept");
});
