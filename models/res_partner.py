"""Who calls: contacts and leads by the number that a PBX tells."""

from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..callerid import dialing

# More than one is ambiguous; how many there are beyond that is told to nobody.
ENOUGH = 5
# What is looked at is read with the search itself.
OF_PARTNERS = ["name", "commercial_partner_id"]
OF_LEADS = ["name", "contact_name", "partner_name", "partner_id", "active", "won_status"]
OPEN = Domain("active", "=", True) & Domain("won_status", "=", "pending")


class Talk(NamedTuple):
    """When a colleague talked to somebody last, who that was, and which number (E.164, or False)
    the other side saw."""

    when: datetime
    user: models.Model
    shown: str | bool


class Callers(NamedTuple):
    """Who may be calling from a number, the likeliest first, at most ``ENOUGH`` of each."""

    partners: models.Model
    leads: models.Model

    @property
    def partner(self):
        """The contact who calls, maybe none."""
        return self.partners[:1]

    @property
    def lead(self):
        """The lead that the call is about, maybe none."""
        return self.leads[:1]

    @property
    def is_lead_open(self):
        """Whether that lead is neither won nor lost; False where there is none."""
        return bool(self.lead.filtered_domain(OPEN))

    @property
    def the_lead(self):
        """The lead that the call is surely about: an open one, and the only one; maybe none."""
        return self.lead if len(self.leads) == 1 and self.is_lead_open else self.leads[:0]

    @property
    def name(self):
        """What the caller is called, or False."""
        return self.partner._name_of(self.partner) or self.partner._name_of(self.lead)

    @property
    def others(self):
        """The contacts and leads of other callers with the number: where there is one, who calls
        is ambiguous. The company of a person is nobody else, nor is one caller with several leads.

        :rtype: list
        """
        partner = self.partner
        companies = (person.commercial_partner_id - person for person in self.partners)
        callers = dict.fromkeys(company for company in companies if company)
        for record in (*self.partners, *self.leads):
            is_lead = record._name == "crm.lead"
            caller = (record.partner_id or partner or record) if is_lead else record
            callers.setdefault(caller, record)
        named = [record for record in callers.values() if record]
        return named[1:]


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "axivox.caller.id.shown", "axivox.calls.counted"]

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
        callers = self._callers(number)
        talk = self._last_talk(callers.partner, callers.lead)
        return {
            "partner_id": callers.partner.id,
            "lead_id": callers.lead.id,
            "name": callers.name,
            "last_user_id": talk and talk.user.id,
            "ambiguous": bool(callers.others),
        }

    @api.model
    def _name_of(self, record):
        """:return: who is reached by the number of a contact or lead, maybe none; or False"""
        if record._name == "crm.lead":
            return record.contact_name or record.partner_name or record.name
        return record.name

    @api.model
    def _callers(self, number):
        """What ``identify_caller`` answers is made of.

        :rtype: Callers
        """
        home = self.env.user._axivox_line().region or None
        for same in self._same_number(number, home):
            # sudo: record rules ask where the companies stand among their branches; asked for
            # alone, the rest of a company is not read with it
            self.env.companies.sudo().fetch(["parent_path"])
            partners = self.search_fetch(
                same, OF_PARTNERS, order="is_company, id desc", limit=ENOUGH
            )
            leads = self._leads_of_caller(partners[:1], same)
            if partners or leads:
                partners = partners or leads[:1].partner_id._filtered_access("read")
                return Callers(partners, leads)
        return Callers(self.browse(), self.env["crm.lead"])

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
        # Pending comes before won.
        in_order = "active desc, won_status, id desc"
        found = leads.search_fetch(theirs, OF_LEADS, order=in_order, limit=ENOUGH)
        in_one_state = found.filtered_domain(OPEN) or found
        return in_one_state.sorted(lambda lead: (not lead.partner_id, -lead.id))

    @api.model
    def _last_talk(self, partner, lead):
        """:return: the last Talk with a contact or about a lead, or False"""
        logs = self._talks(partner, lead) if partner or lead else []
        if not logs:
            return False
        # All logs in one query: somebody waits for who calls.
        self.env.flush_all()
        talks = self.env.execute_query(SQL(" UNION ALL ").join(SQL("(%s)", log) for log in logs))
        if not talks:
            return False
        when, user_id, shown = max(talks, key=itemgetter(0))
        return Talk(when, self.env["res.users"].browse(user_id), shown or False)

    @api.model
    def _talks(self, partner, lead):
        """The last Talk with a contact or about a lead, for the addons that keep a log of calls.

        :return: of each log that the user may read a query, over the calls of all colleagues in
            the user's companies: its columns are the fields of Talk, the user's is their id
        :rtype: list[SQL]
        """
        return []
