import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const KINDS = {
    unknown: _t("Unknown caller"),
    withheld: _t("The caller withholds their number"),
    malformed: _t("The caller's number is not a valid phone number"),
};

/** Who is calling: see `_caller_card` of `voip.call`. */
export class Caller extends Component {
    static template = "axivox_caller_id_voip_oca.Caller";
    static props = { caller: Object };

    setup() {
        this.action = useService("action");
    }

    get kind() {
        return KINDS[this.props.caller.kind];
    }

    get others() {
        const { others } = this.props.caller;
        return _t("Also with this number: %s", others.join(", "));
    }

    open(model, id) {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            res_id: id,
            views: [[false, "form"]],
            target: "current",
        });
    }

    create(model) {
        const { phone, country_id } = this.props.caller.defaults;
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: model,
            views: [[false, "form"]],
            target: "new",
            context: { default_phone: phone, default_country_id: country_id },
        });
    }
}
