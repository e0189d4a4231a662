import { Component, toRaw, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const SHOWN_AT_ONCE = 5;

/**
 * Sentences that need attention, each a button that opens its subject. The value is a list of
 * `{ message, action }`; without an action the sentence is plain text. An action may name the
 * `xml_id` of another one, and hold only what differs from it.
 */
export class NoticesField extends Component {
    static template = "axivox_caller_id.NoticesField";
    static props = {
        ...standardFieldProps,
        title: { type: String, optional: true },
    };

    setup() {
        this.action = useService("action");
        this.state = useState({ isExpanded: false });
    }

    get notices() {
        return this.props.record.data[this.props.name] || [];
    }

    get visibleNotices() {
        return this.state.isExpanded ? this.notices : this.notices.slice(0, SHOWN_AT_ONCE);
    }

    get hiddenCount() {
        return Math.max(this.notices.length - SHOWN_AT_ONCE, 0);
    }

    get toggleLabel() {
        return this.state.isExpanded ? _t("Show fewer") : _t("and %s more", this.hiddenCount);
    }

    async open(notice) {
        const { xml_id: id, ...own } = toRaw(notice.action);
        const kept = id ? await this.action.loadAction(id) : {};
        return this.action.doAction({ ...kept, ...own });
    }
}

export const noticesField = {
    component: NoticesField,
    displayName: _t("Notices"),
    supportedTypes: ["json"],
    supportedOptions: [{ label: _t("Title"), name: "title", type: "string" }],
    extractProps: ({ options }) => ({ title: options.title }),
    isEmpty: (record, fieldName) => !record.data[fieldName]?.length,
};

registry.category("fields").add("axivox_notices", noticesField);
