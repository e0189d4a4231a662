import { Component, onMounted } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { ShownAs } from "../shown_as/shown_as";

/** Who called and was missed: called back by one click, with the number that they know. */
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
