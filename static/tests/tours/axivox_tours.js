import { registry } from "@web/core/registry";

const LINE = ".o_field_widget[name=rule_ids] .o_data_row";
const ROW = ".o_list_view .o_data_row";

function addRule(position, prefix, number) {
    const row = `${LINE}:eq(${position}).o_selected_row`;
    return [
        {
            content: `Add a rule for ${prefix}`,
            trigger: ".o_field_widget[name=rule_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        { trigger: `${row} [name=destination_prefix] input`, run: `edit ${prefix}` },
        { trigger: `${row} [name=number_id] input`, run: `edit ${number}` },
        { trigger: `.o-autocomplete--dropdown-item:first:contains(${number})`, run: "click" },
        { trigger: `${row} [name=number_id] input:value(${number})` },
        { trigger: `${row} [name=name]:contains(United Kingdom)` },
    ];
}

// Press a key on the element, which has the focus.
function enter({ anchor, press }) {
    anchor.focus();
    return press("Enter");
}

function space({ anchor, press }) {
    anchor.focus();
    return press("Space");
}

function save() {
    return [
        { content: "Save", trigger: ".o_form_button_save", run: "click" },
        { trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible:not(:visible)" },
    ];
}

function answers(number, reason) {
    return [
        {
            content: `Try a call answers ${number}`,
            trigger: `.o_axivox_after .o_axivox_shown:contains(${number})`,
        },
        { trigger: `.o_axivox_after .o_axivox_reason:contains(${reason})` },
    ];
}

registry.category("web_tour.tours").add("axivox_rules", {
    steps: () => [
        ...addRule(0, "+44", "London"),
        ...addRule(1, "0044 20", "New York"),
        ...save(),
        {
            content: "The second rule can never match",
            trigger: `${LINE}:eq(1) .fa-exclamation-triangle`,
        },
        {
            content: "Pick the user who has a number of their own",
            trigger: ".o_axivox_try_call_extension input",
            run: "edit 202",
        },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(202 James)", run: "click" },
        {
            trigger: "input[name=axivox_try_call_number]",
            run: "edit 0044 20 7946 0321",
        },
        ...answers("+33 1 99 00 12 34", "extension 202"),
        {
            content: "Drag the second rule to the top",
            trigger: `${LINE}:eq(1) .o_row_handle`,
            run: `drag_and_drop(${LINE}:eq(0))`,
        },
        { trigger: `${LINE}:eq(0) [name=destination_prefix]:contains(004420)` },
        {
            content: "Let the rules go before everything else",
            trigger: "[name=rules_override_users] input",
            run: "click",
        },
        ...save(),
        ...answers("+1 212-555-0123", "Rule 004420"),
        { trigger: ".o_axivox_decides[data-prefix='004420']" },
        { trigger: ".o_axivox_rule[data-prefix='0044']:contains(Rule 004420 comes first)" },
        {
            content: "The bar counts what waits",
            trigger: ".o_axivox_pending .o_axivox_pending_count:contains(5)",
        },
    ],
});

registry.category("web_tour.tours").add("axivox_rules_screen", {
    steps: () => [
        {
            content: "Find a rule by the country it leads to",
            trigger: ".o_searchview_input",
            run: "edit Bahamas",
        },
        { trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Bahamas)" },
        { trigger: ".o_searchview_input", run: "press Enter" },
        { trigger: `${ROW}:only-child td[name=position]:contains(4)`, run: "click" },
        {
            content: "Move it to the second place by typing the place",
            trigger: ".o_selected_row [name=position] input",
            run: "edit 2 && press Enter",
        },
        { trigger: `${ROW}:first td[name=position]:contains(2)` },
        { trigger: ".o_searchview .o_facet_remove", run: "click" },
        { trigger: `${ROW}:eq(1) td[name=destination_prefix]:contains(001242)` },
        {
            content: "To the top",
            trigger: `${ROW}:eq(1) button[name=action_move_to_top]`,
            run: "click",
        },
        { trigger: `${ROW}:eq(0) td[name=destination_prefix]:contains(001242)` },
        {
            content: "Insert a rule above the last one",
            trigger: `${ROW}:eq(3) button[name=action_insert_above]`,
            run: "click",
        },
        { trigger: ".modal [name=destination_prefix] input", run: "edit +31" },
        { trigger: ".modal [name=number_id] input", run: "edit Paris" },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(Paris)", run: "click" },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: `body:not(:has(.modal)) ${ROW}:eq(3) td[name=destination_prefix]:contains(0031)` },
    ],
});

registry.category("web_tour.tours").add("axivox_number_replaced", {
    steps: () => [
        {
            content: "Who uses it stands beside each number",
            trigger: `${ROW}:contains(Paris) td[name=used_by]:contains(user 202 James)`,
        },
        { trigger: `${ROW}:contains(Paris) .o_list_record_selector input`, run: "click" },
        { trigger: ".o_cp_action_menus .dropdown-toggle", run: "click" },
        { trigger: ".o_menu_item:contains(Archive):not(:contains(Unarchive))", run: "click" },
        {
            content: "One question: what is shown instead",
            trigger: ".modal [name=replacement_id] input",
            run: "edit London",
        },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(London)", run: "click" },
        { trigger: ".modal button:contains(Replace and archive)", run: "click" },
        { trigger: `body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains(Paris)))` },
        { trigger: `${ROW}:contains(London) td[name=used_by]:contains(user 202 James)` },
    ],
});

registry.category("web_tour.tours").add("axivox_extension_number", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(201) td[name=outgoing_number_id]:contains(Default)",
            run: "click",
        },
        { trigger: ".o_selected_row [name=outgoing_number_id] input", run: "edit 020 7946" },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(London)", run: "click" },
        { trigger: ".o_list_button_save", run: "click" },
        { trigger: ".o_data_row:not(.o_selected_row):contains(201):contains(London)" },
    ],
});

registry.category("web_tour.tours").add("axivox_team_number", {
    steps: () => [
        {
            trigger: ".o_main_navbar [data-menu-xmlid='axivox_caller_id.axivox_team_number_menu']",
            run: "click",
        },
        {
            content: "What is empty says what to do",
            trigger: ".o_view_nocontent:contains(Give a sales team an outgoing number)",
        },
        { trigger: ".o_list_button_add", run: "press alt+c" },
        { trigger: ".o_selected_row [name=team_id] input", run: "edit Europe" },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(Europe)" },
        { trigger: ".o_selected_row [name=team_id] input", run: "press Enter" },
        { trigger: ".o_selected_row [name=team_id] input:value(Europe)", run: "press Tab" },
        {
            content: "One is in the next field",
            trigger: ".o_selected_row [name=outgoing_number_id] input:focus",
            run: "edit London",
        },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(London)" },
        { trigger: ".o_selected_row [name=outgoing_number_id] input", run: "press Enter" },
        { trigger: ".o_selected_row [name=outgoing_number_id] input:value(London)" },
        { trigger: ".o_list_button_save", run: "press alt+s" },
        { trigger: `${ROW}:contains(Europe) td[name=follower_count]:contains(1)` },
        { trigger: `${ROW}:contains(Europe) td[name=without_extension]:contains(editor_test)` },
        {
            content: "Users who differ from the team",
            trigger: `${ROW}:contains(Europe) button[name=action_open_differing]`,
            run: "click",
        },
        { trigger: `${ROW}:only-child td[name=team]:contains(differs from Team Europe)` },
        { trigger: `${ROW}:contains(202) .o_list_record_selector input`, run: "click" },
        { trigger: "button[name=action_follow_team]", run: "click" },
        {
            content: "Nobody does any more",
            trigger: ".o_view_nocontent:contains(Everybody in the team shows its number)",
        },
    ],
});

registry.category("web_tour.tours").add("axivox_health", {
    steps: () => [
        {
            content: "Settings counts what is wrong by its cause; the line opens the list",
            trigger: ".o_axivox_notice button:contains(an earlier rule takes their calls: 2 (1 new))",
            run: enter,
        },
        {
            content: "The new one is first; open its rule",
            trigger: `${ROW}:eq(0):contains(Rule 0044208):contains(comes first) td[name=name]`,
            run: enter,
        },
        { trigger: ".o_form_view [name=destination_prefix] input:value(0044208)" },
        { content: "Mend it", trigger: ".o_form_view", run: "press Alt+t" },
        {
            trigger: ".o_form_view:not(:has(.o_axivox_warning)):not(:has(.fa-exclamation-triangle))",
        },
        { trigger: ".o_back_button", run: "click" },
        {
            content: "It is gone; the other one is to stay as it is",
            trigger: `${ROW}:only-child:contains(Rule 0044207) .o_list_record_selector input`,
            run: space,
        },
        { trigger: ".o_control_panel button:contains(Accept)", run: enter },
        {
            trigger: ".modal [name=reason] input:focus",
            run: "edit Kept for the summer && press Alt+q",
        },
        { trigger: "body:not(:has(.modal)) .o_nocontent_help:contains(No problems found)" },
        {
            content: "Health has what is left, by its cause",
            trigger: "[data-menu-xmlid='axivox_caller_id.axivox_finding_menu']",
            run: "click",
        },
        { trigger: ".o_group_header:only-child .o_group_name:contains(reach no one (1))" },
        { trigger: ".o_group_header .o_group_name", run: enter },
        { trigger: `${ROW}:contains(Main line):contains(default outgoing number)` },
        {
            content: "Who accepted what, and why",
            trigger: ".o_searchview .o_facet_remove",
            run: "click",
        },
        { trigger: ".o_searchview_dropdown_toggler", run: "click" },
        { trigger: ".o_filter_menu .o_menu_item:contains(Accepted)", run: "click" },
        { trigger: ".o_searchview .o_searchview_facet:contains(Accepted)" },
        { trigger: ".o_group_header .o_group_name:contains(never match)", run: "click" },
        { trigger: `${ROW}:contains(Kept for the summer):contains(editor_test)` },
        { trigger: `${ROW} button[name=action_take_back]`, run: "click" },
        { trigger: ".o_nocontent_help" },
    ],
});

registry.category("web_tour.tours").add("axivox_shown_as", {
    steps: () => [
        {
            trigger:
                ".o_axivox_shown_as[data-tooltip*='Rule 0044']:contains(Shown as):contains(+44 20 7946 0958)",
        },
    ],
});

registry.category("web_tour.tours").add("axivox_manual_mode", {
    steps: () => [
        { trigger: "button:contains(Paste numbers)", run: "click" },
        {
            trigger: ".modal [name=text] textarea",
            run: "edit 0800 12 345",
        },
        { trigger: ".modal button[name=action_create]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_data_row:contains(+32 800 12 345)" },
        { trigger: ".o_main_navbar [data-menu-xmlid='axivox_caller_id.axivox_account_menu']", run: "click" },
        { trigger: "[name=default_outgoing_number_id] input", run: "edit 0800" },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(+32 800 12 345)", run: "click" },
        { trigger: "[name=default_outgoing_number_id] input:value(+32 800 12 345)" },
        ...save(),
        { trigger: ".o_axivox_pending_count:contains(2)" },
        { trigger: ".o_axivox_pending .o_axivox_apply", run: "click" },
        {
            content: "The list of steps opens as a page of its own",
            trigger: ".o_axivox_manual_steps .o_axivox_progress:contains(0 of 2)",
        },
        { trigger: ".o_axivox_step:contains(+3280012345) .o_axivox_copy" },
        {
            content: "A tick is made by the keyboard",
            trigger: ".o_axivox_step input",
            run: (helpers) => {
                helpers.anchor.focus();
                return helpers.press("Space");
            },
        },
        { trigger: ".o_axivox_progress:contains(1 of 2)" },
        { trigger: "body", run: "press alt+q" },
        {
            content: "What is not ticked is named",
            trigger: ".modal [name=left]:contains(202 James)",
        },
        { trigger: ".modal button:contains(Back to the list)", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_axivox_page:contains(Users) input", run: "click" },
        { trigger: ".o_axivox_progress:contains(2 of 2)" },
        { trigger: "button[name=action_finish]", run: "click" },
        { trigger: ".o_form_view:has([name=rule_ids]):not(:has(.o_axivox_pending))" },
        {
            content: "The chatter tells what was applied",
            trigger: ".o-mail-Message:contains(Applied at Axivox)",
        },
    ],
});

/** Press a button by the keyboard alone. */
function pressed(button) {
    return [
        { content: `Press ${button}`, trigger: button, run: ({ anchor }) => anchor.focus() },
        { trigger: button, run: "press Enter" },
    ];
}

registry.category("web_tour.tours").add("axivox_try_many", {
    steps: () => [
        { trigger: "input[name=axivox_try_call_number]", run: "edit 0044 20 7946 0321" },
        { trigger: ".o_axivox_after .o_axivox_shown:contains(+1 212-555-0123)" },
        ...pressed(".o_axivox_try_many_open"),
        {
            content: "What was tried is asked about already",
            trigger: ".modal .o_axivox_tried:only-child:contains(201 Sophie)",
        },
        {
            trigger: ".modal [name=text] textarea",
            run: ({ anchor }) => {
                anchor.focus();
                anchor.setSelectionRange(anchor.value.length, anchor.value.length);
                document.execCommand("insertText", false, "\n0049 30 123456\nbogus");
            },
        },
        { trigger: ".modal [name=text] textarea", run: "press Tab" },
        { trigger: ".modal [name=errors]:contains(bogus)" },
        {
            content: "Ask about everybody",
            trigger: ".modal [name=all_users] input",
            run: ({ anchor }) => anchor.focus(),
        },
        { trigger: ".modal [name=all_users] input", run: "press Space" },
        {
            content: "What differs comes first",
            trigger: ".modal .o_axivox_tried:first.o_axivox_differs:contains(201 Sophie)",
        },
        { trigger: ".modal .o_axivox_try_many_summary:contains(1 of 4 calls)" },
        { trigger: ".modal .o_axivox_tried:last-child:contains(User's own number)" },
        ...pressed(".modal .o_axivox_tried:first .o_axivox_keep"),
        { trigger: ".modal [name=destination] input:value(+44 20 7946 0321)" },
        { trigger: ".modal [name=name] input", run: "edit Sales to the UK" },
        {
            content: "Expect what is shown now, not what will be",
            trigger: ".modal [name=expected_number_id] input",
            run: "edit London",
        },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(London)", run: "click" },
        { trigger: ".modal [name=result_after]:contains(Fails)" },
        ...pressed(".modal .o_form_button_save"),
        { trigger: ".modal:not(:has([name=expected_number_id])) .o_axivox_try_many" },
        ...pressed(".modal footer button[special=cancel]"),
        { trigger: "body:not(:has(.modal))" },
        {
            trigger: ".o_main_navbar [data-menu-xmlid='axivox_caller_id.axivox_test_case_menu']",
            run: "click",
        },
        { trigger: `${ROW}:only-child td[name=result_now]:contains(Passes)` },
        { trigger: `${ROW} td[name=result_after]:contains(Fails)` },
        ...pressed(".o_axivox_pending .o_axivox_apply"),
        {
            content: "It is said before anything goes live",
            trigger: ".alert:contains(Test cases that fail) .o_axivox_notice:contains(Sales to the UK)",
        },
        ...pressed("button[name=action_finish]"),
        { trigger: ".modal .alert .o_axivox_notice:contains(Sales to the UK)" },
        ...pressed(".modal button[name=action_confirm]"),
        { trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.o_axivox_pending))" },
    ],
});

/** The address of the stand-in for Axivox, whose port the test gives. */
function baseUrl() {
    const port = document.cookie.match(/axivox_sandbox_port=(\d+)/)[1];
    return `http://127.0.0.1:${port}/api`;
}

registry.category("web_tour.tours").add("axivox_api", {
    steps: () => [
        { trigger: "[name=mode] input[data-value=api]", run: "click" },
        { trigger: "button[name=action_connect]:contains(Connect)", run: "click" },
        { trigger: ".modal [name=base_url] input", run: (helpers) => helpers.edit(baseUrl()) },
        { trigger: ".modal [name=token] input[type=password]", run: "edit wrong" },
        { trigger: "body", run: "press alt+w" },
        {
            content: "What is wrong is said where it was typed, and nothing of it is used",
            trigger: ".modal .alert-danger:contains(did not accept the token)",
        },
        {
            content: "The token is not shown again",
            trigger: ".modal [name=token] input:not(:value(wrong))",
        },
        { trigger: ".modal [name=token] input", run: "edit a-token-for-tests" },
        { trigger: ".modal button[name=action_test]", run: "click" },
        { trigger: ".modal [name=connection]:contains(Connected to Velo Test)" },
        { trigger: ".modal button[name=action_accept]", run: "click" },
        { trigger: ".o_form_view [name=connection]:contains(Connected to Velo Test)" },
        { trigger: "button[name=action_review_pull]", run: "click" },
        { trigger: ".modal .o_axivox_change:contains(203 Nina)" },
        { trigger: ".modal button[name=action_confirm]:contains(Pull)", run: "click" },
        { trigger: ".o_notification:contains(3 users)" },
        { trigger: "body:not(:has(.modal)) [name=rule_ids] .o_data_row:contains(0044)" },
        { trigger: "[name=rules_override_users] input", run: "click" },
        ...save(),
        { trigger: ".o_axivox_pending .o_axivox_apply", run: "click" },
        { trigger: ".modal .o_axivox_change:contains(no → yes)" },
        { trigger: ".modal button[name=action_confirm]:contains(Apply)", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.o_axivox_pending))" },
    ],
});

registry.category("web_tour.tours").add("axivox_first_run", {
    steps: () => [
        {
            content: "1. Country",
            trigger: ".o_axivox_first_run button[name=action_open_company]",
            run: "click",
        },
        { trigger: ".modal [name=country_id] input", run: "edit Belgium" },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(Belgium)", run: "click" },
        {
            content: "Odoo loads the page again where a company changes",
            trigger: ".modal .o_form_button_save",
            run: "click",
            expectUnloadPage: true,
        },
        { trigger: "body:not(:has(.modal)) .o_axivox_first_run [name=has_country] input:checked" },
        {
            content: "2. Numbers",
            trigger: ".o_axivox_first_run button[name=action_paste_numbers]",
            run: "click",
        },
        { trigger: ".modal [name=text] textarea", run: "edit 02 555 01 00" },
        { trigger: "body", run: "press alt+q" },
        { trigger: "body:not(:has(.modal)) .o_axivox_first_run [name=has_numbers] input:checked" },
        {
            content: "3. Default: the label leads to the field",
            trigger: ".o_axivox_first_run label:contains(Choose below)",
            run: "click",
        },
        { trigger: "[name=default_outgoing_number_id] input:focus", run: "edit 555" },
        { trigger: ".o-autocomplete--dropdown-item:first:contains(+32 2 555 01 00)", run: "click" },
        ...save(),
        { trigger: ".o_axivox_first_run [name=has_default] input:checked" },
        {
            content: "4. Users",
            trigger: ".o_axivox_first_run button[name=action_add_users]",
            run: "click",
        },
        { trigger: ".modal .o_data_row:contains(admin_test)" },
        { trigger: "body", run: "press alt+w" },
        { trigger: ".modal .o_data_row td[name=number]:contains(201)" },
        { trigger: "body", run: "press alt+q" },
        { trigger: "body:not(:has(.modal)) .o_axivox_first_run [name=has_users] input:checked" },
        {
            content: "5. Try a call",
            trigger: "input[name=axivox_try_call_number]",
            run: "edit 0044 20 7946 0321",
        },
        { trigger: ".o_axivox_first_run [name=is_tried] input:checked" },
        {
            content: "6. Apply",
            trigger: ".o_axivox_first_run button[name=action_review_changes]",
            run: "click",
        },
        { trigger: ".o_axivox_page:contains(Settings) input", run: "click" },
        { trigger: ".o_axivox_progress:contains(1 of 1)" },
        { trigger: "button[name=action_finish]", run: "click" },
        {
            content: "The checklist goes when it is done",
            trigger: ".o_form_view:has([name=rule_ids]):not(:has(.o_axivox_first_run))",
        },
    ],
});

registry.category("web_tour.tours").add("axivox_discard", {
    steps: () => [
        { trigger: "button[name=action_review_discard]", run: "click" },
        {
            content: "Who changed it stands beside each line",
            trigger: ".modal .o_data_row:contains(201 Sophie):contains(editor_test)",
        },
        { trigger: ".modal .o_data_row:contains(201 Sophie) button", run: "click" },
        { trigger: ".modal .alert:contains(Reverted: 201 Sophie)" },
        { trigger: ".modal:not(:has(.o_data_row:contains(201 Sophie)))" },
        { content: "By the keyboard", trigger: "body", run: "press alt+u" },
        { trigger: ".modal:not(:has(.alert)) .o_data_row:contains(201 Sophie)" },
        { trigger: "body", run: "press alt+q" },
        { trigger: ".modal .alert:contains(All pending changes were discarded)" },
        { trigger: ".modal p:contains(No pending changes)" },
        { trigger: ".modal button[name=action_undo]", run: "click" },
        { trigger: ".modal .o_data_row:contains(202 James)" },
        { trigger: ".modal button[name=action_discard]", run: "click" },
        { trigger: ".modal .alert:contains(discarded)" },
        { trigger: ".modal footer button:contains(Close)", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view:not(:has(.o_axivox_pending))" },
        { trigger: ".o-mail-Message:contains(Discarded)" },
    ],
});
