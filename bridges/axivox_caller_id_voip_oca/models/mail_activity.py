from odoo import api, fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    axivox_phone = fields.Char(
        string="Number to call",
        compute="_compute_axivox_phone",
        help="The phone of the lead or contact that the activity is about.",
    )

    @api.depends("res_model", "res_id")
    def _compute_axivox_phone(self):
        for activity in self:
            record = activity.res_model in ("crm.lead", "res.partner") and activity.res_id
            activity.axivox_phone = (
                record and self.env[activity.res_model].browse(activity.res_id).exists().phone
            )

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "axivox_phone"]
