"""Turns an account's records into a Snapshot, and carries out in the records what a Plan changes
here."""

from dataclasses import replace

from ..callerid import reconcile
from ..callerid.policy import Settings
from .rows import rows


def snapshot(account, state):
    """Return what the account, the console and their last agreement hold.

    :param console.State state: what the console holds
    :rtype: reconcile.Snapshot
    """
    # sudo: only managers may read what both agreed on, and the scheduler's check has no user
    known = account.sudo()
    users, archived_users = _rows(
        account, "axivox.extension", ["number", "id", "name", "email", "user_id"]
    )
    numbers, archived_numbers = _rows(
        account, "axivox.number", ["number", "destination_type", "destination", "extension_id"]
    )
    extensions = {id_: extension for extension, id_, *_more in (*users, *archived_users)}
    return reconcile.Snapshot(
        known._base(),
        reconcile.Side(
            account._ours(),
            {extension: (name, email or None) for extension, _id, name, email, _user in users},
            {
                number: (kind, extensions.get(rung) if kind == "extension" else destination or None)
                for number, kind, destination, rung in numbers
            },
        ),
        reconcile.Side(state.saved, state.users, state.numbers),
        state.applied,
        Settings.from_json(known.in_flight) if known.in_flight else None,
        reconcile.Directory(
            frozenset(extension for extension, *_more in archived_users),
            frozenset(number for number, *_more in archived_numbers),
            frozenset(extension for extension, *_more, user in users if user),
            _people(account, state, [user for *_more, user in users if user]),
        ),
    )


def _rows(account, model, fields):
    """Return the stored values of an account's records, and those of its archived ones."""
    records = account.env[model].with_context(active_test=False)
    found = rows(records, [("account_id", "=", account.id)], [*fields, "active"], order="id")
    return (
        [values for *values, is_active in found if bool(is_active) == wanted]
        for wanted in (True, False)
    )


def _people(account, state, taken):
    """Return {e-mail address: ids of the Odoo users with it who have no extension}.

    :param taken: ids of the Odoo users that have an extension here
    """
    emails = {email.strip().lower() for _name, email in state.users.values() if email}
    people = account.env["res.users"].search(
        [
            ("email_normalized", "in", sorted(emails)),
            ("share", "=", False),
            ("company_ids", "in", account.company_id.ids),
            ("id", "not in", taken),
        ]
    )
    return {email: same.ids for email, same in people.grouped("email_normalized").items()}


def create_numbers(account, numbers):
    """Create numbers without a destination: that may be a user whom Odoo does not know yet.
    `write_directory` sets it.

    :param numbers: tuple of E.164
    """
    if not numbers:  # nothing that a call is answered by changes
        return
    account.env["axivox.number"]._in_server_context("axivox_verbatim").create(
        [{"account_id": account.id, "number": number} for number in numbers]
    )


def renumber(account, renumbered):
    """Give users their new extensions.

    :param dict renumbered: ``{"201": "211"}``
    """
    for user in account.extension_ids.filtered(lambda user: user.number in renumbered):
        user._in_server_context("axivox_verbatim").number = renumbered[user.number]


def create_users(account, state, plan, extensions, user_ids):
    """Create users as the console has them.

    :param console.State state: what the console holds
    :param extensions: those of the plan's new users that are created
    :param dict user_ids: ``{"201": id of the Odoo user, or None}``
    """
    numbers = {number.number: number.id for number in account.number_ids}
    account.env["axivox.extension"]._in_server_context("axivox_verbatim").create(
        [
            {
                "account_id": account.id,
                "number": extension,
                "name": state.users[extension][0],
                "email": state.users[extension][1],
                "user_id": user_ids.get(extension),
                "outgoing_number_id": numbers.get(plan.settings.extensions[extension]),
            }
            for extension in extensions
        ]
    )


def write_directory(account, plan, user_ids):
    """Write the users' Odoo users, names and addresses, and the numbers' destinations.

    :param dict user_ids: ``{"201": id of the Odoo user, or None}``
    """
    users = {user.number: user for user in account.extension_ids}
    for extension, user in users.items():
        if not user.user_id and (user_id := user_ids.get(extension)):
            user._in_server_context("axivox_verbatim").user_id = user_id
        if profile := plan.profiles.get(extension):
            user.write(profile)
    for number in account.number_ids:
        if destination := plan.destinations.get(number.number):
            kind, target = destination
            vals = {"destination_type": kind, "extension_id": False}
            if kind == "extension":
                vals["extension_id"] = users[target].id
            else:
                vals["destination"] = target
            number.write(vals)


def save_settings(account, plan, ours):
    """Make what both sides agree on the saved settings, with the numbers that it names.

    :param Settings ours: what is saved here, as the plan was made with it
    """
    both = {e: n for e, n in ours.extensions.items() if e in plan.settings.extensions}
    if plan.settings != replace(ours, extensions=both):
        account._restore(plan.settings)
