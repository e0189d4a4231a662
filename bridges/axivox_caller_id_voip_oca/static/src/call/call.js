import { useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Call } from "@voip_oca/components/call/call.esm";
import { Caller } from "../caller/caller";
import { ShownAs } from "../shown_as/shown_as";

Call.components = { ...Call.components, Caller, ShownAs };

patch(Call.prototype, {
    setup() {
        super.setup();
        this.agent = useState(this.agent); // mended: what is muted or on hold is drawn at once
    },
    /** What is to be known of the call at this moment, in sentences. */
    get situation() {
        const { logged } = this.voip;
        return [
            this.agent.isHolded && _t("On hold: the other side does not hear you."),
            logged?.transferringTo &&
                _t("Transferring to %s… The other side is still here.", logged.transferringTo),
            logged?.isHeldByThem && _t("The other side has put the call on hold."),
        ].filter(Boolean);
    },
});
