from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import BrowserCase


@tagged("post_install", "-at_install")
class TestHoot(BrowserCase):
    def test_hoot_of_ours_and_of_voip_oca_beside_ours(self):
        self.run_hoot("axivox_caller_id_voip_oca|voip_oca")
