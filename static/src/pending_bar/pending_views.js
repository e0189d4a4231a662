import { useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { Layout } from "@web/search/layout";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { PendingBar } from "./pending_bar";
import { usePending } from "./pending_hook";

/** A view's layout with the bar above its records, outside of the scrolling part. */
export class PendingLayout extends Layout {
    static template = "axivox_caller_id.PendingLayout";
    static components = { ...Layout.components, PendingBar };
}

/** The hooks that a model calls when records were saved or reloaded. */
const HOOKS = ["onRootLoaded", "onRecordSaved", "onSavedMulti"];

/** @param {typeof ListController | typeof KanbanController} Controller */
function withPendingBar(Controller) {
    return class extends Controller {
        static components = { ...Controller.components, Layout: PendingLayout };

        setup() {
            if (!this.env.inDialog) {
                this.pending = usePending();
                useSubEnv({ pending: this.pending.pending });
            }
            super.setup();
        }

        get modelParams() {
            const params = super.modelParams;
            const hooks = { ...params.hooks };
            for (const name of HOOKS) {
                hooks[name] = (...args) => {
                    if (this.model.isReady) {
                        this.pending?.askSoon(); // the first load was asked for already
                    }
                    return params.hooks?.[name]?.(...args);
                };
            }
            return { ...params, hooks };
        }
    };
}

export const axivoxListView = { ...listView, Controller: withPendingBar(ListController) };
export const axivoxKanbanView = { ...kanbanView, Controller: withPendingBar(KanbanController) };

registry
    .category("views")
    .add("axivox_list", axivoxListView)
    .add("axivox_kanban", axivoxKanbanView);
