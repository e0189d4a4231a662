"""The checks before everything else: who may send requests, and how large they may be.

The pages ask for no password, since the sandbox listens on loopback only. But a page from elsewhere
in a browser on this machine could send requests too.
"""

import re

from starlette.requests import ClientDisconnect, Request

from .api import problem

LARGEST_BODY = 1024 * 1024
FRAMED = "/phone"
HERE = re.compile(r"(?i)(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


class Guard:
    """Refuses requests that a page of another site sends through somebody's browser, and bodies
    that are too large, with or without a length."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        body = b""
        # A foreign name that resolves to this machine (DNS rebinding) would make its pages ours.
        if not HERE.fullmatch(request.headers.get("host", "")):
            answer = problem(421, "The sandbox is asked for by an address of this machine only.")
        elif _is_from_another_site(request):
            answer = problem(403, "This was sent by a page of another site.")
        else:
            try:
                body = await _read(request)
            except ClientDisconnect:
                return
            answer = self.app
            if body is None:
                answer = problem(413, f"A body has at most {LARGEST_BODY} bytes.")
        unread = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive_again():
            return unread.pop() if unread else await receive()

        await answer(scope, receive_again, send)


def _is_from_another_site(request):
    """Return whether a browser says that a page of another site sends this. Other clients send no
    such header."""
    headers = request.headers
    own = f"http://{headers['host']}".lower()
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return True
    if all(site in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
        return False
    # A link may open a page here, which no foreign script or frame can read. The softphone's page
    # is made for foreign frames, and shows nothing of the account.
    followed = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    ways = [("navigate", "document")]
    if request.url.path == FRAMED:
        ways.append(("navigate", "iframe"))
    return request.method != "GET" or followed not in ways


async def _read(request):
    """Return the body, or None if it is too large. Bytes are counted as they arrive, since no
    header need give their number."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
