import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

/**
 * @returns {(context: Object) => void} opens the form of a new test case for a call; the context is
 *  `keep` of the server's answer
 */
export function useKeepTestCase() {
    const dialog = useService("dialog");
    const notification = useService("notification");
    return (context) =>
        dialog.add(FormViewDialog, {
            resModel: "axivox.test.case",
            title: _t("Keep as test case"),
            context,
            canExpand: false,
            onRecordSaved: () =>
                notification.add(_t("From now on, every apply says whether this still holds."), {
                    type: "success",
                }),
        });
}
