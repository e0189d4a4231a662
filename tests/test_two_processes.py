import time

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from .common import LONDON, MAIN
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
        self.assertIn("Live calls are as they were", self.apply())
        self.assertEqual(shown(), LONDON)
