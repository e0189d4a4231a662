import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { computeM2OProps, Many2One } from "@web/views/fields/many2one/many2one";
import {
    buildM2OFieldDescription,
    extractM2OFieldProps,
    Many2OneField,
} from "@web/views/fields/many2one/many2one_field";

export class DefaultMany2One extends Many2One {
    static template = "axivox_caller_id.DefaultMany2One";
}

/** A many2one whose empty value has a name, such as "Default" (the `placeholder`). */
export class DefaultMany2OneField extends Component {
    static template = "axivox_caller_id.DefaultMany2OneField";
    static components = { DefaultMany2One };
    static props = {
        ...Many2OneField.props,
        isInForm: { type: Boolean, optional: true },
    };

    get m2oProps() {
        const props = computeM2OProps(this.props);
        // a click on a list's cell is there to edit it
        return { ...props, canOpen: props.canOpen && (this.props.isInForm || !props.readonly) };
    }
}

export const defaultMany2OneField = {
    ...buildM2OFieldDescription(DefaultMany2OneField),
    displayName: _t("Many2one or Default"),
    additionalClasses: ["o_field_many2one"],
    supportedAttributes: [
        { label: _t("Placeholder"), name: "placeholder", type: "string", default: "Default" },
    ],
    extractProps(staticInfo, dynamicInfo) {
        return {
            ...extractM2OFieldProps(staticInfo, dynamicInfo),
            placeholder: staticInfo.placeholder || _t("Default"),
            isInForm: staticInfo.viewType === "form",
        };
    },
    isEmpty: () => false, // Odoo hides empty fields
};

registry.category("fields").add("axivox_default_many2one", defaultMany2OneField);
