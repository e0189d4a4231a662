import hashlib
import re
from pathlib import Path

from lxml import etree

from odoo.modules import get_module_path
from odoo.tests import TransactionCase, tagged

from odoo.addons.voip_oca.tests import test_backend, test_frontend

# The methods of voip_oca that this addon replaces whole, on whose order of events it relies, or
# that return more than every user may know.
# When upstream changes one, read its new text, and change the replacement with it.
KNOWN = {
    "static/src/services/voip_agent_service.esm.js": {
        "createCall": "a9f7a2553f2d",
        "call": "0049c3013ac5",
        "onInvite": "d27ec240fa80",
        "accept": "99558eda7bea",
        "_onHanghup": "7f4e5405be10",
        "_onInviteAccepted": "d7ac19ad356a",
        "_onInviteRejected": "ebd9c88f7a0f",
        "_onCancelInvitation": "fac0c660972c",
        "_onSessionStateChange": "4b067a7c6f2f",
        "transfer": "e773ad9ab639",
        "_onTransferAccepted": "1675cd436ac7",
        "hangup": "7092b8fd3140",
        "hold": "f240d56ba0b8",
        "updateCallAudio": "cf7294042964",
        "get agentConfig": "1bcdc6923449",
        "connectAgent": "73f16d730f75",
    },
    "static/src/services/voip_oca_service.esm.js": {
        "acceptCall": "08db73f859e0",
        "rejectCall": "0cf84079da10",
        "get activities": "96f755e0f6f5",
        "get calls": "3ab650874963",
    },
    "static/src/components/call/call.esm.js": {
        "setup": "3de4a045aafb",
        "get duration": "ae380027d8db",
        "get resId": "47663dcae790",
        "onScheduleActivity": "f43bcf2d9253",
        "onEmailClick": "89d1edd373df",
    },
    "static/src/components/phone_field/phone_field.esm.js": {"onPhoneClick": "ce00def5183d"},
    "static/src/components/partner/partner.esm.js": {
        "onCall": "85541fbb6ae0",
        "get phoneNumber": "bece32ff218c",
        "get model": "cf8bd3f28844",
        "get resId": "1f257e3de112",
        "onScheduleActivity": "f43bcf2d9253",
        "onEmailClick": "89d1edd373df",
    },
    "static/src/components/softphone/softphone.esm.js": {
        "onCall": "9d632ecd63f4",
        "_searchInput": "b6566178a4b4",
    },
    "models/voip_call.py": {
        "create_call": "a3b4caaa1bca",
        "terminate_call": "ced37e0c49d7",
        "reject_call": "22191480192a",
        "accept_call": "636bbc570a1b",
        "format_call": "ac1339d5c1b7",
        "_compute_display_name": "2c1a693c63bc",
        "get_recent_calls": "2b389bc888b2",
    },
    "models/mail_activity.py": {
        "_compute_main_partner_id": "7a8af79db43f",
        "get_call_activities": "5038485f7be2",
    },
    "models/res_users.py": {
        "SELF_READABLE_FIELDS": "b5468438c674",
        "SELF_WRITEABLE_FIELDS": "413b9a6fb691",
        "_voip_get_info": "525c3d8bf141",
    },
}
# From a method's first line to its last.
METHOD = {
    ".js": r"^    (?:async )?{}\(.*?^    \}},?$",
    ".py": r"^    def {}\(.*?(?=^    \S|^\S|\Z)",
}


@tagged("post_install", "-at_install")
class TestUpstream(TransactionCase):
    def test_what_is_replaced_is_still_what_was_replaced(self):
        for file, methods in KNOWN.items():
            path = Path(get_module_path("voip_oca")) / file
            text = path.read_text()
            for name, digest in methods.items():
                with self.subTest(file=file, method=name):
                    found = re.findall(METHOD[path.suffix].format(name), text, re.M | re.S)
                    self.assertEqual([self._digest(method) for method in found], [digest])

    def test_templates_bind_to_what_upstream_shows_and_not_to_how_it_is_programmed(self):
        upstream = self._templates("voip_oca")
        extended = 0
        for ours in self._templates("axivox_caller_id_voip_oca").values():
            theirs = upstream.get(ours.get("t-inherit"))
            for change in ours.iter("xpath") if theirs is not None else ():
                where = change.get("expr")
                with self.subTest(template=ours.get("t-name"), xpath=where):
                    self.assertNotIn("@t-", where)
                    self.assertEqual(len(theirs.xpath(self._in_odoo(where))), 1)
                    extended += 1
        self.assertGreater(extended, 5)

    def _templates(self, addon):
        """Return {name: element} of an addon's templates."""
        folder = Path(get_module_path(addon)) / "static/src"
        documents = [etree.parse(path).getroot() for path in sorted(folder.rglob("*.xml"))]
        return {t.get("t-name"): t for document in documents for t in document.iter("t")}

    def _in_odoo(self, where):
        """Return an XPath with Odoo's function `hasclass` spelled out."""
        has = r"contains(concat(' ', normalize-space(@class), ' '), ' \1 ')"
        return "." + re.sub(r"hasclass\('([^']+)'\)", has, where)

    def _digest(self, text):
        return hashlib.sha256("".join(text.split()).encode()).hexdigest()[:12]


@tagged("post_install", "-at_install")
class TestBackendOfVoipOca(test_backend.TestVoipOca):
    """Upstream's own tests stay green beside ours."""


@tagged("post_install", "-at_install")
class TestFrontendOfVoipOca(test_frontend.TestFrontend):
    """Upstream's own tests stay green beside ours."""
