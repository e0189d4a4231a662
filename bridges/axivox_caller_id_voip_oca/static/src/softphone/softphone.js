import { patch } from "@web/core/utils/patch";
import { VoipOCASoftphone } from "@voip_oca/components/softphone/softphone.esm";

patch(VoipOCASoftphone.prototype, {
    /** Mended: call what is selected. */
    onCall() {
        const { numpadTab, numpad, partner } = this.voip;
        if (partner && !(numpadTab && numpad.value)) {
            return this.agent.call(this.voip.selected);
        }
        return super.onCall();
    },
});
