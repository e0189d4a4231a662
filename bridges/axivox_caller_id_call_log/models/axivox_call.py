"""A call as Axivox's connector writes it, and what Odoo adds to it."""

import logging
from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import NO_ACCESS
from odoo.tools import SQL

from odoo.addons.axivox_caller_id.callerid import dialing

from .past import Past, Written

_logger = logging.getLogger(__name__)

# What Odoo adds to a call depends on these fields.
EXAMINED_FIELDS = frozenset(
    {"phone_number", "direction", "state", "start_date", "end_date", "partner_id", "user_id", "did"}
)
# The other side depends on these.
OTHER_SIDE = frozenset({"phone_number", "direction", "partner_id"})
# The log computes these fields of these.
DURATIONS, DATES = ("duration", "duration_s"), frozenset({"start_date", "end_date"})


class AxivoxCall(models.Model):
    _name = "axivox.call"
    _inherit = ["axivox.call", "axivox.found.lead"]
    _lead_field = "found_lead_id"

    caller_id_promised = fields.Char(
        string="Promised number",
        readonly=True,
        copy=False,
        help="The number that Odoo said would be shown, by the settings that were applied when "
        "the call was made.",
    )
    caller_id_promised_display = fields.Char(
        string="Promised",
        compute="_compute_caller_id_displays",
        help="The number that Odoo said would be shown, in international format.",
    )
    caller_id_source = fields.Selection(
        [
            ("rule", "Rule"),
            ("user", "User's outgoing number"),
            ("default", "Default outgoing number"),
            ("choice", "User's choice for this call"),
            ("internal", "Internal call"),
            ("emergency", "Emergency call"),
            ("service", "Service number"),
            ("none", "None"),
        ],
        string="Promised by",
        readonly=True,
        copy=False,
    )
    caller_id_rule = fields.Char(
        string="Rule's prefix",
        readonly=True,
        copy=False,
        help="The destination prefix of the rule that promised the number.",
    )
    caller_id_shown = fields.Char(
        string="Shown number",
        readonly=True,
        copy=False,
        help="The number that Axivox says it really presented.",
    )
    caller_id_shown_display = fields.Char(
        string="Shown",
        compute="_compute_caller_id_displays",
        help="The number that Axivox says it really presented, in international format.",
    )
    caller_id_verdict = fields.Selection(
        [("as_promised", "As promised"), ("different", "Different"), ("unknown", "Not known")],
        string="Caller ID",
        readonly=True,
        copy=False,
        help="Whether the call showed the number that Odoo promised. A difference is something to "
        "look into: call forwarding or a queue may have placed the call.",
    )
    caller_id_reason = fields.Selection(
        [
            ("no_user", "The call has no user"),
            ("no_extension", "Its user had no extension"),
            ("before", "Before Odoo knew who had the extension"),
            ("not_applied", "Nothing was applied then"),
            ("number", "The dialled number cannot be read"),
            ("internal", "An internal call"),
            ("emergency", "An emergency call: decided by the carrier"),
            ("service", "A service number: decided by Axivox"),
            ("applying", "Changes were being applied by hand"),
            ("no_did", "Axivox did not say which number it showed"),
            ("did", "The number that Axivox showed cannot be read"),
        ],
        string="Why not known",
        readonly=True,
        copy=False,
    )
    caller_id_extension = fields.Char(
        string="From extension",
        readonly=True,
        copy=False,
        help="The extension that its user had when the call was made.",
    )
    caller_id_destination = fields.Char(
        string="Destination",
        readonly=True,
        copy=False,
        help="The dialled number as it was understood.",
    )
    axivox_account_id = fields.Many2one(
        "axivox.account",
        string="Axivox account",
        readonly=True,
        copy=False,
        ondelete="set null",
    )
    caller_id_line = fields.Char(
        string="Setting it proves",
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="The rule or the default number that this call proves or contradicts.",
    )
    caller_id_user_line = fields.Char(
        string="User's setting it proves",
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="The outgoing number of its user that this call proves or contradicts.",
    )
    axivox_applied_id = fields.Many2one(
        "axivox.applied",
        string="Settings at the time",
        compute="_compute_axivox_applied_id",
        groups="axivox_caller_id.group_editor",
        help="The settings Axivox used when the call was made, as far as Odoo knows.",
    )
    axivox_number_id = fields.Many2one(
        "axivox.number",
        string="Our incoming number",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The incoming number that was dialled, or that was shown to the other side.",
    )
    lead_id = fields.Many2one(
        "crm.lead",
        compute="_compute_lead_id",
        search="_search_lead_id",
        help="Visible to users who may open the lead.",
    )
    # Even a bare link reveals the name of its record.
    found_lead_id = fields.Many2one(
        "crm.lead",
        string="Lead that was found",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
    )
    chatter_message_id = fields.Many2one(
        "mail.message",
        string="Line in the chatter",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
    )
    is_chatter_pending = fields.Boolean(
        string="Chatter entry pending",
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="The scheduler has not yet posted this call in the chatter.",
    )

    _of_partner_idx = models.Index("(partner_id, start_date) WHERE partner_id IS NOT NULL")
    _of_account_idx = models.Index(
        "(axivox_account_id, caller_id_verdict, start_date) WHERE axivox_account_id IS NOT NULL"
    )
    # Found among many: few calls differ.
    _different_idx = models.Index("(start_date) WHERE caller_id_verdict = 'different'")
    _of_line_idx = models.Index(
        "(caller_id_line, caller_id_verdict, start_date) WHERE caller_id_line IS NOT NULL"
    )
    _of_user_line_idx = models.Index(
        "(caller_id_user_line, caller_id_verdict, start_date) WHERE caller_id_user_line IS NOT NULL"
    )
    _chatter_pending_idx = models.Index("(id) WHERE is_chatter_pending")

    @api.depends("caller_id_promised", "caller_id_shown")
    def _compute_caller_id_displays(self):
        for call in self:
            for name in ("caller_id_promised", "caller_id_shown"):
                number = call[name]
                call[f"{name}_display"] = number and dialing.international(number)

    @api.depends("caller_id_extension", "start_date", "end_date")
    def _compute_axivox_applied_id(self):
        self.axivox_applied_id = False
        calls = self.filtered("caller_id_extension")
        odoo = calls._for_odoo()
        written = odoo._as_written()
        past = Past(odoo.env, [*written.values()])
        for call, one in zip(calls, written.values(), strict=True):
            if past.line(one):
                call.axivox_applied_id = past.applied_id(one)

    @api.model_create_multi
    def create(self, vals_list):
        ours = self._set_by_odoo()
        self._check_not_set_by_odoo({name for vals in vals_list for name in vals})
        # A client cannot set these fields through default values either.
        context = {
            key: value
            for key, value in self.env.context.items()
            if key.removeprefix("default_") not in ours
        }
        calls = super(AxivoxCall, self.with_env(self.env(context=context))).create(vals_list)
        return calls.with_env(self.env)

    @api.model
    def _create(self, data_list):
        # Inserting the added values with the call costs half of updating the row afterwards.
        with self._without_failing():
            odoo, stored = self._for_odoo(), [data["stored"] for data in data_list]
            odoo._add_durations(data_list)
            calls = odoo._written(stored)
            told = odoo._examined(calls, EXAMINED_FIELDS)
            for call, vals in zip(calls, stored, strict=True):
                vals |= {name: value for name, value in told[call].items() if value}
        return super()._create(data_list)

    @api.model
    def _add_durations(self, data_list):
        """Add the durations that the log computes of the dates. Odoo would update each row with
        them after inserting it; PostgreSQL would check all references of the row, and enter it in
        all indexes, a second time.

        :param list data_list: as in `_create`
        """
        durations = [
            field
            for field in map(self._fields.get, DURATIONS)
            if field
            and field.store
            and field.compute
            and field.readonly
            and DATES.issuperset(self.pool.field_depends[field])
        ]
        calls = [self.new({name: data["stored"].get(name) for name in DATES}) for data in data_list]
        for call, data in zip(self.concat(*calls), data_list, strict=True):
            data["stored"] |= {field.name: call[field.name] for field in durations}
            data["protected"].update(durations)

    def write(self, vals):
        self._check_not_set_by_odoo(vals.keys())
        result = super().write(vals)
        if self and not EXAMINED_FIELDS.isdisjoint(vals):
            with self._without_failing():
                self._for_odoo()._examine_again(vals.keys())
        return result

    @api.model
    def _set_by_odoo(self):
        """Return the names of the fields that only this addon sets."""
        return frozenset(
            name
            for name, field in self._fields.items()
            if "axivox_caller_id_call_log" in field._modules
        )

    def _check_not_set_by_odoo(self, written):
        """
        :param written: the names of the fields that a client writes
        :raises AccessError: if a client sets a field that only Odoo sets
        """
        if not self.env.su and (names := self._set_by_odoo() & written):
            name = self._fields[min(names)]._description_string(self.env)
            raise AccessError(self.env._("%s can only be set by Odoo.", name))

    @api.model
    def _keeps_did(self):
        """Return whether the log has the number of ours that a call used; older versions do not."""
        return "did" in self._fields

    @contextmanager
    def _without_failing(self):
        """Roll back and log any error, so that whoever writes calls never fails because of what
        Odoo adds to them."""
        # Only our own changes are rolled back.
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                yield
        except Exception:
            _logger.exception("Calls are logged without the values that Odoo adds")

    def _for_odoo(self):
        # sudo: the writer of a call may be unable to read settings and leads; the added values are
        # visible to people who may see the call, and the lead to people who may see the lead
        return self.with_env(self.env(su=True, context={"tracking_disable": True}))

    @api.model
    def _written(self, calls):
        """Return calls as the connector wrote them.

        :param calls: records, or dicts of the values to create
        :rtype: list[Written]
        """
        names = Written.__slots__ if self._keeps_did() else Written.__slots__[:-1]
        fields_of_call = [self._fields[name] for name in names]
        return [
            Written(
                *(
                    field.convert_to_cache(call[field.name], self) if field.name in call else None
                    for field in fields_of_call
                )
            )
            for call in calls
        ]

    def _as_written(self):
        """Return these calls as the connector wrote them.

        :rtype: dict[axivox.call, Written]
        """
        return dict(zip(self, self._written(self), strict=True))

    @api.model
    def _examined(self, calls, written):
        """Return the values that Odoo adds to calls; the lead only if it may have changed.

        :param calls: list of Written
        :param written: the names of the fields that were written
        :rtype: dict[Written, dict]
        """
        past = Past(self.env, calls)
        homes, meant = self._homes(calls, past), self._meant(calls, past)
        told = self._promises(calls, past, self._calls_of_widget(calls, homes), homes, meant)
        if not OTHER_SIDE.isdisjoint(written):
            for call, side in self._other_sides(calls, homes, meant).items():
                told[call]["found_lead_id"] = side.lead_id
        for call, vals in told.items():
            vals["is_chatter_pending"] = self._is_due(call, vals)
        return told

    def _examine_again(self, written):
        """Update the added values after a write.

        :param written: the names of the fields that were written
        """
        calls = self._as_written()
        told = self._examined([*calls.values()], written)
        if any(
            call.caller_id_verdict == "different" != told[one]["caller_id_verdict"]
            for call, one in calls.items()
        ):
            self.env["axivox.account"]._look_into_calls_soon()
        self._store_values(
            {
                call: told[one]
                | {"is_chatter_pending": told[one]["is_chatter_pending"] or call.is_chatter_pending}
                for call, one in calls.items()
            }
        )

    def _store_values(self, told):
        """Write the values that differ from the stored ones.

        :param dict told: {call: values}, all with the same fields
        """
        new = {
            call: vals
            for call, vals in told.items()
            if any(
                call[name] != call._fields[name].convert_to_record(value or None, call)
                for name, value in vals.items()
            )
        }
        if not new:
            return
        names = [*next(iter(new.values()))]
        columns = SQL(", ").join(map(SQL.identifier, names))
        told_of_each = []
        for name in names:
            of_each = [vals[name] or None for vals in new.values()]
            column_type, _declared = self._fields[name].column_type
            told_of_each.append(SQL("%s::%s[]", of_each, SQL.identifier(column_type)))
        # One statement, however many calls: the ORM needs one for every hundred, and for every
        # set of changed fields.
        self.env.execute_query(
            SQL(
                "UPDATE axivox_call SET (%s) = (SELECT %s) "
                "FROM unnest(%s::int4[], %s) AS told (id, %s) WHERE axivox_call.id = told.id",
                columns,
                SQL(", ").join(SQL.identifier("told", name) for name in names),
                [call.id for call in new],
                SQL(", ").join(told_of_each),
                columns,
            )
        )
        calls = self.browse([call.id for call in new])
        calls.invalidate_recordset(names, flush=False)
        calls.modified(names)
