import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { followFocus } from "../follow_focus/follow_focus";

/** The problems of a record: an icon with a sentence, which lists and cards show as a tooltip. */
export class WarningField extends Component {
    static template = "axivox_caller_id.WarningField";
    static props = {
        ...standardFieldProps,
        isCompact: { type: Boolean, optional: true },
    };

    followFocus = followFocus;
}

export const warningField = {
    component: WarningField,
    displayName: _t("Warning"),
    supportedTypes: ["char", "text"],
    extractProps: ({ viewType }) => ({ isCompact: viewType !== "form" }),
};

registry.category("fields").add("axivox_warning", warningField);
