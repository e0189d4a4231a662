# ruff: noqa: F821
# Run by Odoo's shell in a demo database: Meridian Bikes becomes a call centre with 2,000 users,
# 1,000 rules and 300 numbers, many of which are not applied yet. The data is the same every time.
import random

import phonenumbers

dice = random.Random(500)
account = env.ref("axivox_caller_id.demo_account").with_context(tracking_disable=True)
HOMES = ("BE", "FR", "GB", "DE", "NL", "US", "ES", "IT", "CH", "PL")
FIRST = (
    "Ada",
    "Ben",
    "Carla",
    "Dirk",
    "Elif",
    "Greta",
    "Hugo",
    "Ines",
    "Karin",
    "Liam",
    "Mona",
    "Olga",
)
LAST = ("Adams", "Bakker", "Costa", "Dubois", "Evans", "Fischer", "Garcia", "Hansen", "Janssens")


def numbers(count):
    """Return valid numbers in E.164."""
    made = dict.fromkeys(account.with_context(active_test=False).number_ids.mapped("number"))
    known = len(made)
    while len(made) < known + count:
        region = dice.choice(HOMES)
        kind = dice.choice(["FIXED_LINE", "MOBILE"])
        example = phonenumbers.example_number_for_type(
            region, getattr(phonenumbers.PhoneNumberType, kind)
        )
        number = (
            f"+{example.country_code}{example.national_number}"[:-4] + f"{dice.randrange(10**4):04}"
        )
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            made[number] = None
    return list(made)[known:]


def prefixes(count):
    """Return prefixes: first of parts of countries, then of whole countries."""
    parts, countries = {}, {}
    regions = sorted(phonenumbers.SUPPORTED_REGIONS)
    dice.shuffle(regions)
    for region in regions:
        example = phonenumbers.example_number(region)
        countries[f"00{example.country_code}"] = None
        for length in (1, 2, 3, 4, 5):
            parts[f"00{example.country_code}{str(example.national_number)[:length]}"] = None
    known = set(account.rule_ids.mapped("destination_prefix"))
    free = [p for p in parts if p not in known][: count - len(countries)]
    return free + [p for p in countries if p not in known and p not in parts]


added = env["axivox.number"].create(
    [
        {
            "account_id": account.id,
            "number": number,
            "name": f"Line {position}",
            "destination_type": kind,
            "destination": kind == "dial_plan" and "Main menu",
        }
        for position, number in enumerate(numbers(300 - len(account.number_ids)), 1)
        for kind in [dice.choice(["dial_plan"] * 9 + ["not_configured"])]
    ]
)
seats = (
    env["res.users"]
    .with_context(no_reset_password=True)
    .create(
        [
            {
                "name": f"{dice.choice(FIRST)} {dice.choice(LAST)}",
                "login": f"seat{position}",
                "email": f"seat{position}@meridian-bikes.example",
                "company_id": account.company_id.id,
                "company_ids": [(6, 0, account.company_id.ids)],
            }
            for position in range(1, 501)
        ]
    )
)
users = env["axivox.extension"].create(
    [
        {
            "account_id": account.id,
            "number": str(1000 + position),
            "name": seats[position].name if position < len(seats) else f"Desk {1000 + position}",
            "user_id": seats[position].id if position < len(seats) else False,
            "outgoing_number_id": dice.choice([False, False, *added.ids]),
        }
        for position in range(2000 - len(account.extension_ids))
    ]
)
rules = env["axivox.outgoing.rule"].create(
    [
        {
            "account_id": account.id,
            "sequence": 100 + position,
            "destination_prefix": prefix,
            "number_id": dice.choice(added).id,
        }
        for position, prefix in enumerate(prefixes(1000 - len(account.rule_ids)))
    ]
)
account._record_applied()
# As after a reorganisation: a third of the users, every tenth rule and the order of some.
for user in users[::3]:
    user.outgoing_number_id = dice.choice(added)
for rule in rules[::10]:
    rule.number_id = dice.choice(added)
for rule in rules[5::50]:
    rule.sequence = 0
env.cr.commit()
