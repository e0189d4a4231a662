"""What comes before everything else: who may ask at all, and how much they may send.

The pages ask for no password, since the sandbox listens on loopback only. But what a browser on
this machine loads from elsewhere is behind that line too.
"""

import re

from starlette.requests import ClientDisconnect, Request

from .api import problem

LARGEST_BODY = 1024 * 1024
FRAMED = "/phone"
HERE = re.compile(r"(?i)(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?")


class Guard:
    """Turns away what a page of another site sends through somebody's browser, and bodies that
    are too large, however they come."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        request = Request(scope, receive)
        body = b""
        # A name of another site that has come to mean this machine would make its pages ours.
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
    """Whether a browser says so; what is no browser says nothing of it."""
    headers = request.headers
    own = f"http://{headers['host']}".lower()
    if any(origin.lower() != own for origin in headers.getlist("origin")):
        return True
    if all(site in ("same-origin", "none") for site in headers.getlist("sec-fetch-site")):
        return False
    # A link may lead here: to a page of its own, that nobody else's script or frame can touch. The
    # softphone's is made for others' frames, and knows no account.
    followed = headers.get("sec-fetch-mode"), headers.get("sec-fetch-dest")
    ways = [("navigate", "document")]
    if request.url.path == FRAMED:
        ways.append(("navigate", "iframe"))
    return request.method != "GET" or followed not in ways


async def _read(request):
    """The body, or None if it is too large. It is counted as it comes: no header says it surely."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            return None
    return bytes(body)
