import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { usePoll } from "../poll/poll";

export const POLL_DELAY = 1000; // ms
const ENDED = ["done", "failed", "repeated"];

/** The progress of a pull or an apply, reloaded until it has ended. */
export class SyncProgressField extends Component {
    static template = "axivox_caller_id.SyncProgressField";
    static props = { ...standardFieldProps };

    setup() {
        usePoll({
            delay: POLL_DELAY,
            isOver: () => ENDED.includes(this.props.record.data.state),
            read: () => this.props.record.load(),
        });
    }

    get percent() {
        return Math.round(this.props.record.data[this.props.name]);
    }

    get hasFailed() {
        return this.props.record.data.state === "failed";
    }
}

registry.category("fields").add("axivox_sync_progress", {
    component: SyncProgressField,
    displayName: _t("Progress of a pull or an apply"),
    supportedTypes: ["float"],
    additionalClasses: ["d-block"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
