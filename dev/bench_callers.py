"""Measures an incoming call: who calls, among a million contacts, 300,000 leads and 100,000 calls
in each of two logs.
"""

from bench_data import CONTACTS, LEADS, WRITTEN, contact_number, fill_with_calls, lead_number
from bench_measure import WALL, Measured, by_turns, queries

from odoo.fields import Domain

ROUNDS, ROUNDS_OF_RIVALS = 60, 5
DIGITS_FROM_THE_END = 8  # base_phone's default


def identify_1m(bench):
    """Identify a caller, as a salesperson who sees their own leads."""
    bench.with_contacts()
    fill_with_calls(bench.env)
    user = bench.user("seat7")

    def identify(number):
        # A request starts with an empty cache.
        user.env.transaction.clear()
        return user.env["res.partner"].identify_caller(number)

    bare = _bare_queries(user.env)
    # Each is read once beforehand: the rivals' scans keep their table in memory too.
    for turn in range(3 * ROUNDS):
        identify(_caller(turn))
    took = by_turns(
        ROUNDS,
        WALL,
        ours=lambda turn: identify(_caller(turn)),
        floor=lambda turn: bare(_caller(ROUNDS + turn)),
        orm=lambda turn: _orm(user.env, _caller(2 * ROUNDS + turn)),
    )
    asked = max(queries(bench.env, lambda n=n: identify(_caller(3 * ROUNDS + n))) for n in range(4))
    rivals = {"voip_oca": _voip_oca, "odoo_search": _odoo, "base_phone": _base_phone}
    theirs = {
        name: by_turns(
            ROUNDS_OF_RIVALS, WALL, theirs=lambda turn, find=find: find(user.env, _caller(4 * turn))
        )["theirs"]
        for name, find in rivals.items()
    } | {"two_orm_searches": took["orm"]}
    found = {name: _how_many(user.env, find) for name, find in rivals.items()}
    ours = _how_many(user.env, lambda _env, number: [identify(number)["partner_id"]])
    scanning = [name for name in rivals if name != "odoo_search"]
    is_met = (
        took["ours"] <= 10 * took["floor"]
        and asked <= 4
        and all(theirs[name] >= 50 * took["ours"] for name in scanning)
        and ours == len(WRITTEN)
    )
    counts = ", ".join(f"{name} {count}" for name, count in {"ours": ours, **found}.items())
    goal = (
        "at most 10 × the two bare queries; at most 4 queries; 50 × faster than "
        f"{' and '.join(scanning)}, which scan; all of {len(WRITTEN)} forms found ({counts})"
    )
    more = {"found": {"ours": ours, **found}}
    return Measured(took["ours"], took["floor"], WALL[2], goal, is_met, asked, theirs, more)


def _caller(turn):
    """Return a new caller for each turn: a contact with an open lead of the user's own, one with
    somebody else's, one without a lead, and a lead without a contact."""
    place = 500 * turn % (LEADS // 2)
    return (
        contact_number(place + 7),
        contact_number(place + 8),
        contact_number(CONTACTS - 1 - turn),
        lead_number(LEADS // 2 + place + 7),
    )[turn % 4]


def _bare_queries(env):
    """Return a function that runs two queries for a number, for the contacts and the leads that a
    user may read, as Odoo writes them and with nothing around them."""
    asked, placeholder = [], "+3247"
    for model in ("res.partner", "crm.lead"):
        found = env[model]._search(Domain("phone_sanitized", "=", placeholder), limit=5)
        sql = found.select()
        asked.append((sql.code, [*sql.params]))

    def run(number):
        for code, params in asked:
            env.cr.execute(
                code, [(number,) if param == (placeholder,) else param for param in params]
            )
            env.cr.fetchall()

    return run


# The rivals ---------------------------------------------------------------------------------------


def _orm(env, number):
    """Search contacts and leads by the stored E.164 number with Odoo's ORM, and do nothing else."""
    env.transaction.clear()
    for model in ("res.partner", "crm.lead"):
        env[model].search_fetch(Domain("phone_sanitized", "=", number), ["name"], limit=1)


def _voip_oca(env, number):
    """Search as voip_oca's create_call does."""
    env.transaction.clear()
    return env["res.partner"].search([("phone", "=", number)], limit=1).ids


def _odoo(env, number):
    """Search as Odoo does for a number that is typed above a list of contacts."""
    env.transaction.clear()
    return env["res.partner"].search([("phone_mobile_search", "=", number)], limit=1).ids


def _base_phone(env, number):
    """Search as OCA's base_phone documents it: contacts, then leads, whose number without spaces
    ends like the caller's."""
    for table in ("res_partner", "crm_lead"):
        env.cr.execute(
            f"SELECT id FROM {table} WHERE replace(phone, ' ', '') ILIKE %s",
            (f"%{number[-DIGITS_FROM_THE_END:]}",),
        )
        if found := env.cr.fetchall():
            return [row[0] for row in found]
    return []


def _how_many(env, find):
    """Return how many of twelve contacts are found, each with the number written in another
    form."""
    names = [f"Called {n}" for n in range(len(WRITTEN))]
    people = env["res.partner"].search([("name", "in", names)])
    numbers = {person.id: person.phone_sanitized for person in people}
    return sum(person in find(env, number) for person, number in numbers.items())
