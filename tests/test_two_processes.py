import time

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from .odoo_process import Server, remove_company


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
