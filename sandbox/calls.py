"""Decides which number a call shows, for Axivox's side of the telephone network.

The few lines of the resolution are written from the description of Axivox alone, so that the addon
can be tested against them. They see what a PBX sees: the caller, and the user part of the request
URI.
"""

import re

from fastapi import APIRouter, HTTPException
from fastapi.responses import PlainTextResponse

from .api import ServedAccount
from .live import ServedLive

COUNTRY = "32"  # the account is Belgian
EMERGENCY = {"100", "101", "112"}
SHORTEST_NUMBER = 7  # digits; shorter ones reach services

router = APIRouter(prefix="/sandbox")


@router.get("/caller-id", response_class=PlainTextResponse)
async def get_caller_id(
    account: ServedAccount, live: ServedLive, extension: str, destination: str, asked: str = ""
) -> str:
    """Return two words: the kind of the call, and the number that is shown, or `-`.

    The kind is `external`, `internal`, `emergency`, `service`, or `refused` if the phone `asked`
    (P-Preferred-Identity) for a number that is not one of the account's.
    """
    settings, ours = live.settings(), {entry["number"] for entry in account["numbers"]}
    if extension not in settings["users"]:
        raise HTTPException(404, "There is no such extension.")
    kind = kind_of(destination, settings["users"])
    if kind != "external":
        return f"{kind} -"
    if asked:
        return f"external {asked}" if asked in ours else "refused -"
    number = outgoing_number(settings, ours, extension, zero_form(destination))
    return f"external {number or '-'}"


def kind_of(dialled, extensions):
    if dialled in extensions:
        return "internal"
    if dialled in EMERGENCY:
        return "emergency"
    if re.search(r"[*#]", dialled) or len(dialled.lstrip("+")) < SHORTEST_NUMBER:
        return "service"
    return "external"


def zero_form(dialled):
    """Return `00442079460958`, which prefixes are matched against."""
    if dialled.startswith("+"):
        return "00" + dialled[1:]
    if dialled.startswith("00"):
        return dialled
    return "00" + COUNTRY + dialled.removeprefix("0")


def outgoing_number(settings, ours, extension, destination):
    """Return the number that calls on these settings (see live.py) show, or None. A number that was
    given back counts as not set."""
    if extension in settings["forwards"]:
        return settings["forwards"][extension]
    own, default = (
        number if number in ours else None
        for number in (settings["users"][extension], settings["default_number"])
    )
    rules = [
        rule["number"]
        for rule in settings["rules"]
        if rule["number"] in ours and destination.startswith(rule["prefix"])
    ]
    if rules and (settings["rules_override_users"] or not own):
        return rules[0]
    return own or default
