"""A line of *Advanced options*: for destinations with this prefix, show this number."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import messages
from ..callerid import dialing, policy


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
    destination_prefix = fields.Char(
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
        help="The number that is shown to destinations that begin with the prefix.",
    )
    name = fields.Char(string="Destinations", compute="_compute_name")
    active = fields.Boolean(default=True)
    warning = fields.Char(compute="_compute_warning")
    is_pending = fields.Boolean(string="Not applied yet", compute="_compute_is_pending")

    def _default_sequence(self):
        account = self.env.context.get("default_account_id")
        last = account and self.search(
            [("account_id", "=", account)], order="sequence desc", limit=1
        )
        return last.sequence + 1 if last else 10

    @api.depends("destination_prefix")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for rule in self:
            rule.display_name = self.env._("Rule %s", rule.destination_prefix or "")

    @api.depends("destination_prefix")
    @api.depends_context("lang")
    def _compute_name(self):
        for rule in self:
            rule.name = messages.destinations(self.env, rule.destination_prefix or "")

    @api.depends(
        "account_id.rule_ids.sequence",
        "account_id.rule_ids.destination_prefix",
        "account_id.rule_ids.number_id.active",
        "number_id.destination_type",
    )
    @api.depends_context("lang")
    def _compute_warning(self):
        shadows = self._shadows()
        for rule in self:
            problems = rule._problems(shadows)
            if rule.number_id and not rule.number_id.active:
                problems.append(self.env._("Its number is archived: it is never shown."))
            elif rule.number_id and not rule.number_id._callers_reach():
                problems.append(self.env._("Customers who call back will reach no one."))
            rule.warning = " ".join(problems)

    @api.depends(lambda self: [f"account_id.{p}" for p in self.account_id._setting_paths()])
    def _compute_is_pending(self):
        pending = self.account_id._pending("rule_added", "rule_number", "rule_moved")
        for rule in self:
            rule.is_pending = (rule.account_id, rule.destination_prefix) in pending

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
                    "There is a rule for %s already: a second one would never be reached.", prefix
                )
            )

    @api.constrains("number_id", "account_id")
    def _check_number(self):
        for rule in self:
            if rule.number_id.account_id != rule.account_id:
                raise ValidationError(
                    self.env._(
                        "%(number)s is not a number of this account.",
                        number=rule.number_id.display_name,
                    )
                )

    @api.onchange("destination_prefix")
    def _onchange_destination_prefix(self):
        if not self.destination_prefix:
            return None
        try:
            self.destination_prefix = dialing.prefix(self.destination_prefix)
        except dialing.PrefixError as error:
            return {
                "warning": {
                    "title": self.env._("Not a destination prefix"),
                    "message": messages.prefix_error(self.env, error),
                }
            }
        return None

    def _normalised(self, vals):
        # What the console holds is kept as it is, and flagged: see _problems.
        if "destination_prefix" not in vals or self._server_says("axivox_verbatim"):
            return vals
        try:
            return {**vals, "destination_prefix": dialing.prefix(vals["destination_prefix"])}
        except dialing.PrefixError as error:
            raise ValidationError(messages.prefix_error(self.env, error)) from error

    def _shadows(self):
        """:return: {rule: the earlier rule that takes everything that it matches}"""
        shadows = {}
        for account in self.account_id._origin:
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

    def _problems(self, shadows=None):
        """:return: what is wrong with the rule itself, as sentences
        :rtype: list[str]
        """
        self.ensure_one()
        shadows = self._shadows() if shadows is None else shadows
        problems = []
        if self.destination_prefix and not dialing.regions_of_prefix(self.destination_prefix):
            problems.append(self.env._("It never matches: no telephone number begins like this."))
        if by := shadows.get(self._origin):
            problems.append(
                self.env._(
                    "It never matches: rule %(prefix)s (%(destinations)s) comes first and takes "
                    "everything.",
                    prefix=by.destination_prefix,
                    destinations=by.name,
                )
            )
        return problems
