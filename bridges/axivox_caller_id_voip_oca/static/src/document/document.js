import { patch } from "@web/core/utils/patch";
import { Call } from "@voip_oca/components/call/call.esm";
import { Partner } from "@voip_oca/components/partner/partner.esm";

/**
 * Mended: the panel's buttons work on the document of the call, not on the activity that lists it.
 *
 * @param {"selectedDocument" | "calledRecord"} which of the service `voip_oca`: the document
 */
const aboutDocument = (which) => ({
    get document() {
        return this.voip[which];
    },
    get model() {
        return this.document?.model || "res.partner";
    },
    get resId() {
        return this.document?.id || false;
    },
    onScheduleActivity() {
        this.voip.scheduleActivity(this.document);
    },
    onEmailClick() {
        const { model, resId, voip } = this;
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "mail.compose.message",
            views: [[false, "form"]],
            target: "new",
            context: {
                default_model: model,
                default_res_ids: [resId],
                default_partner_ids: voip.partner?.id ? [voip.partner.id] : false,
                default_composition_mode: "comment",
                default_use_template: true,
            },
        });
    },
});

patch(Partner.prototype, aboutDocument("selectedDocument"));
patch(Call.prototype, aboutDocument("calledRecord"));
