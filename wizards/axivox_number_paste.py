"""Adds many incoming numbers at once, one per line, in any form."""

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang

from .. import messages
from ..callerid import dialing

MOST_LINES = 2000
LONGEST_LINE = 300  # characters


class AxivoxNumberPaste(models.TransientModel):
    _name = "axivox.number.paste"
    _description = "Paste incoming numbers"
    _inherit = ["axivox.guarded"]

    account_id = fields.Many2one(
        "axivox.account",
        required=True,
        default=lambda self: self.env.company.axivox_account_id,
    )
    text = fields.Text(string="Numbers", help="One per line, in any format.")
    destination_type = fields.Selection(
        lambda self: self.env["axivox.number"]._fields["destination_type"].selection,
        string="Destination type",
        required=True,
        default="unknown",
        help="What happens when somebody dials one of these numbers.",
    )
    extension_id = fields.Many2one(
        "axivox.extension", string="Rings", domain="[('account_id', '=', account_id)]"
    )
    destination = fields.Char(help="The name of the dial plan, voicemail or conference.")
    comes_back = fields.Boolean(help="To the screen where a number was asked for.")
    preview = fields.Text(compute="_compute_preview")
    new_count = fields.Integer(compute="_compute_preview")
    error_count = fields.Integer(compute="_compute_preview")

    @api.depends("text", "account_id")
    def _compute_preview(self):
        for wizard in self:
            new, known, errors = wizard._parse_lines()
            wizard.new_count = len(new)
            wizard.error_count = len(errors)
            wizard.preview = "\n".join(
                [
                    *errors.values(),
                    *(self.env._("%s already exists.", dialing.international(n)) for n in known),
                    *(self.env._("%s is new.", dialing.international(n)) for n in new),
                ]
            )

    def action_create(self):
        """Add the numbers of the valid lines, and keep the invalid ones to be corrected.

        :raises UserError: if no line has a new number
        """
        new, _known, errors = self._parse_lines()
        if not new:
            sentences = [self.env._("Paste at least one new number, one per line.")]
            raise UserError("\n".join([*errors.values(), *sentences]))
        leads = {"destination_type": self.destination_type}
        if self.destination_type == "extension":
            leads["extension_id"] = self.extension_id.id
        elif self.destination:
            leads["destination"] = self.destination
        self.env["axivox.number"].create(
            [{"account_id": self.account_id.id, "number": number, **leads} for number in new]
        )
        if not errors:
            if self.comes_back:
                return {"type": "ir.actions.act_window_close"}
            return self.account_id.action_open_numbers()
        self.text = "\n".join(errors)
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "axivox_caller_id.axivox_number_paste_action"
            ),
            "res_id": self.id,
        }

    def _parse_lines(self):
        """Return the new numbers and the known ones (E.164), and a sentence for each invalid line.

        :rtype: tuple[list[str], list[str], dict[str, str]]
        """
        region = self.account_id.company_id.country_id.code or None
        numbers, errors = [], {}
        text = self.text or ""
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_LINES or len(text) > MOST_LINES * LONGEST_LINE:
            most = formatLang(self.env, MOST_LINES, 0)
            return [], [], {text: self.env._("Paste at most %s numbers at a time.", most)}
        for line in lines:
            try:
                numbers.append(dialing.e164(line, region))
            except dialing.NotDiallableError as error:
                errors[line] = messages.number_error(self.env, error)
        numbers = list(dict.fromkeys(numbers))
        there = (
            self.env["axivox.number"]
            .with_context(active_test=False)
            .search([("account_id", "=", self.account_id.id), ("number", "in", numbers)])
            .mapped("number")
        )
        return (
            [number for number in numbers if number not in there],
            [number for number in numbers if number in there],
            errors,
        )
