"""A line of *Advanced options*: for destinations with this prefix, show this number."""

from contextlib import suppress
from itertools import count

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from .. import messages
from ..callerid import dialing, policy
from .axivox_number import REACHES_NOBODY


class AxivoxOutgoingRule(models.Model):
    _name = "axivox.outgoing.rule"
    _description = "Axivox Outgoing Number Rule"
    _inherit = ["axivox.setting"]
    _order = "sequence, id"
    _rec_name = "destination_prefix"
    _decisive_fields = frozenset(
        {"sequence", "destination_prefix", "number_id", "active", "account_id"}
    )

    sequence = fields.Integer(
        default=lambda self: self._default_sequence(), help="The first matching rule is applied."
    )
    position = fields.Integer(
        compute="_compute_position",
        inverse="_inverse_position",
        help="Counted from 1; the first matching rule is applied. Enter another position to move "
        "the rule there.",
    )
    destination_prefix = fields.Char(
        string="Destination prefix",
        required=True,
        help="The country code with its zeros in front, such as 0044; more digits for a part of "
        "a country: 001242 for the Bahamas.",
    )
    number_id = fields.Many2one(
        "axivox.number",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('account_id', '=', account_id)]",
        help="The number to show for destinations that begin with the prefix.",
    )
    name = fields.Char(string="Destinations", compute="_compute_name", search="_search_name")
    country_id = fields.Many2one(
        "res.country",
        compute="_compute_country_id",
        store=True,
        help="The main country of the prefix.",
    )
    active = fields.Boolean(default=True)
    warning = fields.Char(compute="_compute_warning")
    never_matches = fields.Boolean(
        string="Never matches", compute="_compute_warning", search="_search_never_matches"
    )
    is_pending = fields.Boolean(
        string="Not applied yet", compute="_compute_is_pending", search="_search_is_pending"
    )

    def _default_sequence(self):
        return self._next_sequence(self.env.context.get("default_account_id"))

    def _next_sequence(self, account_id):
        """Return the sequence of a rule below all others of the account."""
        last = account_id and self.with_context(active_test=False).search(
            [("account_id", "=", account_id)], order="sequence desc", limit=1
        )
        return last.sequence + 1 if last else 10

    @api.depends("account_id.rule_ids.sequence", "account_id.rule_ids.active")
    def _compute_position(self):
        for account, rules in self.grouped("account_id").items():
            in_order = self.search([("account_id", "=", account._origin.id)])
            positions = dict(zip(in_order.ids, count(1), strict=False))
            for rule in rules:
                rule.position = positions.get(rule._origin.id, 0)

    def _inverse_position(self):
        wanted = {rule: rule.position for rule in self if rule.position > 0}
        # From the top down: a rule must have its place before those that go below it.
        for rule in sorted(wanted, key=lambda rule: (wanted[rule], rule.sequence, rule.id)):
            rule._move_to(wanted[rule])
        # The position that was entered may lie beyond the last one.
        self.invalidate_recordset(["position"])

    def _move_to(self, position):
        """Move the rule to this position among those of its account, counted from 1, and give a new
        sequence to as few others as possible."""
        others = self.search([("account_id", "=", self.account_id.id)]) - self
        before, behind = others[: position - 1], others[position - 1 :]
        if not before:
            self.sequence = behind[0].sequence - 1 if behind else self.sequence
            return
        self.sequence = last = before[-1].sequence + 1
        for rule in behind:
            if rule.sequence > last:
                break
            rule.sequence = last = last + 1

    def action_move_to_top(self):
        """Make these the first rules, in their present order."""
        for rule in self.sorted(lambda rule: (rule.sequence, rule.id), reverse=True):
            rule._move_to(1)

    def action_insert_above(self):
        """Return the action of the dialog of a new rule at this one's position."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Insert above rule %s", self.destination_prefix),
            "res_model": self._name,
            "views": [[False, "form"]],
            "target": "new",
            "context": {
                "default_account_id": self.account_id.id,
                "default_position": self.position,
            },
        }

    @api.depends("destination_prefix")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = self.env._("Rule %s", rule.destination_prefix or "")

    @api.model
    def _search_display_name(self, operator, value):
        """Find rules by their prefix in any form, by a country, and by the number shown."""
        if operator != "ilike" or not value:
            return super()._search_display_name(operator, value)
        digits = "".join(filter(str.isdigit, value)).lstrip("0")
        if digits and not any(map(str.isalpha, value)):
            number = self.env["axivox.number"]._as_e164(value)
            prefix = Domain("destination_prefix", "=like", f"00{digits}%")
            return prefix | Domain("number_id.number", "=", number) if number else prefix
        return Domain("name", "ilike", value) | Domain("number_id", "ilike", value)

    @api.depends("destination_prefix")
    @api.depends_context("lang")
    def _compute_name(self):
        for rule in self:
            rule.name = messages.destinations(self.env, rule.destination_prefix or "")
            if rule.destination_prefix and not rule.name:
                try:
                    dialing.prefix(rule.destination_prefix)
                except dialing.PrefixError as error:
                    # Shown in the row where it was typed, before it is saved.
                    rule.name = messages.prefix_error(self.env, error)

    def _search_name(self, operator, value):
        """Find rules by the name of any country that the prefix leads to."""
        if operator != "ilike":
            return NotImplemented
        countries = self.env["res.country"].search([("name", "ilike", value)])
        codes = set(countries.mapped("code"))
        prefixes = {prefix for [prefix] in self._read_group([], ["destination_prefix"])}
        there = [p for p in prefixes if codes.intersection(dialing.regions_of_prefix(p))]
        return Domain("destination_prefix", "in", there)

    @api.depends("destination_prefix")
    def _compute_country_id(self):
        ids = self.env["axivox.account"]._country_ids()
        for rule in self:
            main = dialing.regions_of_prefix(rule.destination_prefix or "")[:1]
            rule.country_id = ids.get(*main) if main else False

    @api.depends(
        "account_id.rule_ids.sequence",
        "account_id.rule_ids.destination_prefix",
        "account_id.rule_ids.number_id.active",
        "number_id.destination_type",
    )
    @api.depends_context("lang")
    def _compute_warning(self):
        said = self._problem_sentences()
        for rule in self:
            problems = said[rule]
            rule.never_matches = bool(problems)
            if rule.number_id and not rule.number_id.active:
                problems.append(self.env._("Its number is archived: it is never shown."))
            elif rule.number_id.destination_type in REACHES_NOBODY:
                problems.append(self.env._("Customers who call back will reach no one."))
            rule.warning = " ".join(problems)

    def _search_never_matches(self, operator, value):
        return self._search_computed(operator, value, "never_matches")

    @api.depends(lambda self: [f"account_id.{p}" for p in self.account_id._setting_paths()])
    def _compute_is_pending(self):
        pending = self.account_id._pending("rule_added", "rule_number", "rule_moved")
        for rule in self:
            rule.is_pending = (rule.account_id, rule.destination_prefix) in pending

    def _search_is_pending(self, operator, value):
        return self._search_computed(operator, value, "is_pending")

    @api.model
    def _search_computed(self, operator, value, name):
        """Return the domain for a search on a computed boolean of the current companies' rules."""
        if operator != "in":
            return NotImplemented
        rules = self.env.companies.axivox_account_id.rule_ids.filtered(name)
        return Domain("id", "in" if True in value else "not in", rules.ids)

    @api.constrains("destination_prefix", "account_id", "active")
    def _check_prefix_unique(self):
        if self._server_says("axivox_verbatim"):
            return
        twice = self._read_group(
            [
                ("account_id", "in", self.account_id.ids),
                ("destination_prefix", "in", self.filtered("active").mapped("destination_prefix")),
            ],
            ["account_id", "destination_prefix"],
            having=[("__count", ">", 1)],
            limit=1,
        )
        for _account, prefix in twice:
            raise ValidationError(
                self.env._(
                    "There is already a rule for %s: a second one would never be reached.", prefix
                )
            )

    @api.constrains("number_id", "account_id")
    def _check_number(self):
        for rule in self:
            if rule.number_id.account_id != rule.account_id:
                raise ValidationError(
                    self.env._(
                        "%(number)s does not belong to this account.",
                        number=rule.number_id.display_name,
                    )
                )

    @api.onchange("destination_prefix")
    def _onchange_destination_prefix(self):
        # An invalid prefix is explained beside it: see `_compute_name`.
        with suppress(dialing.PrefixError):
            self.destination_prefix = dialing.prefix(self.destination_prefix)

    @api.model_create_multi
    def create(self, vals_list):
        # Each rule gets its own sequence, also when a file is imported.
        following = {}
        for vals in vals_list:
            account_id = vals.get("account_id") or self.default_get(["account_id"]).get(
                "account_id"
            )
            if "sequence" not in vals:
                if account_id not in following:
                    following[account_id] = count(self._next_sequence(account_id))
                vals["sequence"] = next(following[account_id])
        return super().create(vals_list)

    def _normalised(self, vals):
        if not vals.get("number_id", self.number_id):
            raise ValidationError(
                self.env._(
                    "Choose the number to show for destinations that begin with %s.",
                    vals.get("destination_prefix") or self[:1].destination_prefix or "…",
                )
            )
        # What is pulled from the console is stored as it is, and flagged: see `_problems`.
        if "destination_prefix" not in vals or self._server_says("axivox_verbatim"):
            return vals
        try:
            prefix = dialing.prefix(vals["destination_prefix"])
        except dialing.PrefixError as error:
            raise ValidationError(messages.prefix_error(self.env, error)) from error
        return {**vals, "destination_prefix": prefix}

    def _shadows(self):
        """Return {rule: the earlier rule that matches all its destinations}."""
        shadows = {}
        for account in self.account_id._origin:
            if len(self) == 1:
                # The form of one of a thousand rules need not read the others.
                prefix = self._origin.destination_prefix or ""
                begin = [prefix[:length] for length in range(len(prefix) + 1)]
                may_shadow = [("account_id", "=", account.id), ("destination_prefix", "in", begin)]
                rules = self.search(may_shadow)
            else:
                rules = account.rule_ids.sorted(lambda rule: (rule.sequence, rule.id))
            shadows |= {
                rule.key: by.key
                for rule, by in policy.shadowed(
                    policy.Rule(rule.destination_prefix, rule.number_id.number, rule)
                    for rule in rules
                    if rule.number_id.active
                )
            }
        return shadows

    def _problems(self):
        shadows = self._shadows()
        for rule in self:
            prefix = rule.destination_prefix
            if prefix and not dialing.regions_of_prefix(prefix):
                yield rule, "rule_matches_nothing", rule._matches_nothing_sentence
            if by := shadows.get(rule._origin):
                yield rule, "rule_behind_another", by._takes_everything_sentence

    def _matches_nothing_sentence(self):
        return self.env._("It never matches: no telephone number begins with these digits.")

    def _takes_everything_sentence(self):
        """Return the problem of a rule that stands below this one."""
        return self.env._(
            "It never matches: rule %(prefix)s (%(destinations)s) comes first and takes all its "
            "calls.",
            prefix=self.destination_prefix,
            destinations=self.name,
        )
