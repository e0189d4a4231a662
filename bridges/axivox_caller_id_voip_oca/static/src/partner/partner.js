import { patch } from "@web/core/utils/patch";
import { Partner } from "@voip_oca/components/partner/partner.esm";
import { CallPreview } from "../call_preview/call_preview";

Partner.components = { ...Partner.components, CallPreview };

patch(Partner.prototype, {
    get phoneNumber() {
        return this.voip.selected.number;
    },
    onOpenAbout() {
        const { model, id } = this.voip.selectedAbout;
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
        });
    },
    /** Replaced: the call knows which record it is about. */
    onCall() {
        this.agent.call(this.voip.selected);
    },
});
