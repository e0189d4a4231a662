from datetime import datetime, timedelta

from odoo.addons.axivox_caller_id.tests.common import NEW_YORK, AxivoxCase

LONG_AGO = datetime(2026, 1, 1)  # since then, Odoo knows whose the extensions are
APPLIED = datetime(2026, 2, 1)
CALLED = datetime(2026, 3, 2, 10, 0, 0)
LONDONER, BERLINER = "00442079460321", "004930123456"


class CallLogCase(AxivoxCase):
    """An account with settings applied in February, and a user who writes calls as Axivox's
    connector."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.connector = cls._user("connector_test", "axivox.group_axivox_all_calls")
        cls.calls = cls.env["axivox.call"].with_user(cls.connector)
        cls._rule("0044", cls.london)
        cls._backdate("axivox_period", LONG_AGO, "since")
        cls._apply(APPLIED)

    @classmethod
    def _backdate(cls, table, when, column="create_date", ids=None):
        cls.env.flush_all()
        where = "id = ANY(%s)" if ids else "account_id = %s"
        cls.env.cr.execute(
            f"UPDATE {table} SET {column} = %s WHERE {where}", (when, ids or cls.account.id)
        )
        cls.env.invalidate_all()

    @classmethod
    def _apply(cls, when):
        """Record that the saved settings were applied at this time."""
        cls.account._record_applied()
        cls._backdate("axivox_applied", when, ids=cls.account._last_applied().ids)

    @classmethod
    def _values(cls, number=LONDONER, **vals):
        """Return the values that the connector writes for an outgoing call of Sophie's."""
        start = vals.get("start_date", CALLED)
        return {
            "phone_number": number,
            "direction": "outgoing",
            "state": "terminated",
            "start_date": start,
            "end_date": start and start + timedelta(seconds=123),
            "user_id": cls.sophie.id,
            **vals,
        }

    def _call(self, number=LONDONER, did="+442079460958", **vals):
        return self.calls.create(self._values(number, did=did, **vals)).sudo()

    def _verdict(self, call):
        return call.caller_id_verdict, call.caller_id_reason

    def _unknown(self, reason, call):
        self.assertEqual(self._verdict(call), ("unknown", reason))

    def _of_widget(self, number=LONDONER, **vals):
        """Return a call in the widget's log, soon after `CALLED`, whose number was chosen."""
        if "caller_id_source" not in getattr(self.env.get("voip.call"), "_fields", ()):
            self.skipTest("voip_oca's widget is not installed")
        call = (
            self.env["voip.call"]
            .sudo()
            .create(
                {
                    "phone_number": number,
                    "type_call": "outgoing",
                    "state": "terminated",
                    "user_id": self.sophie.id,
                    "caller_id": NEW_YORK,
                    "caller_id_source": "choice",
                    **vals,
                }
            )
        )
        self._backdate("voip_call", CALLED + timedelta(seconds=20), ids=call.ids)
        return call

    def _run_scheduler(self, job="axivox_call_cron"):
        with self.enter_registry_test_mode():
            self.env.ref(f"axivox_caller_id_call_log.{job}").method_direct_trigger()
