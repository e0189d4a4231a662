import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A selection of few, as buttons side by side: that something is to be chosen is seen at once. */
export class ChoiceField extends Component {
    static template = "axivox_caller_id.ChoiceField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get options() {
        return this.props.record.fields[this.props.name].selection;
    }

    choose(value) {
        return this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("axivox_choice", {
    component: ChoiceField,
    displayName: _t("Choice between few"),
    supportedTypes: ["selection"],
    isEmpty: () => false,
});
