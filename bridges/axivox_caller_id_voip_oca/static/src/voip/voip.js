import { patch } from "@web/core/utils/patch";
import { VoipOCA, voipOCAService } from "@voip_oca/services/voip_oca_service.esm";
import { LoggedCall, logLateCalls } from "../call_log/call_log";

patch(VoipOCA.prototype, {
    /** What the selected contact, recent call or activity is called with. */
    get selected() {
        const { partner, activity, call } = this;
        const number = call?.phoneNumber || activity?.axivox_phone || partner?.phone || "";
        return { number, partner, record: this.selectedRecord };
    },
    get selectedRecord() {
        const { partner, activity, call } = this;
        if (call?.leadId) {
            return { model: "crm.lead", id: call.leadId };
        }
        if (activity?.res_id) {
            return { model: activity.res_model, id: activity.res_id };
        }
        return partner?.id ? { model: "res.partner", id: partner.id } : undefined;
    },
    /** Begin to log a call, which is then the one that the panel shows. */
    logCall(facts) {
        this.logged = new LoggedCall(this, facts);
        this.call = this.logged.record;
        this.logged.send();
        return this.logged;
    },
    async acceptCall() {
        await this.logged?.report({ answered_at: Date.now() });
    },
    async rejectCall() {
        this.endCall();
        this.call = false;
    },
    endCall() {
        this.logged?.report({ ended_at: Date.now() });
        this.inCall = false;
    },
});

patch(voipOCAService, {
    async start() {
        const voip = await super.start(...arguments);
        logLateCalls(voip);
        return voip;
    },
});
