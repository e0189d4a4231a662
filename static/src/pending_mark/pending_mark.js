import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** A clock if the record has pending changes, else nothing; never editable. */
export class PendingMarkField extends Component {
    static template = "axivox_caller_id.PendingMarkField";
    static props = { ...standardFieldProps };
}

export const pendingMarkField = {
    component: PendingMarkField,
    displayName: _t("Not applied yet"),
    supportedTypes: ["boolean"],
};

registry.category("fields").add("axivox_pending_mark", pendingMarkField);
