"""Turns the results of callerid/ and console/ into sentences in the reader's language."""

from collections import Counter
from datetime import timezone
from functools import partial

from odoo.tools import formatLang
from odoo.tools.misc import format_date, format_time

from .callerid import dialing, policy

NAMED_COUNTRIES = 4
NAMED_TEST_CASES = 10
OVERRIDE = "Apply advanced rules even for users with a default outgoing number configured"


def country_names(env, regions):
    """Return the names of regions (ISO 3166 codes), the first one first, the others by name.

    :rtype: str
    """
    ids = env["axivox.account"]._country_ids()
    together = list(ids.values())  # one query for all rules of a list
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
    """Return the countries of a destination prefix (00-form), the main one first."""
    regions = dialing.regions_of_prefix(prefix)
    names = country_names(env, regions[:NAMED_COUNTRIES])
    more = len(regions) - NAMED_COUNTRIES
    return (
        env._("%(countries)s and %(count)s more", countries=names, count=more)
        if more > 0
        else names
    )


def local_time(env, number, now):
    """Return the local time at an E.164 number, “14:05 there”; a range if it may be in several
    zones, empty if the zone is not known.

    :param datetime now: in UTC, as Odoo writes it
    """
    times = dialing.local_times(number, now.replace(tzinfo=timezone.utc))
    if not times:
        return ""
    earliest, latest = (format_time(env, time.time(), time_format="short") for time in times)
    if earliest == latest:
        return env._("%s there", earliest)
    if times[0].date() != times[1].date():
        first, last = (format_date(env, time.date(), date_format="EEEE") for time in times)
        earliest, latest = f"{first} {earliest}", f"{last} {latest}"
    return env._("between %(earliest)s and %(latest)s there", earliest=earliest, latest=latest)


def duration(env, seconds):
    """Return how long a call lasted: ``2 min 3 s``."""
    minutes, seconds = divmod(round(seconds), 60)
    if minutes:
        return env._("%(minutes)s min %(seconds)s s", minutes=minutes, seconds=seconds)
    return env._("%s s", seconds)


def number_error(env, error):
    """Return why a text is no telephone number, and what to write instead.

    :param dialing.NotDiallableError error:
    """
    country = country_names(env, [error.region] if error.region else [])
    if error.reason == "empty":
        return env._("Enter a telephone number, such as +44 20 7946 0958.")
    if error.reason == "unknown_country":
        return env._(
            "“%(typed)s” begins with a country code that no country uses. Enter the number with "
            "its country code, such as +44 20 7946 0958.",
            typed=error.dialled,
        )
    if error.reason == "no_region":
        return env._(
            "“%(typed)s” does not tell its country. Enter the number in international format, "
            "such as +44 20 7946 0958.",
            typed=error.dialled,
        )
    if country and error.reason == "too_short":
        return env._(
            "“%(typed)s” is too short for a telephone number in %(country)s.",
            typed=error.dialled,
            country=country,
        )
    if country and error.reason == "too_long":
        return env._(
            "“%(typed)s” is too long for a telephone number in %(country)s.",
            typed=error.dialled,
            country=country,
        )
    if country and error.reason == "unassigned":
        return env._(
            "“%(typed)s” is not a valid telephone number in %(country)s.",
            typed=error.dialled,
            country=country,
        )
    return env._(
        "“%(typed)s” is not a telephone number. Enter it in international format, such as +44 20 "
        "7946 0958.",
        typed=error.dialled,
    )


def prefix_error(env, error):
    """Return why a text is no destination prefix, and what to write instead.

    :param dialing.PrefixError error:
    """
    if error.reason == "empty":
        return env._(
            "A rule needs a destination prefix: the country code with its zeros, such as 0044."
        )
    if error.reason == "no_zeros":
        return env._(
            "“%(typed)s” is not a destination prefix: enter the country code with its zeros in "
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
            "“%(typed)s” is not a destination prefix: no country code begins like this. Enter the "
            "country code with its zeros in front, such as 0044.",
            typed=error.typed,
        )
    return env._(
        "“%(typed)s” is longer than any number it could match: after the zeros, at most "
        "%(longest)s digits.",
        typed=error.typed,
        longest=error.longest,
    )


def destination(env, called):
    """Return a destination as people write it: ``United Kingdom, +44 20 7946 0958``.

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


def reason(env, extension, called, answer, *, own_number, never_applied, team=None):
    """Return why this number is shown.

    :param str extension: the caller's; False for none
    :param dialing.Destination called:
    :param policy.CallerId answer:
    :param bool own_number: whether the extension has an outgoing number of its own
    :param bool never_applied: whether the saved settings stand in for the applied ones
    :param str team: the sales team that the outgoing number comes from, if known
    """
    match answer.source:
        case dialing.INTERNAL:
            sentence = env._(
                "Internal call to extension %s: no outside number is shown.", called.dialled
            )
        case dialing.EMERGENCY:
            sentence = env._("Emergency call: no rule applies, the carrier decides what is shown.")
        case dialing.SERVICE:
            sentence = env._(
                "Service or short number: dialled exactly as typed, Axivox decides what is shown."
            )
        case policy.USER if team:
            sentence = env._(
                "Outgoing number of extension %(extension)s (%(team)s).",
                extension=extension,
                team=team,
            )
        case policy.USER:
            sentence = env._("Outgoing number of extension %s.", extension)
        case policy.DEFAULT:
            sentence = env._("No rule matches: the default outgoing number is shown.")
        case policy.NONE if extension:
            sentence = env._("No outgoing number is configured for this call.")
        case policy.NONE:
            sentence = env._("Without an Axivox extension, no call can be placed.")
        case policy.RULE if own_number:
            sentence = env._(
                "Rule %(prefix)s takes precedence over the outgoing number of extension "
                "%(extension)s.",
                prefix=answer.rule.prefix,
                extension=extension,
            )
        case policy.RULE:
            sentence = env._(
                "Rule %s is the first that matches this destination.", answer.rule.prefix
            )
    if never_applied and extension and called.kind == dialing.EXTERNAL:
        sentence += " " + env._("(Saved settings: nothing has been applied yet.)")
    return sentence


def shown(env, answer):
    """Return the number that is shown, as people write it.

    :param policy.CallerId answer:
    """
    return dialing.international(answer.number) if answer.number else env._("no outside number")


def decided_by(env, answer):
    """Return in two or three words what decided which number is shown.

    :param policy.CallerId answer:
    """
    return {
        dialing.INTERNAL: lambda: env._("Internal call"),
        dialing.EMERGENCY: lambda: env._("Decided by the carrier"),
        dialing.SERVICE: lambda: env._("Decided by Axivox"),
        policy.RULE: lambda: env._("Rule %s", answer.rule.prefix),
        policy.USER: lambda: env._("User's own number"),
        policy.DEFAULT: lambda: env._("Default outgoing number"),
        policy.NONE: lambda: env._("Nothing is configured"),
    }[answer.source]()


def failing_test_cases(env, sentences):
    """Return how many test cases fail, and the first of them.

    :param sentences: one for each failing case, not empty
    """
    head = (
        env._("1 test case fails:")
        if len(sentences) == 1
        else env._("%s test cases fail:", formatLang(env, len(sentences), 0))
    )
    more = len(sentences) - NAMED_TEST_CASES
    return "\n".join([head, *and_more(env, sentences[:NAMED_TEST_CASES], more)])


def and_more(env, texts, more):
    """Return some sentences or names, and how many more there are, if any.

    :param int more: how many are left out
    :rtype: list[str]
    """
    return [*texts, *([env._("and %s more", formatLang(env, more, 0))] if more > 0 else [])]


def passed_over(env, passed):
    """Return why a rule did not decide a call.

    :param policy.PassedOver passed:
    """
    if passed.why == "later":
        return env._("Rule %s comes first.", passed.by.prefix)
    if passed.why == "own_number":
        return env._("The user's own outgoing number takes precedence.")
    return env._("Its number is archived: it is never shown.")


def changes(env, differences, names=None, teams=None):
    """Return differences between two versions of the settings in words.

    :param differences: list of ``changes.Change``
    :param dict names: the names of the extensions: ``{"201": "201 Sophie"}``
    :param dict teams: the sales teams that changes come from, by extension: ``{"201": "Team
        Europe"}``
    :rtype: list[str]
    """
    # Translated once, for thousands of users.
    of_user, default = env._("%(user)s: %(old)s → %(new)s"), env._("Default")

    def shown(number):
        return dialing.international(number) if number else default

    def in_words(difference):
        old, new, subject = difference.old, difference.new, difference.subject
        if difference.kind == "extension":
            user = (names or {}).get(subject, subject)
            return of_user % {"user": user, "old": shown(old), "new": shown(new)}
        return _change(env, difference)

    return [_because(in_words(difference), difference, teams) for difference in differences]


def _change(env, difference):
    """Return a difference that is no user's in words."""

    def shown(number):
        return dialing.international(number) if number else env._("none")

    old, new, prefix = difference.old, difference.new, difference.subject
    match difference.kind:
        case "default":
            return env._(
                "Default outgoing number: %(old)s → %(new)s", old=shown(old), new=shown(new)
            )
        case "override" if new:
            return env._("Advanced rules apply even for users with an outgoing number: no → yes")
        case "override":
            return env._("Advanced rules apply even for users with an outgoing number: yes → no")
        case "rule_added":
            return env._(
                "Rule %(prefix)s → %(number)s is added at position %(position)s",
                prefix=prefix,
                number=shown(new),
                position=difference.position,
            )
        case "rule_removed":
            return env._(
                "Rule %(prefix)s → %(number)s is removed", prefix=prefix, number=shown(old)
            )
        case "rule_number":
            return env._(
                "Rule %(prefix)s: %(old)s → %(new)s", prefix=prefix, old=shown(old), new=shown(new)
            )
        case "rule_moved":
            return env._(
                "Rule %(prefix)s moves from position %(old)s to %(new)s",
                prefix=prefix,
                old=old,
                new=new,
            )


def changes_summary(env, differences):
    """Return how many changes there are, and of what: ``1,669 changes: 1,001 rules, 668 users``.

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


def console_label(env, label):
    """Return a label of Axivox's English screens in quotes, followed by its translation in brackets
    if the reader's language is another one."""
    says = {
        "Advanced options": env._("Advanced options"),
        OVERRIDE: env._(
            "Apply advanced rules even for users with a default outgoing number configured"
        ),
        "Apply changes": env._("Apply changes"),
        "Default": env._("Default"),
        "Default outgoing number": env._("Default outgoing number"),
        "Edit": env._("Edit"),
        "Outgoing number": env._("Outgoing number"),
        "Save": env._("Save"),
        "Settings": env._("Settings"),
        "Users": env._("Users"),
    }[label]
    return f"“{label}”" if says == label else f"“{label}” ({says})"


def console_page(env, page):
    """Return how to open a page of Axivox's console, and what to do there before leaving it."""
    label = partial(console_label, env)
    if page == "users":
        return env._(
            "Open %(users)s in the menu on the left. Click %(edit)s to the right of each of "
            "these, and %(save)s after each.",
            users=label("Users"),
            edit=label("Edit"),
            save=label("Save"),
        )
    return env._(
        "Open %(settings)s in the menu on the left. The rules are under %(advanced)s, to the "
        "right of %(default)s. Click %(save)s when you are done.",
        settings=label("Settings"),
        advanced=label("Advanced options"),
        default=label("Default outgoing number"),
        save=label("Save"),
    )


def console_block(env, change):
    """Return what to do to all lines that are changed in the same way as this one.

    :param changes.Change change:
    """
    if change.kind == "extension":
        return env._(
            "%(label)s: %(number)s",
            label=console_label(env, "Outgoing number"),
            number=_number_or_default(env, change.new),
        )
    return {
        "default": lambda: console_label(env, "Default outgoing number"),
        "override": lambda: env._("The checkbox below the rules"),
        "rule_removed": lambda: env._("Rules to delete"),
        "rule_number": lambda: env._("Rules that get another number"),
        "rule_added": lambda: env._("Rules to add and to drag, from top to bottom"),
        "rule_moved": lambda: env._("Rules to add and to drag, from top to bottom"),
    }[change.kind]()


def console_step(env, change, above, names, teams=None):
    """Return what to click in Axivox's console to make a change.

    :param changes.Change change:
    :param policy.Rule above: below which a rule is dragged; None for the top
    :param dict names: the names of the extensions, as for ``changes``
    :param dict teams: as for ``changes``
    """
    label = partial(console_label, env)
    new, subject = change.new, change.subject

    def line(prefix, number):
        return f"{prefix} → {dialing.international(number)}"

    def dragged(to_the_top, below):
        return below(line(above.prefix, above.number)) if above else to_the_top

    step = {
        "default": lambda: (
            env._(
                "Choose %(number)s under %(label)s.",
                number=dialing.international(new),
                label=label("Default outgoing number"),
            )
            if new
            else env._("Choose no number under %s.", label("Default outgoing number"))
        ),
        "override": lambda: (
            env._("Tick %s.", label(OVERRIDE)) if new else env._("Untick %s.", label(OVERRIDE))
        ),
        "rule_removed": lambda: env._("Delete the line %s.", line(subject, change.old)),
        "rule_number": lambda: env._(
            "In the line %(prefix)s choose %(number)s.",
            prefix=subject,
            number=dialing.international(new),
        ),
        "rule_added": lambda: dragged(
            env._("Add a line with the green +, %s, and drag it to the top.", line(subject, new)),
            lambda other: env._(
                "Add a line with the green +, %(line)s, and drag it directly below %(other)s.",
                line=line(subject, new),
                other=other,
            ),
        ),
        "rule_moved": lambda: dragged(
            env._("Drag the line %s to the top.", subject),
            lambda other: env._(
                "Drag the line %(prefix)s directly below %(other)s.", prefix=subject, other=other
            ),
        ),
        "extension": lambda: env._(
            "%(user)s: choose %(number)s under %(label)s.",
            user=names.get(subject, subject),
            number=_number_or_default(env, new),
            label=label("Outgoing number"),
        ),
    }[change.kind]()
    return _because(step, change, teams)


def copied(env, change):
    """Return what is typed in the console to make a change: dicts with ``label`` and ``value``.

    :param changes.Change change:
    """
    values = {
        "default": {env._("Number"): change.new},
        "rule_removed": {env._("Destination prefix"): change.subject},
        "rule_number": {
            env._("Destination prefix"): change.subject,
            env._("Number"): change.new,
        },
        "rule_added": {env._("Destination prefix"): change.subject, env._("Number"): change.new},
        "rule_moved": {env._("Destination prefix"): change.subject},
        "extension": {env._("Extension"): change.subject},
    }.get(change.kind, {})
    return [{"label": label, "value": value} for label, value in values.items() if value]


def connected_to(env, company):
    """Return which account answers at a base URL.

    :param dict company: as ``console.Company``
    """
    return env._(
        "Connected to %(name)s (%(domain)s): %(numbers)s numbers, %(users)s users, "
        "revision %(revision)s.",
        **company,
    )


def console_error(env, error):
    """Return why Axivox did not do what was asked, and what to do about it.

    :param console.ConsoleError error:
    """
    return {
        "address": lambda: env._(
            "Axivox cannot be reached: no API answers at the base URL. Check the address and "
            "whether the service is running."
        ),
        "timeout": lambda: env._("Axivox did not answer in time."),
        "slow": lambda: env._(
            "Axivox answers too slowly: not everything could be read within %s seconds.",
            error.detail,
        ),
        "size": lambda: env._(
            "Axivox sent more than %s, which is more than these settings can take up: the rest "
            "was not read. Check the base URL.",
            error.detail,
        ),
        "echo": lambda: env._(
            "The server at the base URL sent the token back in its answer: nothing of the answer "
            "was kept. Check the address, and have the token replaced."
        ),
        "lost": lambda: env._("The connection to Axivox was lost before the answer was complete."),
        "certificate": lambda: env._(
            "The certificate of the server at the base URL could not be verified: nothing was sent."
        ),
        "redirect": lambda: env._(
            "The base URL redirects elsewhere (%s). The token was not sent there: if that is the "
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
            "This is not the answer of an Axivox API (%s). Check the base URL.", error.detail
        ),
        "other": lambda: error.detail,
    }[error.reason]()


def unexpected(env):
    """Return the sentence for a defect; its details are in the log only."""
    return env._("An unexpected error occurred; the server log has the details.")


def outcome(env, state, reason):
    """Return how an apply ended that did not succeed.

    :param str state: of ``axivox.sync``: ``failed`` or ``asked``
    :param str reason: a sentence
    """
    if state == "asked":
        return env._(
            "%s It is not known yet whether the changes went live. Odoo will check again by "
            "itself; it is safe to click Apply changes again.",
            reason,
        )
    return env._(
        "%s Live calls are unchanged and nothing you saved is lost: click Apply changes again.",
        reason,
    )


def subject(env, change, names):
    """Return what was changed in the console.

    :param reconcile.RemoteChange change:
    :param dict names: the names of the extensions, as for ``changes``
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
    """Return a value of a RemoteChange, as people read it."""
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


def decision(env, line):
    """Return what was decided about a setting that both sides had changed.

    :param line: axivox.review.line
    """
    values = {"setting": line.name, "theirs": line.theirs, "ours": line.ours}
    if line.choice == "theirs":
        return env._(
            "%(setting)s: %(theirs)s at Axivox, %(ours)s in Odoo; Axivox's was kept.", **values
        )
    return env._("%(setting)s: %(theirs)s at Axivox, %(ours)s in Odoo; Odoo's was kept.", **values)


def remote_changes(env, changes, names):
    """Return why nothing is applied: changes in the console that nobody has reviewed in Odoo.

    :param changes: list of ``reconcile.RemoteChange``
    """
    lines = [
        env._(
            "%(subject)s: %(theirs)s at Axivox, %(ours)s in Odoo",
            subject=subject(env, change, names),
            theirs=setting_value(env, change.kind, change.theirs),
            ours=setting_value(env, change.kind, change.ours),
        )
        for change in changes
    ]
    return "\n".join(
        [
            env._(
                "Somebody changed the console since Odoo last checked it. Nothing was applied: "
                "pull the changes, or decide in Apply changes."
            ),
            *lines,
        ]
    )


def apply_warning(env):
    """Return what else pressing *Apply changes* in the console does."""
    return env._(
        "Finally, click %s in the upper-right corner of the console. This also publishes anything "
        "else that has been saved there.",
        console_label(env, "Apply changes"),
    )


def _number_or_default(env, number):
    return dialing.international(number) if number else console_label(env, "Default")


def advice(env, cause):
    """Return what to do about a problem.

    :param str cause: a cause of `axivox.finding`
    """
    return {
        "extension_emergency": lambda: env._(
            "Give the user another extension in Axivox's console, then in Odoo."
        ),
        "extension_of_archived_user": lambda: env._(
            "Choose the Odoo user who has the extension now, or none."
        ),
        "extension_second": lambda: env._(
            "Remove the Odoo user from the extension they do not call from."
        ),
        "number_archived": lambda: env._("Replace it everywhere with another number."),
        "number_broken": lambda: env._("Enter it as it is in Axivox's console."),
        "number_reaches_nobody": lambda: env._(
            "Give it a destination in Axivox's console and in Odoo, or replace it everywhere."
        ),
        "rule_behind_another": lambda: env._("Move it above that rule, or delete it."),
        "rule_matches_nothing": lambda: env._("Correct its prefix, or delete it."),
    }[cause]()


def _because(sentence, change, teams):
    team = (teams or {}).get(change.subject) if change.kind == "extension" else None
    return f"{sentence} ({team})" if team else sentence
