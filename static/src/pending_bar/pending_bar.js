import { Component, useState } from "@odoo/owl";
import { user } from "@web/core/user";
import { formatInteger } from "@web/views/fields/formatters";

/**
 * The number of saved changes that are not applied at Axivox yet, with the button that applies
 * them, in a list or kanban view. `env.pending` is `pending` of `usePending`.
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

    /** Saves the edited row, opens the dialog, and reloads the records when it closes. */
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
