"""Explains why calls did not show what was promised: found by the scheduler, told to a manager."""

from datetime import timedelta
from itertools import dropwhile, pairwise

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import format_datetime, formatLang

from odoo.addons.axivox_caller_id.callerid import dialing
from odoo.addons.axivox_caller_id.callerid.explain import explain, supposed, telling_call
from odoo.addons.axivox_caller_id.callerid.policy import Policy, Settings

from .. import messages

MOST_CALLS = 10_000  # calls, the newest
EARLIER = 20  # versions
REASONS, ALIKE = 5, 4  # reasons kept, and equally good ones kept with each
ENOUGH = 3  # differing calls that no forward explains: from this many on, a manager is told
SOON = timedelta(minutes=1)
ELSEWHERE = {"forwarded", "other"}  # kinds that are not about the settings
CRON = "axivox_caller_id_call_log.axivox_calls_cron"
ACTIVITY = "axivox_caller_id_call_log.axivox_calls_activity_type"


class AxivoxAccount(models.Model):
    _name = "axivox.account"
    _inherit = ["axivox.account", "mail.activity.mixin"]

    likely_reasons = fields.Text(
        string="Likeliest reasons",
        compute="_compute_likely_reasons",
        groups="axivox_caller_id.group_editor",
        help="Found by trying which single difference at Axivox would explain the numbers that "
        "were shown.",
    )
    # As `_update_explanation` writes it.
    calls_explained = fields.Json(readonly=True, copy=False, groups=NO_ACCESS)

    @api.depends("calls_explained", "applied_ids")
    @api.depends_context("lang", "tz", "uid")
    def _compute_likely_reasons(self):
        for account in self:
            reasons = account._likely_reasons(account._current_explanation())
            account.likely_reasons = "\n".join(reasons)

    def explain_calls(self):
        """Explain the calls since the last apply now.

        :return: a sentence for each of the likeliest reasons why some were not shown as promised,
            the likeliest first
        :rtype: list[str]
        :raises AccessError: if the user may not save the settings
        """
        self.ensure_one()
        self.check_access("write")
        return self._likely_reasons(self._update_explanation())

    @api.model
    def _cron_look_into_calls(self):
        for account in self.search([("active", "=", True)]):
            self.env["axivox.sync"]._retry(lambda a=account: a.exists()._update_explanation())

    @api.model
    def _look_into_calls_soon(self, delay=SOON):
        """Have the scheduler look at the calls, once, however many are written until then."""
        # sudo: only triggers the job
        cron = self.sudo().env.ref(CRON, raise_if_not_found=False)
        now = fields.Datetime.now()
        # A trigger is seen while its run goes on, which may not see what is written now.
        later = cron and [("cron_id", "=", cron.id), ("call_at", ">", now + SOON / 2)]
        if later and not cron.env["ir.cron.trigger"].search_count(later, limit=1):
            cron._trigger(at=now + delay)

    def _update_explanation(self):
        """Find out why calls since the last apply differ, store it, and tell a manager if it is
        new.

        ``calls_explained`` has ``applied``, the id of the version that the calls followed; what
        `_explain` returns; and ``told``, the keys of the reasons of which a manager was told.

        :return: the new ``calls_explained``
        :rtype: dict
        """
        # sudo: what calls say about the settings, for those who may save them; not whose calls
        account = self.sudo()
        applied, known = account._last_applied(), account._current_explanation()
        explanation = {
            "applied": applied.id,
            "told": [*known.get("told", ())],
            **account._explain(applied),
        }
        is_new = (
            account._needs_attention(explanation)
            and account._first_reason_key(explanation) not in explanation["told"]
        )
        if is_new:
            explanation["told"].append(account._first_reason_key(explanation))
        if explanation != account.calls_explained:
            account._remember(calls_explained=explanation)
        if is_new:
            account._notify_manager(explanation)
        elif not account._needs_attention(explanation):
            account.activity_unlink([ACTIVITY])
        return explanation

    def _explain(self, applied):
        """Find the likeliest reasons why calls differ.

        :param applied: the ``axivox.applied`` that the calls followed
        :return: how many calls ``differ``, and how many of these no forward explains (``suspect``);
            ``reasons``, the likeliest first: dicts with ``kind`` and ``subject`` as in ``explain``,
            ``number`` (the supposed value), ``before`` (when the changes were applied that an older
            version lacks), ``explains``, ``of``, ``alike`` (such dicts) and ``telling`` (the
            extension and E.164 destination of a test call that tells it from one of these)
        :rtype: dict
        """
        if not (stored := self._applied()):
            return {"differ": 0, "suspect": 0, "reasons": []}
        numbers = self.env["axivox.number"].with_context(active_test=False)
        numbers = numbers.search([("account_id", "=", self.id)])
        withdrawn = frozenset(n.number for n in numbers if not n.active)
        promised = stored.without(withdrawn)
        observed = self._observed_calls(applied, promised)
        earlier = self._earlier(promised, withdrawn)

        def explanations_of(calls):
            return explain(
                promised,
                calls,
                earlier=[settings for settings, _undone in earlier],
                saved=self._ours(),
                known_numbers=numbers.mapped("number"),
            )

        calls = [shown for shown, _verdict in observed]
        explanations = explanations_of(calls)
        if explanations and explanations[0].kind in ELSEWHERE:
            # The console may have been changed since: earlier calls then say nothing.
            since = dropwhile(lambda call: call[1] != "different", observed)
            later = [shown for shown, _verdict in since]
            if (explanations_later := explanations_of(later))[0].kind not in ELSEWHERE:
                explanations, calls = explanations_later, later

        def as_dict(explanation):
            kind, subject = explanation.kind, explanation.subject
            before = earlier[subject][1].create_date if kind == "older_version" else None
            return {
                "kind": kind,
                "subject": list(subject) if kind == "rule_order" else subject,
                "number": supposed(promised, calls, explanation),
                "before": before and fields.Datetime.to_string(before),
                "explains": explanation.explains,
                "of": explanation.of,
            }

        reasons = []
        for explanation in explanations[:REASONS]:
            alike = explanation.alike[:ALIKE]
            tests = (telling_call(promised, calls, explanation, other) for other in alike)
            telling = next(filter(None, tests), None)
            reasons.append(
                {
                    **as_dict(explanation),
                    "alike": [as_dict(other) for other in alike],
                    "telling": telling and list(telling),
                }
            )
        differ = explanations[0].of if explanations else 0
        forwarded = sum(e.explains for e in explanations if e.kind == "forwarded")
        return {"differ": differ, "suspect": differ - forwarded, "reasons": reasons}

    def _earlier(self, promised, withdrawn):
        """Return (settings, the ``axivox.applied`` that replaced them) of earlier versions, the
        newest first, each once."""
        versions = self.env["axivox.applied"].search(
            [("account_id", "=", self.id)], limit=EARLIER + 1
        )
        earlier = []
        for replaced_by, version in pairwise(versions):
            settings = (version._read_settings() or Settings()).without(withdrawn)
            if settings not in (promised, *(known for known, _by in earlier)):
                earlier.append((settings, replaced_by))
        return earlier

    def _observed_calls(self, applied, promised):
        """Return ((extension, destination, shown), verdict) of the newest calls that followed this
        version, the oldest first. Calls for which a number was chosen are left out: the settings
        did not promise theirs."""
        policy = Policy(promised)
        # sudo: see _update_explanation
        calls = self.env["axivox.call"].search_fetch(
            [
                *self._calls_since(applied),
                ("caller_id_verdict", "in", ("as_promised", "different")),
            ],
            [
                "caller_id_extension",
                "caller_id_destination",
                "caller_id_promised",
                "caller_id_shown",
                "caller_id_verdict",
            ],
            order="start_date desc, id desc",
            limit=MOST_CALLS,
        )
        observed = []
        for call in reversed(calls):
            extension, called = call.caller_id_extension, call.caller_id_destination
            destination = dialing.Destination(dialing.EXTERNAL, "", called)
            number = policy.caller_id(extension, destination).number
            if number == (call.caller_id_promised or None):
                shown = extension, called, call.caller_id_shown
                observed.append((shown, call.caller_id_verdict))
        return observed

    def _calls_since(self, applied):
        """Return the domain of the calls that followed the version that runs.

        :param applied: the ``axivox.applied`` of that version
        """
        # A call's start has no fraction of a second.
        since = applied.create_date.replace(microsecond=0)
        return [("axivox_account_id", "=", self.id), ("start_date", ">=", since)]

    def _current_explanation(self):
        """Return ``calls_explained`` if it is about the version that runs, else an empty dict."""
        # sudo: see _update_explanation
        explanation = self.sudo().calls_explained or {}
        return explanation if explanation.get("applied") == self._last_applied().id else {}

    def _likely_reasons(self, explanation):
        reasons = explanation.get("reasons", ())
        names = self._names()
        return [messages.reason(self.env, reason, names) for reason in reasons]

    @api.model
    def _needs_attention(self, explanation):
        """Return whether a manager should look at it. Forwards and queues place calls too, and a
        single call says little."""
        if not explanation["differ"]:
            return False
        first = explanation["reasons"][0]
        kinds = {cause["kind"] for cause in (first, *first["alike"])}
        fits_all = first["explains"] == first["of"] and ELSEWHERE.isdisjoint(kinds)
        return fits_all or explanation["suspect"] >= ENOUGH

    @api.model
    def _first_reason_key(self, explanation):
        """Return what identifies the first reason, however many calls it explains."""
        return [explanation["reasons"][0][name] for name in ("kind", "subject", "number")]

    def _notify_manager(self, explanation):
        """Schedule an activity for one manager, preferably the one who applied last."""
        manager = self._last_applied().create_uid
        managers = self.env.ref("axivox_caller_id.group_manager").all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        )
        if manager not in managers:
            manager = managers.sorted("id")[:1]
        account = self.with_context(lang=manager.lang, tz=manager.tz)
        note = Markup("<br/>").join(account._explanation_in_words(explanation))
        if activities := account.activity_search([ACTIVITY]):
            activities.note = note
        else:
            account.activity_schedule(ACTIVITY, user_id=manager.id, note=note)

    def _explanation_in_words(self, explanation):
        """Return sentences on how many calls differ since which apply, and why."""
        applied = self.env["axivox.applied"].browse(explanation["applied"])
        differ = self.env._(
            "Calls since the changes of %(time)s that did not show the promised number: %(count)s.",
            time=format_datetime(self.env, applied.create_date, dt_format="medium"),
            count=formatLang(self.env, explanation["differ"], 0),
        )
        return [differ, *self._likely_reasons(explanation)]

    def _settings_warnings(self):
        yield from super()._settings_warnings()
        explanation = self.has_access("write") and self._current_explanation()
        if explanation and self._needs_attention(explanation):
            calls = self._calls_since(self._last_applied())
            yield (
                "\n".join(self._explanation_in_words(explanation)),
                self._open_calls(calls, "different"),
            )

    def _record_applied(self, *args, **kwargs):
        result = super()._record_applied(*args, **kwargs)
        # Earlier calls say nothing about what runs now.
        # sudo: the activity may be another manager's
        self.sudo().activity_unlink([ACTIVITY])
        return result
