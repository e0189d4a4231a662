"""What is shown beside the number before a call is placed. It costs the call itself nothing."""

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.axivox_caller_id import messages

from ..sip.report import CallReport


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    @api.readonly
    def preview_call(self, number, res_model=False, res_id=False):
        """Return what a call would show, before it is placed.

        :return: what `_outgoing_caller_id` returns, ``local_time`` (“14:05 there”) and
            ``blacklisted`` (whether the number is on Odoo's phone blacklist); each of the
            ``choices`` with ``last``: whether the last call that this person answered showed it
        :rtype: dict
        """
        self.check_access("read")
        report = CallReport.from_browser(
            {"phone_number": number, "res_model": res_model, "res_id": res_id}
        )
        calls = self._in_server_context()
        record = calls._called_record(report)
        shown = calls._outgoing_caller_id(report, record)
        if not shown or shown["error"]:
            return shown
        called = shown["destination"]
        return {
            **shown,
            **calls._local_time(called),
            "blacklisted": calls._is_blacklisted(called),
            "choices": calls._mark_last_shown(shown["choices"], record, called),
        }

    @api.model
    def _local_time(self, called):
        """Return a dict with ``local_time``, which is empty if it is not known.

        :param called: the number that is called (E.164), or False
        """
        now = fields.Datetime.now()
        return {"local_time": messages.local_time(self.env, called, now) if called else ""}

    @api.model
    def _is_blacklisted(self, called):
        # sudo: the blacklist protects the people on it from every caller
        blacklist = self.env["phone.blacklist"].sudo()
        return bool(called and blacklist.search_count([("number", "=", called)], limit=1))

    @api.model
    def _mark_last_shown(self, choices, record, called):
        """Return the choices, each with ``last``.

        :param list choices: of `_outgoing_caller_id`
        :param record: the lead or contact that is called, or an empty recordset
        :param called: the number that is called (E.164), or False
        """
        last_id = choices and self._last_shown(record, called).id
        return [{**choice, "last": choice["id"] == last_id} for choice in choices]

    @api.model
    def _last_shown(self, record, called):
        """Return the ``axivox.number`` that the last call showed which this person answered."""
        lead = record if record._name == "crm.lead" else self.env["crm.lead"]
        partner = lead.partner_id if lead else record
        # sudo: only the number is returned, whoever made the call
        calls = self.sudo()
        same = Domain("phone_e164", "=", called) if called else Domain.FALSE
        if partner:
            same |= Domain("partner_id", "=", partner.id)
        if lead:
            same |= Domain("logged_lead_id", "=", lead.id)
        answered = Domain("type_call", "=", "outgoing") & Domain("start_date", "!=", False)
        ours = Domain("company_id", "in", self.env.companies.ids)
        ours &= Domain("axivox_number_id", "!=", False)
        return calls.search(same & answered & ours, order="id desc", limit=1).axivox_number_id
