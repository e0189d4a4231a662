/**
 * What is dialled if Odoo has not said so: the number as it was typed, without separators, and with
 * its plus in the account's dial format.
 *
 * @param {string} number
 * @param {"00" | "+"} dialFormat
 */
export function dialForm(number, dialFormat) {
    const dialled = number.replace(/[^\d+*#]/g, "");
    return dialFormat === "00" ? dialled.replace(/^\+/, "00") : dialled;
}
