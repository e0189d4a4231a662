"""A row of *Incoming numbers*: a number that calls may show, and where its own callers go."""

from functools import cache, partial

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from .. import messages
from ..callerid import dialing

REACHES_NOBODY = ("not_configured", "hang_up")
NAMES_NO_TARGET = ("unknown", *REACHES_NOBODY)
# The fields that use a number, besides the account's: teams before the users who follow them.
USED_BY = (
    ("axivox.outgoing.rule", "number_id"),
    ("axivox.team.number", "outgoing_number_id"),
    ("axivox.extension", "outgoing_number_id"),
)


class AxivoxNumber(models.Model):
    _name = "axivox.number"
    _description = "Axivox Incoming Number"
    _inherit = ["axivox.setting", "axivox.calls.counted"]
    _order = "number"
    _rec_name = "number"
    _decisive_fields = frozenset({"number", "active", "account_id", "name"})

    number = fields.Char(
        required=True,
        help="In any format; stored in international format, such as +44 20 7946 0958.",
    )
    display_number = fields.Char(
        string="International format",
        compute="_compute_display_number",
        search="_search_display_number",
    )
    name = fields.Char(string="Label", help="What you call it, such as London.")
    country_id = fields.Many2one("res.country", compute="_compute_country_id", store=True)
    country_flag = fields.Char(related="country_id.image_url", string="Flag")
    number_type = fields.Selection(
        [
            ("fixed_line", "Fixed line"),
            ("mobile", "Mobile"),
            ("fixed_line_or_mobile", "Fixed line or mobile"),
            ("toll_free", "Toll-free"),
            ("premium_rate", "Premium rate"),
            ("shared_cost", "Shared cost"),
            ("voip", "VoIP"),
            ("personal_number", "Personal number"),
            ("pager", "Pager"),
            ("uan", "Company number"),
            ("voicemail", "Voicemail"),
        ],
        string="Type",
        compute="_compute_number_type",
        help="The kind of number, according to its country's numbering plan.",
    )
    place = fields.Char(compute="_compute_place", help="The town or region that it belongs to.")
    destination_type = fields.Selection(
        [
            ("unknown", "Unknown"),
            ("not_configured", "Not configured"),
            ("extension", "Extension"),
            ("dial_plan", "Dial plan"),
            ("voicemail", "Voicemail"),
            ("hang_up", "Hang up"),
            ("conference", "Conference"),
        ],
        string="Destination type for voice call",
        required=True,
        default="unknown",
        help="What happens when somebody dials this number. Unknown: not entered yet, so nothing "
        "is warned about.",
    )
    extension_id = fields.Many2one(
        "axivox.extension",
        string="Rings",
        domain="[('account_id', '=', account_id)]",
        ondelete="set null",
        index="btree_not_null",
        help="The extension this number rings.",
    )
    destination = fields.Char(
        compute="_compute_destination",
        store=True,
        readonly=False,
        help="The name of the dial plan, voicemail, conference or extension.",
    )
    active = fields.Boolean(
        default=True,
        help="Archive a number once it has been returned to Axivox: it is never shown again.",
    )
    shown_by_count = fields.Integer(
        string="Shown by",
        compute="_compute_shown_by_count",
        help="Users who show this number unless a rule says otherwise.",
    )
    rule_ids = fields.One2many("axivox.outgoing.rule", "number_id", string="Rules")
    own_extension_ids = fields.One2many("axivox.extension", "outgoing_number_id", string="Users")
    team_number_ids = fields.One2many(
        "axivox.team.number", "outgoing_number_id", string="Sales teams"
    )
    used_by = fields.Char(
        string="Used by",
        compute="_compute_used_by",
        help="Where this number is used: as the default, by rules, sales teams or users.",
    )
    is_used = fields.Boolean(compute="_compute_used_by", search="_search_is_used")
    warning = fields.Char(compute="_compute_warning")

    _number_unique = models.Constraint(
        "unique(account_id, number)",
        "This incoming number already exists in the account (it may be archived).",
    )

    @api.depends("number")
    def _compute_display_number(self):
        for number in self:
            number.display_number = self._international(number.number)

    @api.depends("number", "name")
    def _compute_display_name(self):
        for number in self:
            number.display_name = " · ".join(
                filter(None, [self._international(number.number), number.name])
            )

    @api.depends("number")
    def _compute_country_id(self):
        regions = {number: self._region(number.number) for number in self}
        countries = self.env["res.country"].search([("code", "in", list(set(regions.values())))])
        by_code = {country.code: country.id for country in countries}
        for number, region in regions.items():
            number.country_id = by_code.get(region)

    @api.depends("number")
    def _compute_number_type(self):
        for number in self:
            number.number_type = dialing.number_type(number.number)

    @api.depends("number")
    @api.depends_context("lang")
    def _compute_place(self):
        language = (self.env.lang or "en")[:2]
        for number in self:
            number.place = dialing.place_of(number.number, language)

    @api.depends("destination_type", "extension_id.display_name")
    def _compute_destination(self):
        for number in self:
            if number.destination_type == "extension":
                number.destination = number.extension_id.display_name
            elif number.destination_type in NAMES_NO_TARGET:
                number.destination = False

    @api.depends(
        "account_id.default_outgoing_number_id",
        "account_id.extension_ids.outgoing_number_id",
        "account_id.extension_ids.active",
    )
    def _compute_shown_by_count(self):
        counts = dict(
            self.env["axivox.extension"]._read_group(
                [("account_id", "in", self.account_id.ids), ("outgoing_number_id", "!=", False)],
                ["outgoing_number_id"],
                ["__count"],
            )
        )
        on_default = dict(
            self.env["axivox.extension"]._read_group(
                [("account_id", "in", self.account_id.ids), ("outgoing_number_id", "=", False)],
                ["account_id"],
                ["__count"],
            )
        )
        for number in self:
            count = counts.get(number._origin, 0)
            if number.account_id.default_outgoing_number_id == number._origin:
                count += on_default.get(number.account_id, 0)
            number.shown_by_count = count

    @api.depends(
        "account_id.default_outgoing_number_id",
        "rule_ids.active",
        "team_number_ids.name",
        "own_extension_ids.active",
    )
    @api.depends_context("lang")
    def _compute_used_by(self):
        used_by = self._used_by()
        for number in self:
            number.used_by = ", ".join(used_by.get(number._origin, ()))
            number.is_used = bool(number.used_by)

    def _search_is_used(self, operator, value):
        if operator != "in":
            return NotImplemented
        used = self.browse()
        for model, field in (("axivox.account", "default_outgoing_number_id"), *USED_BY):
            for [number] in self.env[model]._read_group([(field, "!=", False)], [field]):
                used += number
        return Domain("id", "in" if True in value else "not in", used.ids)

    @api.depends(
        "active",
        "destination_type",
        "shown_by_count",
        "account_id.rule_ids.number_id",
        "account_id.rule_ids.active",
    )
    @api.depends_context("lang")
    def _compute_warning(self):
        said = self._problem_sentences()
        for number in self:
            number.warning = " ".join(said[number])

    @api.constrains("destination_type", "extension_id", "destination")
    def _check_destination(self):
        for number in self:
            if number.destination_type == "extension" and not number.extension_id:
                raise ValidationError(
                    self.env._("%s: choose the extension it rings.", number.display_name)
                )
            if number.destination_type not in NAMES_NO_TARGET and not number.destination:
                raise ValidationError(
                    self.env._("%s: enter the name of its destination.", number.display_name)
                )

    @api.constrains("extension_id", "account_id")
    def _check_extension(self):
        for number in self:
            extension = number.extension_id
            if extension and extension.account_id != number.account_id:
                raise ValidationError(
                    self.env._(
                        "%(extension)s does not belong to the same account as %(number)s.",
                        extension=extension.display_name,
                        number=number.display_name,
                    )
                )

    @api.onchange("number")
    def _onchange_number(self):
        if not self.number:
            return None
        try:
            self.number = self._international(self._e164(self.number))
        except dialing.NotDiallableError as error:
            return {
                "warning": {
                    "title": self.env._("Not a telephone number"),
                    "message": messages.number_error(self.env, error),
                }
            }
        return None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_in_use(self):
        # Archived rules and users count: they may be restored.
        for number, places in self.with_context(active_test=False)._used_by().items():
            raise UserError(
                self.env._(
                    "%(number)s is in use: %(places)s. Choose another number there first, or "
                    "archive it if it was returned to Axivox.",
                    number=number.display_name,
                    places=", ".join(places),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_expected(self):
        for case in self.env["axivox.test.case"].search(
            [("expected_number_id", "in", self.ids)], limit=1
        ):
            raise UserError(
                self.env._(
                    "The test case “%(case)s” expects %(number)s: change or delete that first.",
                    case=case.display_name,
                    number=case.expected_number_id.display_name,
                )
            )

    def action_archive(self):
        """Archive these, or first open a dialog if one of them is in use."""
        if self.filtered("active")._used_by():
            return self.action_replace()
        return super().action_archive()

    def action_replace(self):
        """Return the action of the dialog that replaces these numbers wherever they are set."""
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id.axivox_number_archive_action"
            ),
            "context": {"default_number_ids": self.ids},
        }

    def _replace_with(self, other):
        """Set another number wherever one of these is set."""
        accounts = self.account_id.filtered(lambda a: a.default_outgoing_number_id in self)
        accounts.default_outgoing_number_id = other
        for model, field in USED_BY:
            self.env[model].search([(field, "in", self.ids)]).write({field: other.id})
        # sudo: the number to return to after a team is written by the server only
        followers = self.env["axivox.extension"].sudo()
        followers.search([("number_before_id", "in", self.ids)]).number_before_id = other

    def action_open_rules(self):
        """Return the action of the rules that show this number."""
        self.ensure_one()
        return {**self.account_id.action_open_rules(), "domain": [("number_id", "=", self.id)]}

    def action_open_shown_by(self):
        """Return the action of the users who show this number."""
        self.ensure_one()
        shown = Domain("outgoing_number_id", "=", self.id)
        if self.account_id.default_outgoing_number_id == self:
            shown |= Domain("outgoing_number_id", "=", False)
        return {
            **self.account_id.action_open_extensions(),
            "domain": list(shown & Domain("account_id", "=", self.account_id.id)),
        }

    @api.model
    def _search_display_name(self, operator, value):
        """Find numbers in any written form, and by the name that an export gives them."""
        domain = super()._search_display_name(operator, value)
        if operator == "ilike" and value:
            domain |= Domain("name", "ilike", value)
            if digits := self._digits(value):
                domain |= Domain("number", "ilike", digits)
        elif operator in ("=", "in") and value:
            texts = [value] if isinstance(value, str) else list(filter(None, value))
            numbers = [number for text in texts if (number := self._as_e164(text))]
            domain |= Domain("name", "in", texts) | Domain("number", "in", numbers)
        return domain

    def _search_display_number(self, operator, value):
        if operator not in ("ilike", "=", "in"):
            return NotImplemented
        return self._search_display_name(operator, value)

    def write(self, vals):
        vals = self._normalised(vals)
        if "number" in vals:
            self._check_digits_stay(vals["number"])
        return super().write(vals)

    def _check_digits_stay(self, number):
        """
        :raises UserError: if one of these is in use under another number. An invalid number may be
            corrected.
        """
        changed = self.filtered(lambda n: n.number != number and dialing.is_e164(n.number))
        for used, places in changed._used_by().items():
            raise UserError(
                self.env._(
                    "%(number)s is in use: %(places)s. Add the other number and choose it "
                    "there instead.",
                    number=used.display_name,
                    places=", ".join(places),
                )
            )

    def _normalised(self, vals):
        # What is pulled from the console is stored as it is.
        if "number" not in vals or self._server_says("axivox_verbatim"):
            return vals
        account = self.env["axivox.account"].browse(vals.get("account_id")) or self.account_id
        try:
            return {**vals, "number": self._e164(vals["number"], account)}
        except dialing.NotDiallableError as error:
            raise ValidationError(messages.number_error(self.env, error)) from error

    def _e164(self, text, account=None):
        account = account or self.account_id or self.env.company.axivox_account_id
        return dialing.e164(text, account[:1].company_id.country_id.code or None)

    def _as_e164(self, text):
        try:
            return self._e164(text.split("·")[0])
        except dialing.NotDiallableError:
            return None

    @api.model
    def _international(self, number):
        try:
            return dialing.international(dialing.e164(number))
        except dialing.NotDiallableError:
            return number

    @api.model
    def _region(self, number):
        try:
            return dialing.region_of(dialing.e164(number))
        except dialing.NotDiallableError:
            return None

    @api.model
    def _digits(self, text):
        """Return the digits of the part of an E.164 number that was typed into a search box; empty
        for words."""
        number = text.partition("·")[0].strip().lower().removeprefix("tel:")
        if any(map(str.isalpha, number)):
            return ""
        digits = "".join(filter(str.isdigit, number))
        return digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")

    def _in_use(self):
        """Return those of these numbers that are used anywhere."""
        used = self.account_id.default_outgoing_number_id
        for model, field in USED_BY if self else ():
            for [number] in self.env[model]._read_group([(field, "in", self.ids)], [field]):
                used += number
        return used & self._origin

    def _used_by(self):
        """Return {number: the places where it is used, such as ``rule 0044`` or ``3 users``}."""
        rules, teams, users = (
            self.env[model].search([(field, "in", self.ids)]).grouped(field)
            for model, field in USED_BY
        )
        places = {
            number: number._places(
                rules.get(number, ()), teams.get(number, ()), users.get(number, ())
            )
            for number in self._origin
        }
        return {number: found for number, found in places.items() if found}

    def _places(self, rules, teams, users):
        """Return this number's entry of ``_used_by``."""
        places = []
        if self.account_id.default_outgoing_number_id == self:
            places.append(self.env._("default outgoing number"))
        if len(rules) > 3:
            places.append(self.env._("%s rules", len(rules)))
        else:
            names = (self.env._("rule %s", rule.destination_prefix) for rule in rules)
            places += map(self._place, rules, names)
        if len(teams) > 3:
            places.append(self.env._("%s sales teams", len(teams)))
        else:
            places += [self.env._("Team %s", team.name) for team in teams]
        if len(users) > 3:
            places.append(self.env._("%s users", len(users)))
        else:
            names = (self.env._("user %s", user.display_name) for user in users)
            places += map(self._place, users, names)
        return places

    def _place(self, record, name):
        return name if record.active else self.env._("%s (archived)", name)

    def _callers_reach(self):
        """Return who answers when this number is called, such as ``Main menu (dial plan)``; empty
        for nobody and for an unknown destination."""
        if self.destination_type in (False, *NAMES_NO_TARGET):
            return ""
        kinds = dict(self._fields["destination_type"]._description_selection(self.env))
        return f"{self.destination} ({kinds[self.destination_type].lower()})"

    def _problems(self):
        broken = self.filtered(lambda number: not dialing.is_e164(number.number))
        for number in broken:
            yield number, "number_broken", number._broken_sentence
        doubtful = (self - broken).filtered(
            lambda number: not number.active or number.destination_type in REACHES_NOBODY
        )
        used, used_by = doubtful._in_use(), cache(doubtful._used_by)
        for number in doubtful.filtered(lambda number: number._origin in used):
            cause = "number_reaches_nobody" if number.active else "number_archived"
            yield number, cause, partial(number._still_set_sentence, used_by)

    def _broken_sentence(self):
        return self.env._("It is not a telephone number and is never shown: correct it.")

    def _still_set_sentence(self, used_by):
        """Return the sentence for a number that is used but should not be shown.

        :param used_by: function that returns what ``_used_by`` does
        """
        if not self.active:
            problem = self.env._("The number is archived and never shown, but still in use")
        else:
            problem = self.env._("Customers who call back will reach no one; it is shown")
        return f"{problem}: {', '.join(used_by()[self._origin])}."
