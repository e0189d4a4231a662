"""What callerid/ found out, as sentences in the reader's language."""

from ..callerid import dialing, policy


def country_names(env, regions):
    """The names of regions (ISO 3166 codes), the first one first, the others by name.

    :rtype: str
    """
    countries = env["res.country"].search([("code", "in", list(regions))])
    names = {country.code: country.name for country in countries}
    names[dialing.NON_GEOGRAPHIC] = env._("International service")
    known = [names[region] for region in regions if region in names]
    return ", ".join(known[:1] + sorted(known[1:]))


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


def destination(env, found):
    """A destination as people write it: ``United Kingdom, +44 20 7946 0958``.

    :param dialing.Destination found:
    """
    if found.kind == dialing.EXTERNAL:
        names = country_names(env, [found.region] if found.region else [])
        number = dialing.international(found.e164)
        return f"{names}, {number}" if names else number
    if found.kind == dialing.INTERNAL:
        return env._("Extension %s", found.dialled)
    if found.kind == dialing.EMERGENCY:
        return env._("Emergency number %s", found.dialled)
    return env._("Service number %s", found.dialled)


def reason(env, extension, found, answer, *, own_number, never_applied):
    """Why this number is shown.

    :param str extension: the caller's; False for none
    :param dialing.Destination found: the called one
    :param policy.CallerId answer:
    :param bool own_number: whether the extension has an outgoing number of its own
    :param bool never_applied: whether the saved settings stand in for the applied ones
    """
    sentence = {
        dialing.INTERNAL: lambda: env._(
            "Internal call to extension %s: no outside number is shown.", found.dialled
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
                "Rule %s goes before the outgoing number of extension %s.",
                answer.rule.prefix,
                extension,
            )
            if own_number
            else env._("Rule %s is the first that matches this destination.", answer.rule.prefix)
        ),
    }[answer.source]()
    if never_applied and extension and found.kind == dialing.EXTERNAL:
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


def change(env, difference):
    """A difference between two versions of the settings, in words.

    :param changes.Change difference:
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
            "Rule %(prefix)s → %(number)s is added as number %(position)s",
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
            "Extension %(extension)s: %(old)s → %(new)s",
            extension=subject,
            old=shown(old),
            new=shown(new),
        ),
    }[difference.kind]()
