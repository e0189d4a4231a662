"""Access rights with this bridge installed: its own doors too, against the same file."""

from odoo.addons.axivox_caller_id.tests.test_rights import TestRights  # noqa: F401
