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
    /** Mended: the lists are searched as one types, not only when the box is left. */
    _searchInput(value = this.voip.searchValue) {
        this.voip.searchValue = value.trim();
        return super._searchInput(this.voip.searchValue);
    },
});
