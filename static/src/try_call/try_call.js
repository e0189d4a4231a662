import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { uniqueId } from "@web/core/utils/functions";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { Many2One } from "@web/views/fields/many2one/many2one";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { followFocus } from "../follow_focus/follow_focus";
import { useKeepTestCase } from "../keep_test_case/keep_test_case";

export const TYPING_DELAY = 250; // ms

/** Why `axivox.account`.`try_call` shows no number at all, by its `source`. */
const NO_NUMBER = {
    internal: _t("Internal call"),
    emergency: _t("Decided by the carrier"),
    service: _t("Decided by Axivox"),
};

/** Exceptions whose message is meant for the user. */
const SPOKEN_ERRORS = ["UserError", "AccessError", "ValidationError", "MissingError"].map(
    (name) => `odoo.exceptions.${name}`
);

/**
 * *Try a call*, on the form of an `axivox.account`: which number a user's call would show, now and
 * after *Apply changes*, and why. It changes no setting. It asks the server while the user types,
 * and again when the form is saved or reloaded. The first answer ticks off *Try a call* in the
 * first run.
 */
export class TryCall extends Component {
    static template = "axivox_caller_id.TryCall";
    static components = { Many2One };
    static props = { ...standardWidgetProps };

    followFocus = followFocus;

    setup() {
        this.id = uniqueId("axivox_try_call_");
        this.action = useService("action");
        this.keep = useKeepTestCase();
        this.orm = useService("orm");
        this.nameService = useService("name");
        this.keepLast = new KeepLast();
        this.askSoon = useDebounced(this.ask, TYPING_DELAY);
        this.state = useState({
            extension: false,
            country: false,
            number: "",
            answer: false,
            error: "",
            isAsking: false,
        });
        useRecordObserver((record) => {
            record.data; // replaced when the form is read, saved or discarded, and only then
            this.onRecordRead(record.resId); // not awaited: the form need not wait for it
        });
    }

    get status() {
        return this.state.error ? "error" : this.state.answer ? "answer" : "empty";
    }

    /** The two frames of the answer, empty until there is one. */
    get sides() {
        const { answer } = this.state;
        const side = (key, title) => ({
            key,
            title,
            shown: answer ? this.shown(answer[key]) : "—",
            reason: answer ? answer[key].reason : "",
        });
        return [side("now", _t("Shown now")), side("after", _t("After applying"))];
    }

    get isDifferent() {
        const { answer } = this.state;
        return Boolean(answer) && this.shown(answer.now) !== this.shown(answer.after);
    }

    get selectors() {
        const common = { canCreate: false, canOpen: false, canWrite: false };
        return {
            extension: {
                ...common,
                id: `${this.id}_extension`,
                relation: "axivox.extension",
                string: _t("User"),
                placeholder: _t("Pick a user"),
                domain: () => this.extensionDomain,
                value: this.state.extension,
                update: (value) => this.select("extension", value),
            },
            country: {
                ...common,
                id: `${this.id}_country`,
                relation: "res.country",
                string: _t("Country"),
                placeholder: _t("Any"),
                domain: () => [],
                value: this.state.country,
                update: (value) => this.select("country", value),
            },
        };
    }

    get extensionDomain() {
        return [["account_id", "=", this.accountId]];
    }

    /** @param {{ display: string, source: string }} callerId `now` or `after` of an answer */
    shown(callerId) {
        return callerId.display || NO_NUMBER[callerId.source] || _t("No number");
    }

    hiddenRules(count) {
        return count === 1
            ? _t("and 1 rule for another destination")
            : _t("and %s rules for other destinations", count);
    }

    /** @param {number | false} accountId */
    async onRecordRead(accountId) {
        if (accountId !== this.accountId) {
            this.accountId = accountId;
            this.state.extension = false;
        }
        if (accountId && !this.state.extension) {
            const extension = await this.firstExtension();
            if (accountId === this.accountId) {
                this.state.extension ||= extension;
            }
        }
        await this.ask();
    }

    async firstExtension() {
        const { records } = await this.orm.silent.webSearchRead(
            "axivox.extension",
            this.extensionDomain,
            { specification: { display_name: {} }, limit: 1 }
        );
        return records[0] || false;
    }

    /** @param {{ id: number, display_name?: string } | false} value */
    async select(key, value) {
        if (value && !value.display_name) {
            // picked in the dialog of "Search more..."
            const { relation } = this.selectors[key];
            const names = await this.nameService.loadDisplayNames(relation, [value.id]);
            value = { id: value.id, display_name: names[value.id] };
        }
        this.state[key] = value;
        await this.ask();
    }

    /** Open *Try many calls* with the present values. */
    tryMany() {
        const { extension, country, number } = this.state;
        return this.action.doAction("axivox_caller_id.axivox_try_many_action", {
            additionalContext: {
                default_account_id: this.accountId,
                default_text: number.trim(),
                default_country_id: country && country.id,
                default_extension_ids: extension ? [extension.id] : [],
            },
        });
    }

    async ask() {
        const { extension, number, country } = this.state;
        const isComplete = Boolean(this.accountId && extension && number.trim());
        this.state.isAsking = isComplete;
        const { error, ...answer } = await this.keepLast.add(
            isComplete
                ? this.answer(extension.id, number, country && country.id)
                : Promise.resolve({})
        );
        this.state.isAsking = false;
        this.state.error = error || "";
        this.state.answer = isComplete && !error && answer;
        const { record } = this.props;
        if (this.state.answer && record.data.is_tried === false) {
            record.data.is_tried = true; // not read again: that would lose what is being edited
            await this.orm.silent.call("axivox.account", "note_tried", [[this.accountId]]);
        }
    }

    /** @returns {Promise<Object>} what `try_call` returns; a failure is an `error` sentence too */
    async answer(extensionId, number, countryId) {
        try {
            return await this.orm.silent.call(
                "axivox.account",
                "try_call",
                [[this.accountId], extensionId, number],
                { country_id: countryId }
            );
        } catch (error) {
            if (error instanceof ConnectionLostError) {
                return {
                    error: _t("Odoo cannot be reached. Check your connection and try again."),
                };
            }
            if (error instanceof RPCError) {
                return {
                    error: SPOKEN_ERRORS.includes(error.exceptionName)
                        ? error.data.message
                        : _t("Odoo could not answer. Try again, or contact your administrator."),
                };
            }
            throw error;
        }
    }
}

export const tryCall = {
    component: TryCall,
};

registry.category("view_widgets").add("axivox_try_call", tryCall);
