import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";
import { axivoxKanbanView, axivoxListView } from "../pending_bar/pending_views";

/** Views of incoming numbers: *Archive* asks only what the server asks, if a number is in use. */
function archivesAtOnce(view) {
    class Controller extends view.Controller {
        getStaticActionMenuItems() {
            const items = super.getStaticActionMenuItems();
            items.archive.callback = () => this.model.root.archive(true);
            return items;
        }
    }
    return { ...view, Controller };
}

registry
    .category("views")
    .add("axivox_number_form", archivesAtOnce(formView))
    .add("axivox_number_list", archivesAtOnce(axivoxListView))
    .add("axivox_number_kanban", archivesAtOnce(axivoxKanbanView));
