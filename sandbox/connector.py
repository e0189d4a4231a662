"""A connector that writes calls into Odoo as Axivox's service does: through Odoo's external API,
into the `axivox.call` of Axivox's own addon, as a user of its own.

Each call shows the number that live calls show. What the sandbox knows about it is kept, for
comparison with what Odoo says.
"""

import datetime
import json
import urllib.error
import urllib.request
from collections import deque
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import AwareDatetime, Field, model_validator
from starlette.exceptions import HTTPException

from .api import E164, Extension, Text
from .calls import kind_of, outgoing_number, zero_form
from .faults import StrictModel

SECONDS_FOR_AN_ANSWER = 30
SECONDS_OF_RINGING = 8
MOST_CALLS = 1000  # calls that are kept

router = APIRouter(prefix="/sandbox")


class Odoo(StrictModel):
    """The Odoo that calls are written to."""

    url: Annotated[str, Field(pattern=r"^https?://[^/?#]+$")]
    database: Text
    key: Annotated[str, Field(min_length=1, description="An API key of the connector's user.")]

    def ask(self, model, method, **arguments):
        """Call a method of a model; raise `HTTPException` if Odoo refuses."""
        request = urllib.request.Request(
            f"{self.url}/json/2/{model}/{method}",
            json.dumps(arguments).encode(),
            {
                "Authorization": f"bearer {self.key}",
                "X-Odoo-Database": self.database,
                "Content-Type": "application/json",
            },
        )
        try:
            with _WITHOUT_PROXY.open(request, timeout=SECONDS_FOR_AN_ANSWER) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            with error:
                said = error.read().decode(errors="replace")
            raise HTTPException(502, f"Odoo refused {model}.{method}: {said[:500]}") from None
        except (OSError, ValueError) as error:
            raise HTTPException(502, f"Odoo does not answer: {error}") from None


_WITHOUT_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Call(StrictModel):
    """A call that a user of the account makes or receives.

    `number` is the other side's, as it was dialled or as the carrier sends it; `did` is, for an
    incoming call, the account's number that was dialled; `seconds` is the duration of the talk, 0
    if nobody answered.
    """

    direction: Literal["incoming", "outgoing"] = "outgoing"
    extension: Extension
    number: Annotated[Text, Field(min_length=1)]
    did: E164 | None = None
    at: AwareDatetime | None = Field(None, description="When it began; without it, now.")
    seconds: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _has_a_number_of_ours_if_it_comes_in(self):
        if (self.direction == "incoming") != bool(self.did):
            raise ValueError("an incoming call, and only that, says the number that was dialled")
        return self


class Connector:
    """Writes calls into the connected Odoo, if there is one; `calls` are those that it wrote."""

    def __init__(self, account, live):
        self._account, self._live = account, live
        self.odoo = None
        self.calls = deque(maxlen=MOST_CALLS)

    def write(self, calls, *, together):
        """Write these calls: each when it begins and again when it has ended, or all of them
        `together`, as a connector does after an outage.

        Return what the sandbox knows about each: the call, its `id` in Odoo, its `kind`, the number
        that was actually `shown`, and the one that the applied settings would have shown
        (`as_applied`).
        """
        if self.odoo is None:
            raise HTTPException(409, "No Odoo is connected.")
        known = [self._known(call) for call in calls]
        users = self._users()
        begun = [_begun(call, users) for call in calls]
        ended = [_ended(call, told["shown"]) for call, told in zip(calls, known, strict=True)]
        if together:
            whole = [{**first, **last} for first, last in zip(begun, ended, strict=True)]
            ids = self.odoo.ask("axivox.call", "create", vals_list=whole) if whole else []
        else:
            ids = []
            for first, last in zip(begun, ended, strict=True):
                ids += self.odoo.ask("axivox.call", "create", vals_list=[first])
                self.odoo.ask("axivox.call", "write", ids=ids[-1:], vals=last)
        written = [{"id": call_id, **told} for call_id, told in zip(ids, known, strict=True)]
        self.calls.extend(written)
        return written

    def _known(self, call):
        live, applied = self._live.settings(), self._live.applied()
        ours = {entry["number"] for entry in self._account["numbers"]}
        if call.extension not in applied["users"]:
            raise HTTPException(422, f"No user has the extension {call.extension}.")
        if call.at is None:
            call.at = datetime.datetime.now(datetime.timezone.utc)
        told = {**call.model_dump(mode="json"), "kind": None, "shown": None, "as_applied": None}
        if call.direction == "outgoing":
            told["kind"] = kind_of(call.number, applied["users"])
        if told["kind"] == "external":
            for name, settings in (("shown", live), ("as_applied", applied)):
                destination = zero_form(call.number)
                told[name] = outgoing_number(settings, ours, call.extension, destination)
        return told

    def _users(self):
        """Return {extension: id of the Odoo user with its e-mail address}."""
        emails = {user["email"]: user["extension"] for user in self._account["users"]}
        emails.pop(None, None)
        domain = [["email", "in", [*emails]]]
        found = self.odoo.ask("res.users", "search_read", domain=domain, fields=["email"])
        return {emails[user["email"]]: user["id"] for user in found}


def _begun(call, users):
    return {
        "phone_number": call.number,
        "direction": call.direction,
        "state": "calling",
        "start_date": _in_odoo(call.at),
        "user_id": users.get(call.extension, False),
        # The number that a caller dialled is known at once, the one that our call shows only later.
        **({"did": call.did} if call.did else {}),
    }


def _ended(call, shown):
    end = call.at + datetime.timedelta(seconds=SECONDS_OF_RINGING + call.seconds)
    unanswered = "missed" if call.direction == "incoming" else "aborted"
    return {
        "state": "terminated" if call.seconds else unanswered,
        "end_date": _in_odoo(end),
        "talk_duration_s": call.seconds,
        **({"did": shown or False} if call.direction == "outgoing" else {}),
    }


def _in_odoo(time):
    return time.astimezone(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


async def _connector(request: Request) -> Connector:
    return request.app.state.connector


ServedConnector = Annotated[Connector, Depends(_connector)]


@router.put("/connector", status_code=204)
async def connect(connector: ServedConnector, odoo: Odoo):
    connector.odoo = odoo


@router.get("/connector")
async def get_connected(connector: ServedConnector):
    """Return the connected Odoo without its key, or null."""
    return connector.odoo and connector.odoo.model_dump(exclude={"key"})


@router.delete("/connector", status_code=204)
async def disconnect(connector: ServedConnector):
    connector.odoo = None


# Not `async`: it waits for Odoo, in a thread.
@router.post("/calls")
def write_calls(connector: ServedConnector, calls: list[Call], *, together: bool = False):
    return connector.write(calls, together=together)


@router.get("/calls")
async def get_calls(connector: ServedConnector):
    return list(connector.calls)


@router.delete("/calls", status_code=204)
async def forget_calls(connector: ServedConnector):
    connector.calls.clear()
