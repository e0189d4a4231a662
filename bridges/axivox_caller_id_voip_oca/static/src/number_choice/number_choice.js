import { Component, useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Another number of ours for the next call of a number, among those that a manager allows. */
export class NumberChoice extends Component {
    static template = "axivox_caller_id_voip_oca.NumberChoice";
    static props = { choices: Array, number: String };

    setup() {
        this.voip = useState(useService("voip_oca"));
    }

    get chosenId() {
        const { id, number } = this.voip.choice || {};
        return number === this.props.number && id;
    }

    onChoose(ev) {
        this.voip.choice = { id: Number(ev.target.value), number: this.props.number };
    }
}
