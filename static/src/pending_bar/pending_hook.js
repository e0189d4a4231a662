import { onWillStart, toRaw, useState } from "@odoo/owl";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";

export const SETTLING_DELAY = 100; // ms

/** What a model calls when its records were saved, or read again because something changed. */
const HOOKS = ["onRootLoaded", "onRecordSaved", "onSavedMulti"];

/**
 * For the controller of a view of many records: what waits to be applied at Axivox. It is asked as
 * the view starts, so that the bar is there before the records, and after they were saved or read
 * again.
 *
 * @param {import("@web/model/relational_model/relational_model").RelationalModel} model
 * @returns {{ summary: { account_id: number, count: number, can_apply: boolean } | false }}
 */
export function usePending(model) {
    const orm = useService("orm");
    const keepLast = new KeepLast();
    const pending = useState({ summary: false });

    async function ask() {
        try {
            pending.summary = await keepLast.add(
                orm.silent.call("axivox.account", "pending_summary", [])
            );
        } catch (error) {
            // the records are worth showing without it
            if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
        }
    }

    const askSoon = useDebounced(ask, SETTLING_DELAY);
    const { hooks } = toRaw(model);
    for (const name of HOOKS) {
        const hook = hooks[name];
        hooks[name] = (...args) => {
            if (toRaw(model).isReady) {
                askSoon(); // the first load is not worth a second question
            }
            return hook(...args);
        };
    }
    onWillStart(ask);
    return pending;
}
