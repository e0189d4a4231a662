import { Component, useEffect, useState } from "@odoo/owl";
import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { CallHints } from "../call_hints/call_hints";
import { NumberChoice } from "../number_choice/number_choice";

export const TYPING_DELAY = 250; // ms

const CHOSEN = { via: _t("your choice"), reason: _t("Chosen for this call."), pending: "" };

/**
 * What a call would show, below the number before it is called. An answer stays until the next one
 * arrives. If Odoo does not answer, nothing is displayed, and the call can still be placed.
 */
export class CallPreview extends Component {
    static template = "axivox_caller_id_voip_oca.CallPreview";
    static components = { CallHints, NumberChoice, ShownAs };
    static props = {
        number: { type: String },
        record: { type: Object, optional: true },
        isTyped: { type: Boolean, optional: true },
    };

    setup() {
        this.orm = useService("orm");
        this.voip = useState(useService("voip_oca"));
        this.keepLast = new KeepLast();
        this.askSoon = useDebounced(this.ask, TYPING_DELAY);
        this.state = useState({ answer: false, isAsking: false });
        useEffect(
            () => {
                this.voip.choice = this.voip.preview = false;
                if (this.props.isTyped && this.props.number.trim()) {
                    this.askSoon();
                } else {
                    this.ask();
                }
            },
            () => [this.props.number, this.props.record?.model, this.props.record?.id]
        );
    }

    get chosen() {
        const { choices } = this.state.answer;
        return choices?.find((choice) => choice.id === this.voip.choice?.id);
    }

    get shown() {
        const { display, label } = this.chosen || {};
        const { answer } = this.state;
        return this.chosen ? { ...answer, display, label, ...CHOSEN } : answer;
    }

    async ask() {
        const { number, record } = this.props;
        const isAsked = Boolean(this.voip.axivox && number.trim());
        this.state.isAsking = isAsked;
        this.state.answer = await this.keepLast.add(
            isAsked ? this.preview(number, record) : Promise.resolve(false)
        );
        this.state.isAsking = false;
        this.voip.preview = { number, dial: this.state.answer.dial };
    }

    async preview(number, record) {
        try {
            return await this.orm.silent.call("voip.call", "preview_call", [
                number,
                record?.model || false,
                record?.id || false,
            ]);
        } catch {
            return false;
        }
    }
}
