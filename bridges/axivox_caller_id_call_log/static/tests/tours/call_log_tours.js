import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("axivox_calls_differ", {
    steps: () => [
        {
            content: "How many calls were as promised",
            trigger: "[name=calls_in_words]:contains(4 outgoing calls, 1 as promised, 3 not)",
        },
        {
            content: "Why they differ is looked into",
            trigger: "button[name=explain_calls]",
            run: "click",
        },
        {
            trigger: "[name=likely_reasons]:contains(Rule 0044 shows +33 1 99 00 12 34 at Axivox)",
        },
        {
            content: "It is told on top, and opens the calls",
            trigger: ".o_axivox_notice button:contains(did not show the promised number: 3)",
            run({ anchor, press }) {
                anchor.focus();
                return press("Enter");
            },
        },
        {
            content: "Those that differ, each with what was promised",
            trigger: ".o_facet_value:contains(Different from what was promised)",
        },
        { trigger: ".o_data_row:eq(2) [name=caller_id_verdict]:contains(Different)" },
        { trigger: ".o_data_row:eq(2) [name=caller_id_promised_display]:contains(+44 20 7946 0958)" },
        { trigger: ".o_pager:contains(1-3)" },
        { content: "The rules say it too", trigger: "[data-menu-xmlid='axivox_caller_id.axivox_outgoing_rule_menu']", run: "click" },
        { trigger: ".o_list_view .o_data_row [name=proof]:contains(Contradicted)" },
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: ".o_menu_item:contains(Contradicted by calls)", run: "click" },
        { trigger: ".o_facet_value:contains(Contradicted by calls)" },
        { trigger: ".o_data_row [name=destination_prefix]:contains(0044)" },
    ],
});

registry.category("web_tour.tours").add("axivox_calls_on_a_phone", {
    steps: () => [
        {
            content: "Each call says on its card whether it was as promised",
            trigger: ".o_kanban_record:contains(Different):contains(Promised: +44 20 7946 0958)",
        },
        { trigger: ".o_kanban_record:contains(As promised):not(:contains(Shown:))" },
    ],
});
