"""What an administrator sees of the calls."""

from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests.common import MAIN, PARIS, BrowserCase

from .common import BERLINER
from .test_proof import RecentCallsCase
from .test_reasons import UK


class ToursCase(RecentCallsCase, BrowserCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager.group_ids += cls.env.ref("axivox.group_axivox_all_calls")

    def setUp(self):
        super().setUp()
        self._recent(BERLINER, MAIN, days=6)
        for called in UK[1:4]:
            self._recent(called, PARIS, days=5)


@tagged("post_install", "-at_install")
class TestTours(ToursCase):
    def test_calls_that_differ_are_seen_and_explained(self):
        self.start_tour("/odoo/axivox-settings", "axivox_calls_differ", login="manager_test")


@tagged("post_install", "-at_install")
class TestToursOnAPhone(ToursCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_calls_are_cards(self):
        self.start_tour("/odoo/axivox-call-log", "axivox_calls_on_a_phone", login="manager_test")
