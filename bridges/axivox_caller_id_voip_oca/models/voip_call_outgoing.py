"""Finds what the other side of an outgoing call sees, before the call is placed and in it."""

from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.axivox_caller_id.callerid import dialing

from .voip_call_text import international

# The sources of caller IDs for which users may choose another number.
SHOWN = ("rule", "user", "default", "none")
# The models whose records are called from their forms.
CALLED = ("crm.lead", "res.partner")


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    def _outgoing(self, report):
        """Return (what `_outgoing_caller_id` returns, the values of the call's fields).

        :param CallReport report:
        """
        record = self._called_record(report)
        shown = self._outgoing_caller_id(report, record)
        is_lead = record._name == "crm.lead"
        partner = record.partner_id._filtered_access("read") if is_lead else record
        lead = record if is_lead else self.env["crm.lead"]
        if not record:
            # The number was typed: link whom it reaches, as for a call from it.
            callers = self.env["res.partner"]._callers(report.phone_number)
            partner, lead = callers.partner, callers.the_lead
        vals = {
            "partner_id": partner.id,
            "logged_lead_id": lead.id,
        }
        if shown and not shown["error"]:
            vals |= {
                "caller_id": shown["number"],
                "caller_id_source": shown["source"],
                "axivox_number_id": shown["number_id"],
                "phone_e164": shown["destination"],
            }
        return shown, vals

    @api.model
    def _called_record(self, report):
        """Return the lead or contact that is called, or an empty recordset if the user may not read
        it.

        :param CallReport report:
        """
        named = (report.record, ("res.partner", report.partner_id))
        for model, record_id in filter(None, named):
            if record_id and model in CALLED and self.env[model].has_access("read"):
                # One query: does it exist, may the user read it, and what are its fields?
                records = self.env[model].with_context(active_test=False)
                if record := records.search_fetch([("id", "=", record_id)]):
                    return record.with_env(self.env)
        return self.env["res.partner"]

    @api.model
    def _outgoing_caller_id(self, report, record):
        """Return what the other side of an outgoing call sees, and why.

        :param CallReport report: with the number, and the user's choice for this call, if any
        :param record: the lead or contact that is called, or an empty recordset
        :return: False for a user without an extension. If the number cannot be dialled, ``error``
            (a sentence), ``dial`` and ``destination`` (both False). Else what
            `axivox.account._shown` returns, with ``source`` being ``choice`` for a chosen number;
            ``error`` (empty); ``name`` (of who is called); ``country``; ``ask`` (whether the phone
            asks for the number in the call); and ``choices`` (``id``, ``name``, ``display`` and
            ``label`` of the numbers that may be shown instead)
        :rtype: dict
        """
        user = self.env.user
        line = user._axivox_line()
        if not line.extension:
            return False
        called = report.phone_number, record.country_id.id or None
        try:
            account, (now, after) = user._resolve(*called, "applied", "saved")
        except UserError as error:
            return {"error": str(error), "dial": False, "destination": False}
        resolved = account._shown(now, after)
        asks = now.prepared.more["signalling"] == "ask"
        # sudo: users may know the numbers that their own calls show
        extension = self.env["axivox.extension"].sudo().browse(line.extension_id)
        may_ask = asks and resolved["source"] in SHOWN
        choices = extension._choosable() if may_ask else extension.env["axivox.number"]
        if report.chosen_number_id in choices.ids:
            number = choices.browse(report.chosen_number_id)
            resolved |= {
                "number": number.number,
                "number_id": number.id,
                "display": international(number.number),
                "label": number.name or "",
                "via": self.env._("your choice"),
                "source": "choice",
                "reason": self.env._("Chosen for this call."),
                "pending": "",
            }
        elif report.chosen_number_id:
            refused = self.env._("(The number chosen for this call is not allowed.)")
            resolved["reason"] += " " + refused
        return {
            **resolved,
            "error": "",
            "name": self.env["res.partner"]._name_of(record) or "",
            "country": self._country(now.destination.region).name or "",
            "ask": asks and dialing.is_e164(resolved["number"]),
            "choices": [
                {
                    "id": choice.id,
                    "name": choice.display_name,
                    "display": choice.display_number,
                    "label": choice.name or "",
                }
                for choice in choices
            ],
        }

    @api.model
    def _country(self, region):
        """Return the ``res.country`` of a region (ISO 3166 code), or an empty recordset."""
        country_ids = self.env["axivox.account"]._country_ids()
        return self.env["res.country"].browse(country_ids.get(region))
