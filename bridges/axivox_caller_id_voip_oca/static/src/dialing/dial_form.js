/**
 * What is dialled where Odoo has not said it: the number as it was typed, without separators,
 * its plus in the account's form.
 *
 * @param {string} number
 * @param {"00" | "+"} dialFormat
 */
export function dialForm(number, dialFormat) {
    const dialled = number.replace(/[^\d+*#]/g, "");
    return dialFormat === "00" ? dialled.replace(/^\+/, "00") : dialled;
}
