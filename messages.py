"""What callerid/ and console/ found out, as sentences in the reader's language."""

from collections import Counter

from odoo.tools import formatLang

from .callerid import dialing, policy

NAMED_COUNTRIES = 4


def country_names(env, regions):
    """The names of regions (ISO 3166 codes), the first one first, the others by name.

    :rtype: str
    """
    ids = env["axivox.account"]._country_ids()
    together = list(ids.values())  # in one query, for all rules of a list
    names = {
        region: env["res.country"].browse(ids[region]).with_prefetch(together).name
        for region in regions
        if region in ids
    }
    if dialing.NON_GEOGRAPHIC in regions:
        names[dialing.NON_GEOGRAPHIC] = env._("International service")
    known = [names[region] for region in regions if region in names]
    return ", ".join(known[:1] + sorted(known[1:]))


def destinations(env, prefix):
    """The countries that a destination prefix (00-form) leads to, the main one first."""
    regions = dialing.regions_of_prefix(prefix)
    names = country_names(env, regions[:NAMED_COUNTRIES])
    more = len(regions) - NAMED_COUNTRIES
    return (
        env._("%(countries)s and %(count)s more", countries=names, count=more)
        if more > 0
        else names
    )


def number_error(env, error):
    """Why a text is no telephone number, and what to write instead.

    :param dialing.NotDiallableError error:
    """
    country = country_names(env, [error.region] if error.region else [])
    if error.reason == "empty":
        return env._("Write a telephone number, such as +44 20 7946 0958.")
    if error.reason == "unknown_country":
        return env._(
            "“%(typed)s” begins with a country code that no country uses. Write the number "
            "with its country code, such as +44 20 7946 0958.",
            typed=error.dialled,
        )
    if error.reason == "no_region":
        return env._(
            "“%(typed)s” does not tell its country. Write the number in international form, "
            "such as +44 20 7946 0958.",
            typed=error.dialled,
        )
    if country and error.reason == "too_short":
        return env._(
            "“%(typed)s” is too short for a telephone number of %(country)s.",
            typed=error.dialled,
            country=country,
        )
    if country and error.reason == "too_long":
        return env._(
            "“%(typed)s” is too long for a telephone number of %(country)s.",
            typed=error.dialled,
            country=country,
        )
    if country and error.reason == "unassigned":
        return env._(
            "“%(typed)s” is not a telephone number of %(country)s: no number there is "
            "written like this.",
            typed=error.dialled,
            country=country,
        )
    return env._(
        "“%(typed)s” is not a telephone number. Write it in international form, such as "
        "+44 20 7946 0958.",
        typed=error.dialled,
    )


def prefix_error(env, error):
    """Why a text is no destination prefix, and what to write instead.

    :param dialing.PrefixError error:
    """
    if error.reason == "empty":
        return env._(
            "A rule needs a destination prefix: the country code with its zeros, such as 0044."
        )
    if error.reason == "no_zeros":
        return env._(
            "“%(typed)s” is not a destination prefix: write the country code with its zeros in "
            "front, such as 0044.",
            typed=error.typed,
        )
    if error.reason == "malformed":
        return env._(
            "“%(typed)s” is not a destination prefix: it takes digits only, the country code "
            "with its zeros in front, such as 0044.",
            typed=error.typed,
        )
    if error.reason == "unknown_country":
        return env._(
            "“%(typed)s” is not a destination prefix: no country's code begins like this. Write "
            "the country code with its zeros in front, such as 0044.",
            typed=error.typed,
        )
    return env._(
        "“%(typed)s” is longer than any number it could match: after the zeros, at most "
        "%(longest)s digits.",
        typed=error.typed,
        longest=error.longest,
    )


def destination(env, called):
    """A destination as people write it: ``United Kingdom, +44 20 7946 0958``.

    :param dialing.Destination called:
    """
    if called.kind == dialing.EXTERNAL:
        names = country_names(env, [called.region] if called.region else [])
        number = dialing.international(called.e164)
        return f"{names}, {number}" if names else number
    if called.kind == dialing.INTERNAL:
        return env._("Extension %s", called.dialled)
    if called.kind == dialing.EMERGENCY:
        return env._("Emergency number %s", called.dialled)
    return env._("Service number %s", called.dialled)


def reason(env, extension, called, answer, *, own_number, never_applied):
    """Why this number is shown.

    :param str extension: the caller's; False for none
    :param dialing.Destination called: the called one
    :param policy.CallerId answer:
    :param bool own_number: whether the extension has an outgoing number of its own
    :param bool never_applied: whether the saved settings stand in for the applied ones
    """
    sentence = {
        dialing.INTERNAL: lambda: env._(
            "Internal call to extension %s: no outside number is shown.", called.dialled
        ),
        dialing.EMERGENCY: lambda: env._(
            "Emergency call: no rule applies, the carrier decides what is shown."
        ),
        dialing.SERVICE: lambda: env._(
            "Service or short number: dialled exactly as typed, Axivox decides what is shown."
        ),
        policy.USER: lambda: env._("Outgoing number of extension %s.", extension),
        policy.DEFAULT: lambda: env._("No rule matches: the default outgoing number is shown."),
        policy.NONE: lambda: (
            env._("No outgoing number is configured for this call.")
            if extension
            else env._("Without an Axivox extension no call can be placed.")
        ),
        policy.RULE: lambda: (
            env._(
                "Rule %(prefix)s goes before the outgoing number of extension %(extension)s.",
                prefix=answer.rule.prefix,
                extension=extension,
            )
            if own_number
            else env._("Rule %s is the first that matches this destination.", answer.rule.prefix)
        ),
    }[answer.source]()
    if never_applied and extension and called.kind == dialing.EXTERNAL:
        sentence += " " + env._("(Saved settings: none applied yet.)")
    return sentence


def passed_over(env, passed):
    """Why a rule that matches did not decide a call.

    :param policy.PassedOver passed:
    """
    if passed.why == "later":
        return env._("Rule %s comes first.", passed.by.prefix)
    if passed.why == "own_number":
        return env._("The user's own outgoing number goes first.")
    return env._("Its number is archived: it is never shown.")


def change(env, difference, names=None):
    """A difference between two versions of the settings, in words.

    :param changes.Change difference:
    :param dict names: what the extensions are called: ``{"201": "201 Sophie"}``
    """

    def shown(number):
        return dialing.international(number) if number else env._("Default")

    def default(number):
        return dialing.international(number) if number else env._("none")

    old, new, subject = difference.old, difference.new, difference.subject
    return {
        "default": lambda: env._(
            "Default outgoing number: %(old)s → %(new)s", old=default(old), new=default(new)
        ),
        "override": lambda: (
            env._("Advanced rules apply even for users with an outgoing number: no → yes")
            if new
            else env._("Advanced rules apply even for users with an outgoing number: yes → no")
        ),
        "rule_added": lambda: env._(
            "Rule %(prefix)s → %(number)s is added at position %(position)s",
            prefix=subject,
            number=shown(new),
            position=difference.position,
        ),
        "rule_removed": lambda: env._(
            "Rule %(prefix)s → %(number)s is removed", prefix=subject, number=shown(old)
        ),
        "rule_number": lambda: env._(
            "Rule %(prefix)s: %(old)s → %(new)s", prefix=subject, old=shown(old), new=shown(new)
        ),
        "rule_moved": lambda: env._(
            "Rule %(prefix)s moves from position %(old)s to %(new)s",
            prefix=subject,
            old=old,
            new=new,
        ),
        "extension": lambda: env._(
            "%(user)s: %(old)s → %(new)s",
            user=(names or {}).get(subject, subject),
            old=shown(old),
            new=shown(new),
        ),
    }[difference.kind]()


def changes_summary(env, differences):
    """How many changes these are, and of what: ``1,669 changes: 1,001 rules, 668 users``.

    :param differences: list of ``changes.Change``
    """
    kinds = Counter(
        "rules" if kind.startswith("rule_") else "users" if kind == "extension" else "settings"
        for kind in (difference.kind for difference in differences)
    )

    def count(number):
        return formatLang(env, number, 0)

    one_and_more = {
        "settings": (env._("1 setting"), env._("%s settings", count(kinds["settings"]))),
        "rules": (env._("1 rule"), env._("%s rules", count(kinds["rules"]))),
        "users": (env._("1 user"), env._("%s users", count(kinds["users"]))),
    }
    parts = [words[kinds[kind] > 1] for kind, words in one_and_more.items() if kinds[kind]]
    return env._(
        "%(count)s changes: %(parts)s", count=count(len(differences)), parts=", ".join(parts)
    )


def console_steps(env, page, differences, wanted):
    """The clicks in Axivox's console that make the changes of one of its pages.

    :param str page: its name, as the console's menu has it
    :param differences: the page's ``changes.Change``
    :param policy.Settings wanted:
    :return: dicts with ``text`` and ``copies``, the values to type (``label`` and ``value``)
    :rtype: list[dict]
    """
    prefix, number, save = env._("Destination prefix"), env._("Number"), _step(env._("Save."))
    make = {
        "default": lambda c: [
            _step(
                env._("Default outgoing number: choose this one.")
                if c.new
                else env._("Default outgoing number: choose none."),
                (number, c.new),
            )
        ],
        "override": lambda c: [
            _step(
                env._("Tick the box below the lines: rules apply even for users with a number.")
                if c.new
                else env._(
                    "Untick the box below the lines: rules apply even for users with a number."
                )
            )
        ],
        "rule_removed": lambda c: [
            _step(env._("Delete the line with these."), (prefix, c.subject), (number, c.old))
        ],
        "rule_added": lambda c: [
            _step(env._("Add a line with the green +."), (prefix, c.subject), (number, c.new))
        ],
        "rule_number": lambda c: [
            _step(env._("Rule %s: choose this number.", c.subject), (number, c.new))
        ],
        "rule_moved": lambda c: [],
        "extension": lambda c: [
            _step(
                env._("Edit user %s. Outgoing number: choose this one.", c.subject)
                if c.new
                else env._("Edit user %s. Outgoing number: choose Default.", c.subject),
                (number, c.new),
            ),
            save,
        ],
    }
    kinds = {difference.kind for difference in differences}
    steps = [_step(env._("Open %s in the menu on the left.", page))]
    advanced = _step(env._("Open Advanced options, to the right of Default outgoing number."))
    for difference in differences:
        if difference.kind not in ("default", "extension") and advanced not in steps:
            steps.append(advanced)
        steps += make[difference.kind](difference)
    if kinds & {"rule_added", "rule_moved"} and len(wanted.rules) > 1:
        order = ", ".join(rule.prefix for rule in wanted.rules)
        steps.append(_step(env._("Drag the lines into this order: %s.", order)))
    return steps if "extension" in kinds else [*steps, save]


def console_error(env, error):
    """Why Axivox did not do what was asked, and what to do.

    :param console.ConsoleError error:
    """
    return {
        "address": lambda: env._(
            "Axivox cannot be reached: nothing answers at the base URL as an API should. Check "
            "the address, and whether the service runs."
        ),
        "timeout": lambda: env._("Axivox did not answer in time."),
        "slow": lambda: env._(
            "Axivox answers, but so slowly that not everything could be read within %s seconds.",
            error.detail,
        ),
        "size": lambda: env._(
            "Axivox sent more than %s, which is more than these settings can be: the rest was "
            "not read. Check the base URL.",
            error.detail,
        ),
        "echo": lambda: env._(
            "What answers at the base URL repeats the token: nothing of its answer was kept. "
            "Check the address, and have the token replaced."
        ),
        "lost": lambda: env._("The connection to Axivox broke before the answer was whole."),
        "certificate": lambda: env._(
            "The host at the base URL could not prove who it is (its certificate): nothing was "
            "sent."
        ),
        "redirect": lambda: env._(
            "The base URL leads elsewhere (%s). The token is not sent there: if that is the "
            "right address, enter it.",
            error.detail,
        ),
        "token": lambda: env._("Axivox did not accept the token. Enter it again."),
        "busy": lambda: (
            env._("Axivox asks to wait %s seconds before trying again.", error.wait)
            if error.wait
            else env._("Axivox is too busy right now. Try again in a moment.")
        ),
        "changed": lambda: env._(
            "Somebody changed the console at the same time. Review the changes again."
        ),
        "refused": lambda: env._("Axivox rejected the settings: %s", error.detail),
        "fault": lambda: env._("Axivox returned a server error (HTTP %s).", error.detail),
        "nonsense": lambda: env._(
            "The answer is not what an Axivox API gives (%s). Check the base URL.", error.detail
        ),
        "other": lambda: error.detail,
    }[error.reason]()


def unexpected(env):
    """What is said of a defect, whose details are the log's business."""
    return env._("An unexpected error occurred; the server log has the details.")


def outcome(env, state, reason):
    """What became of an apply that did not end well.

    :param str state: of ``axivox.sync``: ``failed`` or ``asked``
    :param str reason: a sentence
    """
    if state == "asked":
        return env._(
            "%s Whether the changes went live is not known yet. Odoo checks again by itself; "
            "pressing Apply changes again is safe.",
            reason,
        )
    return env._(
        "%s Live calls are as they were, and nothing saved is lost: press Apply changes again.",
        reason,
    )


def subject(env, change, names):
    """What was changed in the console.

    :param reconcile.RemoteChange change:
    :param dict names: what the extensions are called, as for ``change``
    """
    name = (names or {}).get(change.subject, change.subject)
    if change.kind == "rule" and change.nth:
        return env._("Rule %(prefix)s, line %(line)s", prefix=name, line=change.nth + 1)
    return {
        "default": lambda: env._("Default outgoing number"),
        "override": lambda: env._("Advanced rules apply even for users with an outgoing number"),
        "rule": lambda: env._("Rule %s", name),
        "rule_order": lambda: env._("Order of the rules"),
        "extension": lambda: env._("Outgoing number of %s", name),
        "name": lambda: env._("Name of %s", name),
        "email": lambda: env._("E-mail of %s", name),
        "destination": lambda: env._("Destination of %s", dialing.international(name)),
    }[change.kind]()


def setting_value(env, kind, value):
    """A value of a RemoteChange, as people read it."""
    if kind == "override":
        return env._("yes") if value else env._("no")
    if kind == "rule_order":
        return ", ".join(prefix for prefix, _nth in value)
    if kind == "destination":
        kinds = env["axivox.number"]._fields["destination_type"]._description_selection(env)
        return ": ".join(filter(None, [dict(kinds)[value[0]], value[1]]))
    if kind in ("name", "email"):
        return value or ""
    if value:
        return dialing.international(value)
    return {"default": env._("none"), "rule": env._("no such rule")}.get(kind, env._("Default"))


def remote_changes(env, changes, names):
    """Why nothing is applied: the console holds what nobody has looked at here.

    :param changes: of ``reconcile.RemoteChange``
    """
    lines = [
        env._(
            "%(subject)s: there %(theirs)s, here %(ours)s",
            subject=subject(env, change, names),
            theirs=setting_value(env, change.kind, change.theirs),
            ours=setting_value(env, change.kind, change.ours),
        )
        for change in changes
    ]
    return "\n".join(
        [
            env._(
                "Somebody changed the console since Odoo last saw it. Nothing was applied: pull, "
                "or decide in Apply changes."
            ),
            *lines,
        ]
    )


def apply_warning(env):
    """What the last click in the console also does."""
    return env._(
        "Last, click Apply changes in the upper-right corner of the console. This also publishes "
        "whatever else anybody has saved there."
    )


def _step(text, *copies):
    return {
        "text": text,
        "copies": [{"label": label, "value": value} for label, value in copies if value],
    }
