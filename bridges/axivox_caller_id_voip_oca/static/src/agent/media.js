/* global SIP */

/** The sound of a call as SIP.js makes it. Mended: an offer that is refused is taken back. */
export function makeMedia(session, options) {
    const make = SIP.Web.defaultSessionDescriptionHandlerFactory();
    const media = make(session, options);
    media.rollbackDescription = () => takeBack(media.peerConnection);
    return media;
}

/** As if nothing had been offered (RFC 3261 14.1), by this side or by the other one. */
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
