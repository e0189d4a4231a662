"""A stored test case: who calls whom, and which number the called person should see."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .. import messages
from ..callerid import dialing
from . import actions

NAMED = 3  # users of a team, in one sentence
PASSES, FAILS = "pass", "fail"
RESULTS = [(PASSES, "Passes"), (FAILS, "Fails")]


class AxivoxTestCase(models.Model):
    _name = "axivox.test.case"
    _description = "Axivox Test Case"
    _inherit = ["axivox.guarded"]
    _order = "id"
    _immutable_fields = frozenset({"account_id"})

    account_id = fields.Many2one(
        "axivox.account",
        required=True,
        index=True,
        ondelete="cascade",
        default=lambda self: self.env.company.axivox_account_id,
    )
    company_id = fields.Many2one(related="account_id.company_id")
    name = fields.Char(
        help="What it is for, such as: Sales to the UK. Leave empty to name it after who calls "
        "whom.",
    )
    extension_id = fields.Many2one(
        "axivox.extension",
        string="User",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('account_id', '=', account_id)]",
        help="Who calls. Or choose a sales team.",
    )
    team_id = fields.Many2one(
        "crm.team",
        string="Sales team",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('company_id', 'in', (False, company_id))]",
        help="A call is tried for each member who has an extension; the test case passes if all "
        "of them show the expected number.",
    )
    destination = fields.Char(required=True, help="The number that is called, in any format.")
    expected_number_id = fields.Many2one(
        "axivox.number",
        string="Expected number",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('account_id', '=', account_id)]",
        help="What the called person should see. Leave empty if it is none of the account's "
        "numbers, for example for an emergency call.",
    )
    result_now = fields.Selection(
        RESULTS,
        string="Now",
        compute="_compute_results",
        search="_search_result_now",
        help="Based on the settings that were applied last.",
    )
    result_after = fields.Selection(
        RESULTS,
        string="After applying",
        compute="_compute_results",
        search="_search_result_after",
        help="Based on the saved settings.",
    )
    failure = fields.Text(string="Why it fails", compute="_compute_results")

    _one_caller = models.Constraint(
        "CHECK (num_nonnulls(extension_id, team_id) = 1)",
        "A test case is for a user or for a sales team: choose one of them.",
    )

    @api.depends("name", "extension_id", "team_id", "destination")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for case in self:
            # sudo: who may read the test case may read the name of its team
            who = case.extension_id.display_name or case.team_id.sudo().name or ""
            case.display_name = case.name or self.env._(
                "%(user)s to %(destination)s", user=who, destination=case.destination or ""
            )

    @api.depends(
        lambda self: [
            "extension_id.active",
            "team_id.member_ids",
            "destination",
            "expected_number_id.active",
            *(f"account_id.{path}" for path in self.env["axivox.account"]._setting_paths()),
        ]
    )
    @api.depends_context("lang")
    def _compute_results(self):
        # A case that is still being entered has no result.
        whole = self.filtered(
            lambda case: (
                case.account_id and case.destination and (case.extension_id or case.team_id)
            )
        )
        (self - whole).update({"result_now": False, "result_after": False, "failure": False})
        for account, cases in whole.grouped("account_id").items():
            now, after = (
                cases._failures(account._prepared(which).policy) for which in ("applied", "saved")
            )
            for case in cases:
                before, then = now.get(case, ""), after.get(case, "")
                case.result_now = FAILS if before else PASSES
                case.result_after = FAILS if then else PASSES
                lines = (
                    [before]
                    if before == then
                    else [
                        before and self.env._("Now: %s", before),
                        then and self.env._("After applying: %s", then),
                    ]
                )
                case.failure = "\n".join(filter(None, lines))

    def _search_result_now(self, operator, value):
        return self._search_result("result_now", operator, value)

    def _search_result_after(self, operator, value):
        return self._search_result("result_after", operator, value)

    @api.model
    def _search_result(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        cases = self.search([("account_id", "!=", False)])
        return [("id", "in", cases.filtered(lambda case: case[name] in value).ids)]

    @api.constrains("account_id", "extension_id", "expected_number_id")
    def _check_account(self):
        for case in self:
            for part in (case.extension_id, case.expected_number_id):
                if part and part.account_id != case.account_id:
                    raise ValidationError(
                        self.env._(
                            "%s belongs to another account: choose again.", part.display_name
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalised(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._normalised(vals))

    @api.onchange("extension_id")
    def _onchange_extension_id(self):
        if self.extension_id:
            self.team_id = False

    @api.onchange("team_id")
    def _onchange_team_id(self):
        if self.team_id:
            self.extension_id = False

    @api.onchange("destination")
    def _onchange_destination(self):
        if not self.destination:
            return None
        try:
            self.destination = self._destination_to_store(self.destination, self.account_id)
        except dialing.NotDiallableError as error:
            return {
                "warning": {
                    "title": self.env._("Not a telephone number"),
                    "message": messages.number_error(self.env, error),
                }
            }
        return None

    @api.model
    def _failing(self, account, settings):
        """Return {test case of the account: a sentence on why it fails}.

        :param settings: function that returns the Settings that may go live; called only if there
            are test cases
        """
        cases = self.search([("account_id", "=", account.id)])
        if not cases:
            return {}
        numbers = account.with_context(active_test=False).number_ids
        withdrawn = numbers.filtered(lambda number: not number.active)
        return cases._failures(account._policy(settings(), withdrawn))

    @api.model
    def _failing_notices(self, account, settings):
        """Return the value of the widget ``axivox_notices`` for the failing cases; each opens its
        case.

        :param settings: as for `_failing`
        """
        return [
            {
                "message": f"{case.display_name}: {sentence}",
                "action": actions.form(case),
            }
            for case, sentence in self._failing(account, settings).items()
        ]

    def _failures(self, policy):
        """Return {test case that fails: a sentence on why}.

        :param policy.Policy policy:
        """
        members = self.env["axivox.extension"]._members_by_team(self.account_id, self.team_id)
        failures = {}
        for case in self:
            callers = case.extension_id or members.get((case.account_id, case.team_id), ())
            if failure := case._failure(policy, callers):
                failures[case] = failure
        return failures

    def _failure(self, policy, callers):
        """Return a sentence on why the case fails; empty if it passes."""
        expected, extension = self.expected_number_id, self.extension_id
        if expected and not expected.active:
            return self.env._(
                "%s is archived and will never be shown: choose another number.",
                expected.display_name,
            )
        if extension and not extension.active:
            return self.env._("%s is archived: nobody calls from it.", extension.display_name)
        if not callers:
            return self.env._(
                "Nobody in %s has an extension: nothing could be tried.",
                # sudo: as in _compute_display_name
                self.team_id.sudo().name or "",
            )
        try:
            destination = policy.read(self.destination)
        except dialing.NotDiallableError as error:
            return messages.number_error(self.env, error)
        wrong = {}
        for caller in callers:
            answer = policy.caller_id(caller.number, destination)
            if answer.number != (expected.number or None):
                wrong.setdefault(answer, []).append(caller.display_name)
        return self._failure_sentence(wrong) if wrong else ""

    def _failure_sentence(self, wrong):
        """Return a sentence on which numbers are shown instead of the expected one.

        :param wrong: {policy.CallerId: the names of those who show that}
        """
        said = []
        for answer, names in list(wrong.items())[:NAMED]:
            shown = {
                "shown": messages.shown(self.env, answer),
                "reason": messages.decided_by(self.env, answer),
            }
            said.append(
                self.env._("%(user)s shows %(shown)s (%(reason)s)", user=names[0], **shown)
                if len(names) == 1
                else self.env._(
                    "%(users)s show %(shown)s (%(reason)s)", users=self._join_names(names), **shown
                )
            )
        left = sum(len(names) for names in list(wrong.values())[NAMED:])
        return self.env._(
            "%(shown)s; expected: %(expected)s.",
            shown=self._join_names(said, left),
            expected=self.expected_number_id.display_name or self.env._("no outside number"),
        )

    @api.model
    def _join_names(self, names, left=0):
        """Return the first of these names, and how many more there are."""
        more = left + len(names[NAMED:])
        return ", ".join(messages.and_more(self.env, names[:NAMED], more))

    def _normalised(self, vals):
        if not isinstance(vals.get("destination"), str):
            return vals
        account = self.env["axivox.account"].browse(vals.get("account_id")) or self.account_id[:1]
        try:
            return {**vals, "destination": self._destination_to_store(vals["destination"], account)}
        except dialing.NotDiallableError as error:
            raise ValidationError(messages.number_error(self.env, error)) from error

    @api.model
    def _destination_to_store(self, text, account):
        """Return a destination in a form that means the same in every country.

        :raises dialing.NotDiallableError: if it is no telephone number
        """
        account = account or self.env.company.axivox_account_id
        read = account._prepared("saved").policy.read(text)
        return dialing.international(read.e164) if read.e164 else read.dialled
