from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import BrowserCase

HOOT = "/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&filter=@{}"


@tagged("post_install", "-at_install")
class TestHoot(BrowserCase):
    def test_hoot(self):
        self._run("axivox_caller_id_voip_oca")

    def test_suites_of_voip_oca_stay_green_beside_ours(self):
        self._run("voip_oca")

    def _run(self, addon):
        self.browser_js(
            HOOT.format(addon),
            "",
            "",
            login="admin",
            timeout=300,
            success_signal="[HOOT] Test suite succeeded",
            error_checker=lambda message: "[HOOT]" not in message,
        )
