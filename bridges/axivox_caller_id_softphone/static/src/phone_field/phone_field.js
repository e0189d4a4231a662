import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";

patch(PhoneField.prototype, {
    /** What "Shown as" has fetched for the number of this record: how Axivox is to be told it. */
    get axivoxDial() {
        const { record, name } = this.props;
        return (name === "phone" && record.data.axivox_dial) || undefined;
    },
    /** The id of the country in which that was read. */
    get axivoxCountry() {
        return this.props.record.data.country_id?.id;
    },
});
