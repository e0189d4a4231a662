import { useState } from "@odoo/owl";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Call } from "@voip_oca/components/call/call.esm";
import { Caller } from "../caller/caller";

Call.components = { ...Call.components, Caller, ShownAs };

/** The progress of an outgoing call before it is answered. */
const PROGRESS = {
    ringing: _t("Ringing…"),
    announced: _t("Not answered yet"),
};

patch(Call.prototype, {
    setup() {
        super.setup();
        this.agent = useState(this.agent); // mended: what is muted or on hold is drawn at once
    },
    /** Mended: the time since the call was answered, not since it rang. */
    get duration() {
        this.state.elapsedSeconds; // a second has passed
        const seconds = Math.floor((Date.now() - this.voip.logged.facts.answered_at) / 1000);
        const pad = (number) => String(number).padStart(2, "0");
        return `${pad(Math.floor(seconds / 60))}:${pad(seconds % 60)}`;
    },
    /** Whether the call is answered, as far as is known. */
    get isTalking() {
        return Boolean(this.voip.logged?.facts.answered_at && !this.voip.isSilent);
    },
    /** Whether the caller card shows the number already. */
    get isNumberInCard() {
        return Boolean(this.voip.logged?.axivox?.country) && this.isIncoming;
    },
    get isIncoming() {
        return this.voip.call.typeCall === "incoming";
    },
    get isRinging() {
        return this.isIncoming && this.voip.call.state === "calling";
    },
    /** The present situation of the call, in sentences. */
    get situation() {
        const { logged, isSilent } = this.voip;
        const isWaiting = logged?.facts.type_call === "outgoing" && !logged.facts.answered_at;
        return [
            isSilent &&
                _t("The telephone system does not answer: it is not known whether the call is still going on."),
            isWaiting && !isSilent && (PROGRESS[logged.progress] || _t("Calling…")),
            this.agent.isHolded && _t("On hold: the other side does not hear you."),
            logged?.transferringTo &&
                _t("Transferring to %s… The other side is still on the line.", logged.transferringTo),
            logged?.isHeldByThem && _t("The other side has put the call on hold."),
        ].filter(Boolean);
    },
});
