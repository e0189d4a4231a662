import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** How far each arrow key moves, as in any group of radio buttons. */
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** A selection with few options as buttons side by side, so that a missing choice is noticed. */
export class ChoiceField extends Component {
    static template = "axivox_caller_id.ChoiceField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get options() {
        return this.props.record.fields[this.props.name].selection;
    }

    get label() {
        return this.props.record.fields[this.props.name].string;
    }

    /** The group is one tab stop: the chosen option, or else the first. */
    isTabStop(value) {
        return value === (this.value || this.options[0][0]);
    }

    onKeydown(ev) {
        const step = STEPS[ev.key];
        if (!step) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation(); // in a list, arrows go from cell to cell
        const radios = [...ev.currentTarget.querySelectorAll("[role=radio]")];
        const index = radios.indexOf(ev.target) + step;
        const next = (index + radios.length) % radios.length;
        radios[next].focus();
        return this.choose(this.options[next][0]);
    }

    choose(value) {
        return this.props.record.update({ [this.props.name]: value });
    }
}

registry.category("fields").add("axivox_choice", {
    component: ChoiceField,
    displayName: _t("Choice of a few options"),
    supportedTypes: ["selection"],
    isEmpty: () => false,
});
