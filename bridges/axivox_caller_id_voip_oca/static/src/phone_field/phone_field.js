import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";
import "@voip_oca/components/phone_field/phone_field.esm";

patch(PhoneField.prototype, {
    /** Replaced: the call knows which record it is about. */
    onPhoneClick(ev) {
        ev.stopPropagation(); // a card, or a line of a list, does not open
        if (!this.agent.agent) {
            return;
        }
        ev.preventDefault();
        const { record, name } = this.props;
        this.agent.call({
            number: record.data[name],
            record: { model: record.resModel, id: record.resId },
            dial: name === "phone" && record.data.axivox_dial,
        });
    },
});
