"""The bearer token: how it is sent, and how an answer that repeats it is found."""

import html
import re
from urllib.parse import quote, unquote

FORM = re.compile(r"[!-~]+")
SHORTEST_ECHO = 8  # characters: a shorter token may be a part of anything
WRAPPINGS = 5  # layers of encoding in which an echo is searched
ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})|\\(?=/)")


class Token:
    """
    :param str text: the bearer token, in the form of ``FORM``
    """

    def __init__(self, text):
        self._text = text

    def authorize(self, request):
        """Set the header of a request: the callable that ``requests`` takes as ``auth``."""
        request.headers["Authorization"] = f"Bearer {self._text}"
        return request

    def is_in(self, text):
        """Return whether a text repeats the token, also in the encodings of URLs, JSON and HTML."""
        if len(self._text) < SHORTEST_ECHO:
            return False
        token = self._text.casefold()  # a header's name may have another case
        for _ in range(WRAPPINGS):
            if token in text.casefold():
                return True
            text, wrapped = _unwrapped(text), text
            if text == wrapped:
                return False
        return token in text.casefold()

    def is_in_bytes(self, content):
        return len(self._text) >= SHORTEST_ECHO and self._text.encode() in content

    def hidden(self, text):
        """Return a text without the token; nothing of it if it holds the token in an unusual
        encoding."""
        for echo in (self._text, quote(self._text, safe="")):
            text = text.replace(echo, "…")
        return "…" if self.is_in(text) else text


def _unwrapped(text):
    text = ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else "", text)
    return html.unescape(unquote(text))
