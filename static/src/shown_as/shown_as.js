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
        localTimeField: { type: String, optional: true },
        blacklistedField: { type: String, optional: true },
    };

    followFocus = followFocus;

    get reason() {
        return this.valueOf("reasonField") || "";
    }
    get localTime() {
        return this.valueOf("localTimeField");
    }
    get isBlacklisted() {
        return this.valueOf("blacklistedField");
    }
    valueOf(option) {
        const name = this.props[option];
        return name && this.props.record.data[name];
    }
}

/** The options that name a field, and the properties that they become. */
const FIELDS = [
    ["reason_field", "reasonField", "char"],
    ["local_time_field", "localTimeField", "char"],
    ["blacklisted_field", "blacklistedField", "boolean"],
];

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
        {
            label: _t("Local time"),
            name: "local_time_field",
            type: "field",
            availableTypes: ["char"],
            help: _t("The field with the local time where the number is reached."),
        },
        {
            label: _t("On the phone blacklist"),
            name: "blacklisted_field",
            type: "field",
            availableTypes: ["boolean"],
            help: _t("The field that says whether the number is on Odoo's phone blacklist."),
        },
    ],
    fieldDependencies: ({ options }) =>
        FIELDS.filter(([option]) => options[option]).map(([option, , type]) => ({
            name: options[option],
            type,
        })),
    extractProps: ({ options }) =>
        Object.fromEntries(FIELDS.map(([option, name]) => [name, options[option]])),
};

registry.category("fields").add("axivox_shown_as", shownAsField);
