import { Component } from "@odoo/owl";

/** Hints before a call: the local time at the number, and Odoo's phone blacklist. */
export class CallHints extends Component {
    static template = "axivox_caller_id_voip_oca.CallHints";
    static props = {
        localTime: { type: [String, Boolean], optional: true },
        isBlacklisted: { type: Boolean, optional: true },
    };
}
