/** An address in a header: an optional name, and a URI (RFC 3261 20.10, RFC 3325 9.1). */
const ADDRESS = /(?:"((?:\\.|[^"\\])*)"|([^<",]*))\s*<\s*((?:sips?|tel):[^>]*)>|((?:sips?|tel):[^\s,;]+)/gi;
const USER = /^(?:sips?:([^@]*)@|tel:(.*))/i;
const NUMBER = /^\+?[\d().-]*\d[\d().-]*$/;

/** The headers that may name which of our numbers was dialled: RFC 3455, 5806, 3261. */
const DIALLED_HEADERS = ["P-Called-Party-ID", "Diversion", "To"];

/**
 * The number in a user part, without what a gateway adds to it: `;npdi`, `;rn=…` (RFC 4694),
 * `;phone-context=+32` (RFC 3966), the country code of a national number.
 */
function numberIn(user) {
    const [spelled, ...parameters] = user.split(";");
    const [number] = spelled.split(":"); // behind it may be a password
    const context = parameters.map((one) => /^phone-context=(\+\d+)$/i.exec(one)?.[1]).find(Boolean);
    return context && !number.startsWith("+") ? context + number : number;
}

/** @returns {{ name: string, number: string, host: string }[]} the addresses in headers */
function addresses(headers) {
    return headers.flatMap((header) =>
        [...header.matchAll(ADDRESS)].map(([, quoted, plain, bracketed, bare]) => {
            const uri = bracketed || bare;
            const [, sip, tel] = USER.exec(uri) || [];
            return {
                name: (quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "").trim(),
                number: numberIn(decoded(sip ?? tel ?? "")),
                host: /@([^;>:]*)/.exec(uri)?.[1] || "",
            };
        })
    );
}

function decoded(user) {
    try {
        return decodeURIComponent(user);
    } catch {
        return user;
    }
}

/** Whether the caller withholds their identity (RFC 3323, RFC 3325). */
function isWithheld(request, from) {
    const privacy = (request.getHeader("Privacy") || "").toLowerCase().split(/[;,\s]+/);
    return (
        ["id", "user", "header"].some((kind) => privacy.includes(kind)) ||
        /(^|\.)anonymous\.invalid$/i.test(from.host)
    );
}

/**
 * The caller, as the PBX asserts it (P-Asserted-Identity), or else as the phone says. An address
 * without a number, such as a trunk's name, is used only if there is no other.
 *
 * @param {Object} request SIP.js's message of an INVITE
 * @returns {{ phone_number: string, caller_name: string }}
 */
export function callerOf(request) {
    const [from] = addresses([request.getHeader("From") || ""]);
    if (!from) {
        return { phone_number: request.from.uri.user || "", caller_name: "" };
    }
    if (isWithheld(request, from)) {
        return { phone_number: "anonymous", caller_name: "" };
    }
    const named = [...addresses(request.getHeaders("P-Asserted-Identity")), from];
    const caller = named.find(({ number }) => NUMBER.test(number)) || named[0];
    const names = named.filter(({ number }) => number === caller.number).map(({ name }) => name);
    return {
        phone_number: caller.number,
        caller_name: names.find((name) => /\p{L}/u.test(name)) || "",
    };
}

/** @returns {string[]} the users of the headers that may name which of our numbers was dialled */
export function dialledUsers(request) {
    return DIALLED_HEADERS.flatMap((name) => {
        const [address] = addresses([request.getHeader(name) || ""]);
        return address?.number ? [address.number] : [];
    });
}
