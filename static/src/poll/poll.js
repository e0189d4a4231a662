import { onWillUnmount, status, useComponent } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";

/**
 * Reads again and again, for as long as the component is there, also after a lost connection.
 *
 * @param {{ delay: number, isOver: () => boolean, read: () => Promise<void> }} options delay in ms
 */
export function usePoll({ delay, isOver, read }) {
    const component = useComponent();
    let timeout;

    function wait() {
        if (!isOver()) {
            timeout = browser.setTimeout(look, delay);
        }
    }

    async function look() {
        try {
            await read();
        } catch (error) {
            if (!(error instanceof ConnectionLostError)) {
                throw error;
            }
        }
        if (status(component) === "mounted") {
            wait();
        }
    }

    wait();
    onWillUnmount(() => browser.clearTimeout(timeout));
}
