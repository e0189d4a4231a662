from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import BrowserCase


@tagged("post_install", "-at_install")
class TestHoot(BrowserCase):
    def test_hoot(self):
        self.run_hoot("axivox_caller_id_softphone")
