import { patch } from "@web/core/utils/patch";
import { PhoneField } from "@web/views/fields/phone/phone_field";

patch(PhoneField.prototype, {
    /** What is dialled for the number of this record, as "Shown as" has fetched it. */
    get axivoxDial() {
        const { record, name } = this.props;
        return (name === "phone" && record.data.axivox_dial) || undefined;
    },
    /** The id of the country in which the number was read. */
    get axivoxCountry() {
        return this.props.record.data.country_id?.id;
    },
});
