import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { followFocus } from "../follow_focus/follow_focus";

/** "Shown as +44 20 7946 0958" beside a phone number, with the reason as its tooltip. */
export class ShownAsField extends Component {
    static template = "axivox_caller_id.ShownAsField";
    static props = {
        ...standardFieldProps,
        reasonField: { type: String, optional: true },
    };

    followFocus = followFocus;

    get reason() {
        return (this.props.reasonField && this.props.record.data[this.props.reasonField]) || "";
    }
}

export const shownAsField = {
    component: ShownAsField,
    displayName: _t("Shown as"),
    supportedTypes: ["char"],
    supportedOptions: [
        {
            label: _t("Reason"),
            name: "reason_field",
            type: "field",
            availableTypes: ["char"],
            help: _t("The field that says why this number is shown: the tooltip."),
        },
    ],
    fieldDependencies: ({ options }) =>
        options.reason_field ? [{ name: options.reason_field, type: "char" }] : [],
    extractProps: ({ options }) => ({ reasonField: options.reason_field }),
};

registry.category("fields").add("axivox_shown_as", shownAsField);
