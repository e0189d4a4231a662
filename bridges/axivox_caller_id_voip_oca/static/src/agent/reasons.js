import { _t } from "@web/core/l10n/translation";

const BUSY = _t("Busy");
const NO_ANSWER = _t("No answer");
const NO_NUMBER = _t("This number does not exist");
const OUT_OF_SERVICE = _t("This number is out of service");
const DECLINED = _t("Declined");
const MOVED = _t("This number has changed");

/** RFC 3261 21, RFC 8197, RFC 8688. */
const BY_STATUS = {
    404: NO_NUMBER,
    408: NO_ANSWER,
    410: NO_NUMBER,
    480: NO_ANSWER,
    484: NO_NUMBER,
    486: BUSY,
    600: BUSY,
    603: DECLINED,
    604: NO_NUMBER,
    607: DECLINED,
    608: DECLINED,
    488: _t("The two telephones have no audio format in common"),
    491: _t("The other side is changing the call at the same time"),
    606: _t("The two telephones have no audio format in common"),
};
/** ITU-T Q.850: causes of the telephone network, in the header Reason. */
const BY_Q850 = {
    1: NO_NUMBER,
    17: BUSY,
    18: NO_ANSWER,
    19: NO_ANSWER,
    20: NO_ANSWER,
    21: DECLINED,
    22: MOVED,
    27: OUT_OF_SERVICE,
    28: NO_NUMBER,
};

/**
 * Why a request was refused, in words; in the PBX's own words if the status is unknown.
 *
 * @param {Object} message SIP.js's message of a final answer
 * @returns {string}
 */
export function reasonOf(message) {
    const cause = /\bQ\.850\s*;\s*cause\s*=\s*(\d+)/i.exec(message.getHeader?.("Reason") || "")?.[1];
    const { statusCode, reasonPhrase } = message;
    if (statusCode >= 300 && statusCode < 400) {
        const number = message.parseHeader?.("Contact")?.uri.user;
        return number
            ? _t("They can be reached at another number, which was not called: %s", number)
            : String(MOVED);
    }
    return String(BY_Q850[cause] || BY_STATUS[statusCode] || `${reasonPhrase} (${statusCode})`);
}
