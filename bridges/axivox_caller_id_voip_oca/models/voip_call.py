import logging
import time
from datetime import timedelta

from markupsafe import escape
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import NO_ACCESS, Domain
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL
from odoo.tools.misc import format_date

from odoo.addons.axivox_caller_id.callerid import dialing

from ..sip import outcome as sip
from ..sip.told import Told

_logger = logging.getLogger(__name__)

LOCK = "axivox_caller_id_voip_oca"  # whose advisory locks these are
PATIENCE = 1.5  # seconds that one tab waits for another that tells of the same call
PAUSE = 0.02  # seconds between two looks
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
    """A log: what the widget tells of the calls of its own user, and nobody writes by hand."""

    _name = "voip.call"
    _inherit = ["voip.call", "axivox.guarded"]
    _for_life = frozenset({"user_id", "company_id", "account_id"})

    phone_number = fields.Char(readonly=True)
    type_call = fields.Selection(readonly=True)
    state = fields.Selection(readonly=True)
    pbx_id = fields.Many2one(readonly=True)
    start_date = fields.Datetime(readonly=True)
    end_date = fields.Datetime(readonly=True)
    activity_name = fields.Char(readonly=True)
    partner_id = fields.Many2one(readonly=True)
    user_id = fields.Many2one(readonly=True)
    company_id = fields.Many2one(
        "res.company",
        compute="_compute_account_id",
        store=True,
        precompute=True,
        index=True,
        ondelete="restrict",
        help="The company that its user called for, whatever they do later.",
    )
    account_id = fields.Many2one(
        "axivox.account",
        string="Axivox account",
        compute="_compute_account_id",
        store=True,
        precompute=True,
        index="btree_not_null",
        ondelete="set null",
    )
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
        compute="_compute_lead_id",
        search="_search_lead_id",
        help="For who may open it: a link alone tells its name.",
    )
    logged_lead_id = fields.Many2one(
        "crm.lead",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups=NO_ACCESS,
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
        groups=NO_ACCESS,
    )

    _sip_call_id_unique = models.UniqueIndex(
        "(user_id, sip_call_id) WHERE sip_call_id IS NOT NULL",
        "This call of this user is logged already.",
    )

    def _compute_account_id(self):
        """What a call is made from is looked up once, when it is made."""
        for call in self:
            line = call.user_id._axivox_line()
            call.account_id, call.company_id = line.account_id, line.company_id

    @api.depends("logged_lead_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_lead_id(self):
        # sudo: which leads there are; those that the reader may not open are taken out again
        known = self.sudo().logged_lead_id.sudo(self.env.su)._filtered_access("read")
        for call in self:
            call.lead_id = known & call.sudo().logged_lead_id

    def _search_lead_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        leads = self.env["crm.lead"].with_context(active_test=False)
        if not leads.has_access("read"):
            return Domain(False in value)

        def about(domain):
            # sudo: only leads that the reader finds are looked for
            calls = self.sudo()._search([("logged_lead_id", "in", leads._search(domain))])
            return Domain("id", "in", calls)

        found = about([("id", "in", list(value))])
        return found | ~about([]) if False in value else found

    @api.depends("state", "partner_id.name", "phone_number")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_display_name(self):
        states = dict(self._fields["state"]._description_selection(self.env))
        contacts = self.partner_id._filtered_access("read")
        for call in self:
            name = (call.partner_id & contacts).display_name or call.phone_number
            call.display_name = f"{states.get(call.state)} - {name}"

    def format_call(self):
        self.check_access("read")
        # sudo: a contact whom one may not open any more hides no call of one's own; told is below
        formatted = super(VoipCall, self.sudo()).format_call()
        contact = self.partner_id._filtered_access("read")
        return {
            **formatted,
            "display_name": self.display_name,
            "partner": contact.format_partner() if contact else False,
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
        :raises AccessError: for who has no calls: visitors, portal users
        """
        self.check_access("read")
        told = Told.from_browser(values)
        calls = self._in_server_context()
        # What others wrote in this transaction is theirs to repeat.
        self.env.flush_all()
        until = time.monotonic() + PATIENCE
        while True:
            is_ours, may_start_over = calls._one_tab_at_a_time(told.sip_call_id)
            lost = None
            if is_ours:
                try:
                    return calls._tell(told)
                except (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY) as error:
                    lost = error  # another tab was faster: what it wrote is not seen from here
            if not may_start_over or time.monotonic() > until:
                # Odoo tries again, in a transaction that sees what the other one wrote.
                raise ConcurrencyError("Another tab tells of this call right now") from lost
            calls._start_over()

    @api.model
    def _tell(self, told):
        try:
            with self.env.cr.savepoint():
                return self._log(told)
        except (UniqueViolation, *PG_CONCURRENCY_EXCEPTIONS_TO_RETRY):
            raise
        except Exception:
            _logger.exception("A call is logged without its caller ID")
        call = self._of_call_id(told.sip_call_id) or self._begin(told, {})
        return {**call.format_call(), "axivox": False}

    @api.model
    @api.readonly
    def preview_call(self, number, res_model=False, res_id=False):
        """What a call would show, before it is placed: see `_shown`."""
        self.check_access("read")
        told = Told.from_browser({"phone_number": number, "res_model": res_model, "res_id": res_id})
        calls = self._in_server_context()
        return calls._shown(told, calls._called_record(told))

    def accept_call(self):
        call = self._of_its_user()
        if not call.start_date and not call.end_date:
            call._answered(fields.Datetime.now())
        return self.format_call()

    def terminate_call(self):
        return self._end_by_hand(sip.CANCELLED, sip.NO_ANSWER)

    def reject_call(self):
        return self._end_by_hand(sip.REJECTED, sip.REJECTED)

    def _end_by_hand(self, outgoing, incoming):
        call = self._of_its_user()
        if not call.end_date:
            unanswered = incoming if call.type_call == "incoming" else outgoing
            call._end(sip.ANSWERED if call.start_date else unanswered)
        return self.format_call()

    def _of_its_user(self):
        """:return: this call, with nothing of a client in its context
        :raises AccessError: for anybody but who is in the call
        """
        self.ensure_one()
        self.check_access("read")
        if self.user_id != self.env.user and not self.env.su:
            raise AccessError(self.env._("Only who is in a call tells what becomes of it."))
        return self._in_server_context()

    # Logging ----------------------------------------------------------------------------

    @api.model
    def _log(self, told):
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

        :return: (whether no other tab holds it, whether `_start_over` loses nothing)
        """
        if not sip_call_id:
            return True, False
        key = f"{LOCK} {self.env.uid} {sip_call_id}"
        [told] = self.env.execute_query(
            SQL(
                "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0)), "
                "pg_current_xact_id_if_assigned() IS NULL",
                key,
            )
        )
        return told

    @api.model
    def _start_over(self):
        """Wait a moment for another tab, in a transaction that sees what it writes.

        Odoo would repeat the request too, but after up to four seconds, all of which a worker
        is held.
        """
        self.env.cr.rollback()
        self.env.transaction.reset()
        self.env.registry.reset_changes()
        time.sleep(PAUSE)

    @api.model
    def _of_call_id(self, sip_call_id):
        if not sip_call_id:
            return self.browse()
        mine = [("user_id", "=", self.env.uid), ("sip_call_id", "=", sip_call_id)]
        return self.search(mine, limit=1)

    @api.model
    def _begin(self, told, vals):
        # sudo: no client writes a call; this one is the user's own
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
            self._answered(start)
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

    def _answered(self, when):
        # sudo: no client writes a call; this is the call of who tells
        self.sudo().write(
            {"start_date": when, "end_date": False, "state": "ongoing", "outcome": sip.ANSWERED}
        )

    def _end(self, outcome, when=None, start=False):
        """The call is over; the lead or contact that it is about is told so, once.

        :param start: when it was answered, by the same clock as `when`: an earlier telling may
            have come late
        """
        if self.end_date and self.outcome == outcome:
            return
        # sudo: no client writes a call; this is the call of who tells
        call = self.sudo()
        call.write(
            {
                "start_date": start or self.start_date,
                "end_date": when or fields.Datetime.now(),
                "state": STATES[outcome],
                "outcome": outcome,
            }
        )
        about = call.logged_lead_id or call.partner_id
        if about and outcome != sip.ELSEWHERE:
            self._summarize(about)

    def _summarize(self, about):
        """Say in the chatter how the call ended: one line, also where another tab knew less."""
        # sudo: the call is logged also by who may only read the record
        call = self.sudo()
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
            "logged_lead_id": record.id if is_lead else False,
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
        line = user._axivox_line()
        if not line.extension:
            return False
        called = told.phone_number, record.country_id.id or None
        try:
            account, (now, after) = user._resolve(*called, "applied", "saved")
        except UserError as error:
            return {"error": str(error), "dial": False, "destination": False}
        found = {**account._answer(now), "waiting": account._after_apply(now, after)}
        # sudo: the names of what is shown by one's own calls are no secret
        account = account.sudo()
        extension = account.env["axivox.extension"].browse(line.extension_id)
        is_shown = found["source"] in SHOWN
        choices = extension._choosable() if is_shown else account.env["axivox.number"]
        number = account.env["axivox.number"].browse(now.number_id or [])
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
            "ask": account.signalling == "ask" and dialing.is_e164(found["number"]),
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
            return self.env._("rule %s", found["rule_prefix"])
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
            "logged_lead_id": is_one_lead and leads.id,
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
        company = (partner.commercial_partner_id - partner)._filtered_access("read")
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
        account_id = self.env.user._axivox_line().account_id
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
        account_id = self.env.user._axivox_line().account_id
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
        """The last call in which a colleague talked to a contact, or about a lead, that the reader
        may read.
        """
        if not self.has_access("read"):
            return self.browse()
        about = Domain.OR(
            Domain(name, "=", record.id)
            for name, record in (("partner_id", partner), ("logged_lead_id", lead))
            if record
        )
        about &= Domain("start_date", "!=", False)
        about &= Domain("company_id", "in", self.env.companies.ids)
        # sudo: who of one's own company called last, and when, is what colleagues tell each other
        return self.sudo().search(about, order="id desc", limit=1)

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
        return self.env.user._axivox_line().region or None

    @api.model
    def _country(self, number):
        """:return: the ``res.country`` of an E.164 number, maybe none"""
        region = dialing.region_of(number) if number else None
        countries = self.env["res.country"]
        return countries.search([("code", "=", region)]) if region else countries

    @api.model
    def _international(self, number):
        return dialing.international(number) if number else ""
