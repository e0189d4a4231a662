/* global SIP */
import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { Deferred, delay } from "@web/core/utils/concurrency";
import { patch } from "@web/core/utils/patch";
import { VoipAgent } from "@voip_oca/services/voip_agent_service.esm";

export const PING_EVERY = 10000; // ms
export const PING_PATIENCE = 5000; // ms

patch(VoipAgent.prototype, {
    /** Mended: a PBX that stops answering is noticed, in a call too. */
    async connectAgent() {
        await super.connectAgent();
        if (this.registerer) {
            browser.setInterval(() => this.ping(), PING_EVERY);
        }
    },
    /** Send OPTIONS to the PBX: any answer shows that it is there (RFC 3261 11). */
    async ping() {
        if (!this.agent.isConnected()) {
            return; // the panel says so, and upstream reconnects
        }
        if (this.registererState !== SIP.RegistererState.Registered && !this.voip.isSilent) {
            return; // the panel says so, and a PBX may block phones that authenticate too often
        }
        const { userAgentCore, configuration } = this.agent;
        const pbx = SIP.UserAgent.makeURI(`sip:${this.voip.pbx_domain}`);
        const answered = new Deferred();
        const onAnswer = ({ message }) => answered.resolve(message.hasHeader("Via"));
        userAgentCore.request(
            userAgentCore.makeOutgoingRequestMessage("OPTIONS", pbx, configuration.uri, pbx, {}),
            { onAccept: onAnswer, onRedirect: onAnswer, onReject: onAnswer }
        );
        if (await Promise.race([answered, delay(PING_PATIENCE)])) {
            this.onPong();
        } else if (this.agent.isConnected()) {
            this.onSilence();
        }
    },
    onSilence() {
        this.voip.isSilent = true;
        this.voip.status = "disconnected";
        this.voip.notRegistered = _t(
            "The telephone system does not answer: no calls can be placed, and none ring here."
        );
    },
    onPong() {
        if (!this.voip.isSilent) {
            return;
        }
        this.voip.isSilent = false;
        if (this.registererState === SIP.RegistererState.Registered) {
            this.voip.status = "connected";
            this.voip.notRegistered = "";
        }
        if (!this.registerer.waiting) {
            this.registerer.register(); // the PBX may have restarted, and lost the registration
        }
    },
});
