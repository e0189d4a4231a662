"""Why calls did not show what was promised: looked into by the scheduler, and told to managers."""

from datetime import timedelta
from itertools import dropwhile, pairwise

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import NO_ACCESS
from odoo.tools import format_datetime, formatLang

from odoo.addons.axivox_caller_id.callerid import dialing
from odoo.addons.axivox_caller_id.callerid.explain import explain, supposed, telling_call
from odoo.addons.axivox_caller_id.callerid.policy import Policy

from .. import messages

HEARD = 10_000  # calls, the newest
EARLIER = 20  # versions
REASONS, ALIKE = 5, 4  # that are told
ENOUGH = 3  # calls that differ: from then on, it is told
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
        help="Found by trying which single thing at Axivox would make calls be shown as they were.",
    )
    calls_explained = fields.Json(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="What the last look at the calls found: see `_look_into_calls`.",
    )

    @api.depends("calls_explained", "applied_ids")
    @api.depends_context("lang", "tz", "uid")
    def _compute_likely_reasons(self):
        for account in self:
            reasons = account._likely_reasons(account._explained_now())
            account.likely_reasons = "\n".join(reasons)

    def explain_calls(self):
        """Look at the calls since the last apply now.

        :return: a sentence for each of the likeliest reasons why some were not shown as promised,
            the likeliest first
        :rtype: list[str]
        :raises AccessError: for who may not save the settings
        """
        self.ensure_one()
        self.check_access("write")
        return self._likely_reasons(self._look_into_calls())

    @api.model
    def _cron_look_into_calls(self):
        for account in self.search([("active", "=", True)]):
            self.env["axivox.sync"]._retry(lambda a=account: a.exists()._look_into_calls())

    @api.model
    def _look_into_calls_soon(self, delay=SOON):
        """Have the scheduler look at the calls, once, however many are written till then."""
        # sudo: when it does is said here only
        cron = self.sudo().env.ref(CRON, raise_if_not_found=False)
        mine = cron and [("cron_id", "=", cron.id)]
        if mine and not cron.env["ir.cron.trigger"].search_count(mine, limit=1):
            cron._trigger(at=fields.Datetime.now() + delay)

    def _look_into_calls(self):
        """Find out why calls since the last apply differ, keep it, and tell managers what is new.

        ``calls_explained`` has ``applied``, the id of the version that the calls are of; what
        `_explain` gives; and ``told``, the reasons of which there was an activity.

        :return: what it is then
        """
        # sudo: what calls tell of the settings is told to who may save them; not whose calls
        account = self.sudo()
        applied, known = account._last_applied(), account._explained_now()
        found = {
            "applied": applied.id,
            "told": [*known.get("told", ())],
            **account._explain(applied),
        }
        is_new = account._is_to_be_told(found) and account._essence(found) not in found["told"]
        if is_new:
            found["told"].append(account._essence(found))
        if found != account.calls_explained:
            account._remember(calls_explained=found)
        if is_new:
            account._tell(found)
        elif not account._is_to_be_told(found):
            account.activity_unlink([ACTIVITY])
        return found

    def _explain(self, applied):
        """
        :param applied: the ``axivox.applied`` that the calls followed
        :return: how many calls ``differ``, and how many of these a forward does not explain
            (``suspect``); ``reasons``, the likeliest: dicts with ``kind`` and ``subject`` as in
            ``explain``, ``number`` (what is supposed), ``before`` (when the changes were applied
            that an older version is without), ``explains``, ``of``, ``alike`` (such dicts) and
            ``telling`` (the test call, extension and E.164, that tells it from one of these)
        """
        if not (stored := self._applied()):
            return {"differ": 0, "suspect": 0, "reasons": []}
        numbers = self.env["axivox.number"].with_context(active_test=False)
        numbers = numbers.search([("account_id", "=", self.id)])
        withdrawn = frozenset(n.number for n in numbers if not n.active)
        promised = stored.without(withdrawn)
        heard = self._calls_heard(applied, promised)
        earlier = self._earlier(promised, withdrawn)

        def why(calls):
            return explain(
                promised,
                calls,
                earlier=[settings for settings, _undone in earlier],
                saved=self._ours(),
                known_numbers=numbers.mapped("number"),
            )

        calls = [shown for shown, _verdict in heard]
        found = why(calls)
        if found and found[0].kind in ELSEWHERE:
            # Somebody may have changed the console since: what was right before says nothing then.
            since = dropwhile(lambda call: call[1] != "different", heard)
            later = [shown for shown, _verdict in since]
            if (found_later := why(later))[0].kind not in ELSEWHERE:
                found, calls = found_later, later

        def told(explanation):
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
        for explanation in found[:REASONS]:
            alike = explanation.alike[:ALIKE]
            tests = (telling_call(promised, calls, explanation, other) for other in alike)
            telling = next(filter(None, tests), None)
            reasons.append(
                {
                    **told(explanation),
                    "alike": [told(other) for other in alike],
                    "telling": telling and list(telling),
                }
            )
        differ = found[0].of if found else 0
        forwarded = sum(e.explains for e in found if e.kind == "forwarded")
        return {"differ": differ, "suspect": differ - forwarded, "reasons": reasons}

    def _earlier(self, promised, withdrawn):
        """:return: (settings, the ``axivox.applied`` that replaced them) of earlier versions, the
        newest first, each once
        """
        versions = self.env["axivox.applied"].search(
            [("account_id", "=", self.id)], limit=EARLIER + 1
        )
        earlier = []
        for replaced_by, version in pairwise(versions):
            settings = version._read_settings().without(withdrawn)
            if settings not in (promised, *(known for known, _by in earlier)):
                earlier.append((settings, replaced_by))
        return earlier

    def _calls_heard(self, applied, promised):
        """:return: ((extension, destination, shown), verdict) of the newest calls that followed
        this version, the oldest first, as far as its promise was that of these settings: no number
        was chosen for them
        """
        policy = Policy(promised)
        # sudo: see _look_into_calls
        calls = self.env["axivox.call"].search_fetch(
            [
                ("axivox_applied_id", "=", applied.id),
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
            limit=HEARD,
        )
        heard = []
        for call in reversed(calls):
            extension, called = call.caller_id_extension, call.caller_id_destination
            destination = dialing.Destination(dialing.EXTERNAL, "", called)
            number = policy.caller_id(extension, destination).number
            if number == (call.caller_id_promised or None):
                shown = extension, called, call.caller_id_shown
                heard.append((shown, call.caller_id_verdict))
        return heard

    def _explained_now(self):
        """:return: what the last look at the calls found, where it is of the version that runs;
        else an empty dict
        """
        # sudo: see _look_into_calls
        found = self.sudo().calls_explained or {}
        return found if found.get("applied") == self._last_applied().id else {}

    def _likely_reasons(self, found):
        reasons = found.get("reasons", ())
        causes = [cause for reason in reasons for cause in (reason, *reason["alike"])]
        called_from = [reason["telling"][0] for reason in reasons if reason["telling"]]
        subjects = [cause["subject"] for cause in causes if isinstance(cause["subject"], str)]
        names = self._names([*called_from, *subjects])
        return [messages.reason(self.env, reason, names) for reason in reasons]

    @api.model
    def _is_to_be_told(self, found):
        """:return: whether managers are to look at it: a forward or a queue may place calls too,
        and one call says little
        """
        if not found["differ"]:
            return False
        first = found["reasons"][0]
        kinds = {cause["kind"] for cause in (first, *first["alike"])}
        fits_all = first["explains"] == first["of"] and ELSEWHERE.isdisjoint(kinds)
        return fits_all or found["suspect"] >= ENOUGH

    @api.model
    def _essence(self, found):
        """:return: what makes the first reason the same, however many calls it explains"""
        return [found["reasons"][0][name] for name in ("kind", "subject", "number")]

    def _tell(self, found):
        """Have one manager look at it: who applied last, if they still may."""
        manager = self._last_applied().create_uid
        managers = self.env.ref("axivox_caller_id.group_manager").all_user_ids.filtered(
            lambda user: self.company_id in user.company_ids
        )
        if manager not in managers:
            manager = managers.sorted("id")[:1]
        account = self.with_context(lang=manager.lang, tz=manager.tz)
        note = Markup("<br/>").join(account._found_in_words(found))
        if activities := account.activity_search([ACTIVITY]):
            activities.note = note
        else:
            account.activity_schedule(ACTIVITY, user_id=manager.id, note=note)

    def _found_in_words(self, found):
        """:return: sentences: how many calls differ since which apply, and why"""
        applied = self.env["axivox.applied"].browse(found["applied"])
        differ = self.env._(
            "Calls since the changes of %(time)s that did not show the promised number: %(count)s.",
            time=format_datetime(self.env, applied.create_date, dt_format="medium"),
            count=formatLang(self.env, found["differ"], 0),
        )
        return [differ, *self._likely_reasons(found)]

    def _settings_warnings(self):
        yield from super()._settings_warnings()
        found = self.has_access("write") and self._explained_now()
        if found and self._is_to_be_told(found):
            calls = [("axivox_applied_id", "=", found["applied"])]
            yield "\n".join(self._found_in_words(found)), self._open_calls(calls, "different")

    def _record_applied(self, *args, **kwargs):
        result = super()._record_applied(*args, **kwargs)
        # What calls showed before says nothing of what runs now.
        # sudo: the activity may be another manager's
        self.sudo().activity_unlink([ACTIVITY])
        return result
