"""Calls of the demo's salespeople, resolved through the running server's external API."""

import os
import xmlrpc.client
from concurrent.futures import ThreadPoolExecutor

from progress import Failure

# Who calls; the XML id of the called record with a phone and a country, or None; and what is
# dialled if there is no record.
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
    """An Odoo user who works over XML-RPC, with their own rights only."""

    def __init__(self, address, database, login):
        self.address, self.database, self.login = address, database, login
        self.id = self._service("common").authenticate(database, login, login, {})
        if not self.id:
            raise Failure(f"{login} cannot log in to the demo. `make clean`, then again.")

    def ask(self, model, method, *arguments, **options):
        """Call a method of a model."""
        credentials = self.database, self.id, self.login
        models = self._service("object")
        return models.execute_kw(*credentials, model, method, arguments, options)

    def _service(self, name):
        # A new one each time: it must not be shared between threads.
        return xmlrpc.client.ServerProxy(f"{self.address}/xmlrpc/2/{name}", allow_none=True)

    def called(self, xml_id):
        """Return the name, phone and country (id or None) of a record."""
        found = self.ask("ir.model.data", "check_object_reference", "axivox_caller_id", xml_id)
        [record] = self.ask(found[0], "read", [found[1]], ["display_name", "phone", "country_id"])
        return record["display_name"], record["phone"], (record["country_id"] or [None])[0]

    def shown(self, number, country):
        """Return what the called person sees, and why."""
        return self.ask("res.users", "resolve_caller_id", [self.id], number, country)


def make_calls(address, database):
    """Resolve the calls, print a table and return the logins.

    :raise Failure: if a kind of answer never came
    """

    def log_in(login):
        return Salesperson(address, database, login)

    def resolve(call):
        login, xml_id, dialled = call
        person = people[login]
        name, number, country = person.called(xml_id) if xml_id else (None, dialled, None)
        return (f"{number} ({name})" if name else number), person.shown(number, country)

    # Each request checks the password again, which takes a quarter of a second.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        logins = sorted({login for login, *_ in CALLS})
        people = dict(zip(logins, pool.map(log_in, logins), strict=True))
        answers = list(pool.map(resolve, CALLS))
    rows = [
        (login, whom, answer["display"] or "–", answer["reason"])
        for (login, *_), (whom, answer) in zip(CALLS, answers, strict=True)
    ]
    print_table([COLUMNS, *rows])
    if missing := KINDS - {answer["source"] for _whom, answer in answers}:
        raise Failure(
            f"No call was answered with: {', '.join(sorted(missing))}. Has the demo data been "
            "changed? `make clean`, then again."
        )
    return logins


def print_table(rows):
    """Print rows with their columns, all but the last, as wide as they have to be."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)][:-1]
    for row in rows:
        print("  ".join([*map(str.ljust, row, widths), row[-1]]))
