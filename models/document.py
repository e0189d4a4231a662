"""A kind of field for large JSON documents."""

from odoo import fields


class Document(fields.Json):
    """JSON that is not copied each time it is written or read, which takes long for thousands of
    values, so neither writers nor readers may modify it afterwards. It is fetched only when asked
    for, not with its record's other fields."""

    prefetch = False

    def convert_to_cache(self, value, record, validate=True):
        """Return the value itself."""
        return value or None

    def convert_to_record(self, value, record):
        """Return the value itself."""
        return False if value is None else value
