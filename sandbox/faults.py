"""Misbehaviour on demand, and what else tests ask of the sandbox. It needs no token, since the
sandbox listens on loopback only."""

import asyncio
import json
from collections import deque
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, model_validator
from uvicorn.protocols.http.h11_impl import H11Protocol

from .account import SEED, SETTINGS, Refused
from .api import (
    E164,
    Extension,
    IncomingNumber,
    ServedAccount,
    Text,
    WantedOutgoingSettings,
    WantedRule,
    problem,
    refused_problem,
)

CONSOLE_USER = "Console user"
LONGEST_DELAY = 600  # seconds
MOST_REQUESTS = 1000  # requests that are kept


class StrictModel(BaseModel):
    """A request to the sandbox itself: unknown members are an error."""

    model_config = ConfigDict(extra="forbid")


class Edit(StrictModel):
    """A change in the console without the client's knowledge; other settings stay."""

    default_number: E164 | None = None
    rules_override_users: bool = False
    rules: list[WantedRule] = []
    users: dict[Extension, E164 | None] = {}
    apply: bool = False

    def make(self, account):
        account.save(CONSOLE_USER, self.model_dump(exclude_unset=True, exclude={"apply"}))
        if self.apply:
            account.apply()


class Fault(StrictModel):
    """From the `request`-th request on, `times` requests go wrong in this way.

    Requests are counted from when the fault was set, and only those with this `method` whose path
    ends with `path`.
    """

    request: int = Field(1, ge=1)
    times: int = Field(1, ge=1)
    method: str | None = None
    path: str | None = None
    kind: Literal[
        "delay",
        "429",
        "503",
        "500_before",
        "500_after",
        "drop_before",
        "drop_after",
        "cut",
        "nonsense",
        "wrong_shape",
        "redirect",
        "edit",
    ]
    seconds: Annotated[float, Field(ge=0, le=LONGEST_DELAY)] = 1
    edit: Edit | None = None

    @model_validator(mode="after")
    def _edits_something(self):
        if self.kind == "edit" and self.edit is None:
            raise ValueError("an edit says what is edited")
        return self

    def is_due(self, scope):
        """Count this request, and return whether it must go wrong."""
        if self.method not in (None, scope["method"]):
            return False
        if self.path is not None and not scope["path"].endswith(self.path):
            return False
        self.request -= 1
        return -self.times < self.request <= 0


# Wrong for every response of the API: each possible member has a wrong type.
WRONG_SHAPE = {
    "name": 1,
    "items": {},
    "next": 0,
    "updated": "one",
    "saved": [],
    "applied": [],
    "applied_changes": None,
}


class Connection(H11Protocol):
    """uvicorn's connection, with its transport in the scope, so that the application can close
    it."""

    def connection_made(self, transport):
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class Misbehaving:
    """Wraps the whole program: makes requests to the API go wrong, and records them."""

    def __init__(self, app, account):
        self.app = app
        self.account = account
        self.faults = []
        self.requests = deque(maxlen=MOST_REQUESTS)

    async def __call__(self, scope, receive, send):
        # Requests to a redirect's target are recorded too: no client may send the token there.
        if scope["type"] != "http" or not scope["path"].startswith(("/api/", "/stolen")):
            await self.app(scope, receive, send)
            return
        path = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            path += "?" + scope["query_string"].decode("latin-1")
        note = {"method": scope["method"], "path": path, "status": None}
        self.requests.append(note)

        async def noting_send(message):
            if message["type"] == "http.response.start":
                note["status"] = message["status"]
            await send(message)

        # Read the whole body: a connection that is closed with unread bytes is reset.
        body = await Request(scope, receive).body()
        due = [fault for fault in self.faults if fault.is_due(scope)]
        answer_with = None
        for fault in due:
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
            elif fault.kind == "edit":
                try:
                    fault.edit.make(self.account)
                except Refused as refused:
                    answer = await refused_problem(None, refused)
                    await answer(scope, receive, noting_send)
                    return
            else:
                answer_with = fault

        async def receive_again():
            return {"type": "http.request", "body": body, "more_body": False}

        if answer_with is None:
            await self.app(scope, receive_again, noting_send)
        else:
            answer = _Answer(self.app, scope, receive_again)
            await self._go_wrong(answer_with, answer, scope, receive, noting_send)

    async def _go_wrong(self, fault, answer, scope, receive, send):
        kind = fault.kind
        if kind in ("500_after", "drop_after", "cut", "nonsense", "wrong_shape"):
            await answer.make()
        if kind in ("429", "503"):
            sentence = f"{HTTPStatus(int(kind)).phrase}, as requested."
            wait = {"Retry-After": f"{fault.seconds:.0f}"}
            await problem(int(kind), sentence, wait)(scope, receive, send)
        elif kind in ("500_before", "500_after"):
            await problem(500, "A defect, as requested.")(scope, receive, send)
        elif kind == "redirect":
            port = scope["server"][1]
            start = {"type": "http.response.start", "status": 307}
            start["headers"] = [(b"location", b"http://localhost:%d/stolen" % port)]
            await send(start)
            await send({"type": "http.response.body"})
        elif kind == "nonsense":
            answer.replace(b"<!DOCTYPE html><title>Welcome</title>", b"text/html")
            await answer.send(send)
        elif kind == "wrong_shape":
            answer.replace(json.dumps(WRONG_SHAPE).encode(), b"application/json")
            await answer.send(send)
        else:
            if kind == "cut":
                await answer.send(send, cut=True)
            scope["state"]["transport"].close()
            await receive()


class _Answer:
    """The program's own answer to a request, held back."""

    def __init__(self, app, scope, receive):
        self._app, self._scope, self._receive = app, scope, receive
        self._start = None
        self._body = b""

    async def make(self):
        async def hold(message):
            if message["type"] == "http.response.start":
                self._start = message
            else:
                self._body += message.get("body", b"")

        await self._app(self._scope, self._receive, hold)

    def replace(self, body, media_type):
        """Answer with success and another content; the other headers stay."""
        headers = dict(self._start["headers"])
        headers[b"content-length"] = b"%d" % len(body)
        headers[b"content-type"] = media_type
        self._start |= {"status": 200, "headers": list(headers.items())}
        self._body = body

    async def send(self, send, *, cut=False):
        await send(self._start)
        body = self._body[: len(self._body) // 2] if cut else self._body
        await send({"type": "http.response.body", "body": body, "more_body": cut})


# What tests ask

router = APIRouter(prefix="/sandbox")


class _SeedUser(StrictModel):
    extension: Extension
    name: Text
    email: Text | None = None
    voicemail: bool = False
    outgoing_number: E164 | None = None


class _SeedCompany(StrictModel):
    name: Text
    domain: Text


class Seed(StrictModel):
    """A whole account, as in seed.json."""

    company: _SeedCompany
    numbers: list[IncomingNumber]
    users: list[_SeedUser]
    outgoing_settings: WantedOutgoingSettings


@router.get("/applied")
async def get_applied(account: ServedAccount):
    """Return the applied settings."""
    applied = account["applied"]
    return {"revision": account.revision, **{name: applied[name] for name in (*SETTINGS, "users")}}


@router.post("/faults", status_code=204)
async def ask_for_faults(request: Request, faults: list[Fault]):
    request.app.state.misbehaving.faults = faults


@router.delete("/faults", status_code=204)
async def forget_faults(request: Request):
    request.app.state.misbehaving.faults = []


@router.post("/edit", status_code=204)
async def edit_at_once(account: ServedAccount, edit: Edit):
    edit.make(account)


@router.delete("/numbers/{number}", status_code=204)
async def give_back(account: ServedAccount, number: E164):
    account.give_back(number)


@router.get("/requests")
async def get_requests(request: Request):
    return list(request.app.state.misbehaving.requests)


@router.delete("/requests", status_code=204)
async def forget_requests(request: Request):
    request.app.state.misbehaving.requests.clear()


@router.put("/state", status_code=204)
async def replace_state(account: ServedAccount, seed: Seed):
    account.replace(seed.model_dump())


@router.post("/reset", status_code=204)
async def reset(account: ServedAccount):
    account.replace(json.loads(SEED.read_text("utf-8")))
