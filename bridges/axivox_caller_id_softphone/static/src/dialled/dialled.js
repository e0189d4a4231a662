import { EventBus } from "@odoo/owl";
import { patch } from "@web/core/utils/patch";

/** What of the panel is used, all of it public. */
export const HOOKS = ["dial", "on"];

/** Tells of each number that is dialled in the panel (`dial`), and when a call is over (`ended`). */
export const dialled = new EventBus();

/** What the panel keeps of a number. */
const kept = (number) => String(number).replace(/[^0-9+*#]/g, "");

/** Whether a link names a number; as it is written, or as a URL writes it. */
const says = (link, number) =>
    [link.getAttribute("href"), link.href].some((href) => kept(href) === kept(number));

/**
 * What "Shown as" has fetched for a number that is dialled now, if it has: by the record of the
 * phone field that was clicked; where something else of a form dials, or nothing was clicked, by
 * the phone fields with that number, where they agree.
 *
 * @param {string} number
 * @returns {{ dial: string, country: number | false } | undefined}
 */
function shownFor(number) {
    // The listener that dials is somebody else's: the event is nowhere else to be had.
    const clicked = window.event?.target?.closest ? window.event.target : null;
    const link = clicked?.closest('a[href^="tel:"]');
    const form = clicked?.closest(".o_form_view") || document;
    const links = link ? [link] : [...form.querySelectorAll('a[href^="tel:"]')];
    const same = links.filter((a) => a.dataset.axivoxDial && says(a, number));
    const [{ dataset: { axivoxDial, axivoxCountry } } = { dataset: {} }] = same;
    if (axivoxDial && same.every((a) => a.dataset.axivoxDial === axivoxDial)) {
        return { dial: axivoxDial, country: Number(axivoxCountry) || false };
    }
}

/**
 * Have a panel dial what "Shown as" has fetched, and tell of it. Codes with `*` and `#` stay as they
 * are, and so does everything where the panel is not as we know it.
 *
 * @param {Object} [softphone] `window.AxivoxSoftphone`
 * @returns {(() => void) | false} what takes that back; false where a hook is not there
 */
export function follow(softphone) {
    const panel = softphone?.Panel?.prototype;
    if (!panel || !softphone.ORIGIN || HOOKS.some((name) => typeof panel[name] !== "function")) {
        return false;
    }
    const followed = new WeakSet();
    return patch(panel, {
        dial(number) {
            const shown = /[*#]/.test(number) ? undefined : shownFor(number);
            const result = super.dial(shown ? shown.dial : number);
            if (!followed.has(this)) {
                followed.add(this);
                this.on("callEnded", () => dialled.trigger("ended"));
            }
            dialled.trigger("dial", { number: String(number), country: shown?.country || false });
            return result;
        },
    });
}

follow(window.AxivoxSoftphone);
