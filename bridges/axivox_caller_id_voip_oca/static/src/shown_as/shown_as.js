import { followFocus } from "@axivox_caller_id/follow_focus/follow_focus";
import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

/** What stands there where no number is shown, by `source`. */
const NO_NUMBER = {
    internal: _t("Internal call"),
    emergency: _t("The carrier decides which number is shown"),
    service: _t("Axivox decides which number is shown"),
};

/** "Shown as +44 20 7946 0958 · London · rule 0044", with the reason as its tooltip. */
export class ShownAs extends Component {
    static template = "axivox_caller_id_voip_oca.ShownAs";
    static props = { shown: Object };

    followFocus = followFocus;

    get details() {
        return [this.props.shown.label, this.props.shown.via].filter(Boolean);
    }

    /** What *Apply changes* will change. */
    get pending() {
        return this.props.shown.pending;
    }

    get reason() {
        return [this.props.shown.reason, this.pending].filter(Boolean).join(" ");
    }

    get noNumber() {
        return NO_NUMBER[this.props.shown.source] || _t("No number is shown");
    }
}
