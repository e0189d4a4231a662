import { Component, onWillStart, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { CheckBox } from "@web/core/checkbox/checkbox";
import { CopyButton } from "@web/core/copy_button/copy_button";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { usePoll } from "../poll/poll";

export const COPIED_DELAY = 800; // ms, as long as the tooltip of Odoo's button
export const POLL_DELAY = 5000; // ms
export const AT_ONCE = 50; // steps that a block shows, and shows more of

/** An icon that copies a value. Its name says which; screen readers announce the result. */
export class CopyValueButton extends CopyButton {
    static template = "axivox_caller_id.CopyValueButton";
    static props = { ...CopyButton.props, content: String, label: String };
    static defaultProps = { successText: _t("Copied"), icon: "fa-clone" };

    setup() {
        super.setup();
        this.state = useState({ isCopied: false });
    }

    get name() {
        return _t("Copy %s", this.props.label);
    }

    showTooltip() {
        super.showTooltip();
        this.state.isCopied = true;
        browser.setTimeout(() => (this.state.isCopied = false), COPIED_DELAY);
    }
}

/**
 * The steps to do in Axivox's console: its pages, on each page the blocks of similar steps, and in
 * open blocks the steps to tick off. Other users' ticks appear within seconds.
 */
export class ManualSteps extends Component {
    static template = "axivox_caller_id.ManualSteps";
    static components = { CheckBox, CopyValueButton };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.saving = 0; // ticks that are under way
        this.canCopy = Boolean(browser.navigator.clipboard); // not over plain http
        this.state = useState({ pages: [], steps: {}, shown: {}, onlyLeft: false });
        onWillStart(async () => {
            await this.readPages();
            const first = this.blocks.find((block) => block.left.length) || this.blocks[0];
            if (first) {
                this.state.shown[first.key] = AT_ONCE;
                await this.readSteps();
            }
        });
        usePoll({
            delay: POLL_DELAY,
            isOver: () => !this.isOpen,
            read: () => this.refresh(),
        });
    }

    get isOpen() {
        return this.props.record.data.state === "open";
    }

    get blocks() {
        return this.state.pages.flatMap((page) => page.blocks);
    }

    get steps() {
        return this.blocks.flatMap((block) => block.steps);
    }

    get doneCount() {
        return this.done(this.blocks);
    }

    get percent() {
        return this.steps.length ? (100 * this.doneCount) / this.steps.length : 100;
    }

    progress(blocks) {
        const total = blocks.reduce((sum, block) => sum + block.steps.length, 0);
        return _t("%(done)s of %(total)s", {
            done: formatInteger(this.done(blocks)),
            total: formatInteger(total),
        });
    }

    done(blocks) {
        return blocks.reduce((sum, block) => sum + block.steps.length - block.left.length, 0);
    }

    isDone(blocks) {
        return blocks.every((block) => !block.left.length);
    }

    isHalfDone(blocks) {
        return this.done(blocks) > 0 && !this.isDone(blocks);
    }

    listed(block) {
        return this.state.onlyLeft ? block.left : block.steps;
    }

    shownSteps(block) {
        const ids = this.listed(block).slice(0, this.state.shown[block.key] || 0);
        return ids.map((id) => this.state.steps[id]).filter(Boolean);
    }

    hasMore(block) {
        const shown = this.state.shown[block.key];
        return shown && shown < this.listed(block).length;
    }

    doneBy(step) {
        const time = formatDateTime(deserializeDateTime(step.done_on));
        return _t("%(user)s, %(time)s", { user: step.done_by_id[1], time });
    }

    async readPages() {
        const pages = await this.orm.silent.call("axivox.manual.apply", "read_pages", [
            this.props.record.resId,
        ]);
        for (const [index, page] of pages.entries()) {
            page.blocks.forEach((block) => (block.key = `${index} ${block.title}`));
        }
        if (!this.saving) {
            this.state.pages = pages;
        }
    }

    async readSteps() {
        const ids = this.blocks.flatMap((block) =>
            this.listed(block).slice(0, this.state.shown[block.key] || 0)
        );
        const fields = ["text", "copies", "is_done", "done_by_id", "done_on", "is_new", "is_settled"];
        const steps = ids.length
            ? await this.orm.silent.read("axivox.manual.step", ids, fields)
            : [];
        if (!this.saving) {
            this.state.steps = Object.fromEntries(steps.map((step) => [step.id, step]));
        }
    }

    /** Read what others did meanwhile to the list and to the settings. */
    async refresh() {
        await this.readAgain();
        await this.props.record.load();
    }

    async readAgain() {
        if (!this.saving) {
            await this.readPages();
            await this.readSteps();
        }
    }

    /** Shows a block's steps, or hides them. */
    async toggle(block) {
        this.state.shown[block.key] = this.state.shown[block.key] ? 0 : AT_ONCE;
        await this.readSteps();
    }

    async showMore(block) {
        this.state.shown[block.key] += AT_ONCE;
        await this.readSteps();
    }

    async showOnlyLeft(onlyLeft) {
        this.state.onlyLeft = onlyLeft;
        await this.readSteps();
    }

    /** Shows a tick at once, and reads the server's answer when no other tick is being saved. */
    async tick(ids, isDone) {
        const ticked = new Set(ids);
        for (const block of this.blocks) {
            const left = new Set(block.left);
            block.left = block.steps.filter((id) => (ticked.has(id) ? !isDone : left.has(id)));
        }
        ids.forEach((id) => this.state.steps[id] && (this.state.steps[id].is_done = isDone));
        this.saving++;
        try {
            await this.orm.silent.call("axivox.manual.step", "action_tick", [ids, isDone]);
        } finally {
            this.saving--;
            await this.readAgain();
        }
    }

    tickBlocks(blocks, isDone) {
        return this.tick(
            blocks.flatMap((block) => (isDone ? block.left : block.steps)),
            isDone
        );
    }
}

registry.category("view_widgets").add("axivox_manual_steps", {
    component: ManualSteps,
    fieldDependencies: [{ name: "state", type: "selection" }],
});
