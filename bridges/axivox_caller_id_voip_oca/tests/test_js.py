from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import BrowserCase


@tagged("post_install", "-at_install")
class TestHoot(BrowserCase):
    def test_hoot(self):
        self.run_hoot("axivox_caller_id_voip_oca")

    def test_suites_of_voip_oca_stay_green_beside_ours(self):
        self.run_hoot("voip_oca")
