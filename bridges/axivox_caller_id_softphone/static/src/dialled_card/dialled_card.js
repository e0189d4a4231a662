import { ShownAs } from "@axivox_caller_id/call_shown/call_shown";
import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { usePosition } from "@web/core/position/position_hook";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { dialled } from "../dialled/dialled";

const BESIDE = { position: "left-end", margin: 8, extendedFlipping: true };

/** The panel on the screen: the fixed element that holds the frame of the softphone's page. */
function visiblePanel() {
    const origin = window.AxivoxSoftphone?.ORIGIN;
    const frames = [...document.querySelectorAll("iframe")];
    let panel = frames.find((frame) => origin && frame.src.startsWith(origin));
    const frame = panel;
    while (panel && getComputedStyle(panel).position !== "fixed") {
        panel = panel.parentElement;
    }
    panel ||= frame;
    return panel?.getClientRects().length ? panel : null;
}

/**
 * A card beside the panel, which says what a call dialled there shows: "Shown as +44 20 7946 0958 ·
 * London · rule 0044", and why. It appears when the server has answered, and disappears with the
 * call, with the panel, or when it is closed. The call does not wait for it.
 */
export class DialledCard extends Component {
    static template = "axivox_caller_id_softphone.DialledCard";
    static components = { ShownAs };
    static props = {};

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ answer: false });
        this.resized = new ResizeObserver(() => this.onResize());
        const options = {
            ...BESIDE,
            onPositioned: (card, { direction }) => {
                Object.assign(options, BESIDE); // Odoo keeps the last position in it
                if (direction === "center") {
                    card.style.top = `${BESIDE.margin}px`; // leave the panel's buttons uncovered
                }
            },
        };
        this.position = usePosition("card", visiblePanel, options);
        useBus(dialled, "dial", ({ detail }) => this.ask(detail));
        useBus(dialled, "ended", () => this.close());
        useEffect(
            (answer) => {
                const panel = answer && visiblePanel();
                if (panel) {
                    this.resized.observe(panel);
                    return () => this.resized.disconnect();
                }
            },
            () => [this.state.answer]
        );
    }

    async ask({ number, country }) {
        this.state.answer = false;
        const answer = await this.keepLast.add(this.preview(number, country));
        this.state.answer = visiblePanel() && answer;
    }

    close() {
        this.keepLast.add(Promise.resolve()); // drop an answer that is still awaited
        this.state.answer = false;
    }

    onResize() {
        if (visiblePanel()) {
            this.position.unlock(); // repositions the card
        } else {
            this.close();
        }
    }

    async preview(number, country) {
        try {
            const preview = [number, country];
            return await this.orm.silent.call("res.users", "preview_softphone_call", preview);
        } catch {
            return { error: _t("Odoo could not say which number is shown.") };
        }
    }
}

registry
    .category("main_components")
    .add("axivox_caller_id_softphone.DialledCard", { Component: DialledCard });
