import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timedelta

from odoo.tests import HttpCase, tagged

from .common import AxivoxCase
from .stand_in import ROOT

EXAMPLES = re.findall(
    r"^```(python|sh)\n(.*?)^```",
    (ROOT / "docs" / "integrators.md").read_text(),
    re.DOTALL | re.MULTILINE,
)


@tagged("post_install", "-at_install")
class TestIntegrators(AxivoxCase, HttpCase):
    """The examples of docs/integrators.md, exactly as they stand there."""

    def setUp(self):
        super().setUp()
        self._rule("0044", self.london)
        self.env["res.partner"].create({"name": "Ada Byron", "phone": "+44 20 7946 0321"})
        sophie = self.sophie.with_user(self.sophie)
        key = (
            self.env["res.users.apikeys"]
            .with_user(sophie)
            ._generate("rpc", "examples", datetime.now() + timedelta(hours=1))
        )
        self.environment = {
            "ODOO_URL": self.base_url(),
            "ODOO_DATABASE": self.env.cr.dbname,
            "ODOO_API_KEY": key,
            "ODOO_LOGIN": self.sophie.login,
            "ODOO_USER_ID": str(self.sophie.id),
        }

    def test_every_example_says_what_is_shown_or_who_calls(self):
        said = []
        for language, code in EXAMPLES:
            with self.subTest(code):
                is_within_odoo = language == "python" and "import" not in code
                run = self._run_in_odoo if is_within_odoo else self._run_outside
                said.append(run(language, code))
        shown = [text for text in said if "20 7946 0958" in text and "Rule 0044" in text]
        known = [text for text in said if "Ada Byron" in text]
        self.assertEqual((len(shown), len(known), len(said)), (3, 2, 5), said)

    def _run_in_odoo(self, _language, code):
        printed = io.StringIO()
        env = self.env(user=self.sophie)
        with contextlib.redirect_stdout(printed):
            exec(code, {"env": env})
        return printed.getvalue()

    def _run_outside(self, language, code):
        command = [sys.executable, "-c"] if language == "python" else [shutil.which("sh"), "-c"]
        with self.allow_requests(all_requests=True):
            ended = subprocess.run(
                [*command, code],
                env={**os.environ, **self.environment},
                capture_output=True,
                text=True,
                check=False,
            )
        self.assertEqual(ended.returncode, 0, ended.stderr)
        return ended.stdout
