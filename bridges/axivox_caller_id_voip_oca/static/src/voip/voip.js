import { patch } from "@web/core/utils/patch";
import { matchString } from "@voip_oca/utils/utils.esm";
import { VoipOCA, voipOCAService } from "@voip_oca/services/voip_oca_service.esm";
import { LoggedCall, logLateCalls } from "../call_log/call_log";

const { DateTime } = luxon;

/** The models whose country says how a number is read: see `_called_record` of `voip.call`. */
const CALLED = ["crm.lead", "res.partner"];

/** The digits of a number, or of a part of one, without its prefix 0 or 00; empty for other texts. */
function digitsOf(text) {
    return /\p{L}/u.test(text || "") ? "" : (text || "").replace(/\D/g, "").replace(/^0+/, "");
}

patch(VoipOCA.prototype, {
    /** The arguments of `call` for the selected contact, recent call or activity. */
    get selected() {
        const { partner, activity, call } = this;
        const number = call?.callNumber || call?.phoneNumber || activity?.axivox_phone || partner?.phone || "";
        return { number, partner, activity, record: this.selectedRecord };
    },
    get selectedRecord() {
        const { partner, activity, call } = this;
        if (call?.leadId) {
            return { model: "crm.lead", id: call.leadId };
        }
        if (CALLED.includes(activity?.res_model)) {
            return { model: activity.res_model, id: activity.res_id };
        }
        return partner?.id ? { model: "res.partner", id: partner.id } : undefined;
    },
    /** The document of the selection, of any model. */
    get selectedDocument() {
        const { activity } = this;
        if (activity?.res_id) {
            return { model: activity.res_model, id: activity.res_id };
        }
        return this.selectedRecord;
    },
    /** The lead or contact that the call is about, if known. */
    get calledRecord() {
        const { call, logged, partner } = this;
        const { res_model: model, res_id: id } = logged?.facts || {};
        const leadId = call?.leadId || logged?.axivox?.lead?.id;
        if (leadId) {
            return { model: "crm.lead", id: leadId };
        }
        if (id && CALLED.includes(model)) {
            return { model, id };
        }
        return partner?.id ? { model: "res.partner", id: partner.id } : undefined;
    },
    /**
     * Open Odoo's dialog; without a document it makes a personal activity.
     *
     * @param {{ model: string, id: number }} [document]
     */
    async scheduleActivity(document) {
        await this.store.scheduleActivity(document?.model || false, document ? [document.id] : false);
        if (document) {
            await this.refreshChatter(document);
        }
        await Promise.all([
            this.searchActivities(),
            this.store.fetchStoreData("systray_get_activities"),
        ]);
    },
    /** Reload the chatter of a record if it is open. */
    async refreshChatter({ model, id }) {
        const thread = this.store.Thread.get({ model, id });
        if (thread?.isLoaded) {
            await Promise.all([thread.fetchThreadData(["activities"]), thread.fetchNewMessages()]);
        }
    },
    /** What the selected contact, recent call or activity is about, other than the person. */
    get selectedAbout() {
        const { activity, call } = this;
        if (call?.leadId) {
            return { model: "crm.lead", id: call.leadId, name: call.leadName };
        }
        const name = activity?.axivox_called?.about;
        return name ? { model: activity.res_model, id: activity.res_id, name } : undefined;
    },
    /** The name of the selected person, if they are no contact. */
    get selectedPerson() {
        return this.call?.person || (this.activity?.id && this.personOf(this.activity)) || "";
    },
    personOf(activity) {
        return activity.axivox_called?.person || activity.main_partner || "";
    },
    /** Mended: the search looks at what the list shows; the longest overdue comes first. */
    get activities() {
        return Object.values(this.store["mail.activity"].records)
            .filter((activity) => {
                const { person, about, number } = activity.axivox_called || {};
                return (
                    activity.activity_category === "phonecall" &&
                    activity.user_id?.id === this.uid &&
                    activity.date_deadline <= DateTime.now() &&
                    this.isSearched(activity.summary, activity.main_partner, person, about, number)
                );
            })
            .sort((a, b) => a.date_deadline - b.date_deadline || a.id - b.id);
    },
    get calls() {
        return Object.values(this.store["voip.call"].records)
            .filter((call) =>
                this.isSearched(
                    call.phoneNumber,
                    call.display_name,
                    call.number,
                    call.person,
                    call.leadName
                )
            )
            .sort((a, b) => b.date - a.date);
    },
    /** Mended: a list is searched for what the box says, also when it is opened. */
    searchPartners(_search = this.searchValue, ...page) {
        return super.searchPartners(_search, ...page);
    },
    searchActivities(_search = this.searchValue, ...page) {
        return super.searchActivities(_search, ...page);
    },
    searchCalls(_search = this.searchValue, ...page) {
        return super.searchCalls(_search, ...page);
    },
    async searchMissed(_search = this.searchValue, offset = 0, limit = 13) {
        const missed = await this.orm.call("voip.call", "get_missed_calls", [], {
            offset,
            limit,
            _search,
        });
        this.store.insert({ "voip.call": missed });
        this.missedCalls = missed.map(({ id }) => this.store["voip.call"].get(id));
    },
    /** The arguments of `call` for a call back, with the dialled number if it may be chosen. */
    toCallBack({ callBack, leadId, partner }) {
        const { number, chosen, shown } = callBack;
        this.choice = chosen ? { id: chosen, number } : false;
        const record = leadId
            ? { model: "crm.lead", id: leadId }
            : partner && { model: "res.partner", id: partner.id };
        return { number, partner, record: record || undefined, dial: shown?.dial };
    },
    /** @param {Object} call a missed call; all calls of its caller are marked as done */
    async setCalledBack(call) {
        this.missed = await this.orm.call("voip.call", "set_called_back", [[call.id]]);
        await this.searchMissed();
    },
    /** @param {number} count how many callers are missed now */
    async setMissed(count) {
        const isNew = count !== this.missed;
        this.missed = count;
        if (isNew && this.isOpened && this.selectedTab === "missed_list") {
            await this.searchMissed();
        }
    },
    /** Whether one of the texts has what is searched; a number is found however it is written. */
    isSearched(...texts) {
        const { searchValue } = this;
        const digits = digitsOf(searchValue);
        return (
            !searchValue ||
            texts.some(
                (text) =>
                    matchString(text, searchValue) || (digits && digitsOf(text).includes(digits))
            )
        );
    },
    /** Begin to log a call, and show it in the panel. */
    logCall(facts) {
        this.logged = new LoggedCall(this, facts);
        this.call = this.logged.record;
        this.logged.send();
        return this.logged;
    },
    async acceptCall() {
        await this.logged?.report({ answered_at: Date.now() });
    },
    async rejectCall() {
        this.endCall();
        this.call = false;
    },
    endCall() {
        this.logged?.report({ ended_at: Date.now() });
        this.inCall = false;
    },
});

patch(voipOCAService, {
    async start() {
        const voip = await super.start(...arguments);
        voip.missedCalls = [];
        logLateCalls(voip);
        return voip;
    },
});
