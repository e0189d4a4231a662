"""Calls of the demo's salespeople, resolved through the running server's external API."""

import xmlrpc.client
from collections import Counter

from progress import Failure

# Who calls; whom: the XML id of a record with a phone and a country, or None; and what
# is dialled where it is no record's phone.
CALLS = [
    ("sophie", "demo_lead_london", None),
    ("sophie", "demo_lead_lyon", None),
    ("sophie", "demo_lead_nassau", None),
    ("sophie", "demo_lead_boston", None),
    ("sophie", "demo_partner_berlin", None),
    ("sophie", "demo_partner_milan", None),
    ("james", "demo_partner_berlin", None),
    ("james", "demo_lead_boston", None),
    ("claire", "demo_partner_antwerp", None),
    ("claire", "demo_partner_guernsey", None),
    ("noor", "demo_partner_milan", None),
    ("noor", None, "0033 1 99 00 45 67"),
    ("oliver", "demo_partner_berlin", None),
    ("sophie", None, "202"),
    ("james", None, "112"),
    ("claire", None, "1207"),
]
KINDS = {"rule", "user", "default", "internal", "emergency", "service", "none"}
COLUMNS = ("user", "dials", "shown as", "because")


class Salesperson:
    """A user of Odoo who speaks to it over XML-RPC, with their own rights only."""

    def __init__(self, address, database, login):
        self.database, self.login = database, login
        common = xmlrpc.client.ServerProxy(f"{address}/xmlrpc/2/common", allow_none=True)
        self.models = xmlrpc.client.ServerProxy(f"{address}/xmlrpc/2/object", allow_none=True)
        self.id = common.authenticate(database, login, login, {})
        if not self.id:
            raise Failure(f"{login} cannot log in to the demo. `make clean`, then again.")

    def ask(self, model, method, *arguments, **options):
        """Call a method of a model."""
        credentials = self.database, self.id, self.login
        return self.models.execute_kw(*credentials, model, method, arguments, options)

    def called(self, xml_id):
        """Name, phone and country (id or None) of a record."""
        found = self.ask("ir.model.data", "check_object_reference", "axivox_caller_id", xml_id)
        [record] = self.ask(found[0], "read", [found[1]], ["display_name", "phone", "country_id"])
        return record["display_name"], record["phone"], (record["country_id"] or [None])[0]

    def shown(self, number, country):
        """What the called person sees, and why."""
        return self.ask("res.users", "resolve_caller_id", [self.id], number, country)


def make_calls(address, database):
    """Resolve the calls and print a table; a kind of answer that is missing is a Failure."""
    people = {login: Salesperson(address, database, login) for login, *_ in CALLS}
    rows, kinds = [COLUMNS], Counter()
    for login, xml_id, dialled in CALLS:
        person = people[login]
        name, number, country = person.called(xml_id) if xml_id else (None, dialled, None)
        answer = person.shown(number, country)
        kinds[answer["source"]] += 1
        whom = f"{number} ({name})" if name else number
        rows.append((login, whom, answer["display"] or "–", answer["reason"]))
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS) - 1)]
    for row in rows:
        print("  ".join([*map(str.ljust, row, widths), row[-1]]))
    if missing := KINDS - set(kinds):
        raise Failure(
            f"No call was answered with: {', '.join(sorted(missing))}. Has the demo data been "
            "changed? `make clean`, then again."
        )
    return sorted(people)
