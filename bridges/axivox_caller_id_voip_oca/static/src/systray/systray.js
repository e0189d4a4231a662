import { patch } from "@web/core/utils/patch";
import { VoipOCASystray } from "@voip_oca/components/voip_oca_systray/voip_oca_systray.esm";

patch(VoipOCASystray.prototype, {
    /** Open the list of what the badge counts. */
    onClick() {
        const voip = this.voip_oca;
        if (!voip.isOpened && voip.missed) {
            voip.selectedTab = "missed_list";
        }
        super.onClick();
    },
});
