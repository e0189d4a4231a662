"""Who calls: the card that the panel shows of an incoming call."""

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.axivox_caller_id.callerid import dialing

from .voip_call_text import international


class VoipCall(models.Model):
    _inherit = "voip.call"

    @api.model
    def _incoming(self, report):
        """:return: (what `_caller_card` returns, the values of the call's fields)"""
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
        """Who calls, as the panel shows it.

        :param CallReport report:
        :param Callers callers: of ``identify_caller``
        :param number: the ``axivox.number`` that they dialled, maybe none
        :return: ``kind`` (``known``, ``unknown``, ``internal``, ``withheld`` or ``malformed``),
            ``display`` (the number as people write it), ``country``, ``name``, ``company``,
            ``partner_id``, ``lead`` (``id``, ``name``, ``stage``, ``is_open``), ``last`` (a
            sentence), ``others`` (names, where the caller is ambiguous), ``dialled`` (``Main
            line, Belgium``), ``defaults`` (of a new contact or lead), and ``says``, what who is
            unknown calls themselves
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
        """:return: the ``axivox.number`` that the SIP request says was dialled, maybe none"""
        account_id = self.env.user._axivox_line().account_id
        # sudo: what our own numbers stand for is no secret to who answers them
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
        """:return: the ``axivox.extension`` that calls, maybe none"""
        account_id = self.env.user._axivox_line().account_id
        # sudo: the names of colleagues are no secret
        extensions = self.env["axivox.extension"].sudo()
        if not account_id:
            return extensions
        same = [("account_id", "=", account_id), ("number", "=", number)]
        return extensions.search(same, limit=1)

    @api.model
    def _last_talk(self, partner, lead):
        """:return: the query of this log, see `_talks` of ``res.partner``
        :rtype: SQL
        """
        # No rules: who of one's own company called last, and when, is what colleagues tell each
        # other.
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
        """:return: the region (ISO 3166 code) that the user calls from, or None"""
        return self.env.user._axivox_line().region or None
