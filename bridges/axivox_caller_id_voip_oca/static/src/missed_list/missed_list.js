import { Component, onMounted } from "@odoo/owl";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** The missed callers; one click calls back and shows the number that they dialled. */
export class MissedList extends Component {
    static template = "axivox_caller_id_voip_oca.MissedList";
    static components = { ShownAs };
    static props = { records: Array };

    setup() {
        this.voip = useService("voip_oca");
        this.agent = useService("voip_agent_oca");
        onMounted(() => this.voip.searchMissed());
    }

    callBack(call) {
        this.agent.call(this.voip.toCallBack(call));
    }

    setCalledBack(call) {
        this.voip.setCalledBack(call);
    }

    callBackLabel(call) {
        return _t("Call back: %s", call.person || call.number);
    }

    times(call) {
        return _t("%s times", call.times);
    }
}

registry.category("voip_elements").add("missed_list", {
    component: MissedList,
    order: 15,
    title: _t("Missed"),
    input: "missedCalls",
    search: (voip, value) => voip.searchMissed(value),
    call: (voip) => {
        const [call] = voip.missedCalls;
        if (call) {
            voip.open({ call });
        }
    },
});
