import { onWillStart, useState } from "@odoo/owl";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

export const SETTLING_DELAY = 100; // ms

/**
 * For the controller of a list or kanban view: the number of pending changes, which are not applied
 * at Axivox yet. It is read as the view starts, so that the bar is there before the records, and
 * again whenever `askSoon` is called.
 *
 * @returns {{
 *  pending: { summary: { account_id: number, count: number, can_apply: boolean } | false },
 *  askSoon: () => void,
 * }}
 */
export function usePending() {
    const orm = useService("orm");
    const keepLast = new KeepLast();
    const pending = useState({ summary: false });

    async function ask() {
        try {
            pending.summary = await keepLast.add(
                orm.silent.call("axivox.account", "pending_summary", [])
            );
        } catch (error) {
            // the records can be shown without it
            if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }

    onWillStart(ask);
    return { pending, askSoon: useDebounced(ask, SETTLING_DELAY) };
}
