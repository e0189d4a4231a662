/* global SIP */
import { loadBundle } from "@web/core/assets";
import { registry } from "@web/core/registry";
import { DOMAIN, header, Wire } from "../wire";

const turn = () => new Promise((resolve) => setTimeout(resolve, 50));

let wire;

/** Connect the widget's agent to the tour, which plays the PBX; there is no microphone. */
const connect = {
    content: "The widget is registered at a PBX",
    trigger: ".o_menu_systray button[title=Softphone]",
    async run() {
        const { voip_oca: voip, voip_agent_oca: agent } = odoo.__WOWL_DEBUG__.root.env.services;
        await loadBundle("voip_oca.agent_assets");
        wire = new Wire(turn);
        Object.assign(voip, { mode: "prod", pbx_domain: DOMAIN, pbx_username: "201" });
        agent.playTone = agent.setCallAudio = () => {};
        agent.agent = new SIP.UserAgent({ ...agent.agentConfig, ...wire.options });
        await agent.agent.start();
    },
};

async function until(condition, what) {
    for (let attempt = 0; attempt < 60; attempt++) {
        if (condition()) {
            return;
        }
        await turn();
    }
    throw new Error(`Not seen: ${what}\n${wire.sent.join("\n")}`);
}

/** Wait until the browser has sent no request for a second. */
async function idle() {
    let before = -1;
    let count = performance.getEntriesByType("resource").length;
    while (count !== before) {
        before = count;
        await new Promise((resolve) => setTimeout(resolve, 1000));
        count = performance.getEntriesByType("resource").length;
    }
}

/** Check the URI and the requested number of the INVITE. */
const invites = (uri, identity) => ({
    content: `An INVITE for ${uri} leaves`,
    trigger: ".o_voip_softphone",
    async run() {
        await until(() => wire.last(`INVITE sip:${uri}@`), `INVITE sip:${uri}`);
        const asked = header(wire.last("INVITE"), "P-Preferred-Identity");
        if (asked !== identity) {
            throw new Error(`P-Preferred-Identity is ${asked}, not ${identity}`);
        }
    },
});

const rings = (options) => ({
    content: "Somebody calls",
    trigger: ".o_menu_systray button[title=Softphone]",
    async run() {
        await wire.ring(options);
    },
});

/** Calls from the form's phone field; prints how many requests left before the INVITE. */
registry.category("web_tour.tours").add("axivox_count_requests", {
    steps: () => [
        connect,
        { content: "The page has asked for all it needs", trigger: "body", run: () => idle() },
        {
            trigger: "[name=phone] .o_phone_form_link:not(:visible)",
            async run() {
                const { open } = XMLHttpRequest.prototype;
                const urls = [];
                XMLHttpRequest.prototype.open = function (_method, url) {
                    urls.push(new URL(url, location).pathname);
                    return open.apply(this, arguments);
                };
                this.anchor.click();
                await until(() => wire.last("INVITE"), "INVITE");
                XMLHttpRequest.prototype.open = open;
                // a warning: what is less is not handed on to the test
                console.warn(`Requests between click and INVITE: ${urls.join(" ")}`);
            },
        },
        { trigger: ".o_voip_softphone_footer button.text-danger", run: "click" },
        { trigger: ".o_voip_softphone:not(:has(.o_voip_softphone_footer .text-danger))" },
    ],
});

const hangUp = [
    { trigger: ".o_voip_softphone_footer button.text-danger[title='Hang up']", run: "click" },
    { trigger: ".o_voip_softphone:not(:has(.o_voip_softphone_footer .text-danger))" },
];

const decline = [
    { trigger: ".o_voip_softphone button[title='Decline']:contains(Decline)", run: "click" },
    hangUp[1],
];

registry.category("web_tour.tours").add("axivox_dial_from_lead", {
    steps: () => [
        connect,
        {
            content: "The phone field's button is visible under the mouse only",
            trigger: "[name=phone] .o_phone_form_link:not(:visible)",
            run() {
                this.anchor.click();
            },
        },
        {
            content: "The panel shows the number that is shown",
            trigger:
                ".o_axivox_call_shown[data-tooltip*='Rule 0044']:contains(+44 20 7946 0958):contains(London):contains(rule 0044)",
        },
        invites("00442079460321"),
        {
            content: "The other side picks up",
            trigger: ".o_voip_softphone",
            run: () => wire.pickUp(),
        },
        { trigger: ".o_voip_softphone button[title=Mute]" },
        ...hangUp,
    ],
});

const schedule = (summary) => [
    { trigger: ".o_voip_softphone button[title='Schedule activity']", run: "click" },
    { trigger: ".modal [name=summary] input", run: `edit ${summary}` },
    { trigger: ".modal button[name=action_schedule_activities]", run: "click" },
    { trigger: "body:not(:has(.modal))" },
];

registry.category("web_tour.tours").add("axivox_schedule_activity", {
    steps: () => [
        connect,
        {
            trigger: "[name=phone] .o_phone_form_link:not(:visible)",
            run() {
                this.anchor.click();
            },
        },
        invites("00442079460321"),
        ...schedule("Send the offer"),
        { trigger: ".o-mail-Chatter .o-mail-Activity:contains(Send the offer)" },
        ...hangUp,
        {
            content: "The chatter that is open shows the call at once",
            trigger: ".o-mail-Chatter .o-mail-Message:contains(Outgoing call):contains(Cancelled)",
        },
        { trigger: ".o_voip_softphone a[name=partner_list]", run: "click" },
        { trigger: ".o_voip_partner_item:contains(Harriet)", run: "click" },
        ...schedule("Birthday"),
    ],
});

registry.category("web_tour.tours").add("axivox_choose_number", {
    steps: () => [
        connect,
        { trigger: ".o_menu_systray button[title=Softphone]", run: "click" },
        { trigger: "button[title='Open Numpad']", run: "click" },
        { trigger: ".o_numpad_input", run: "edit 0044 20 7946 0321" },
        { trigger: ".o_axivox_call_country:contains(United Kingdom)" },
        { trigger: ".o_axivox_call_shown:contains(+44 20 7946 0958)" },
        {
            trigger: ".o_axivox_call_choice",
            run: "selectByLabel +33 1 99 00 12 34 · Paris",
        },
        { trigger: ".o_voip_softphone_footer button:not(.text-danger)[title=Call]", run: "click" },
        { trigger: ".o_voip_softphone_content:has(button[title='Hang up']) .o_axivox_call_shown:contains(+33 1 99 00 12 34):contains(your choice)" },
        invites("00442079460321", `<sip:+33199001234@${DOMAIN}>`),
        ...hangUp,
        { trigger: ".o_axivox_call_shown:contains(+44 20 7946 0958)" },
        { trigger: ".o_voip_softphone_footer button:not(.text-danger)[title=Call]", run: "click" },
        { trigger: ".o_axivox_call_shown:contains(rule 0044)" },
        invites("00442079460321", `<sip:+442079460958@${DOMAIN}>`),
        ...hangUp,
    ],
});

registry.category("web_tour.tours").add("axivox_missed_call", {
    steps: () => [
        connect,
        rings({ from: "00442079460321", headers: [`P-Called-Party-ID: <sip:+33199001234@${DOMAIN}>`] }),
        { trigger: ".o_voip_softphone:contains(Cargo bikes)" },
        {
            content: "The caller gives up",
            trigger: ".o_voip_softphone",
            run: () => wire.ring({ from: "00442079460321", method: "CANCEL" }),
        },
        { trigger: ".o_menu_systray .o_axivox_missed:contains(1)" },
        { trigger: ".o_voip_softphone_header button", run: "click" },
        { trigger: ".o_menu_systray button[title=Softphone]", run: "click" },
        { trigger: ".o_axivox_missed_item:contains(Cargo bikes):contains(+44 20 7946 0321)" },
        { trigger: ".o_axivox_missed_item:contains(+33 1 99 00 12 34):contains(the number that they dialled)" },
        { trigger: ".o_axivox_call_back", run: "click" },
        invites("00442079460321", `<sip:+33199001234@${DOMAIN}>`),
        {
            content: "They pick up",
            trigger: ".o_voip_softphone",
            run: () => wire.pickUp(),
        },
        { trigger: ".o_voip_softphone button[title=Mute]" },
        ...hangUp,
        { trigger: ".o_axivox_empty:contains(No missed calls)" },
        { trigger: ".o_menu_systray:not(:has(.o_axivox_missed))" },
    ],
});

registry.category("web_tour.tours").add("axivox_calls_screen", {
    steps: () => [
        { trigger: ".o_menu_sections [data-menu-xmlid='axivox_caller_id_voip_oca.voip_call_menu']", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Cargo bikes):contains(+44 20 7946 0321):contains(Busy)" },
        { trigger: ".o_searchview_input", run: "fill 020 7946 0321" },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Number)", run: "click" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(+33 1 99 00 45 67))) .o_data_row:contains(Cargo bikes)" },
        { trigger: ".o_switch_view.o_pivot", run: "click" },
        { trigger: ".o_pivot:contains(Busy)" },
        { trigger: ".o_switch_view.o_graph", run: "click" },
        { trigger: ".o_graph_renderer canvas" },
        { trigger: ".o_switch_view.o_list", run: "click" },
        { trigger: ".o_data_row [name=phone_display]", run: "click" },
        { trigger: ".o_form_view [name=lead_id] a:contains(Cargo bikes)", run: "click" },
        { trigger: ".oe_stat_button[name=action_voip_calls]:contains(1)", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Busy)" },
    ],
});

registry.category("web_tour.tours").add("axivox_known_caller", {
    steps: () => [
        connect,
        rings({ from: "00442079460321", headers: [`P-Called-Party-ID: <sip:+3212345678@${DOMAIN}>`] }),
        { trigger: ".o_voip_softphone:contains(Harriet)" },
        { trigger: ".o_axivox_caller_company:contains(Thames Couriers)" },
        { trigger: ".o_axivox_caller_dialled:contains(Main line, Belgium)" },
        { trigger: ".o_axivox_caller_last:contains(shown as +33 1 99 00 12 34)" },
        { trigger: ".o_axivox_caller_lead:contains(Cargo bikes)", run: "click" },
        { trigger: ".o_form_view [name=name] :contains(Cargo bikes), .o_form_view [name=name] textarea" },
        ...decline,
    ],
});

registry.category("web_tour.tours").add("axivox_unknown_caller", {
    steps: () => [
        connect,
        rings({ from: "+33199004567" }),
        { trigger: ".o_axivox_caller_kind:contains(Unknown caller)" },
        { trigger: ".o_axivox_caller_country:contains(+33 1 99 00 45 67):contains(France)" },
        { trigger: ".o_axivox_new_contact", run: "click" },
        { trigger: ".modal [name=phone] input:value(+33 1 99 00 45 67)" },
        { trigger: ".modal [name=country_id] input:value(France)" },
        { trigger: ".modal [name=name] input, .modal [name=name] textarea", run: "edit Luc Moreau" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_axivox_new_lead", run: "click" },
        { trigger: ".modal [name=phone] input:value(+33 1 99 00 45 67)" },
        { trigger: ".modal .o_form_button_cancel", run: "click" },
        ...decline,
    ],
});
