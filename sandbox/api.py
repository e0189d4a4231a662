"""The API under /api: its models, its requests, its errors, and the document that defines it."""

import copy
import datetime
import http
import json
import secrets
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPBearer
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, field_validator
from starlette.exceptions import HTTPException
from starlette.routing import Match

from .account import LONGEST_PREFIX, Account, Refused, Stale

LONGEST_PAGE = 500
PROBLEM_JSON = "application/problem+json"
SAVED_BY_API = "API"

# The models


def _utf8(text):
    """Return the text; raise `ValueError` for half of a surrogate pair, which JSON can express but
    no response can repeat."""
    text.encode()
    return text


Text = Annotated[str, AfterValidator(_utf8)]
E164 = Annotated[
    str,
    Field(
        pattern=r"^\+[1-9][0-9]{4,14}$",
        description="A telephone number in E.164 form.",
        examples=["+442079460958"],
    ),
]
Extension = Annotated[
    str,
    Field(
        pattern=r"^[0-9]{1,10}$",
        description="The internal number of a user; also their SIP username.",
        examples=["201"],
    ),
]
Count = Annotated[int, Field(ge=0)]
NextCursor = Annotated[
    str | None, Field(description="The `cursor` of the next page; null on the last one.")
]


class Company(BaseModel):
    name: str = Field(examples=["Meridian Bikes"])
    domain: str = Field(
        description="The SIP domain of the account.", examples=["meridian-bikes.axivox.example"]
    )
    numbers: Count = Field(description="How many incoming numbers the account has.")
    users: Count = Field(description="How many users the account has.")
    pending_changes: Count = Field(
        description="How many changes are saved and not applied, whoever saved them."
    )


class Destination(BaseModel):
    """Where a call to the number goes."""

    type: Literal["not_configured", "extension", "dial_plan", "voicemail", "hang_up", "conference"]
    target: Text | None = Field(
        description="The extension, or the name of the dial plan, mailbox or conference; "
        "null for `not_configured` and `hang_up`.",
        examples=["English menu"],
    )


class IncomingNumber(BaseModel):
    """A number that the company rents; each can be shown as caller ID."""

    number: E164
    destination: Destination


class IncomingNumbers(BaseModel):
    items: list[IncomingNumber]
    next: NextCursor


class OutgoingNumber(BaseModel):
    """A user's outgoing number; null for `Default`, the default outgoing number."""

    saved: E164 | None
    applied: E164 | None = Field(description="The number that live calls use.")


class User(BaseModel):
    extension: Extension
    name: str = Field(examples=["Sophie Lambert"])
    email: str | None = Field(examples=["sophie@meridian-bikes.example"])
    outgoing_number: OutgoingNumber


class Users(BaseModel):
    items: list[User]
    next: NextCursor


class WantedOutgoingNumber(BaseModel):
    model_config = ConfigDict(extra="forbid")

    extension: Extension
    outgoing_number: E164 | None = Field(description="Null for `Default`.")


class WantedOutgoingNumbers(BaseModel):
    model_config = ConfigDict(extra="forbid")

    users: list[WantedOutgoingNumber] = Field(
        min_length=1, max_length=LONGEST_PAGE, description="Each extension at most once."
    )

    @field_validator("users")
    @classmethod
    def _each_extension_once(cls, users):
        if len({user.extension for user in users}) < len(users):
            raise ValueError("an extension is named twice")
        return users


class Updated(BaseModel):
    updated: Count = Field(
        description="How many users the request named; all of them now have the given number."
    )


class Rule(BaseModel):
    """One line of *Advanced options*; the first whose prefix begins the destination applies."""

    prefix: str = Field(
        min_length=1,
        max_length=LONGEST_PREFIX,
        description="Exactly as it was typed. Usually a country code with its zeros, but a prefix "
        "may occur twice, or may not be a valid prefix (`04`, `0032/2`).",
        examples=["0044"],
    )
    number: E164


class OutgoingSettings(BaseModel):
    """The account's outgoing settings. The first rule that matches applies."""

    default_number: E164 | None = Field(description="The *Default outgoing number*.")
    rules_override_users: StrictBool = Field(
        description="*Apply advanced rules even for users with a default outgoing number "
        "configured*: rules take precedence over a user's own number."
    )
    rules: list[Rule]


class WantedRule(Rule):
    model_config = ConfigDict(extra="forbid")


class WantedOutgoingSettings(OutgoingSettings):
    model_config = ConfigDict(extra="forbid")

    rules: list[WantedRule]


class OutgoingSettingsStates(BaseModel):
    saved: OutgoingSettings
    applied: OutgoingSettings = Field(description="The settings that live calls use.")


class Change(BaseModel):
    """A saved setting that differs from the applied one."""

    setting: Literal["default_number", "rules_override_users", "rules", "outgoing_number"]
    extension: Extension | None = Field(
        description="The user whose `outgoing_number` it is; null for other settings."
    )
    saved_by: str = Field(
        description="Who saved it last, by the name that the console uses.",
        examples=["Console user"],
    )
    saved_at: datetime.datetime = Field(examples=["2026-11-23T09:30:00Z"])


class Changes(BaseModel):
    items: list[Change]


class Applied(BaseModel):
    applied_changes: Count = Field(description="How many changes were pending.")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(examples=["Service Unavailable"])
    status: int = Field(ge=400, le=599)
    detail: str = Field(description="A sentence for the user.")


class StaleProblem(Problem):
    revision: str = Field(description="The account's current revision.", examples=["42"])


class ContentError(BaseModel):
    pointer: str = Field(
        description="The place in the request's body (RFC 6901).",
        examples=["/users/3/outgoing_number"],
    )
    detail: str


class ContentProblem(Problem):
    errors: list[ContentError] = Field(min_length=1)


# The application

DESCRIPTION = """\
Axivox publishes no API for its console that we could find. This document is **not from Axivox**: it
defines this project's own API, the smallest one that covers the console's screens. The addon is a
client, and the project's sandbox is a server. A gateway or a reseller's middleware can implement it
too. To connect another API, implement the methods of `console.Console`. `docs/api.md` explains the
design.

The account has **one revision**, an opaque string that changes with every save and every apply, by
anyone. Every response that is not an error carries it as a strong `ETag`. Every write sends the
revision it is based on in `If-Match`; if the revision has changed, nothing is done.

A save does not affect calls. `POST /apply` publishes everything that anyone saved.

Clients ignore members of a response that they do not know. In a request, an unknown member is an
error. The response for an address that is not listed here is 404.\
"""


async def _account(request: Request) -> Account:
    return request.app.state.account


ServedAccount = Annotated[Account, Depends(_account)]
IfMatch = Annotated[
    str,
    Header(
        alias="If-Match",
        description="The revision, in quotes, that the request is based on.",
        examples=['"41"'],
    ),
]
IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Identifies this apply: a new key for each apply, the same key when it is "
        "repeated.",
        examples=["8e03978e-40d5-43dd-bc93-6894a57f9324"],
    ),
]


class _Query(BaseModel):
    model_config = ConfigDict(extra="forbid")

    limit: int = Field(
        100,
        ge=1,
        le=LONGEST_PAGE,
        description="The maximum number of items; a page may have fewer.",
    )
    cursor: str = Field(
        None,
        min_length=1,
        description="`next` of the previous page, unchanged; omit it for the first page. "
        "Any other value is a bad request.",
    )


async def _paging(request: Request, query: Annotated[_Query, Query()]):
    """Return the maximum number of items, and the key of the item that they come after, or None for
    the first page."""
    try:
        after = None if query.cursor is None else bytes.fromhex(query.cursor).decode()
    except ValueError:
        raise HTTPException(400, "The cursor is unknown.") from None
    return min(query.limit, request.app.state.page_size), after


Paging = Annotated[tuple[int, str | None], Depends(_paging)]

HEADERS = {
    "ETag": {
        "description": "The account's revision, in quotes.",
        "required": True,
        "schema": {"type": "string", "pattern": '^"[!#-~]+"$'},
        "example": '"41"',
    },
    "Retry-After": {
        "description": "When to repeat the request: seconds from now, or an HTTP-date.",
        "required": True,
        "schema": {"type": "string"},
        "example": "2",
    },
    "WWW-Authenticate": {
        "description": "The required authentication scheme.",
        "required": True,
        "schema": {"type": "string"},
        "example": "Bearer",
    },
}


def _header(name):
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"}}}


PROBLEMS = {
    400: {"description": "The address or a header is wrong, or the body is not JSON."},
    401: {"description": "The token is missing or wrong."} | _header("WWW-Authenticate"),
    412: {"description": "The revision has changed. Nothing was done.", "model": StaleProblem},
    413: {"description": "The body is too large. Nothing was done."},
    422: {
        "description": "The content cannot be saved. Nothing was done.",
        "model": ContentProblem,
    },
    428: {"description": "`If-Match` is missing. Nothing was done."},
    429: {"description": "Too many requests. Nothing was done."} | _header("Retry-After"),
    500: {"description": "The server failed. The request may have been carried out."},
    503: {"description": "Out of service for a moment. Nothing was done."} | _header("Retry-After"),
    "default": {"description": "Any other error."},
}


def _problems(*statuses):
    return {status: {"model": Problem} | PROBLEMS[status] for status in statuses}


READ = {200: {"description": "Done."} | _header("ETag")}
PAGE = READ | _problems(400)
WRITE = READ | _problems(400, 412, 413, 422, 428)
APPLY = READ | _problems(400, 412, 428)

app = FastAPI(
    title="Axivox caller ID: this project's API",
    version="1.0",
    description=DESCRIPTION,
    license_info={"name": "LGPL-3.0-only", "identifier": "LGPL-3.0-only"},
    # The document is served beside the API, without a token. FastAPI's pages that display it load
    # their scripts from the internet.
    openapi_url=None,
    docs_url=None,
    redoc_url=None,
    redirect_slashes=False,
    generate_unique_id_function=lambda route: route.name,
    dependencies=[
        # For the document only: `Gate` checks the token, at unknown addresses too.
        Depends(
            HTTPBearer(scheme_name="token", description="The account's token.", auto_error=False)
        )
    ],
    responses=_problems(401, 429, 500, 503, "default"),
)


def _tag(response, revision):
    response.headers["ETag"] = f'"{revision}"'


def _expect(account, if_match):
    account.expect(if_match[1:-1] if if_match[:1] == if_match[-1:] == '"' else None)


def _page(items, key, paging):
    """Return the items of a page, and the cursor of the next one or None.

    A cursor is the key of the last item before it, so it stays valid when items are added or
    removed.
    """
    limit, after = paging
    items = [item for item in items if after is None or item[key] > after]
    page = items[:limit]
    return page, page[-1][key].encode().hex() if len(items) > limit else None


@app.get("/company", responses=READ)
async def get_company(response: Response, account: ServedAccount) -> Company:
    """Return the company and the revision: the cheapest way to see whether anything changed."""
    _tag(response, account.revision)
    return Company(
        **account["company"],
        numbers=len(account["numbers"]),
        users=len(account["users"]),
        pending_changes=len(account.changes()),
    )


@app.get("/numbers", responses=PAGE)
async def get_numbers(
    response: Response, account: ServedAccount, paging: Paging
) -> IncomingNumbers:
    """Return the numbers of the page *Incoming numbers*, ordered by number."""
    _tag(response, account.revision)
    items, after = _page(account["numbers"], "number", paging)
    return IncomingNumbers(items=items, next=after)


@app.get("/users", responses=PAGE)
async def get_users(response: Response, account: ServedAccount, paging: Paging) -> Users:
    """Return the users of the page *Users*, ordered by extension."""
    _tag(response, account.revision)
    saved, applied = account["saved"]["users"], account["applied"]["users"]
    users, after = _page(account["users"], "extension", paging)
    items = [
        user
        | {
            "outgoing_number": {
                "saved": saved[user["extension"]],
                "applied": applied[user["extension"]],
            }
        }
        for user in users
    ]
    return Users(items=items, next=after)


@app.patch("/users", responses=WRITE)
async def patch_users(
    response: Response, account: ServedAccount, if_match: IfMatch, wanted: WantedOutgoingNumbers
) -> Updated:
    """Save the outgoing numbers of some users: of all of them, or of none if one cannot be
    saved."""
    _expect(account, if_match)
    try:
        account.save(
            SAVED_BY_API,
            {"users": {user.extension: user.outgoing_number for user in wanted.users}},
        )
    except Refused as refused:
        positions = {user.extension: at for at, user in enumerate(wanted.users)}
        raise Refused(
            [
                ((users, positions[extension], member), sentence)
                for (users, extension, member), sentence in refused.errors
            ]
        ) from None
    _tag(response, account.revision)
    return Updated(updated=len(wanted.users))


@app.get("/outgoing-settings", responses=READ)
async def get_outgoing_settings(
    response: Response, account: ServedAccount
) -> OutgoingSettingsStates:
    """Return the default outgoing number and *Advanced options*."""
    _tag(response, account.revision)
    return OutgoingSettingsStates(saved=account["saved"], applied=account["applied"])


@app.put("/outgoing-settings", responses=WRITE)
async def put_outgoing_settings(
    response: Response, account: ServedAccount, if_match: IfMatch, wanted: WantedOutgoingSettings
) -> OutgoingSettingsStates:
    """Replace the default outgoing number and *Advanced options* as a whole."""
    _expect(account, if_match)
    account.save(SAVED_BY_API, wanted.model_dump())
    return await get_outgoing_settings(response, account)


@app.get("/changes", responses=READ)
async def get_changes(response: Response, account: ServedAccount) -> Changes:
    """Return what is saved and not applied: what *Apply changes* would publish."""
    _tag(response, account.revision)
    return Changes(items=account.changes())


@app.post("/apply", responses=APPLY)
async def apply_changes(
    response: Response, account: ServedAccount, if_match: IfMatch, idempotency_key: IdempotencyKey
) -> Applied:
    """Apply everything that anyone saved: live calls use it from now on.

    If the key was already used for an apply, nothing is done, and the response and its `ETag` are
    those of that apply, whatever `If-Match` says. A key whose request was refused may be used
    again.
    """
    answer = account.answer_to(idempotency_key)
    if answer is None:
        _expect(account, if_match)
        answer = account.apply(idempotency_key)
    _tag(response, answer["revision"])
    return Applied(applied_changes=answer["applied_changes"])


# Errors


def problem(status, detail, headers=None, **members):
    """Return an error response in the form of RFC 9457."""
    title = http.HTTPStatus(status).phrase
    content = {"type": "about:blank", "title": title, "status": status, "detail": detail}
    return JSONResponse(content | members, status, headers, media_type=PROBLEM_JSON)


@app.exception_handler(HTTPException)
async def _http_problem(request, error):
    headers = error.headers
    if error.status_code == 405:
        # Starlette lists only the methods of the first function at this address.
        methods = (r.methods for r in app.routes if r.matches(request.scope)[0] != Match.NONE)
        headers = {"Allow": ", ".join(sorted(set().union(*methods)))}
    return problem(error.status_code, error.detail, headers)


@app.exception_handler(Stale)
async def _stale_problem(request, _error):
    revision = request.app.state.account.revision
    return problem(412, "The account was changed meanwhile. Read it again.", revision=revision)


@app.exception_handler(Refused)
async def refused_problem(_request, refused):
    return _content_problem(refused.errors)


@app.exception_handler(RequestValidationError)
async def validation_problem(_request, invalid):
    errors = invalid.errors()
    around = [error for error in errors if error["loc"][0] != "body"]
    if any(error["loc"] == ("header", "If-Match") for error in around):
        return problem(428, "Send the revision that this is based on in If-Match.")
    if around:
        return problem(400, " ".join(f"{error['loc'][1]}: {error['msg']}." for error in around))
    if errors[0]["type"] == "json_invalid":
        return problem(400, "The body is not JSON.")
    return _content_problem([(error["loc"][1:], error["msg"]) for error in errors])


@app.exception_handler(Exception)
async def _defect(_request, _error):
    return problem(500, "The sandbox has a defect; its log says more.")


def _content_problem(errors):
    return problem(
        422,
        "The request cannot be carried out as it is. Nothing was saved.",
        errors=[
            {"pointer": "".join(map(_pointed, place)), "detail": sentence}
            for place, sentence in errors
        ],
    )


def _pointed(key):
    """Return one step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")


class Gate:
    """Refuses every request under /api without the token."""

    def __init__(self, app, token):
        self.app = app
        self.token = token.encode()

    async def __call__(self, scope, receive, send):
        request = Request(scope)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        right = secrets.compare_digest(token.encode("latin-1"), self.token)
        if scheme.lower() != "bearer" or not right:
            answer = problem(
                401, "Send the account's token as a bearer token.", {"WWW-Authenticate": "Bearer"}
            )
        else:
            answer = self.app
        await answer(scope, receive, send)


# The document


def document() -> dict[str, Any]:
    """Return the API as an OpenAPI 3.1 document, with each error described once."""
    contract = copy.deepcopy(app.openapi())
    described = contract["components"]["responses"] = {}
    for operations in contract["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            for status in sorted(answers.keys() - {"200"}):
                answer = answers.pop(status)
                # FastAPI cannot give errors a media type of their own.
                answer["content"] = {PROBLEM_JSON: answer["content"].pop("application/json")}
                described[status] = answer
                answers[status] = {"$ref": f"#/components/responses/{status}"}
    contract["components"] |= {"responses": dict(sorted(described.items())), "headers": HEADERS}
    return _null_as_a_type(contract)


def _null_as_a_type(schema):
    """Return a schema in which null is one of the types of a value, not the other half of a union:
    that takes longer to check."""
    match schema:
        case {"anyOf": [{"type": kind, **form}, {"type": "null"}], **about}:
            return {"type": [kind, "null"], **form, **about}
        case dict():
            return {name: _null_as_a_type(part) for name, part in schema.items()}
        case list():
            return [_null_as_a_type(part) for part in schema]
    return schema


def document_text() -> str:
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"
