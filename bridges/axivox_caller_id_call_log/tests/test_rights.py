"""Access rights with this bridge installed: its own doors, against the same file.

The bridge to `voip_oca` tries all doors, these too where both are installed.
"""

from odoo.tests import tagged

from odoo.addons.axivox_caller_id.tests import test_rights

OURS = "axivox_caller_id_call_log"


@tagged("post_install", "-at_install")
class TestRights(test_rights.TestRights):
    def _doors(self):
        return {door: addon for door, addon in super()._doors().items() if addon == OURS}
