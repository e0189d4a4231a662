import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { uniqueId } from "@web/core/utils/functions";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * What *Apply changes* or *Pull* does, in sentences, by page of Axivox's console. The value is `{
 * pages, empty }`, each page `{ title, changes }`; `empty` is the sentence if there is no page.
 */
export class ApplyPagesField extends Component {
    static template = "axivox_caller_id.ApplyPagesField";
    static props = { ...standardFieldProps };

    setup() {
        this.id = uniqueId("axivox_apply_");
    }

    get value() {
        return this.props.record.data[this.props.name] || { pages: [] };
    }
}

export const applyPagesField = {
    component: ApplyPagesField,
    displayName: _t("Changes to apply"),
    supportedTypes: ["json"],
    additionalClasses: ["d-block"],
};

registry.category("fields").add("axivox_apply_pages", applyPagesField);
