/**
 * For `t-on-focus` and `t-on-blur` of an element with `data-tooltip`: Odoo's tooltips follow the
 * mouse only, so the keyboard's focus acts as one.
 *
 * @param {FocusEvent} ev
 */
export function followFocus(ev) {
    ev.target.dispatchEvent(new MouseEvent(ev.type === "focus" ? "mouseenter" : "mouseleave"));
}
