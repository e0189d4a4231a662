from datetime import timedelta

from odoo import SUPERUSER_ID, Command, api
from odoo.modules.registry import Registry
from odoo.tests import HttpCase, TransactionCase, new_test_user
from odoo.tests.common import get_db_name

MAIN = "+3212345678"
LONDON = "+442079460958"
PARIS = "+33199001234"
NEW_YORK = "+12125550123"
CALLED_IN_LONDON = "0044 20 7946 0321"
CALLED_IN_BERLIN = "0049 30 123456"

# The asset bundles of the pages that the tests open in a browser.
JAVASCRIPT = ("web.assets_web", "web.assets_tests", "web.__assets_tests_call__")
JAVASCRIPT += ("web.assets_unit_tests_setup", "web.assets_unit_tests")
CSS = ("web.assets_web", "web.assets_web_print", "web.assets_tests")
CSS += ("web.assets_unit_tests_setup", "web.assets_unit_tests")


class BrowserCase(HttpCase):
    """Tests of pages in a browser.

    The assets are generated and committed first. Else each test would generate them in its own
    transaction, and on a busy machine the page's other requests would wait for longer than Odoo
    lets them ("Unable to acquire lock for test cursor").
    """

    # Seconds that a request may wait for another: as long as a tour may last.
    test_cursor_lock_timeout = 60

    @classmethod
    def setUpClass(cls):
        with Registry(get_db_name()).cursor() as cr:
            qweb = api.Environment(cr, SUPERUSER_ID, {})["ir.qweb"]
            for bundle in JAVASCRIPT:
                qweb._get_asset_bundle(bundle, css=False, js=True).js()
            for bundle in CSS:
                qweb._get_asset_bundle(bundle, css=True, js=False).css()
        super().setUpClass()

    def run_hoot(self, addons):
        """Run the Hoot tests of addons.

        :param str addons: their names, with ``|`` between them
        """
        # No tests at all would be a success.
        paths = self.env["ir.asset"]._get_asset_paths("web.assets_unit_tests", {})
        tests = [path for path, *_rest in paths if ".test." in path]
        for addon in addons.split("|"):
            self.assertTrue([path for path in tests if path.startswith(f"/{addon}/")], addon)
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=/^@({addons})\\//",
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )


class AxivoxCase(TransactionCase):
    """A Belgian company with four numbers and two extensions; nothing was ever applied."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create(
            {"name": "Velo Test", "country_id": cls.env.ref("base.be").id}
        )
        cls.env.user.company_ids += cls.company
        cls.env = cls.env(context={**cls.env.context, "allowed_company_ids": cls.company.ids})
        cls.account = cls.env["axivox.account"].create({"company_id": cls.company.id})
        cls.main, cls.london, cls.paris, cls.new_york = cls.env["axivox.number"].create(
            [
                {
                    "account_id": cls.account.id,
                    "number": number,
                    "name": name,
                    "destination_type": "dial_plan",
                    "destination": "Main menu",
                }
                for number, name in (
                    (MAIN, "Main line"),
                    (LONDON, "London"),
                    (PARIS, "Paris"),
                    (NEW_YORK, "New York"),
                )
            ]
        )
        cls.sophie = cls._user("sophie_test")
        cls.james = cls._user("james_test")
        cls.editor = cls._user("editor_test", "axivox_caller_id.group_editor")
        cls.manager = cls._user("manager_test", "axivox_caller_id.group_manager")
        cls.extension, cls.own = cls.env["axivox.extension"].create(
            [
                {
                    "account_id": cls.account.id,
                    "number": "201",
                    "name": "Sophie",
                    "user_id": cls.sophie.id,
                },
                {
                    "account_id": cls.account.id,
                    "number": "202",
                    "name": "James",
                    "user_id": cls.james.id,
                    "outgoing_number_id": cls.paris.id,
                },
            ]
        )
        cls.account.default_outgoing_number_id = cls.main

    @classmethod
    def _user(cls, login, *groups, company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=",".join(("base.group_user", *groups)),
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @classmethod
    def _rule(cls, prefix, number, **vals):
        return cls.env["axivox.outgoing.rule"].create(
            {
                "account_id": cls.account.id,
                "destination_prefix": prefix,
                "number_id": number.id,
                **vals,
            }
        )

    def commit_answers(self):
        """Make changes visible to everybody, and answers prepared once, as after a commit."""
        self.env.flush_all()
        self.cr.postcommit.run()

    def break_number(self, number, stored="+3212345678\r\nP-Asserted-Identity: <sip:evil>"):
        """Damage a stored number, bypassing every check."""
        self.env.flush_all()
        self.cr.execute("UPDATE axivox_number SET number = %s WHERE id = %s", (stored, number.id))
        self.env.invalidate_all()
        self.env.registry.clear_cache()

    def findings(self, account=None):
        """Return the present problems, as Health shows them."""
        account = account or self.account
        account.env.flush_all()
        account.env.invalidate_all()
        account.env["axivox.finding"]._refresh(account)
        return account.env["axivox.finding"].search([("account_id", "=", account.id)])

    def age(self, findings, days):
        """Make these findings look as if they were seen so many days earlier."""
        self.env.flush_all()
        self.cr.execute(
            "UPDATE axivox_finding SET create_date = create_date - %s WHERE id IN %s",
            (timedelta(days=days), findings._ids),
        )
        self.env.invalidate_all()

    def count_queries(self, function, *args):
        """Return how many queries a function runs with an empty cache, what it writes included."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        function(*args)
        self.env.flush_all()
        return self.env.cr.sql_log_count - before

    def queries_of(self, request):
        """Return how many queries a request runs when everything that outlives one is cached."""
        # The second request reads what the first one still had from preparing the answers.
        for _time in range(3):
            self.cr.flush()
            self.commit_answers()
            queries = self.count_queries(request)
        return queries

    def _shown(self, user, number, country=None, **kwargs):
        answer = user.with_user(user).resolve_caller_id(number, country, **kwargs)
        return answer["number"], answer["source"]
