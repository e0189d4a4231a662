import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { uniqueId } from "@web/core/utils/functions";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

export const COPIED_DELAY = 800; // ms, as long as the tooltip of Odoo's button

/** An icon that copies a value; its name says which, and what it did is read aloud too. */
export class CopyValueButton extends CopyButton {
    static template = "axivox_caller_id.CopyValueButton";
    static props = { ...CopyButton.props, content: String };
    static defaultProps = { successText: _t("Copied"), icon: "fa-clone" };

    setup() {
        super.setup();
        this.state = useState({ isCopied: false });
    }

    get name() {
        return _t("Copy %s", this.props.content);
    }

    showTooltip() {
        super.showTooltip();
        this.state.isCopied = true;
        browser.setTimeout(() => (this.state.isCopied = false), COPIED_DELAY);
    }
}

/** One thing to do in the console, to be ticked off; nobody but the person looking knows. */
export class ApplyStep extends Component {
    static template = "axivox_caller_id.ApplyStep";
    static components = { CheckBox, CopyValueButton };
    static props = { text: String, copies: Array };

    setup() {
        this.state = useState({ isDone: false });
        this.canCopy = Boolean(browser.navigator.clipboard); // not over plain http
    }
}

/**
 * What *Apply changes* does, by page of Axivox's console: the changes in words and, in manual mode,
 * the steps that make them. The value is `{ pages, warning, is_manual, empty }`, each page `{ title,
 * changes, steps }`, each step `{ text, copies }`, each copy `{ label, value }`; `empty` is said where
 * there is no page.
 */
export class ApplyPagesField extends Component {
    static template = "axivox_caller_id.ApplyPagesField";
    static components = { ApplyStep };
    static props = { ...standardFieldProps };

    setup() {
        this.id = uniqueId("axivox_apply_");
    }

    get value() {
        return this.props.record.data[this.props.name] || { pages: [] };
    }

    /** Another step in its place is not done yet, even where the one before it was. */
    stepKey(step, index) {
        return `${index} ${JSON.stringify(step)}`;
    }
}

export const applyPagesField = {
    component: ApplyPagesField,
    displayName: _t("Changes to apply"),
    supportedTypes: ["json"],
    additionalClasses: ["d-block"],
};

registry.category("fields").add("axivox_apply_pages", applyPagesField);
