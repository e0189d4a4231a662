"""JSON of thousands of values."""

from odoo import fields


class Document(fields.Json):
    """JSON that neither who writes it nor who reads it changes: Odoo copies it each time, value by
    value; and that is read when it is asked for, not with whatever else is read of its record."""

    prefetch = False

    def convert_to_cache(self, value, record, validate=True):
        """Return the value itself."""
        return value or None

    def convert_to_record(self, value, record):
        """Return the value itself."""
        return False if value is None else value
