import { Component } from "@odoo/owl";

/** What is good to know before a call: the local time there, and Odoo's phone blacklist. */
export class Beside extends Component {
    static template = "axivox_caller_id_voip_oca.Beside";
    static props = {
        localTime: { type: [String, Boolean], optional: true },
        isBlacklisted: { type: Boolean, optional: true },
    };
}
