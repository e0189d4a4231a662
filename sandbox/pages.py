"""The console's pages: Settings, Users, Incoming numbers, Apply changes; the softphone's page,
which Odoo shows in a frame; and two pages that Axivox does not have, for deviations of live calls
and for calls from outside."""

from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from .account import LONGEST_PREFIX, Refused
from .api import ServedAccount
from .carrier import CallIn, ServedCarrier
from .connector import Call, ServedConnector
from .faults import CONSOLE_USER
from .live import DEVIATION, ServedLive

DESTINATION_TYPES = {
    "not_configured": "Not configured",
    "extension": "Extension",
    "dial_plan": "Dial plan",
    "voicemail": "Voicemail",
    "hang_up": "Hang up",
    "conference": "Conference",
}
WITHOUT_TARGET = ("not_configured", "hang_up")
CALLS_ON_PAGE = 50
SETTING_NAMES = {
    "default_number": "Default outgoing number",
    "rules_override_users": "Apply advanced rules even for users with an outgoing number",
    "rules": "Advanced options",
    "outgoing_number": "Outgoing number of",
}

templates = Jinja2Templates(Path(__file__).with_name("templates"))
router = APIRouter(default_response_class=HTMLResponse)


def _render(request, account, name, *, status=200, **context):
    context |= {
        "account": account,
        "changes": account.changes(),
        "destination_types": DESTINATION_TYPES,
        "setting_names": SETTING_NAMES,
    }
    return templates.TemplateResponse(request, name, context, status)


async def _form(request):
    """Return what was typed, as pairs in the order of the page: the fields of rules are
    repeated."""
    try:
        return parse_qsl((await request.body()).decode(), keep_blank_values=True)
    except UnicodeDecodeError:
        raise HTTPException(400, "The form is not text.") from None


async def _typed(request, *names):
    """Return what was typed into these fields."""
    form = dict(await _form(request))
    if not form.keys() >= set(names):
        raise HTTPException(400, f"The form has the fields {', '.join(names)}.")
    return [form[name] for name in names]


def _see(address):
    return RedirectResponse(address, 303)


def _addresses(account):
    """Return the address of every page: redirects lead to these only."""
    return {
        *("/settings", "/settings/advanced", "/users", "/numbers", "/live", "/outside"),
        *(f"/users/{user['extension']}" for user in account["users"]),
        *(f"/numbers/{entry['number']}" for entry in account["numbers"]),
    }


def _one(entries, member, value):
    for entry in entries:
        if entry[member] == value:
            return entry
    raise HTTPException(404)


@router.get("/")
async def home():
    return _see("/settings")


@router.post("/apply-changes")
async def apply_changes(request: Request, account: ServedAccount):
    page = dict(await _form(request)).get("page")
    account.apply()
    return _see(page if page in _addresses(account) else "/settings")


@router.get("/settings")
async def settings(request: Request, account: ServedAccount):
    return _render(request, account, "settings.html", section="settings")


@router.post("/settings")
async def save_settings(request: Request, account: ServedAccount):
    [default_number] = await _typed(request, "default_number")
    account.save(CONSOLE_USER, {"default_number": default_number or None})
    return _see("/settings")


@router.get("/settings/advanced")
async def advanced(request: Request, account: ServedAccount):
    saved = account["saved"]
    return _advanced(request, account, saved["rules"], saved["rules_override_users"])


@router.post("/settings/advanced")
async def save_advanced(request: Request, account: ServedAccount):
    typed = await _form(request)
    prefixes = [value for name, value in typed if name == "prefix"]
    numbers = [value for name, value in typed if name == "number"]
    if len(prefixes) != len(numbers):
        raise HTTPException(400, "A rule has a prefix and a number.")
    rules = [
        {"prefix": prefix, "number": number}
        for prefix, number in zip(prefixes, numbers, strict=True)
    ]
    override = "rules_override_users" in dict(typed)
    try:
        account.save(CONSOLE_USER, {"rules": rules, "rules_override_users": override})
    except Refused as refused:
        return _advanced(request, account, rules, override, status=422, error=str(refused))
    return _see("/settings/advanced")


def _advanced(request, account, rules, override, *, status=200, error=None):
    return _render(
        request,
        account,
        "advanced.html",
        status=status,
        section="settings",
        rules=rules,
        override=override,
        error=error,
        longest_prefix=LONGEST_PREFIX,
    )


@router.get("/users")
async def users(request: Request, account: ServedAccount):
    return _render(request, account, "users.html", section="users")


@router.get("/users/{extension}")
async def user(request: Request, account: ServedAccount, extension: str):
    edited = _one(account["users"], "extension", extension)
    return _render(request, account, "user.html", section="users", user=edited)


@router.post("/users/{extension}")
async def save_user(request: Request, account: ServedAccount, extension: str):
    [number] = await _typed(request, "outgoing_number")
    account.save(CONSOLE_USER, {"users": {extension: number or None}})
    return _see("/users")


@router.get("/phone")
async def phone(request: Request):
    return templates.TemplateResponse(request, "phone.html")


@router.get("/numbers")
async def numbers(request: Request, account: ServedAccount):
    return _render(request, account, "numbers.html", section="numbers")


@router.get("/numbers/{number}")
async def number(request: Request, account: ServedAccount, number: str):
    edited = _one(account["numbers"], "number", number)
    return _render(request, account, "number.html", section="numbers", entry=edited)


@router.post("/numbers/{number}")
async def save_number(request: Request, account: ServedAccount, number: str):
    edited = _one(account["numbers"], "number", number)
    kind, target = await _typed(request, "type", "target")
    target = target.strip() or None
    if kind not in DESTINATION_TYPES:
        raise HTTPException(400, "There is no such destination.")
    if kind in WITHOUT_TARGET:
        target = None
    elif target is None:
        return _render(
            request,
            account,
            "number.html",
            status=422,
            section="numbers",
            entry={"number": edited["number"], "destination": {"type": kind, "target": None}},
            error=f"{DESTINATION_TYPES[kind]} needs a target.",
        )
    account.set_destination(number, kind, target)
    return _see("/numbers")


@router.get("/live")
async def live(
    request: Request, account: ServedAccount, live: ServedLive, connector: ServedConnector
):
    return _live(request, account, live, connector)


def _live(request, account, live, connector, *, status=200, error=None):
    return _render(
        request,
        account,
        "live.html",
        status=status,
        section="live",
        deviations=live.deviations,
        odoo=connector.odoo,
        calls=list(islice(reversed(connector.calls), CALLS_ON_PAGE)),
        error=error,
    )


@router.post("/live/deviations")
async def let_deviate(
    request: Request, account: ServedAccount, live: ServedLive, connector: ServedConnector
):
    form = {name: value or None for name, value in await _form(request)}
    try:
        live.deviate([*live.deviations, DEVIATION.validate_python(form)])
    except ValidationError:
        raise HTTPException(400, "There is no such deviation.") from None
    except Refused as refused:
        return _live(request, account, live, connector, status=422, error=str(refused))
    return _see("/live")


@router.post("/live/off")
async def let_deviate_no_more(request: Request, live: ServedLive):
    [place] = await _typed(request, "place")
    live.deviations = [one for at, one in enumerate(live.deviations) if str(at) != place]
    return _see("/live")


@router.post("/live/calls")
async def call(
    request: Request, account: ServedAccount, live: ServedLive, connector: ServedConnector
):
    extension, number = await _typed(request, "extension", "number")
    try:
        dialled = Call(extension=extension, number=number.replace(" ", ""), seconds=60)
        await run_in_threadpool(connector.write, [dialled], together=False)
    except ValidationError:
        raise HTTPException(400, "That cannot be called.") from None
    except HTTPException as error:
        return _live(
            request, account, live, connector, status=error.status_code, error=error.detail
        )
    return _see("/live")


@router.get("/outside")
async def outside(request: Request, account: ServedAccount, carrier: ServedCarrier):
    return _outside(request, account, carrier, account["applied"]["default_number"])


def _outside(request, account, carrier, number, *, called=None, status=200, error=None):
    return _render(
        request,
        account,
        "outside.html",
        status=status,
        section="outside",
        network=carrier.network,
        number=number,
        called=called,
        error=error,
    )


@router.post("/outside")
async def call_from_outside(request: Request, account: ServedAccount, carrier: ServedCarrier):
    caller, number = await _typed(request, "caller", "number")
    ours = {entry["number"] for entry in account["numbers"]}
    try:
        carrier.call(CallIn(caller=caller, number=number), ours)
    except ValidationError:
        raise HTTPException(400, "There is no such call.") from None
    except HTTPException as error:
        told = {"status": error.status_code, "error": error.detail}
        return _outside(request, account, carrier, number, **told)
    return _outside(request, account, carrier, number, called=carrier.network.callers[int(caller)])
