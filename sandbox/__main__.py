"""The command line: `python -m sandbox --state FILE`."""

import argparse
import contextlib
import os
import secrets
import socket
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.staticfiles import StaticFiles

from . import api, calls, carrier, connector, faults, guard, live, pages
from .account import Account, Refused
from .carrier import Carrier
from .connector import Connector
from .live import Live


def program(account, token, page_size):
    """Return the whole application: the console's pages, the API, the requests of tests, and the
    checks before all of them."""
    console = FastAPI(openapi_url=None, redirect_slashes=False)
    console.include_router(pages.router)
    console.include_router(faults.router)
    console.include_router(calls.router)
    console.include_router(live.router)
    console.include_router(connector.router)
    console.include_router(carrier.router)
    console.mount("/static", StaticFiles(directory=Path(__file__).with_name("static")))
    console.mount("/api", api.Gate(api.app, token))
    console.add_exception_handler(Refused, api.refused_problem)
    console.add_exception_handler(RequestValidationError, api.validation_problem)
    console.add_api_route("/openapi.json", api.document)
    api.app.state.page_size = page_size
    misbehaving = faults.Misbehaving(console, account)
    api.app.state.account = console.state.account = account
    console.state.live = Live(account)
    console.state.connector = Connector(account, console.state.live)
    console.state.carrier = Carrier()
    console.state.misbehaving = misbehaving
    return guard.Guard(misbehaving)


def main():
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0: any free port (default)")
    parser.add_argument("--state", type=Path, metavar="FILE", help="created if it does not exist")
    parser.add_argument("--token", default=os.environ.get("SANDBOX_TOKEN"))
    parser.add_argument(
        "--page-size",
        type=int,
        metavar="N",
        default=api.LONGEST_PAGE,
        help="return at most N items per page, even if `limit` is larger",
    )
    parser.add_argument("--openapi", action="store_true", help="print the API document and exit")
    options = parser.parse_args()
    if options.openapi:
        print(api.document_text(), end="")
        return
    if options.state is None:
        parser.error("name the account's file with --state")

    token = options.token
    if not token:
        token = secrets.token_urlsafe(24)
        print(f"Token: {token}")
    account = Account(options.state)
    try:
        listener = socket.create_server(("127.0.0.1", options.port))
    except OSError as error:
        parser.error(f"port {options.port}: {error.strerror}")
    # asyncio does this by itself, but not for a socket from `create_server`. Without it, each body
    # waits 40 ms until the client acknowledges the headers.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        program(account, token, options.page_size),
        http=faults.Connection,
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    # The socket already listens: a request that is sent now waits until the server runs.
    print(f"Sandbox at {address}/ · API at {address}/api", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
