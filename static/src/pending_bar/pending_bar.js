import { Component, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { formatInteger } from "@web/views/fields/formatters";

/**
 * How many saved changes are not yet applied at Axivox, with the button that applies them. It stands
 * in a view of many records; `env.pending` is what `usePending` gives.
 */
export class PendingBar extends Component {
    static template = "axivox_caller_id.PendingBar";
    static props = {};

    setup() {
        this.pending = useState(this.env.pending);
    }

    get summary() {
        return this.pending.summary;
    }

    get count() {
        return formatInteger(this.summary.count);
    }

    /** Saves the row that is edited, opens the dialog, and reads the records again after it. */
    apply() {
        const { account_id } = this.summary;
        return this.env.onClickViewButton({
            clickParams: { type: "object", name: "action_review_changes" },
            getResParams: () => ({
                resModel: "axivox.account",
                resId: account_id,
                resIds: [account_id],
                context: user.context,
            }),
        });
    }
}
