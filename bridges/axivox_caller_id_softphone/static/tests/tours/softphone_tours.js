import { registry } from "@web/core/registry";

const CARD = ".o_axivox_dialled_card";
const sent = [];

/** Record what the panel sends to the softphone, and wait until that has registered. */
const listen = {
    content: "The softphone is registered",
    trigger: "body",
    async run() {
        const { panel } = window.AxivoxSoftphone;
        const { send } = panel;
        panel.send = function (type, values) {
            sent.push({ type, ...values });
            return send.apply(this, arguments);
        };
        const registered = new Promise((resolve) => panel.on("registered", resolve));
        panel.send("hello", { db: "tour", ...panel.room });
        await registered;
    },
};

const isDialled = (number) => ({
    content: `${number} is dialled`,
    trigger: "body",
    run() {
        const { type, number: dialled } = sent.at(-1);
        if (type !== "dial" || dialled !== number) {
            throw new Error(`Sent: ${JSON.stringify(sent)}`);
        }
    },
});

const call = (trigger) => ({
    trigger,
    run() {
        this.anchor.click(); // with a mouse, the link is visible only under it
    },
});

const dial = (number) => ({
    content: `Something dials ${number}`,
    trigger: "body",
    run: () => window.AxivoxSoftphone.panel.dial(number),
});

registry.category("web_tour.tours").add("axivox_softphone_lead", {
    steps: () => [
        { trigger: ".o_axivox_shown_as:contains(+44 20 7946 0958)" },
        { trigger: "body:has(.axivox_softphone_panel[hidden])" },
        listen,
        call("[name=phone] .o_phone_form_link:not(:visible)"),
        isDialled("00442079460321"),
        {
            trigger: `${CARD} .o_axivox_call_shown:contains(Shown as +44 20 7946 0958 · London · rule 0044)`,
        },
        { trigger: `${CARD}:contains(United Kingdom, +44 20 7946 0321)` },
        {
            content: "It is beside the panel",
            trigger: CARD,
            run() {
                const card = this.anchor.getBoundingClientRect();
                const theirs = window.AxivoxSoftphone.panel.element.getBoundingClientRect();
                if (card.right > theirs.left || card.bottom > innerHeight) {
                    throw new Error(JSON.stringify([card, theirs]));
                }
            },
        },
        { trigger: `${CARD}:contains(is the first that matches)` },
        {
            trigger: `${CARD} button[aria-label=Close]`,
            run() {
                this.anchor.focus();
            },
        },
        { trigger: `${CARD} button:focus`, run: "press Enter" },
        { trigger: `body:not(:has(${CARD}))` },
        dial("*21#"),
        isDialled("*21#"),
        { trigger: `${CARD}:contains(Service number *21#)` },
        {
            content: "The panel is closed",
            trigger: "body",
            run: () => window.AxivoxSoftphone.panel.hide(),
        },
        { trigger: `body:not(:has(${CARD}))` },
    ],
});

registry.category("web_tour.tours").add("axivox_softphone_contact", {
    steps: () => [
        { trigger: ".o_axivox_shown_as:contains(+44 20 7946 0958)" },
        listen,
        call("[name=phone] a.o_form_uri"),
        isDialled("00442079460321"),
        { trigger: `${CARD}:contains(United Kingdom, +44 20 7946 0321)` },
        dial("call me"),
        { trigger: `${CARD} .o_axivox_dialled_error:contains(is not a telephone number)` },
    ],
});

registry.category("web_tour.tours").add("axivox_softphone_told", {
    steps: () => [
        { trigger: ".o_form_view button:contains(both installed)", run: "click" },
        { trigger: ".modal button:contains(Do not show this again)", run: "press Enter" },
        { trigger: "body:not(:has(.modal)) .o_form_view:not(:contains(both installed))" },
    ],
});
