import { onWillUnmount, status, useComponent } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError } from "@web/core/network/rpc";

/**
 * Reads repeatedly for as long as the component is mounted, also after a lost connection.
 *
 * @param {{ delay: number, isOver: () => boolean, read: () => Promise<void> }} options delay in ms
 */
export function usePoll({ delay, isOver, read }) {
    const component = useComponent();
    let timeout;

    function wait() {
        if (!isOver()) {
            timeout = browser.setTimeout(poll, delay);
        }
    }

    async function poll() {
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
