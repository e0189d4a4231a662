import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

export const TRY_DELAY = 50; // ms
export const TRIES = 20; // while the screen behind a dialog is read again

/**
 * Returns the focus to the button that opened a dialog on one of our screens. A button is disabled
 * while its action runs, so Odoo finds the body focused when the dialog opens, and returns to that.
 */
export const returnFocusService = {
    dependencies: ["action", "ui"],
    start(_env, { action, ui }) {
        let opener = null;
        document.addEventListener("focusin", ({ target }) => {
            if (target instanceof Element && !target.closest(".o_dialog")) {
                opener = target;
            }
        });

        function giveBack(tries) {
            if (ui.activeElement !== document || document.activeElement !== document.body) {
                return;
            }
            if (opener.isConnected && !opener.disabled) {
                opener.focus();
            } else if (tries) {
                browser.setTimeout(() => giveBack(tries - 1), TRY_DELAY);
            }
        }

        ui.bus.addEventListener("active-element-changed", () => {
            const model = action.currentController?.action.res_model || "";
            if (opener && model.startsWith("axivox.") && ui.activeElement === document) {
                browser.setTimeout(() => giveBack(TRIES), TRY_DELAY);
            }
        });
    },
};

registry.category("services").add("axivox_return_focus", returnFocusService);
