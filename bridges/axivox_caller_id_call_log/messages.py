"""Turns what calls say about the console into sentences in the reader's language."""

from odoo.tools import format_datetime, formatLang

from odoo.addons.axivox_caller_id import messages
from odoo.addons.axivox_caller_id.callerid import dialing


def reason(env, explanation, names):
    """Return why calls did not show what was promised, and how many of them that explains.

    :param dict explanation: one of the ``reasons`` of `axivox.account._explain`
    :param dict names: the names of the extensions: ``{"201": "201 Sophie"}``
    """
    causes = [_cause(env, cause, names) for cause in (explanation, *explanation["alike"])]
    clause = causes.pop()
    while causes:
        clause = env._("%(cause)s, or %(other)s", cause=causes.pop(), other=clause)
    clause = clause[0].upper() + clause[1:]
    sentence = (
        env._("%s (the call that differs).", clause)
        if explanation["of"] == 1
        else env._(
            "%(cause)s (%(explains)s of %(of)s calls that differ).",
            cause=clause,
            explains=formatLang(env, explanation["explains"], 0),
            of=formatLang(env, explanation["of"], 0),
        )
    )
    if explanation["telling"]:
        extension, destination = explanation["telling"]
        sentence += " " + env._(
            "A call from %(user)s to %(destination)s would show which.",
            user=names.get(extension, extension),
            destination=messages.destination(env, dialing.read(destination, home=None)),
        )
    return sentence


def _cause(env, cause, names):
    """Return one cause as a clause.

    :param dict cause: a reason, or one of those in its ``alike``
    """
    kind, subject, number = cause["kind"], cause["subject"], cause["number"]

    def user(extension):
        return names.get(extension, extension)

    box = messages.console_label(env, messages.OVERRIDE)
    shown = dialing.international(number) if isinstance(number, str) else env._("Default")
    return {
        "older_version": lambda: env._(
            "Axivox behaves as before the changes of %s",
            format_datetime(env, cause["before"], dt_format="medium"),
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
