"""Decides which number a call shows, and why. It is asked for every call, so it runs no SQL once
the answers are cached."""

from typing import NamedTuple

from odoo import api, models, tools
from odoo.exceptions import UserError

from .. import messages
from ..callerid import dialing
from ..callerid.policy import NONE, CallerId, Policy, Settings


class Prepared(NamedTuple):
    """What every call of an account needs, kept in the registry's cache."""

    policy: Policy
    dial_format: str = "00"
    never_applied: bool = False  # the saved settings stand in for the applied ones
    number_ids: dict = {}  # {E.164: id of axivox.number}
    labels: dict = {}  # {E.164: what people call the number}
    more: dict = {}  # what a widget's bridge needs of the account


class Resolution(NamedTuple):
    """What a call to one dialled number shows, with everything that is needed to explain it."""

    extension: str  # the caller's, or False
    destination: dialing.Destination
    caller_id: CallerId  # its rule's key is the id of an axivox.outgoing.rule
    prepared: Prepared

    @property
    def number_id(self):
        """The id of the ``axivox.number`` that is shown, or False."""
        return self.prepared.number_ids.get(self.caller_id.number, False)

    @property
    def label(self):
        """The label of the number that is shown, such as ``London``, or an empty string."""
        return self.prepared.labels.get(self.caller_id.number) or ""

    @property
    def dial(self):
        """What is sent to the PBX."""
        return self.destination.dial(self.prepared.dial_format)


class AxivoxAccount(models.Model):
    _inherit = "axivox.account"

    @api.readonly
    def try_call(self, extension_id, number, country_id=False):
        """Return what a call would show, now and after *Apply changes*, and why.

        :param int extension_id: the caller's, an id of ``axivox.extension``
        :param str number: as it was typed
        :param int country_id: the called record's country, or False
        :return: only ``error``, a sentence, if the call cannot be tried; else ``destination`` (as
            people write it), ``dial`` (what is sent to the PBX), ``now`` and ``after`` (see
            ``res.users.resolve_caller_id``), ``never_applied``, ``rules`` (of those that match, in
            order, dicts with ``id``, ``prefix``, ``name``, ``number``, ``decides`` and ``why``),
            ``hidden_rules`` (how many rules are for other destinations) and ``keep`` (see
            `_as_test_case`; False if the user may not keep it)
        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        extension = self.env["axivox.extension"].browse(extension_id)
        extension.check_access("read")
        if extension.account_id - self:
            return {"error": self.env._("This user belongs to another account.")}
        try:
            now, after = self._resolve(extension.number, number, country_id, "applied", "saved")
        except UserError as error:
            return {"error": str(error)}
        saved, destination = after.prepared.policy, after.destination
        why = {
            passed.rule.key: passed for passed in saved.passed_over(extension.number, destination)
        }
        team = extension.follows_team and extension.team
        reason = self._reason(after, team)
        elsewhere = {
            key for key, passed in why.items() if passed.why in ("other_destination", "no_rules")
        }
        labels = {number.number: number.display_name for number in self.number_ids}
        return {
            "error": False,
            "destination": messages.destination(self.env, destination),
            "dial": after.dial,
            "now": self._answer(now),
            "after": self._answer(after, team),
            "never_applied": now.prepared.never_applied,
            "rules": [
                {
                    "id": rule.key,
                    "prefix": rule.prefix,
                    "name": messages.destinations(self.env, rule.prefix),
                    "number": labels.get(rule.number, dialing.international(rule.number)),
                    "decides": rule.key not in why,
                    "why": messages.passed_over(self.env, why[rule.key])
                    if rule.key in why
                    else reason,
                }
                for rule in saved.settings.rules
                if rule.key not in elsewhere
            ],
            "hidden_rules": len(elsewhere) if destination.kind == dialing.EXTERNAL else 0,
            "keep": self._may_keep() and self._as_test_case(extension_id, after),
        }

    def _resolve(self, extension, number, country, *which, home=None):
        """Return what a call shows; the number is parsed once for all settings, if possible.

        :param str extension: the caller's, such as ``201``, or False
        :param str number: as it was typed
        :param country: see `_region`
        :param str which: the settings to use, ``applied`` or ``saved``
        :param str home: region (ISO 3166 code) of a caller without an account
        :return: a Resolution for each of these settings
        :rtype: list[Resolution]
        :raises UserError: if it is no telephone number
        """
        resolutions, destination, reader = [], None, None
        for settings in which:
            prepared = self._prepared(settings) if self else Prepared(Policy(Settings(), home))
            policy = prepared.policy
            if reader is None or not policy.reads_like(reader, destination):
                try:
                    reader = policy
                    destination = policy.read(number, self._region(country))
                except dialing.NotDiallableError as error:
                    raise UserError(messages.number_error(self.env, error)) from error
            if extension or destination.kind != dialing.EXTERNAL:
                answer = policy.caller_id(extension, destination)
            else:
                answer = CallerId(None, NONE)
            resolutions.append(Resolution(extension, destination, answer, prepared))
        return resolutions

    def _answer(self, resolution, team=None):
        """Return what ``res.users.resolve_caller_id`` returns.

        :param Resolution resolution:
        :param str team: the sales team that the outgoing number comes from, if known
        """
        answer = resolution.caller_id
        return {
            "number": answer.number or False,
            "display": dialing.international(answer.number) if answer.number else "",
            "source": answer.source,
            "rule_id": answer.rule.key if answer.rule else False,
            "rule_prefix": answer.rule.prefix if answer.rule else False,
            "destination": resolution.destination.e164 or False,
            "dial": resolution.dial,
            "reason": self._reason(resolution, team),
        }

    def _shown(self, now, after):
        """Return what the caller is told about a call.

        :param Resolution now: by the applied settings
        :param Resolution after: by the saved ones
        :return: what ``res.users.resolve_caller_id`` returns, the ``number_id`` and ``label``
            (``London``) of the number, ``via`` (what decided, such as ``rule 0044``), and
            ``pending``, a sentence if *Apply changes* will change what is shown, else empty
        :rtype: dict
        """
        answer = self._answer(now)
        via = {
            "rule": self.env._("rule %s", answer["rule_prefix"]),
            "user": self.env._("your number"),
            "default": self.env._("default number"),
        }
        return {
            **answer,
            "number_id": now.number_id,
            "label": now.label,
            "via": via.get(answer["source"], ""),
            "pending": self._after_apply(now, after),
        }

    @api.model
    def _may_keep(self):
        """Return whether the user may keep a call as a test case."""
        return self.env["axivox.test.case"].has_access("create")

    def _as_test_case(self, extension_id, resolution):
        """Return the context of the form of a new test case, which expects what this call shows.

        :param int extension_id: the caller's, an id of ``axivox.extension``
        :param Resolution resolution:
        :rtype: dict
        """
        return {
            "default_account_id": self.id,
            "default_extension_id": extension_id,
            "default_destination": resolution.dial,
            "default_expected_number_id": resolution.number_id,
        }

    def _after_apply(self, now, after):
        """Return a sentence on what *Apply changes* will change for a call, or an empty string.

        :param Resolution now: by the applied settings
        :param Resolution after: by the saved ones
        """
        number = after.caller_id.number
        if number == now.caller_id.number:
            return ""
        shown = dialing.international(number) if number else self._reason(after)
        return self.env._("After applying: %s", shown)

    def _reason(self, resolution, team=None):
        extension, destination, answer, prepared = resolution
        return messages.reason(
            self.env,
            extension,
            destination,
            answer,
            own_number=bool(prepared.policy.settings.extensions.get(extension)),
            never_applied=prepared.never_applied,
            team=team,
        )

    def _prepared(self, settings):
        """Return what every call of the account needs, from the cache if it is valid.

        :param str settings: ``applied`` or ``saved``
        :rtype: Prepared
        """
        prepare = self._prepare if self._are_answers_changing() else self._prepare_once
        return prepare(settings)

    @tools.ormcache("self.id", "settings")
    def _prepare_once(self, settings):
        return self._prepare(settings)

    def _prepare(self, settings):
        # sudo: users may know what their own calls show; methods that use this check whose they are
        account = self.sudo().with_context(active_test=False)
        numbers = account.env["axivox.number"].search([("account_id", "=", account.id)])
        withdrawn = numbers.filtered(lambda number: not number.active)
        return Prepared(
            account._policy(account._settings(settings), withdrawn),
            account.dial_format,
            settings == "applied" and not account._applied(),
            {number.number: number.id for number in numbers - withdrawn},
            {number.number: number.name for number in numbers - withdrawn},
        )

    def _policy(self, settings, withdrawn):
        """Return the ``policy.Policy`` for these settings.

        :param Settings settings:
        :param withdrawn: the account's archived ``axivox.number`` records
        """
        region = self.company_id.country_id.code or None
        return Policy(settings, region, frozenset(withdrawn.mapped("number")))

    def _region(self, country):
        """Return the region (ISO 3166 code) of a country, or None.

        :param country: ISO 3166 code, id of ``res.country``, False or None
        """
        if isinstance(country, str):
            return country.upper() or None
        return self._region_of_id(country) if country and type(country) is int else None

    @tools.ormcache("country_id", cache="stable")
    def _region_of_id(self, country_id):
        # sudo: the codes of countries are no secret
        return self.env["res.country"].sudo().browse(country_id).exists().code or None

    @api.model
    @tools.ormcache(cache="stable")
    def _country_ids(self):
        """Return {region (ISO 3166 code): id of its ``res.country``}."""
        # sudo: the codes of countries are no secret
        countries = self.env["res.country"].sudo().search([("code", "!=", False)])
        return {country.code: country.id for country in countries}
