"""The number that an activity's call button dials."""

from odoo import api, fields, models


class MailActivity(models.Model):
    _inherit = "mail.activity"

    axivox_phone = fields.Char(
        string="Number to call",
        compute="_compute_axivox_phone",
        help="The phone of the lead or contact that the activity is about.",
    )

    @api.depends("res_model", "res_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_axivox_phone(self):
        self.axivox_phone = False
        for model, activities in self.grouped("res_model").items():
            if model in ("crm.lead", "res.partner"):
                records = self.env[model].browse(activities.mapped("res_id")).exists()
                phones = {record.id: record.phone for record in records._filtered_access("read")}
                for activity in activities:
                    activity.axivox_phone = phones.get(activity.res_id)

    def _to_store_defaults(self, target):
        return [*super()._to_store_defaults(target), "axivox_phone"]
