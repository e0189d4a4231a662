"""Fills the databases of `make bench`: a company with ten rules, one with 10,000, one of 500 seats,
a million contacts and 300,000 leads. The data is the same every time."""

import random
from datetime import datetime, timedelta

import phonenumbers

CONTACTS, LEADS, SEATS, CALLS = 1_000_000, 300_000, 500, 100_000
LOGGED = 5000  # calls that the connector has written
REGIONS = ("BE", "FR", "GB", "US", "DE", "NL")
FORMS = ("E.164", "00", "international", "national")
# Twelve ways to write a number, each used for one contact.
WRITTEN = (
    "+32497123456",
    "+32 497 12 34 56",
    "+32 497/12.34.56",
    "+32 (0)497 12 34 56",
    "+32-497-12-34-56",
    "(+32) 497 123 456",
    "0032497123456",
    "0032 497 12 34 56",
    "0497123456",
    "0497 12 34 56",
    "0497/12.34.56",
    "0497-123-456",
)


def contact_number(position):
    """Return the E.164 number of one of the million contacts."""
    return f"+3247{position:07}"


def lead_number(position):
    """Return the E.164 number of one of the leads without a contact."""
    return f"+3248{position:07}"


def written(position):
    """Return the number of one of the twelve contacts, as that contact writes it."""
    return WRITTEN[position].replace("12", f"{50 + position}", 1)


def dialled(per_form):
    """Return what people dial: valid numbers of six countries, in four forms.

    :return: list of (text as it is dialled, the called record's country, the country to read it by)
    """
    dice, calls = random.Random(7), []
    formats = phonenumbers.PhoneNumberFormat
    for region in REGIONS:
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        for form in FORMS:
            for _ in range(per_form):
                number = None
                while number is None or not phonenumbers.is_valid_number(number):
                    digits = f"{example.national_number}"[:-5] + f"{dice.randrange(10**5):05}"
                    number = phonenumbers.parse(f"+{example.country_code}{digits}")
                e164 = phonenumbers.format_number(number, formats.E164)
                text = {
                    "E.164": e164,
                    "00": f"00{e164[1:]}",
                    "international": phonenumbers.format_number(number, formats.INTERNATIONAL),
                    "national": phonenumbers.format_number(number, formats.NATIONAL),
                }[form]
                calls.append((text, region, "BE" if form == "00" else region))
    dice.shuffle(calls)
    return calls


# The two databases --------------------------------------------------------------------------------


def fill(env, with_ours):
    """Fill an empty database."""
    env.company.country_id = belgium = env.ref("base.be")
    env.company.partner_id.country_id = belgium
    groups = env.ref("base.group_user") + env.ref("sales_team.group_sale_salesman")
    connector = groups[0] + env.ref("axivox.group_axivox_all_calls")
    seats = _users(env, env.company, groups, *(f"seat{n}" for n in range(SEATS)))
    _users(env, env.company, connector, "connector")
    if with_ours:
        few = env["res.company"].create({"name": "Few rules", "country_id": belgium.id})
        many = env["res.company"].create({"name": "Many rules", "country_id": belgium.id})
        for company, rules in ((few, 10), (many, 10_000)):
            [user] = _users(env, company, groups, company.name.split()[0].lower())
            _account(env, company, 300, rules, [user], 1)
        _account(env, env.company, 300, 1000, seats, 2000)
        env["axivox.account"]._drop_answers()
    people = env["res.partner"].create([{"name": f"Called {n}"} for n in range(len(WRITTEN))])
    for position, person in enumerate(people):
        person.write({"phone": written(position), "country_id": belgium.id})
    seat = seats[7]
    env["crm.lead"].create(
        {"name": "Opened", "phone": written(1), "user_id": seat.id, "country_id": belgium.id}
    )
    env.cr.commit()


def _users(env, company, groups, *logins):
    values = {"company_ids": [(6, 0, company.ids)], "company_id": company.id}
    values |= {"group_ids": [(6, 0, groups.ids)]}
    users = env["res.users"].with_context(no_reset_password=True, tracking_disable=True)
    return users.create([{"name": login, "login": login, **values} for login in logins])


def _account(env, company, numbers, rules, users, extensions):
    """Make the account of a company, with one rule per prefix of Belgian numbers."""
    dice = random.Random(14)
    env = env(context={"allowed_company_ids": company.ids, "tracking_disable": True})
    account = env["axivox.account"].create({"company_id": company.id})
    own = env["axivox.number"].create(
        [{"account_id": account.id, "number": f"+3222903{n:03}"} for n in range(numbers)]
    )
    env.cr.execute(
        "INSERT INTO axivox_outgoing_rule "
        "(account_id, sequence, destination_prefix, number_id, active) "
        "SELECT %s, n, '003247' || lpad(n::text, 4, '0'), (%s::int[])[1 + n %% %s], true "
        "FROM generate_series(0, %s) AS n",
        (account.id, own.ids, len(own), rules - 1),
    )
    account.invalidate_recordset()
    account.default_outgoing_number_id = own[0]
    env["axivox.extension"].create(
        [
            {
                "account_id": account.id,
                "number": str(1000 + n),
                "name": f"Extension {n}",
                "user_id": users[n].id if n < len(users) else False,
                "outgoing_number_id": dice.choice(own).id if n % 2 else False,
            }
            for n in range(extensions)
        ]
    )
    account._record_applied()
    have_applied_long_ago(env)


def have_applied_long_ago(env):
    """Backdate what was applied, and who has which extension, to before all calls."""
    env.flush_all()
    env.cr.execute("UPDATE axivox_applied SET create_date = '2026-01-01'")
    env.cr.execute("UPDATE axivox_period SET since = '2026-01-01'")
    env.invalidate_all()


def fill_log(env):
    """Have the connector write calls. PostgreSQL plans the queries of an empty log for an empty
    log, and writing then gets slower the more calls there are."""
    connector = env["res.users"].search([("login", "=", "connector")])
    people = env["res.users"].search([("login", "=like", "seat%")]).ids
    dice = random.Random(7)
    for _ in range(LOGGED // 100):
        env["axivox.call"].with_user(connector).create([call(dice, people) for _ in range(100)])
        env.cr.commit()
        env.transaction.clear()
    env.cr.execute("ANALYZE")
    env.cr.commit()


def call(dice, people):
    """Return the values of a call, most likely an outgoing one."""
    start = datetime(2026, 3, 1) + timedelta(seconds=dice.randrange(10**7))
    return {
        "phone_number": contact_number(dice.randrange(10**4)).replace("+", "00"),
        "direction": dice.choice(["outgoing"] * 4 + ["incoming"]),
        "state": dice.choice(["terminated"] * 3 + ["aborted"]),
        "start_date": start,
        "end_date": start + timedelta(seconds=dice.randrange(600)),
        "user_id": dice.choice(people),
        "did": f"+3222903{dice.randrange(300):03}",
    }


def fill_with_contacts(env):
    """Make a million contacts and 300,000 leads by copying one of each in SQL: seconds instead of
    hours."""
    belgium = env.ref("base.be").id
    seats = env["res.users"].search([("login", "=like", "seat%")], order="id").ids
    contact = env["res.partner"].create({"name": "Contact", "country_id": belgium})
    lead = env["crm.lead"].create({"name": "Lead", "country_id": belgium})
    lead.partner_id = False
    env.flush_all()
    first = contact.id + 1
    number = "'{}47' || substr(lpad(n::text, 7, '0'), 1, 1) || ' ' || "
    number += "substr(lpad(n::text, 7, '0'), 2, 3) || ' ' || substr(lpad(n::text, 7, '0'), 5)"
    phone = f"CASE n % 2 WHEN 0 THEN {number.format('+32 ')} ELSE {number.format('0')} END"
    _copy(
        env,
        contact,
        CONTACTS,
        name="'Contact ' || n",
        complete_name="'Contact ' || n",
        commercial_partner_id=f"{first} + n",
        phone=phone,
        phone_sanitized="'+3247' || lpad(n::text, 7, '0')",
    )
    with_contact = f"n < {LEADS // 2}"
    _copy(
        env,
        lead,
        LEADS,
        name="'Lead ' || n",
        user_id=f"(ARRAY{seats})[1 + n % {len(seats)}]",
        partner_id=f"CASE WHEN {with_contact} THEN {first} + n END",
        phone=f"CASE WHEN {with_contact} THEN {phone} ELSE '+3248' || lpad(n::text, 7, '0') END",
        phone_sanitized=f"CASE WHEN {with_contact} THEN '+3247' ELSE '+3248' END "
        "|| lpad(n::text, 7, '0')",
    )
    env.cr.commit()
    env.cr.execute("ANALYZE res_partner, crm_lead")
    env.cr.commit()


def fill_with_calls(env):
    """Make 100,000 calls in each log, one with every tenth contact; they stay as long as the
    transaction does."""
    first = env["res.partner"].search([("phone_sanitized", "=", contact_number(0))])
    seats = env["res.users"].search([("login", "=like", "seat%")], order="id")
    values = {
        "phone_number": "'+3247' || lpad((10 * n + 7)::text, 7, '0')",
        "partner_id": f"{first.id} + 10 * n + 7",
        "user_id": f"(ARRAY{seats.ids})[1 + n % {len(seats)}]",
        "start_date": "'2026-01-01'::timestamp + n * interval '1 minute'",
    }
    more = {"axivox_call": {"talk_duration_s": "60"}}
    more["voip_call"] = {"company_id": str(env.company.id)}
    for table, others in more.items():
        columns = values | others
        env.cr.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
            f"FROM generate_series(0, {CALLS - 1}) AS n"
        )
        env.cr.execute(f"ANALYZE {table}")


def _copy(env, record, count, **values):
    """Copy a record many times in SQL, and rebuild the table's indexes afterwards.

    :param values: SQL expressions for the columns of the copies; they may name ``n``, the copy's
        number
    """
    table = record._table
    env.cr.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexname NOT IN "
        "(SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass)",
        (table, table),
    )
    indexes = env.cr.fetchall()
    for name, _definition in indexes:
        env.cr.execute(f'DROP INDEX "{name}"')
    env.cr.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s", (table,)
    )
    values = {name: f'"{name}"' for (name,) in env.cr.fetchall()} | values
    values |= {"id": f"{record.id} + 1 + n"} | {"create_uid": "NULL", "write_uid": "NULL"}
    columns = ", ".join(f'"{name}"' for name in values)
    env.cr.execute(
        f"INSERT INTO {table} ({columns}) SELECT {', '.join(values.values())} "
        f"FROM {table}, generate_series(0, {count - 1}) AS n WHERE id = {record.id}"
    )
    env.cr.execute(f"SELECT setval('{table}_id_seq', {record.id} + {count})")
    for _name, definition in indexes:
        env.cr.execute(definition)
