import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { followFocus } from "../follow_focus/follow_focus";

/** What is displayed if no number is shown, by `source`. */
const NO_NUMBER = {
    internal: _t("Internal call"),
    emergency: _t("The carrier decides which number is shown"),
    service: _t("Axivox decides which number is shown"),
};

/**
 * "Shown as +44 20 7946 0958 · London · rule 0044" of a call: see `_shown` of `axivox.account`. The
 * reason is its tooltip, or stands below it.
 */
export class ShownAs extends Component {
    static template = "axivox_caller_id.ShownAs";
    static props = {
        shown: Object,
        isSpelledOut: { type: Boolean, optional: true },
    };

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
