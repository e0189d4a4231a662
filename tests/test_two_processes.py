import threading
import time
from contextlib import suppress

import requests

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from .common import LONDON, MAIN, PARIS
from .odoo_process import Server, committed, remove_company
from .test_faults import ApplyCase


@tagged("post_install", "-at_install")
class TestTwoProcesses(BaseCase):
    def test_rule_changed_in_one_process_is_answered_by_the_other_on_its_next_request(self):
        database = config["db_name"][0]
        one, other = servers = [Server(database), Server(database)]
        for server in servers:
            self.addCleanup(server.stop)
        uid = [server.log_in("admin") for server in servers][0]
        name = f"Two processes {time.time_ns()}"
        company = one.call("res.company", "create", {"name": name})
        self.addCleanup(remove_company, database, company)
        belgium = one.call("res.country", "search", [("code", "=", "BE")])[0]
        one.call("res.company", "write", [company], {"country_id": belgium})
        one.call(
            "res.users",
            "write",
            [uid],
            {"company_ids": [(4, company)], "company_id": company},
        )
        account = one.call("axivox.account", "create", {"company_id": company})
        london, paris = one.call(
            "axivox.number",
            "create",
            [
                {"account_id": account, "number": "+442079460958"},
                {"account_id": account, "number": "+33199001234"},
            ],
        )
        one.call(
            "axivox.extension",
            "create",
            {"account_id": account, "number": "201", "name": "Admin", "user_id": uid},
        )
        rule = one.call(
            "axivox.outgoing.rule",
            "create",
            {"account_id": account, "destination_prefix": "0044", "number_id": london},
        )

        def shown(server):
            return server.call("res.users", "resolve_caller_id", [uid], "004420 7946 0321")[
                "number"
            ]

        self.assertEqual([shown(one), shown(other)], ["+442079460958"] * 2)
        one.call("axivox.outgoing.rule", "write", [rule], {"number_id": paris})
        self.assertEqual([shown(other), shown(one)], ["+33199001234"] * 2)
        other.call("axivox.outgoing.rule", "write", [rule], {"number_id": london})
        self.assertEqual([shown(one), shown(other)], ["+442079460958"] * 2)


@tagged("post_install", "-at_install")
class TestTwoProcessesAndAConsole(ApplyCase):
    def test_what_was_found_applied_is_answered_by_the_other_process_when_the_apply_fails(self):
        other = Server(self.database)
        self.addCleanup(other.stop)
        other.log_in("admin")
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            extension_id = account.extension_ids[0].id

        def shown():
            ids = [self.account_id]
            answer = other.call("axivox.account", "try_call", ids, extension_id, "0049 30 123456")
            return answer["now"]["number"]

        self.begin()
        self.assertEqual(shown(), MAIN)
        self.sandbox.edit(default_number=LONDON, apply=True)
        self.sandbox.misbehave({"kind": "500_before", "method": "PUT", "times": 99})
        self.assertIn("Live calls are unchanged", self.apply())
        self.assertEqual(shown(), LONDON)


# Odoo signals its caches in a transaction of its own, after the one that changed them.
SLOW_SIGNAL = """
CREATE FUNCTION axivox_test_slow_signal() RETURNS trigger AS $$
BEGIN
    IF current_query() LIKE '%"orm_signaling_default"%' THEN PERFORM pg_sleep(5); END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER axivox_test_slow_signal BEFORE INSERT ON orm_signaling_default
FOR EACH ROW EXECUTE FUNCTION axivox_test_slow_signal()
"""


@tagged("post_install", "-at_install")
class TestOldAnswers(ApplyCase):
    """What a process answers from its cache while another one changes the settings."""

    def setUp(self):
        super().setUp()
        self.begin()
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            self.numbers = {number.number: number.id for number in account.number_ids}
            self.extensions = {user.number: user.id for user in account.extension_ids}
        self.assertEqual(self.shown("202"), LONDON)

    def shown(self, extension):
        answer = self.call("try_call", self.extensions[extension], "0049 30 123456")
        return answer["after"]["number"]

    def test_a_process_killed_between_its_commit_and_the_signal_leaves_nobody_on_them(self):
        dying = Server(self.database)
        self.addCleanup(dying.stop)
        dying.log_in("admin")
        self.run_sql(SLOW_SIGNAL)
        self.addCleanup(self.run_sql, "DROP FUNCTION axivox_test_slow_signal CASCADE")

        def save():
            vals = {"default_outgoing_number_id": self.numbers[PARIS]}
            with suppress(requests.ConnectionError):  # it was killed
                dying.call("axivox.account", "write", [self.account_id], vals)

        saving = threading.Thread(target=save)
        self.assertEqual(self.shown("202"), LONDON)
        saving.start()
        self.wait_until(lambda: self.committed_default() == PARIS)
        self.assertTrue(saving.is_alive(), "it has committed, and not signalled yet")
        dying.process.kill()
        saving.join()
        self.assertEqual(self.shown("202"), PARIS)

    def test_of_two_savers_none_hides_the_others_signal(self):
        with committed(self.database) as first, committed(self.database) as second:
            account = first["axivox.account"].browse(self.account_id)
            account.default_outgoing_number_id = self.numbers[PARIS]
            first.cr.flush()  # it has signalled, and not committed yet
            extension = second["axivox.extension"].browse(self.extensions["201"])
            extension.outgoing_number_id = self.numbers[MAIN]
            saving = threading.Thread(target=second.cr.flush)
            saving.start()
            saving.join(1)
            self.assertTrue(saving.is_alive(), "who saves later commits later")
            self.assertEqual(self.shown("202"), LONDON)
            first.cr.commit()
            saving.join()
        self.assertEqual((self.shown("202"), self.shown("201")), (PARIS, MAIN))

    def committed_default(self):
        with committed(self.database) as env:
            account = env["axivox.account"].browse(self.account_id)
            return account.default_outgoing_number_id.number

    def run_sql(self, statements):
        with committed(self.database) as env:
            env.cr.execute(statements)
