import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { NumberChoice } from "../number_choice/number_choice";

/** On a lead's or contact's form: another number for the next call of its phone. */
export class ChoicesField extends Component {
    static template = "axivox_caller_id_voip_oca.ChoicesField";
    static components = { NumberChoice };
    static props = { ...standardFieldProps };

    setup() {
        this.voip = useState(useService("voip_oca"));
    }
}

registry.category("fields").add("axivox_choices", {
    component: ChoicesField,
    displayName: _t("Number for the next call"),
    supportedTypes: ["json"],
});
