from odoo import api, models
from odoo.fields import Domain

from ..callerid import dialing

# More than one is ambiguous; how many there are beyond that is told to nobody.
ENOUGH = 5


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "axivox.caller.id.shown"]

    # Callers are looked up by it, among a million contacts.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    def write(self, vals):
        result = super().write(vals)
        # A company's country says how the numbers that its people dial are read.
        if "country_id" in vals:
            # sudo: only whether it is a company's address is looked at
            companies = self.env["res.company"].sudo()
            if companies.search_count([("partner_id", "in", self.ids)], limit=1):
                self.env["axivox.account"]._drop_answers()
        return result

    @api.model
    @api.readonly
    def identify_caller(self, number):
        """Who calls, among the contacts and leads that the current user may read.

        Of several contacts with the number a person goes before a company and the newest
        before the oldest; of several leads an open one before a closed one, the contact's
        before one without a contact, and the newest before the oldest.

        :param str number: the caller's, in any written form
        :return: ``partner_id``, ``lead_id`` and ``name`` (each False where there is none),
            ``last_user_id`` (who talked to them last, where an addon with a call log is
            installed, else False) and ``ambiguous``: whether others have the number too
            (the company of a person is nobody else)
        :rtype: dict
        """
        partners, leads = self._callers(number)
        partner, lead = partners[:1], leads[:1]
        return {
            "partner_id": partner.id,
            "lead_id": lead.id,
            "name": self._name_of(partner) or self._name_of(lead),
            "last_user_id": self._last_user(partner, lead).id,
            "ambiguous": self._is_ambiguous(partners, leads),
        }

    @api.model
    def _name_of(self, record):
        """:return: who is reached by the number of a contact or lead, maybe none; or False"""
        if record._name == "crm.lead":
            return record.contact_name or record.partner_name or record.name
        return record.name

    @api.model
    def _callers(self, number):
        """Who may be calling from a number, the likeliest first.

        :return: (contacts, leads), at most ``ENOUGH`` of each
        """
        home = self.env.user._axivox_line().region or None
        for same in self._same_number(number, home):
            partners = self.search(same, order="is_company, id desc", limit=ENOUGH)
            leads = self._leads_of_caller(partners[:1], same)
            if partners or leads:
                return partners or leads[:1].partner_id._filtered_access("read"), leads
        return self.browse(), self.env["crm.lead"]

    @api.model
    def _same_number(self, number, home):
        """:return: domains of those with a caller's number, the likeliest first"""
        if numbers := dialing.caller_numbers(number, home):
            return [Domain("phone_sanitized", "=", e164) for e164 in numbers]
        # What is no telephone number may be kept just as it is told: a colleague's, a test's.
        # Odoo searches no less than three characters.
        text = number.strip() if isinstance(number, str) and number.isprintable() else ""
        if self._phone_search_min_length <= len(text) <= dialing.LONGEST_INPUT:
            return [Domain("phone_mobile_search", "=", text)]
        return []

    @api.model
    def _is_ambiguous(self, partners, leads):
        """:return: whether these contacts and leads are those of more than one caller"""
        partner = partners[:1]
        company = partner.commercial_partner_id - partner
        callers = {*partners, *(lead.partner_id or partner or lead for lead in leads)}
        return len(callers - {company}) > 1

    @api.model
    def _leads_of_caller(self, partner, same_number):
        """The leads of this contact or of their company, and those with the same number that are
        nobody else's; without a contact, all with the number.

        :return: the open ones, or where there is none the closed ones; those of a contact first,
            the newest first
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        if not leads.has_access("read"):
            return leads
        theirs = same_number
        if partner:
            related = partner | partner.commercial_partner_id
            theirs &= Domain("partner_id", "=", False)
            theirs |= Domain("partner_id", "in", related.ids)
        is_open = Domain("active", "=", True) & Domain("won_status", "=", "pending")
        for state in (is_open, ~is_open):
            if found := leads.search(theirs & state, order="id desc", limit=ENOUGH):
                return found.sorted(lambda lead: not lead.partner_id)
        return leads

    @api.model
    def _last_user(self, partner, lead):
        """Who talked last to a contact or about a lead: for an addon that keeps the calls."""
        return self.env["res.users"]
