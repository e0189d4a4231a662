import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { followFocus } from "../follow_focus/follow_focus";

/** What is wrong with a record: an icon with its sentence, in lists and cards as a tooltip. */
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
