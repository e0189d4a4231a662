import { EventBus } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";

/** The methods of the panel that are used; all of them are documented. */
export const HOOKS = ["dial", "on"];

/** Triggers `dial` for each number dialled in the panel, and `ended` when a call is over. */
export const dialled = new EventBus();

/** A number with only the characters that the panel keeps. */
const dialledForm = (number) => String(number).replace(/[^0-9+*#]/g, "");

/** Whether a link is to a number, by its attribute or by its URL. */
const isLinkTo = (link, number) => {
    const form = dialledForm(number);
    return [link.getAttribute("href"), link.href].some((href) => dialledForm(href) === form);
};

/**
 * What "Shown as" has fetched for the number that is being dialled: for the phone field that was
 * clicked. If something else dials, for all phone fields with this number, provided they agree.
 *
 * @param {string} number
 * @returns {{ dial: string, country: number | false } | undefined}
 */
function shownFor(number) {
    // The panel's own listener dials, so only the global event tells what was clicked.
    const clicked = window.event?.target?.closest ? window.event.target : null;
    const link = clicked?.closest('a[href^="tel:"]');
    const form = clicked?.closest(".o_form_view") || document;
    const links = link ? [link] : [...form.querySelectorAll('a[href^="tel:"]')];
    const same = links.filter((a) => a.dataset.axivoxDial && isLinkTo(a, number));
    const [{ dataset: { axivoxDial, axivoxCountry } } = { dataset: {} }] = same;
    if (axivoxDial && same.every((a) => a.dataset.axivoxDial === axivoxDial)) {
        return { dial: axivoxDial, country: Number(axivoxCountry) || false };
    }
}

/**
 * Make a panel dial what "Shown as" has fetched, and trigger `dialled`. Codes with `*` and `#` stay
 * as they are. A panel that lacks one of the hooks is not patched.
 *
 * @param {Object} [softphone] `window.AxivoxSoftphone`
 * @returns {(() => void) | false} undoes the patch; false if a hook is missing
 */
export function patchPanel(softphone) {
    const panel = softphone?.Panel?.prototype;
    if (!panel || !softphone.ORIGIN || HOOKS.some((name) => typeof panel[name] !== "function")) {
        return false;
    }
    const listening = new WeakSet();
    return patch(panel, {
        dial(number) {
            const shown = /[*#]/.test(number) ? undefined : shownFor(number);
            const result = super.dial(shown ? shown.dial : number);
            if (!listening.has(this)) {
                listening.add(this);
                this.on("callEnded", () => dialled.trigger("ended"));
            }
            dialled.trigger("dial", { number: String(number), country: shown?.country || false });
            return result;
        },
    });
}

patchPanel(window.AxivoxSoftphone);
