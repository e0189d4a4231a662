import { expect, test } from "@odoo/hoot";
import { callerOf, dialledUsers } from "@axivox_caller_id_voip_oca/agent/identity";

/** An INVITE with these headers, as SIP.js gives them. */
function invite(...lines) {
    const headers = lines.map((line) => line.split(/:\s*(.*)/s));
    const getHeaders = (name) =>
        headers.filter(([one]) => one.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
    return {
        getHeaders,
        getHeader: (name) => getHeaders(name)[0],
        from: { uri: { user: "" } },
    };
}

const TRUNK = 'From: "Trunk 3" <sip:trunk@carrier.example>;tag=1';
const LUC = 'From: "Luc Moreau" <sip:+33199004567@carrier.example>;tag=1';

for (const [lines, number, name] of [
    [[LUC], "+33199004567", "Luc Moreau"],
    [["From: sip:0199004567@carrier.example;tag=1"], "0199004567", ""],
    [["From: Luc Moreau <sip:+33199004567@carrier.example>;tag=1"], "+33199004567", "Luc Moreau"],
    [['From: "+33 1 99 00 45 67" <sip:+33199004567@x>'], "+33199004567", ""],
    [['From: "Moreau, \\"Luc\\"" <sips:+33199004567:secret@x>'], "+33199004567", 'Moreau, "Luc"'],
    [[TRUNK], "trunk", "Trunk 3"],
    [[TRUNK, "P-Asserted-Identity: <sip:+33199004567@x>"], "+33199004567", ""],
    [[TRUNK, 'P-Asserted-Identity: "Luc" <sip:+33199004567@x>'], "+33199004567", "Luc"],
    [[LUC, "P-Asserted-Identity: <sip:+33199004567@x>"], "+33199004567", "Luc Moreau"],
    [[LUC, "P-Asserted-Identity: <sip:trunk@x>"], "+33199004567", "Luc Moreau"],
    [[TRUNK, "P-Asserted-Identity: <sip:luc@x>, <tel:+33-1-99-00-45-67>"], "+33-1-99-00-45-67", ""],
    [[TRUNK, "P-Asserted-Identity: <sip:luc@x>", "P-Asserted-Identity: tel:+331"], "+331", ""],
    [["From: <sip:+33199004567;npdi;rn=+3319900@x;user=phone>;tag=1"], "+33199004567", ""],
    [["From: <sip:0199004567;phone-context=+33@x>;tag=1"], "+330199004567", ""],
    [["From: <sip:+33199004567;phone-context=+33@x>;tag=1"], "+33199004567", ""],
    [["From: <sip:201;phone-context=pbx.example@x>;tag=1"], "201", ""],
    [["From: <sip:%2B33199004567@x>;tag=1"], "+33199004567", ""],
    [["From: <sip:%zz@x>;tag=1"], "%zz", ""],
    [['From: "Anonymous" <sip:anonymous@anonymous.invalid>;tag=1'], "anonymous", ""],
    [
        ["From: <sip:anonymous@anonymous.invalid>;tag=1", "P-Asserted-Identity: <sip:+331@x>"],
        "anonymous",
        "",
    ],
    [[LUC, "P-Asserted-Identity: <sip:+331@x>", "Privacy: user;id"], "anonymous", ""],
    [[LUC, "Privacy: none"], "+33199004567", "Luc Moreau"],
    [["From: nonsense"], "", ""],
]) {
    test(`who calls with: ${lines.join(" | ")}`, () => {
        expect(callerOf(invite(...lines))).toEqual({ phone_number: number, caller_name: name });
    });
}

test("the number that was dialled is read without what a gateway adds to it", () => {
    expect(
        dialledUsers(
            invite(
                "P-Called-Party-ID: <sip:+3212345678;npdi@x>",
                "Diversion: <tel:+33199001234>;reason=unconditional",
                "To: <sip:201@x>;tag=2"
            )
        )
    ).toEqual(["+3212345678", "+33199001234", "201"]);
    expect(dialledUsers(invite("To: <sip:x>"))).toEqual([]);
});
