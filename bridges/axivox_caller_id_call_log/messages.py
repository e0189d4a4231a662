"""What calls tell of the console, as sentences in the reader's language."""

from odoo.tools import format_datetime, formatLang

from odoo.addons.axivox_caller_id import messages
from odoo.addons.axivox_caller_id.callerid import dialing


def reason(env, found, names):
    """Why calls did not show what was promised, and how many of them that explains.

    :param dict found: one of the reasons that `axivox.account._explain` gives
    :param dict names: what users are called: ``{"201": "201 Sophie"}``
    """
    causes = [_cause(env, cause, names) for cause in (found, *found["alike"])]
    said = causes.pop()
    while causes:
        said = env._("%(cause)s, or %(other)s", cause=causes.pop(), other=said)
    said = said[0].upper() + said[1:]
    sentence = (
        env._("%s (the call that differs).", said)
        if found["of"] == 1
        else env._(
            "%(cause)s (%(explains)s of %(of)s calls that differ).",
            cause=said,
            explains=formatLang(env, found["explains"], 0),
            of=formatLang(env, found["of"], 0),
        )
    )
    if found["telling"]:
        extension, destination = found["telling"]
        sentence += " " + env._(
            "A call from %(user)s to %(destination)s would show which.",
            user=names.get(extension, extension),
            destination=messages.destination(env, dialing.read(destination, home=None)),
        )
    return sentence


def _cause(env, found, names):
    """:return: one cause, as it stands within a sentence"""
    kind, subject, number = found["kind"], found["subject"], found["number"]

    def user(extension):
        return names.get(extension, extension)

    box = messages.console_label(env, messages.OVERRIDE)
    shown = dialing.international(number) if isinstance(number, str) else env._("Default")
    return {
        "older_version": lambda: env._(
            "Axivox behaves as before the changes of %s",
            format_datetime(env, found["before"], dt_format="medium"),
        ),
        "not_applied": lambda: env._(
            "what is saved in Odoo and not applied yet is already live at Axivox"
        ),
        "override": lambda: (
            env._("at Axivox, the box %s is ticked", box)
            if number
            else env._("at Axivox, the box %s is not ticked", box)
        ),
        "default_number": lambda: env._("the default outgoing number at Axivox is %s", shown),
        "rule_missing": lambda: env._("rule %s is missing at Axivox", subject),
        "rule_number": lambda: env._(
            "rule %(prefix)s shows %(number)s at Axivox", prefix=subject, number=shown
        ),
        "rule_order": lambda: env._(
            "at Axivox, rule %(upper)s is below rule %(lower)s",
            upper=subject[0],
            lower=subject[1],
        ),
        "extension_number": lambda: env._(
            "the outgoing number of %(user)s at Axivox is %(number)s",
            user=user(subject),
            number=shown,
        ),
        "forwarded": lambda: (
            env._(
                "all calls to %(destination)s show %(number)s: call forwarding, or a dial plan's "
                "Caller ID element",
                destination=dialing.international(subject),
                number=shown,
            )
            if subject.startswith("+")
            else env._(
                "all calls of %(user)s show %(number)s: call forwarding, or a dial plan's Caller "
                "ID element",
                user=user(subject),
                number=shown,
            )
        ),
        "unknown_number": lambda: env._("Axivox shows %s, a number that Odoo does not know", shown),
        "other": lambda: env._("nothing in the settings explains it"),
    }[kind]()
