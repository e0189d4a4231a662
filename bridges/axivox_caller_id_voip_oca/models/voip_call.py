import logging
from datetime import timedelta

from markupsafe import escape
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.misc import format_date

from odoo.addons.axivox_caller_id.callerid import dialing

from ..sip import outcome as sip
from ..sip.told import Told

_logger = logging.getLogger(__name__)

LOCK = "axivox_caller_id_voip_oca"  # whose advisory locks these are
SERVER_SETS = (
    "axivox_number_id",
    "caller_id",
    "caller_id_source",
    "lead_id",
    "sip_call_id",
    "outcome",
    "summary_id",
)
STATES = {
    sip.ANSWERED: "terminated",
    sip.NO_ANSWER: "missed",
    sip.BUSY: "rejected",
    sip.REJECTED: "rejected",
    sip.CANCELLED: "aborted",
    sip.FAILED: "aborted",
    sip.ELSEWHERE: "terminated",
}
# Where a number is shown to the other side, another may be chosen.
SHOWN = ("rule", "user", "default", "none")


class VoipCall(models.Model):
    _inherit = "voip.call"

    axivox_number_id = fields.Many2one(
        "axivox.number",
        string="Our number",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The incoming number that was shown to the other side, or that they dialled.",
    )
    caller_id = fields.Char(
        string="Caller ID",
        readonly=True,
        copy=False,
        help="The number that the called person sees, in international form.",
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
        string="Caller ID decided by",
        readonly=True,
        copy=False,
    )
    lead_id = fields.Many2one(
        "crm.lead",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    sip_call_id = fields.Char(string="SIP Call-ID", readonly=True, copy=False)
    outcome = fields.Selection(
        [
            (sip.ANSWERED, "Answered"),
            (sip.NO_ANSWER, "No answer"),
            (sip.BUSY, "Busy"),
            (sip.REJECTED, "Rejected"),
            (sip.CANCELLED, "Cancelled"),
            (sip.FAILED, "Failed"),
            (sip.ELSEWHERE, "Answered elsewhere"),
        ],
        readonly=True,
        copy=False,
    )
    summary_id = fields.Many2one(
        "mail.message",
        string="Line in the chatter",
        readonly=True,
        copy=False,
        ondelete="set null",
    )

    _sip_call_id_unique = models.UniqueIndex(
        "(user_id, sip_call_id) WHERE sip_call_id IS NOT NULL",
        "This call of this user is logged already.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_server_sets(vals)
        # Each is named, so that no default of the client's context sets it either.
        unset = dict.fromkeys(SERVER_SETS, False)
        return super().create([{**unset, **vals} for vals in vals_list])

    def write(self, vals):
        self._check_server_sets(vals)
        return super().write(vals)

    def _check_server_sets(self, vals):
        if not self.env.su and not vals.keys().isdisjoint(SERVER_SETS):
            raise AccessError(self.env._("The caller ID of a call is set by Odoo only."))

    def format_call(self):
        formatted = super().format_call()
        return {
            **formatted,
            "partner": formatted["partner"] or False,
            "outcome": self.outcome,
            "callerId": self._international(self.caller_id),
            "leadId": self.lead_id.id,
        }

    @api.model
    def create_call(self, values):
        """Log a call, and tell everything that the widget wants to know of it: one request.

        The same method tells later that the call was answered and that it ended; what is told
        twice, or by several tabs, stays one record per user and Call-ID.

        :param dict values: what `Told.from_browser` understands; whatever is sent, this does
            not raise because of it
        :return: what ``format_call`` returns, and ``axivox``: what `_shown` returns of an
            outgoing call, `_caller` of an incoming one; False where that cannot be told
        :rtype: dict
        """
        told = Told.from_browser(values)
        try:
            with self.env.cr.savepoint():
                return self._log(told)
        except UniqueViolation as error:
            # Another tab was faster; Odoo tries again, and finds what that tab wrote.
            raise ConcurrencyError("A call is logged by two tabs at once") from error
        except (ConcurrencyError, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception:
            _logger.exception("A call is logged without its caller ID")
        call = self._of_call_id(told.sip_call_id) or self._begin(told, {})
        return {**call.format_call(), "axivox": False}

    @api.model
    @api.readonly
    def preview_call(self, number, res_model=False, res_id=False):
        """What a call would show, before it is placed: see `_shown`."""
        told = Told.from_browser({"phone_number": number, "res_model": res_model, "res_id": res_id})
        return self._shown(told, self._called_record(told))

    def accept_call(self):
        result = super().accept_call()
        self.sudo().outcome = sip.ANSWERED  # sudo: the client may not set it
        return {**result, "outcome": self.outcome}

    def terminate_call(self):
        self._end(self._unanswered(sip.CANCELLED, sip.NO_ANSWER))
        return self.format_call()

    def reject_call(self):
        self._end(self._unanswered(sip.REJECTED, sip.REJECTED))
        return self.format_call()

    def _unanswered(self, outgoing, incoming):
        if self.start_date:
            return sip.ANSWERED
        return incoming if self.type_call == "incoming" else outgoing

    # Logging ----------------------------------------------------------------------------

    @api.model
    def _log(self, told):
        if told.sip_call_id:
            self._one_tab_at_a_time(told.sip_call_id)
        call = self._of_call_id(told.sip_call_id)
        answer = False
        if not call or (told.answered_ago is None and told.ended_ago is None):
            answer, vals = self._incoming(told) if told.incoming else self._outgoing(told)
            call = call or self._begin(told, vals)
        call._progress(told)
        return {**call.format_call(), "axivox": answer}

    @api.model
    def _one_tab_at_a_time(self, sip_call_id):
        """Hold a call for this transaction.

        :raises ConcurrencyError: where another tab holds it: Odoo tries again, in a transaction
            that sees what the other one wrote
        """
        key = f"{LOCK} {self.env.uid} {sip_call_id}"
        lock = SQL("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", key)
        [[is_ours]] = self.env.execute_query(lock)
        if not is_ours:
            raise ConcurrencyError("Another tab tells of this call right now")

    @api.model
    def _of_call_id(self, sip_call_id):
        if not sip_call_id:
            return self.browse()
        mine = [("user_id", "=", self.env.uid), ("sip_call_id", "=", sip_call_id)]
        return self.search(mine, limit=1)

    @api.model
    def _begin(self, told, vals):
        # sudo: fields that only the server sets
        creator = self.sudo()
        call = creator.create(
            {
                "phone_number": told.phone_number,
                "type_call": "incoming" if told.incoming else "outgoing",
                "state": "calling",
                "user_id": self.env.uid,
                "pbx_id": creator.env.user.voip_pbx_id.id,
                "sip_call_id": told.sip_call_id,
                **vals,
            }
        )
        return call.with_env(self.env)

    def _progress(self, told):
        """Write down that a call was answered, or ended, unless another tab knows better."""
        now = fields.Datetime.now()
        start = told.answered_ago is not None and now - timedelta(seconds=told.answered_ago)
        if start and not self.start_date:
            # sudo: the client may not set the outcome
            self.sudo().write(
                {
                    "start_date": start,
                    "end_date": False,
                    "state": "ongoing",
                    "outcome": sip.ANSWERED,
                }
            )
        if told.ended_ago is not None:
            outcome = sip.outcome(
                incoming=told.incoming,
                answered=bool(start),
                ended_here=told.ended_here,
                status=told.status,
                reason=told.reason,
            )
            if outcome == sip.stronger(outcome, self.outcome or outcome):
                self._end(outcome, now - timedelta(seconds=told.ended_ago), start)

    def _end(self, outcome, when=None, start=False):
        """The call is over; the lead or contact that it is about is told so, once.

        :param start: when it was answered, by the same clock as `when`: an earlier telling may
            have come late
        """
        if self.end_date and self.outcome == outcome:
            return
        # sudo: the client may not set the outcome
        self.sudo().write(
            {
                "start_date": start or self.start_date,
                "end_date": when or fields.Datetime.now(),
                "state": STATES[outcome],
                "outcome": outcome,
            }
        )
        about = self.lead_id or self.partner_id
        if about and outcome != sip.ELSEWHERE:
            self._summarize(about)

    def _summarize(self, about):
        """Say in the chatter how the call ended: one line, also where another tab knew less."""
        # sudo: the call is logged also by who may only read the record
        call, about = self.sudo(), about.sudo()
        if call.summary_id:
            call.summary_id.body = escape(self._summary())
        else:
            author = self.env.user.partner_id
            call.summary_id = about._message_log(body=self._summary(), author_id=author.id)

    def _summary(self):
        """:return: the line in the chatter: direction, duration, number shown, outcome"""
        outcomes = dict(self._fields["outcome"]._description_selection(self.env))
        incoming = self.type_call == "incoming"
        parts = [self.env._("Incoming call") if incoming else self.env._("Outgoing call")]
        if self.start_date:
            parts.append(self._duration((self.end_date - self.start_date).total_seconds()))
        if self.caller_id:
            shown = self._international(self.caller_id)
            parts.append(self.env._("shown as %s", shown))
        elif incoming and self.axivox_number_id:
            parts.append(self.env._("to %s", self.axivox_number_id.sudo().display_name))
        parts.append(outcomes[self.outcome])
        return " · ".join(parts)

    def _duration(self, seconds):
        minutes, seconds = divmod(round(seconds), 60)
        if minutes:
            return self.env._("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
        return self.env._("%s s", seconds)

    # Outgoing ---------------------------------------------------------------------------

    @api.model
    def _outgoing(self, told):
        """:return: (what `_shown` returns, the values of the call's fields)"""
        record = self._called_record(told)
        shown = self._shown(told, record)
        is_lead = record._name == "crm.lead"
        partner = record.partner_id._filtered_access("read") if is_lead else record
        if not partner and not is_lead:
            number = (shown and shown["destination"]) or told.phone_number
            partner = self.env["res.partner"]._callers(number)[0][:1]
        vals = {
            "partner_id": partner.id,
            "lead_id": record.id if is_lead else False,
        }
        if shown and not shown["error"]:
            vals |= {
                "caller_id": shown["number"],
                "caller_id_source": shown["source"],
                "axivox_number_id": shown["number_id"],
            }
        return shown, vals

    @api.model
    def _called_record(self, told):
        """:return: the lead or contact that is called, as far as the user may read it"""
        nobody = self.env["res.partner"]
        for model, record_id in filter(None, (told.record, ("res.partner", told.partner_id))):
            if model in ("crm.lead", "res.partner") and record_id:
                record = self.env[model].browse(record_id).exists()
                if record and record.has_access("read"):
                    return record
        return nobody

    @api.model
    def _shown(self, told, record):
        """What the other side of an outgoing call sees, and why.

        :param Told told: the number, and maybe the user's choice for this call
        :param record: the lead or contact that is called, maybe none
        :return: False for a user without an extension; else ``error``, a sentence for what
            cannot be dialled, or ``name``, who is called; ``number`` (E.164) with
            ``number_id``, ``display``, ``label`` (``London``), ``via`` (``rule 0044``),
            ``source`` and ``reason``; ``waiting``, a sentence where *Apply changes* will
            change that; ``destination`` (E.164) and ``country``; ``dial``, what is sent to the
            PBX; ``ask``, whether the number is asked for in the call; ``choices``, the numbers
            (``id``, ``name``, ``display``, ``label``) that may be shown instead
        """
        user = self.env.user
        account_id, line, _company = user._axivox_line()
        if not line:
            return False
        called = told.phone_number, record.country_id.id or None
        try:
            found = user.resolve_caller_id(*called)
            found["waiting"] = user._caller_id_after_apply(*called, found)
        except UserError as error:
            return {"error": str(error), "dial": False, "destination": False}
        # sudo: the names of what is shown by one's own calls are no secret
        account = self.env["axivox.account"].sudo().browse(account_id)
        mine = [("account_id", "=", account_id)]
        extension = account.env["axivox.extension"].search([*mine, ("number", "=", line)])
        is_shown = found["source"] in SHOWN
        choices = extension._choosable() if is_shown else account.env["axivox.number"]
        number = account.env["axivox.number"].search([*mine, ("number", "=", found["number"])])
        if told.chosen_number_id in choices.ids:
            number = choices.browse(told.chosen_number_id)
            found |= {
                "number": number.number,
                "display": self._international(number.number),
                "source": "choice",
                "reason": self.env._("Chosen for this call."),
                "waiting": "",
            }
        elif told.chosen_number_id:
            found["reason"] += " " + self.env._("(The number chosen for this call is not allowed.)")
        return {
            **found,
            "error": "",
            "name": self.env["res.partner"]._name_of(record) or "",
            "number_id": number.id,
            "label": number.name or "",
            "via": self._via(found),
            "country": self._country(found["destination"]).name or "",
            "ask": account.signalling == "ask" and bool(found["number"]),
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

    def _via(self, found):
        if found["source"] == "rule":
            # sudo: the prefix of the rule that decided one's own call is no secret
            rule = self.env["axivox.outgoing.rule"].sudo().browse(found["rule_id"])
            return self.env._("rule %s", rule.destination_prefix) if rule else self.env._("rule")
        return {
            "user": self.env._("your number"),
            "default": self.env._("default number"),
            "choice": self.env._("your choice"),
        }.get(found["source"], "")

    # Incoming ---------------------------------------------------------------------------

    @api.model
    def _incoming(self, told):
        """:return: (what `_caller` returns, the values of the call's fields)"""
        number = self._dialled_number(told)
        partners, leads = self.env["res.partner"]._callers(told.phone_number)
        is_one_lead = len(leads) == 1 and leads.active and leads.won_status == "pending"
        return self._caller(told, partners, leads, number), {
            "partner_id": partners[:1].id,
            "lead_id": is_one_lead and leads.id,
            "axivox_number_id": number.id,
        }

    @api.model
    def _caller(self, told, partners, leads, number):
        """Who calls, as the panel shows it.

        :param Told told:
        :param partners: the contacts with the number, the likeliest first
        :param leads: their leads, the likeliest first
        :param number: the ``axivox.number`` that they dialled, maybe none
        :return: ``kind`` (``known``, ``unknown``, ``internal``, ``withheld`` or ``malformed``),
            ``display`` (the number as people write it), ``country``, ``name``, ``company``,
            ``partner_id``, ``lead`` (``id``, ``name``, ``stage``, ``is_open``), ``last`` (a
            sentence), ``others`` (names), ``dialled`` (``Main line, Belgium``), and
            ``defaults`` (of a new contact or lead)
        """
        partner, lead = partners[:1], leads[:1]
        company = partner.commercial_partner_id - partner
        numbers = dialing.caller_numbers(told.phone_number, self._home())
        country = self._country(numbers and numbers[0])
        colleague = self._colleague(told.phone_number)
        if partner or lead:
            kind = "known"
        elif colleague:
            kind = "internal"
        elif told.is_withheld:
            kind = "withheld"
        else:
            kind = "unknown" if numbers else "malformed"
        display = self._international(numbers[0]) if numbers else told.phone_number
        return {
            "kind": kind,
            "display": display,
            "country": country.name or "",
            "name": partner._name_of(partner)
            or partner._name_of(lead)
            or colleague.display_name
            or "",
            "company": company.name or partner.company_name or "",
            "partner_id": partner.id,
            "lead": {
                "id": lead.id,
                "name": lead.name,
                "stage": lead.stage_id.name or "",
                "is_open": lead.active and lead.won_status == "pending",
            }
            if lead
            else False,
            "last": self._last_talk(partner, lead)._told(),
            "others": (partners[1:] or leads[1:]).mapped("display_name"),
            "dialled": ", ".join(filter(None, [number.name, number.country_id.name])),
            "defaults": {"phone": display, "country_id": country.id},
            "can_create_lead": self.env["crm.lead"].has_access("create"),
        }

    @api.model
    def _dialled_number(self, told):
        """:return: the ``axivox.number`` that the SIP request says was dialled, maybe none"""
        account_id, _line, _company = self.env.user._axivox_line()
        # sudo: what our own numbers stand for is no secret to who answers them
        numbers = self.env["axivox.number"].sudo()
        home = self._home()
        for text in told.dialled:
            candidates = dialing.caller_numbers(text, home)
            mine = [("account_id", "=", account_id), ("number", "in", candidates)]
            if candidates and (found := numbers.search(mine, limit=1)):
                return found
        return numbers

    @api.model
    def _colleague(self, number):
        account_id, _line, _company = self.env.user._axivox_line()
        # sudo: the names of colleagues are no secret
        extensions = self.env["axivox.extension"].sudo()
        return (
            number.isdigit()
            and account_id
            and extensions.search(
                [("account_id", "=", account_id), ("number", "=", number)], limit=1
            )
            or extensions
        )

    @api.model
    def _last_talk(self, partner, lead):
        """:return: the last call in which somebody talked to a contact or about a lead"""
        about = Domain.OR(
            Domain(name, "=", record.id)
            for name, record in (("partner_id", partner), ("lead_id", lead))
            if record
        )
        return self.search(about & Domain("start_date", "!=", False), order="id desc", limit=1)

    def _told(self):
        """:return: a sentence: who talked last, when, and which number was shown"""
        if not self:
            return ""
        day = fields.Datetime.context_timestamp(self, self.start_date).date()
        today = fields.Date.context_today(self)
        when = {
            today: self.env._("today"),
            today - timedelta(days=1): self.env._("yesterday"),
        }.get(day) or format_date(self.env, day)
        if self.caller_id:
            return self.env._(
                "Last call: %(user)s, %(when)s, shown as %(number)s",
                user=self.user_id.name,
                when=when,
                number=self._international(self.caller_id),
            )
        return self.env._("Last call: %(user)s, %(when)s", user=self.user_id.name, when=when)

    # Numbers ----------------------------------------------------------------------------

    @api.model
    def _home(self):
        """:return: the region (ISO 3166 code) that the user calls from, or None"""
        _account, _line, company_id = self.env.user._axivox_line()
        # sudo: the company's country is no secret
        return self.env["res.company"].sudo().browse(company_id).country_id.code or None

    @api.model
    def _country(self, number):
        """:return: the ``res.country`` of an E.164 number, maybe none"""
        region = dialing.region_of(number) if number else None
        countries = self.env["res.country"]
        return countries.search([("code", "=", region)]) if region else countries

    @api.model
    def _international(self, number):
        return dialing.international(number) if number else ""
