import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useKeepTestCase } from "../keep_test_case/keep_test_case";

/**
 * The results of many tried calls. The value is `{ hint, rows }`, or `{ summary, never_applied,
 * rows }` with rows; each `{ user, destination, now, after, is_different, keep }`, where `now` and
 * `after` are the number that is shown and what decided it.
 */
export class TryManyField extends Component {
    static template = "axivox_caller_id.TryManyField";
    static props = { ...standardFieldProps };

    setup() {
        this.ui = useService("ui");
        this.keep = useKeepTestCase();
    }

    get value() {
        return this.props.record.data[this.props.name] || { rows: [] };
    }

    keepLabel(row) {
        return _t("Keep as test case: %(user)s to %(destination)s", row);
    }
}

export const tryManyField = {
    component: TryManyField,
    displayName: _t("Tried calls"),
    supportedTypes: ["json"],
    additionalClasses: ["d-block"],
};

registry.category("fields").add("axivox_try_many", tryManyField);
