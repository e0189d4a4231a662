"""What live calls run on: the applied settings, but for deliberate deviations, as in a console that
is not what it seems."""

import copy
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field, TypeAdapter

from .account import MOST_EARLIER, SETTINGS, Refused
from .api import E164, Extension, Text
from .faults import StrictModel

router = APIRouter(prefix="/sandbox")


# The possible deviations. Each changes the settings that it is given: the applied ones, with the
# `forwards`, {extension: the one number that its calls show}.


class OlderVersion(StrictModel):
    """An earlier applied version still runs as a whole."""

    kind: Literal["older_version"]
    back: Annotated[int, Field(ge=1, le=MOST_EARLIER)] = 1

    def change(self, live, earlier):
        if self.back <= len(earlier):
            live |= copy.deepcopy(earlier[self.back - 1])

    def __str__(self):
        return f"The settings applied {self.back} times ago are still live"


class RuleNotApplied(StrictModel):
    kind: Literal["rule_not_applied"]
    prefix: Text

    def change(self, live, _earlier):
        for rule in _first(live, self.prefix):
            live["rules"].remove(rule)

    def __str__(self):
        return f"Rule {self.prefix} is not applied"


class RuleNumber(StrictModel):
    kind: Literal["rule_number"]
    prefix: Text
    number: E164

    def change(self, live, _earlier):
        for rule in _first(live, self.prefix):
            rule["number"] = self.number

    def __str__(self):
        return f"Rule {self.prefix} shows {self.number}"


class RulesSwapped(StrictModel):
    kind: Literal["rules_swapped"]
    prefix: Text
    other_prefix: Text

    def change(self, live, _earlier):
        rules = live["rules"]
        for rule in _first(live, self.prefix):
            for other in _first(live, self.other_prefix):
                one, two = rules.index(rule), rules.index(other)
                rules[one], rules[two] = other, rule

    def __str__(self):
        return f"Rules {self.prefix} and {self.other_prefix} have changed places"


class BoxFlipped(StrictModel):
    """The checkbox *Apply advanced rules even for users …* is the other way."""

    kind: Literal["box_flipped"]

    def change(self, live, _earlier):
        live["rules_override_users"] = not live["rules_override_users"]

    def __str__(self):
        return "The checkbox below the rules is inverted"


class DefaultNumber(StrictModel):
    kind: Literal["default_number"]
    number: E164 | None = None

    def change(self, live, _earlier):
        live["default_number"] = self.number

    def __str__(self):
        return f"The default outgoing number is {self.number or 'none'}"


class UserNumber(StrictModel):
    kind: Literal["user_number"]
    extension: Extension
    number: E164 | None = None

    def change(self, live, _earlier):
        if self.extension in live["users"]:
            live["users"][self.extension] = self.number

    def __str__(self):
        return f"The outgoing number of {self.extension} is {self.number or 'Default'}"


class Forwarded(StrictModel):
    """Something else places the calls of an extension, and always shows one number, even a foreign
    one."""

    kind: Literal["forwarded"]
    extension: Extension
    number: E164

    def change(self, live, _earlier):
        if self.extension in live["users"]:
            live["forwards"][self.extension] = self.number

    def __str__(self):
        return f"The calls of {self.extension} are forwarded, and show {self.number}"


Deviation = Annotated[
    OlderVersion
    | RuleNotApplied
    | RuleNumber
    | RulesSwapped
    | BoxFlipped
    | DefaultNumber
    | UserNumber
    | Forwarded,
    Field(discriminator="kind"),
]
DEVIATION = TypeAdapter(Deviation)


class Live:
    """The settings that the calls of an account follow: the applied ones with `deviations`, which
    are kept in memory only, as faults are."""

    def __init__(self, account):
        self._account = account
        self.deviations = []

    def applied(self):
        """Return a copy of the applied settings."""
        applied = self._account["applied"]
        settings = {name: applied[name] for name in (*SETTINGS, "users")}
        return copy.deepcopy(settings) | {"forwards": {}}

    def settings(self):
        """Return the settings that calls follow. A deviation from a line that is no longer applied
        changes nothing."""
        live = self.applied()
        for deviation in self.deviations:
            deviation.change(live, self._account["earlier"])
        return live

    def deviate(self, deviations):
        """Replace the deviations by these, which are applied in order.

        Raise `Refused`, and keep the earlier ones, if one of these would change nothing.
        """
        live = self.applied()
        for place, deviation in enumerate(deviations):
            before = copy.deepcopy(live)
            deviation.change(live, self._account["earlier"])
            if live == before:
                raise Refused([((place,), f"{deviation}: that would change nothing.")])
        self.deviations = list(deviations)


async def _live(request: Request) -> Live:
    return request.app.state.live


ServedLive = Annotated[Live, Depends(_live)]


@router.get("/live")
async def get_live(live: ServedLive):
    """Return the settings that calls actually follow."""
    return live.settings()


@router.get("/deviations")
async def get_deviations(live: ServedLive):
    return live.deviations


@router.post("/deviations", status_code=204)
async def deviate(live: ServedLive, deviations: list[Deviation]):
    live.deviate(deviations)


@router.delete("/deviations", status_code=204)
async def run_on_what_is_applied(live: ServedLive):
    live.deviate([])


def _first(live, prefix):
    """Return the first rule with this prefix, in a list; an empty list if there is none."""
    return [rule for rule in live["rules"] if rule["prefix"] == prefix][:1]
