import { expect, test } from "@odoo/hoot";
import { dialForm } from "@axivox_caller_id_voip_oca/dialing/dial_form";

test("a number is dialled as it was typed, without separators, its plus in the account's form", () => {
    for (const [number, zeros, plus] of [
        ["+44 20 7946-0321", "00442079460321", "+442079460321"],
        ["0044 (20) 7946/0321", "00442079460321", "00442079460321"],
        ["020 7946 0321", "02079460321", "02079460321"],
        ["*9#", "*9#", "*9#"],
        ["#31#+44 20", "#31#+4420", "#31#+4420"],
        ["201", "201", "201"],
    ]) {
        expect(dialForm(number, "00")).toBe(zeros);
        expect(dialForm(number, "+")).toBe(plus);
    }
});
