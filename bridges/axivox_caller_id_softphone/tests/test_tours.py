from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import AxivoxCase, BrowserCase
from odoo.addons.axivox_caller_id.tests.stand_in import StandIn

PHONE = "020 7946 0321"


@tagged("post_install", "-at_install")
class TestTours(AxivoxCase, BrowserCase):
    """Tours with the panel, which the sandbox plays; other tests do not start it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sandbox = StandIn()
        cls.addClassCleanup(sandbox.stop)
        cls.env["ir.config_parameter"].set_param(
            "axivox_softphone.address", f"{sandbox.address}/phone"
        )
        cls._rule("0044", cls.london)
        cls.in_london = {
            "phone": PHONE,
            "country_id": cls.env.ref("base.uk").id,
            "company_id": cls.company.id,
        }
        cls.lead = cls.env["crm.lead"].create(
            {
                **cls.in_london,
                "name": "Cargo bikes",
                "type": "opportunity",
                "user_id": cls.sophie.id,
            }
        )

    def test_dial_from_a_lead(self):
        self.sophie.group_ids += self.env.ref("sales_team.group_sale_salesman")
        self.start_tour(
            f"/odoo/crm.lead/{self.lead.id}", "axivox_softphone_lead", login=self.sophie.login
        )

    def test_dial_from_a_contact_whom_the_user_may_not_change(self):
        contact = self.env["res.partner"].create({**self.in_london, "name": "Harriet Poole"})
        self.start_tour(
            f"/odoo/res.partner/{contact.id}", "axivox_softphone_contact", login=self.sophie.login
        )

    def test_administrator_reads_once_who_dials(self):
        if "voip.pbx" not in self.env:
            self.skipTest("voip_oca's widget is not installed")
        self.start_tour("/odoo/axivox-settings", "axivox_softphone_told", login=self.manager.login)
        self.assertTrue(self.account.is_panel_understood)
