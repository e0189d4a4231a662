from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import BrowserCase

HOOT = (
    "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=@axivox_caller_id_softphone"
)


@tagged("post_install", "-at_install")
class TestHoot(BrowserCase):
    def test_hoot(self):
        self.browser_js(
            HOOT,
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
