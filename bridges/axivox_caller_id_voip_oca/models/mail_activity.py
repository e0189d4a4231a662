"""Calls to make: whom the call button of an activity dials, and what that call shows."""

from odoo import api, fields, models
from odoo.fields import Domain

from ..sip.report import CallReport

# The models whose country says how a record's number is read.
CALLED = ("crm.lead", "res.partner")


class MailActivity(models.Model):
    _inherit = "mail.activity"

    axivox_phone = fields.Char(
        string="Number to call",
        compute="_compute_axivox_called",
        help="The phone of the lead or contact that the activity is about.",
    )
    axivox_called = fields.Json(
        string="Whom to call",
        compute="_compute_axivox_called",
        help="For the widget's list: person, document, number and what the call shows.",
    )

    @api.depends("res_model", "res_id", "activity_type_id")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_axivox_called(self):
        self.axivox_phone = self.axivox_called = False
        for activity, record in self._readable_records():
            called = activity._record_to_call(record)
            activity.axivox_phone = called.phone
            if activity.activity_category == "phonecall":
                activity.axivox_called = activity._call_card(record, called)

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_main_partner_id(self):
        """Replaced: an activity without a record, or about one that the reader may not open, has no
        contact and raises no error."""
        self.main_partner_id = self.main_partner = False
        partners = {
            activity: record.activity_main_partner_id
            for activity, record in self._readable_records()
        }
        readable = self.env["res.partner"].concat(*partners.values())._filtered_access("read")
        for activity, partner in partners.items():
            activity.main_partner_id = partner & readable
            activity.main_partner = activity.main_partner_id.name

    @api.model
    def get_call_activities(self, _search, offset, limit):
        """Replaced: searches what the list shows, and lists activities without a record too."""
        due = Domain("user_id", "=", self.env.uid)
        due &= Domain("activity_type_id.category", "=", "phonecall")
        due &= Domain("date_deadline", "<=", fields.Date.context_today(self))
        if _search:
            due &= self._search_called(_search)
        found = self.search(due, offset=offset, limit=limit, order="date_deadline, id")
        about = dict(found._readable_records())
        return found.filtered(
            lambda activity: activity in about or not activity.res_model
        ).activity_format()

    @api.model
    def _search_called(self, text):
        domain = Domain("res_name", "ilike", text) | Domain("summary", "ilike", text)
        for model, names in (
            ("crm.lead", ("contact_name", "partner_name", "phone")),
            ("res.partner", ("phone",)),
        ):
            records = self.env[model]
            if records.has_access("read"):
                like = Domain.OR(Domain(name, "ilike", text) for name in names)
                domain |= Domain("res_model", "=", model) & Domain(
                    "res_id", "in", records._search(like)
                )
        return domain

    def _readable_records(self):
        """Return (activity, its record) of those whose record the reader may open."""
        found = []
        for model, activities in self.grouped("res_model").items():
            if model and model in self.env:
                records = self.env[model].browse(activities.mapped("res_id")).exists()
                readable = {record.id: record for record in records._filtered_access("read")}
                found += [
                    (activity, readable[activity.res_id])
                    for activity in activities
                    if activity.res_id in readable
                ]
        return found

    def _record_to_call(self, record):
        """Return the lead or contact to call, or an empty recordset.

        :param record: what the activity is about
        """
        if record._name in CALLED:
            return record
        return self.main_partner_id

    def _call_card(self, record, called):
        """Return whom to call, for the widget's list.

        :param record: what the activity is about
        :param called: the lead or contact to call, or an empty recordset
        :return: ``person``, ``about`` (the name of the record, if it is not the person), ``number``
            (as people write it), ``local_time``, ``blacklisted``, and ``shown``: see `preview_call`
            and `_outgoing_caller_id`
        :rtype: dict
        """
        calls = self.env["voip.call"]
        person = self.env["res.partner"]._name_of(called) or self.main_partner or ""
        is_contact = record._name == "res.partner"
        about = (record.commercial_company_name if is_contact else record.display_name) or ""
        shown = called.phone and calls._outgoing_caller_id(
            CallReport.from_browser({"phone_number": called.phone}), called
        )
        destination = shown and shown["destination"]
        return {
            **calls._local_time(destination),
            "blacklisted": bool(destination and called.phone_sanitized_blacklisted),
            "person": person or about,
            "about": about if about != (person or about) else "",
            "number": calls._format_number(destination, called.phone),
            "shown": shown,
        }

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "axivox_phone", "axivox_called"]
