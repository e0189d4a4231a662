"""A call, as Axivox's service writes it through Odoo's external API."""

from odoo import api, fields, models


class AxivoxCall(models.Model):
    _name = "axivox.call"
    _description = "Axivox Call"
    _inherit = ["mail.thread"]
    _order = "start_date desc, id desc"
    _rec_name = "phone_number"

    phone_number = fields.Char(required=True, index=True)
    direction = fields.Selection([("incoming", "Incoming"), ("outgoing", "Outgoing")])
    state = fields.Selection(
        [
            ("aborted", "Aborted"),
            ("calling", "Calling"),
            ("missed", "Missed"),
            ("ongoing", "Ongoing"),
            ("rejected", "Rejected"),
            ("terminated", "Terminated"),
        ]
    )
    start_date = fields.Datetime()
    end_date = fields.Datetime()
    duration = fields.Float(string="Hours", compute="_compute_duration", store=True)
    duration_s = fields.Integer(string="Seconds", compute="_compute_duration", store=True)
    talk_duration_s = fields.Integer(string="Seconds of talk")
    partner_id = fields.Many2one("res.partner", string="Contact", index="btree_not_null")
    user_id = fields.Many2one("res.users", index="btree_not_null")
    did = fields.Char(
        string="Our number",
        index=True,
        help="Dialled on an incoming call, presented on an outgoing one.",
    )
    summary = fields.Text()
    transcript = fields.Text()
    transcription_status = fields.Char()
    sentiment = fields.Char()
    themes = fields.Char()
    escalation = fields.Boolean()

    @api.depends("start_date", "end_date")
    def _compute_duration(self):
        for call in self:
            seconds = 0
            if call.start_date and call.end_date:
                seconds = (call.end_date - call.start_date).total_seconds()
            call.duration_s, call.duration = round(seconds), seconds / 3600
