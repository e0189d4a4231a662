/* global SIP */
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";

/** Why there is no microphone, by the name of the browser's error. */
const NO_MICROPHONE = {
    NotAllowedError: _t(
        "The browser may not use the microphone. Allow it beside the page's address, and call again."
    ),
    NotFoundError: _t("There is no microphone. Connect one, and call again."),
    NotReadableError: _t("Another program uses the microphone. Close it, and call again."),
};

/** Mended: a missing microphone is explained in a sentence. */
export async function openMicrophone(constraints) {
    try {
        return await browser.navigator.mediaDevices.getUserMedia(constraints);
    } catch (error) {
        throw new Error(NO_MICROPHONE[error.name] || error.message);
    }
}

/** SIP.js's session description handler. Mended: a refused offer is rolled back. */
export function makeMedia(session, options) {
    const make = SIP.Web.defaultSessionDescriptionHandlerFactory(openMicrophone);
    const media = make(session, options);
    media.rollbackDescription = () => takeBack(media.peerConnection);
    return media;
}

/** Roll back an offer of either side (RFC 3261 14.1). */
async function takeBack(connection) {
    if (connection.signalingState === "have-remote-offer") {
        await connection.setRemoteDescription({ type: "rollback" });
    } else {
        await connection.setLocalDescription({ type: "rollback" });
    }
    for (const transceiver of connection.getTransceivers()) {
        if (transceiver.currentDirection && transceiver.currentDirection !== "stopped") {
            transceiver.direction = transceiver.currentDirection;
        }
    }
}

/**
 * Whether sound passes: settled once the connection is made, or has failed.
 *
 * @param {RTCPeerConnection} connection
 * @returns {Promise<boolean>}
 */
export async function carriesSound(connection) {
    const isRefused = ({ currentDirection }) => !currentDirection || currentDirection === "stopped";
    if (connection.getTransceivers().every(isRefused)) {
        return false;
    }
    return new Promise((resolve) => {
        const check = () => {
            if (connection.connectionState === "connected") {
                resolve(true);
            } else if (["failed", "closed"].includes(connection.connectionState)) {
                resolve(false);
            }
        };
        connection.addEventListener("connectionstatechange", check);
        check();
    });
}
