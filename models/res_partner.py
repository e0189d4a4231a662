"""Finds who calls: contacts and leads by the caller's number."""

from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..callerid import dialing

ENOUGH = 5  # contacts and as many leads: more than one caller is ambiguous, however many there are
# The fields that are read with the search itself.
OF_PARTNERS = ["name", "commercial_partner_id"]
OF_LEADS = ["name", "contact_name", "partner_name", "partner_id", "active", "won_status"]
OPEN = Domain("active", "=", True) & Domain("won_status", "=", "pending")


class Talk(NamedTuple):
    """The last call between a colleague and a contact or lead: when it was, the colleague's
    ``res.users``, and the number that the other side saw (E.164, or False)."""

    when: datetime
    user: models.Model
    shown: str | bool


class Callers(NamedTuple):
    """The contacts and leads that may be calling, the likeliest first, at most ``ENOUGH`` of
    each."""

    partners: models.Model
    leads: models.Model

    @property
    def partner(self):
        """The contact who calls, or an empty recordset."""
        return self.partners[:1]

    @property
    def lead(self):
        """The lead that the call is about, or an empty recordset."""
        return self.leads[:1]

    @property
    def is_lead_open(self):
        """Whether there is a lead, and it is neither won nor lost."""
        return bool(self.lead.filtered_domain(OPEN))

    @property
    def the_lead(self):
        """The lead if it is open and the only one, so that the call is certainly about it; else an
        empty recordset."""
        return self.lead if len(self.leads) == 1 and self.is_lead_open else self.leads[:0]

    @property
    def name(self):
        """The caller's name, or False."""
        return self.partner._name_of(self.partner) or self.partner._name_of(self.lead)

    @property
    def others(self):
        """A contact or lead of each other caller with this number: if there is one, it is ambiguous
        who calls. A person and their company are one caller, and so are several leads of one
        contact.

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

    # For looking up callers among a million contacts.
    _phone_sanitized_idx = models.Index("(phone_sanitized) WHERE phone_sanitized IS NOT NULL")

    def write(self, vals):
        result = super().write(vals)
        # Dialled numbers are read in the country of the caller's company.
        if "country_id" in vals:
            # sudo: only finds out whether this is a company's address
            companies = self.env["res.company"].sudo()
            if companies.search_count([("partner_id", "in", self.ids)], limit=1):
                self.env["axivox.account"]._drop_answers()
        return result

    @api.model
    @api.readonly
    def identify_caller(self, number):
        """Return who calls, among the contacts and leads that the current user may read.

        Of several contacts with the number, persons come before companies, and newer ones before
        older ones; of several leads, open ones before closed ones, the contact's before those
        without a contact, and newer ones before older ones.

        :param str number: the caller's, in any written form
        :return: ``partner_id``, ``lead_id`` and ``name`` (each False if there is none),
            ``last_user_id`` (who talked to the caller last, False if that is unknown or no addon
            with a call log is installed) and ``ambiguous``, whether other callers have the number
            too (a person and their company are one caller)
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
        """Return whom the number of a contact or lead reaches, or False.

        :param record: a contact or lead, or an empty recordset
        """
        if record._name == "crm.lead":
            return record.contact_name or record.partner_name or record.name
        return record.name

    @api.model
    def _callers(self, number):
        """Return the contacts and leads with a caller's number; see ``identify_caller``.

        :rtype: Callers
        """
        home = self.env.user._axivox_line().region or None
        for same in self._same_number(number, home):
            self.env.companies._know_branches()
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
        """Return the domains of the records with a caller's number, the likeliest first.

        :param str number: in any written form
        :param str home: region (ISO 3166 code) of the called party, or None
        :rtype: list[Domain]
        """
        if numbers := dialing.caller_numbers(number, home):
            return [Domain("phone_sanitized", "=", e164) for e164 in numbers]
        # Text that is no telephone number, such as a colleague's extension, may be stored as it is.
        # Odoo searches for three characters or more.
        text = number.strip() if isinstance(number, str) and number.isprintable() else ""
        if self._phone_search_min_length <= len(text) <= dialing.LONGEST_INPUT:
            return [Domain("phone_mobile_search", "=", text)]
        return []

    @api.model
    def _leads_of_caller(self, partner, same_number):
        """Return the leads of a contact or of their company, and those with the same number and no
        contact; if there is no contact, all leads with the number.

        :param partner: the contact who calls, or an empty recordset
        :param Domain same_number:
        :return: the open ones, or the closed ones if none is open; those with a contact first, and
            newer ones before older ones
        """
        leads = self.env["crm.lead"].with_context(active_test=False)
        if not leads.has_access("read"):
            return leads
        theirs = same_number
        if partner:
            related = partner | partner.commercial_partner_id
            theirs &= Domain("partner_id", "=", False)
            theirs |= Domain("partner_id", "in", related.ids)
        # In alphabetical order, pending comes before won.
        in_order = "active desc, won_status, id desc"
        found = leads.search_fetch(theirs, OF_LEADS, order=in_order, limit=ENOUGH)
        in_one_state = found.filtered_domain(OPEN) or found
        return in_one_state.sorted(lambda lead: (not lead.partner_id, -lead.id))

    @api.model
    def _last_talk(self, partner, lead):
        """Return the last Talk with a contact or about a lead, or False.

        :param partner: a contact, or an empty recordset
        :param lead: a lead, or an empty recordset
        """
        logs = self._talks(partner, lead) if partner or lead else []
        if not logs:
            return False
        # One query for all logs, since a telephone is ringing.
        self.env.flush_all()
        talks = self.env.execute_query(SQL(" UNION ALL ").join(SQL("(%s)", log) for log in logs))
        if not talks:
            return False
        when, user_id, shown = max(talks, key=itemgetter(0))
        return Talk(when, self.env["res.users"].browse(user_id), shown or False)

    @api.model
    def _talks(self, partner, lead):
        """Return a query for the last Talk from each call log that the user may read; an addon with
        such a log adds its own.

        :param partner: a contact, or an empty recordset
        :param lead: a lead, or an empty recordset
        :return: queries over the calls of all colleagues in the user's companies. The columns are
            the fields of Talk, with the id of the user.
        :rtype: list[SQL]
        """
        return []
