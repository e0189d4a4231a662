"""What a client may do to a record, whatever its access rights allow."""

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command

# What a client's context may hold when a record is written, besides the defaults of a form.
CLIENT_CONTEXT = frozenset({"lang", "tz", "allowed_company_ids"})
# Odoo's own flag while it uninstalls an addon, which it does as OdooBot: no client is that user.
UNINSTALL_FLAG = "_force_unlink"
# The value of flags that the server sets: a client sends JSON, which cannot hold this object.
_SERVER_SAYS = object()


class AxivoxGuarded(models.AbstractModel):
    """Limits what a client may do to a record, beyond the access rights of its model.

    - A field that is ``readonly`` is set by the server only, not by a default value that a user
      keeps.
    - The fields of `_manager_fields`, which affect live calls at once, are set by managers only.
    - The fields of ``_immutable_fields``, such as the account of a record, do not change.
    - A record points only at records that the user who writes it may read.
    - Nothing in the context of a request changes what is checked, written or logged.
    """

    _name = "axivox.guarded"
    _description = "Record that a client may not change at will"

    _immutable_fields = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        defaults = {
            key.removeprefix("default_"): value
            for key, value in self.env.context.items()
            if key.startswith("default_") and self._is_accepted(key, value)
        }
        for vals in vals_list:
            self._check_client_may_set({**defaults, **vals})
        records = super(AxivoxGuarded, self._in_server_context()).create(vals_list)
        return records.with_env(self.env)

    def write(self, vals):
        self._check_client_may_set(vals)
        for name in self._immutable_fields & vals.keys():
            if any(record[name].id != vals[name] for record in self):
                raise UserError(self._refused(self.env._("%s: this cannot be changed."), name))
        return super(AxivoxGuarded, self._in_server_context()).write(vals)

    def unlink(self):
        return super(AxivoxGuarded, self._in_server_context()).unlink()

    def onchange(self, values, field_names, fields_spec):
        # The answer holds the names of the records that the form points at.
        self._check_client_may_point_at(values)
        return super().onchange(values, field_names, fields_spec)

    def _in_server_context(self, *flags):
        """Return these records with only harmless keys of a client's context, and these flags.

        :param str flags: set for `_server_says` from here on
        """
        context = self.env.context.items()
        accepted = {name: value for name, value in context if self._is_accepted(name, value)}
        return self.with_env(self.env(context={**accepted, **dict.fromkeys(flags, _SERVER_SAYS)}))

    def _server_says(self, what):
        """Return whether the server itself set this flag, with `_in_server_context`."""
        return self.env.context.get(what) is _SERVER_SAYS

    def _is_accepted(self, name, value):
        if name.startswith("default_"):
            field = self._fields.get(name.removeprefix("default_"))
            return field is None or not field.readonly
        return (
            name in CLIENT_CONTEXT
            or value is _SERVER_SAYS
            or (name == UNINSTALL_FLAG and self.env.uid == SUPERUSER_ID)
        )

    def _add_missing_default_values(self, values):
        complete = super()._add_missing_default_values(values)
        # Users may keep a default value for any field.
        kept = self.env["ir.default"]._get_model_defaults(self._name)
        for name in (complete.keys() - values.keys()) & kept.keys():
            if (field := self._fields[name]).readonly:
                del complete[name]
                if field.default:
                    complete[name] = field.default(self)
        return complete

    def _check_client_may_set(self, vals):
        """:raises AccessError: if the user may not set one of these fields, or not to this value"""
        if self.env.su:
            return
        for name in vals:
            if name in self._fields and self._fields[name].readonly:
                raise AccessError(self._refused(self.env._("%s can only be set by Odoo."), name))
        if not self._manager_fields().isdisjoint(vals):
            self._check_manager()
        self._check_client_may_point_at(vals)

    def _check_client_may_point_at(self, vals):
        """:raises AccessError: if a value points at a record that the user may not read; the error
        does not name it
        """
        if self.env.su:
            return
        for name, value in vals.items():
            field = self._fields.get(name)
            if field is None or not field.relational:
                continue
            if field.type == "one2many":
                for line, line_vals in _lines(self.env[field.comodel_name], value):
                    line._check_client_may_point_at(line_vals)
                continue
            new = self.env[field.comodel_name].browse(_ids(value))
            if len(self) == 1:
                # sudo: what it points at already may stay
                new -= self.sudo()[name].sudo(False)
            if new and not new.has_access("read"):
                raise AccessError(
                    self._refused(
                        self.env._("%s: you can only choose what you have access to."), name
                    )
                )

    @api.model
    def _manager_fields(self):
        """Return the names of the fields that only managers set."""
        return frozenset()

    def _is_manager(self):
        is_manager = self.env.user.has_group("axivox_caller_id.group_manager")
        return self.env.su or (is_manager and self.has_access("read"))

    def _check_manager(self):
        """:raises AccessError: unless the user is a manager of these records"""
        if not self._is_manager():
            raise AccessError(self.env._("Only Axivox managers can connect, pull and apply."))

    def _refused(self, sentence, name):
        return sentence % self._fields[name]._description_string(self.env)


def _ids(value):
    """Return the ids that a client's value of a many2one or many2many field names."""
    if isinstance(value, dict):
        value = value.get("id")
    if not isinstance(value, (list, tuple)):
        return [value] if type(value) is int else []
    named = []
    for command in value:
        if not isinstance(command, (list, tuple)):
            named += _ids(command)
        elif command[0] in (Command.LINK, Command.UPDATE):
            named.append(command[1])
        elif command[0] == Command.SET:
            named += command[2]
    return named


def _lines(model, value):
    """Yield (record, values) for each line of a guarded model that the value of a one2many
    writes."""
    if not isinstance(model, AxivoxGuarded) or not isinstance(value, (list, tuple)):
        return
    for command in value:
        if isinstance(command, (list, tuple)) and command[0] in (Command.CREATE, Command.UPDATE):
            known = command[0] == Command.UPDATE and type(command[1]) is int
            yield model.browse([command[1]] if known else []), command[2]
