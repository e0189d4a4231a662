"""The card that the panel shows for an incoming call: who calls."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.axivox_caller_id.callerid import dialing

from .voip_call_text import international


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    def _incoming(self, report):
        """Return (what `_caller_card` returns, the values of the call's fields).

        :param CallReport report:
        """
        number = self._dialled_number(report)
        callers = self.env["res.partner"]._callers(report.phone_number)
        numbers = dialing.caller_numbers(report.phone_number, self._home_region())
        return self._caller_card(report, callers, number), {
            "phone_e164": numbers[0] if numbers else False,
            "partner_id": callers.partner.id,
            "logged_lead_id": callers.the_lead.id,
            "axivox_number_id": number.id,
        }

    @api.model
    def _caller_card(self, report, callers, number):
        """Return who calls, as the panel shows it.

        :param CallReport report:
        :param Callers callers: those with the caller's number
        :param number: the ``axivox.number`` that they dialled, or an empty recordset
        :return: ``kind`` (``known``, ``unknown``, ``internal``, ``withheld`` or ``malformed``),
            ``display`` (the number as people write it), ``country``, ``name``, ``says`` (the name
            that an unknown caller's side sends), ``company``, ``partner_id``, ``lead`` (False, or
            ``id``, ``name``, ``stage`` and ``is_open``), ``last`` (a sentence on the last call),
            ``others`` (names, if it is ambiguous who calls), ``dialled`` (``Main line, Belgium``),
            ``defaults`` (of a new contact or lead) and ``can_create_lead``
        :rtype: dict
        """
        partner, lead = callers.partner, callers.lead
        company = (partner.commercial_partner_id - partner)._filtered_access("read")
        numbers = dialing.caller_numbers(report.phone_number, self._home_region())
        display = international(numbers[0]) if numbers else report.phone_number
        country = self._country(dialing.region_of(numbers[0]) if numbers else None)
        colleague = self.env["axivox.extension"]
        if not (partner or lead):
            colleague = self._colleague(report.phone_number)
        if partner or lead:
            kind = "known"
        elif colleague:
            kind = "internal"
        elif report.is_withheld:
            kind = "withheld"
        else:
            kind = "unknown" if numbers else "malformed"
        return {
            "kind": kind,
            "display": display,
            "country": country.name or "",
            "name": callers.name or colleague.display_name or "",
            "says": report.caller_name if kind in ("unknown", "malformed") else "",
            "company": company.name or partner.company_name or "",
            "partner_id": partner.id,
            "lead": {
                "id": lead.id,
                "name": lead.name,
                "stage": lead.stage_id.name or "",
                "is_open": callers.is_lead_open,
            }
            if lead
            else False,
            "last": self._last_call_sentence(partner._last_talk(partner, lead)),
            "others": [other.display_name for other in callers.others],
            "dialled": ", ".join(filter(None, [number.name, number.country_id.name])),
            "defaults": {"phone": display, "country_id": country.id},
            "can_create_lead": self.env["crm.lead"].has_access("create"),
        }

    @api.model
    def _dialled_number(self, report):
        """Return the ``axivox.number`` that was dialled, according to the SIP request, or an empty
        recordset.

        :param CallReport report:
        """
        account_id = self.env.user._axivox_line().account_id
        # sudo: users who answer our numbers may know their labels
        numbers = self.env["axivox.number"].sudo()
        home = self._home_region()
        for text in report.dialled:
            candidates = dialing.caller_numbers(text, home)
            mine = [("account_id", "=", account_id), ("number", "in", candidates)]
            told = ["number", "name", "country_id"]
            if candidates and (dialled := numbers.search_fetch(mine, told, limit=1)):
                return dialled
        return numbers

    @api.model
    def _colleague(self, number):
        """Return the ``axivox.extension`` with this number, or an empty recordset."""
        account_id = self.env.user._axivox_line().account_id
        # sudo: the names of colleagues are no secret
        extensions = self.env["axivox.extension"].sudo()
        if not account_id:
            return extensions
        same = [("account_id", "=", account_id), ("number", "=", number)]
        return extensions.search(same, limit=1)

    @api.model
    def _last_talk(self, partner, lead):
        """Return this log's query for ``res.partner._talks``.

        :param partner: a contact, or an empty recordset
        :param lead: a lead, or an empty recordset
        :rtype: SQL
        """
        # Record rules do not apply: colleagues may know which of them called last, and when.
        return SQL(
            "SELECT start_date, user_id, caller_id FROM voip_call "
            "WHERE (partner_id = %s OR logged_lead_id = %s) AND start_date IS NOT NULL "
            "AND company_id = ANY(%s) ORDER BY start_date DESC, id DESC LIMIT 1",
            partner.id or None,
            lead.id or None,
            self.env.companies.ids,
        )

    @api.model
    def _home_region(self):
        """Return the region (ISO 3166 code) that the user calls from, or None."""
        return self.env.user._axivox_line().region or None
