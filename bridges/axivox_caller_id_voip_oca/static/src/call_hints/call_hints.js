import { Component } from "@odoo/owl";

/** What is good to know before a call: the local time there, and Odoo's phone blacklist. */
export class CallHints extends Component {
    static template = "axivox_caller_id_voip_oca.CallHints";
    static props = {
        localTime: { type: [String, Boolean], optional: true },
        isBlacklisted: { type: Boolean, optional: true },
    };
}
