import { Component, onWillUnmount, status } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export const POLL_DELAY = 1000; // ms
const ENDED = ["done", "failed", "repeated"];

/** How far a pull or an apply is, read again until it has ended. */
export class SyncProgressField extends Component {
    static template = "axivox_caller_id.SyncProgressField";
    static props = { ...standardFieldProps };

    setup() {
        this.waitMore();
        onWillUnmount(() => browser.clearTimeout(this.timeout));
    }

    get percent() {
        return Math.round(this.props.record.data[this.props.name]);
    }

    get hasFailed() {
        return this.props.record.data.state === "failed";
    }

    waitMore() {
        if (!ENDED.includes(this.props.record.data.state)) {
            this.timeout = browser.setTimeout(() => this.readAgain(), POLL_DELAY);
        }
    }

    async readAgain() {
        try {
            await this.props.record.load();
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
        if (status(this) === "mounted") {
            this.waitMore();
        }
    }
}

registry.category("fields").add("axivox_sync_progress", {
    component: SyncProgressField,
    displayName: _t("Progress of a pull or an apply"),
    supportedTypes: ["float"],
    additionalClasses: ["d-block"],
    fieldDependencies: [{ name: "state", type: "selection" }],
});
