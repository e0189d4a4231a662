"""A server that sends whatever it is given, valid or not."""

import contextlib
import socket
import threading
import time
from dataclasses import dataclass

TLS_HANDSHAKE = b"\x16"


@dataclass
class Asked:
    """A request, as it came."""

    method: str
    target: str
    headers: dict
    body: bytes
    connection: socket.socket  # the bare one, beneath TLS

    @property
    def path(self):
        return self.target.partition("?")[0]


def answer(body=b"{}", *headers, status="200 OK", length=None):
    """Return an answer's bytes; ``headers`` are whole lines, and go first."""
    lines = [f"HTTP/1.1 {status}", *headers, "Connection: close"]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def without_end(head, piece, seconds=0):
    """Yield a beginning, and then the same piece for ever, with a pause before each."""
    yield head
    while True:
        time.sleep(seconds)
        yield piece


class Nonsense:
    """Answers each request, on a connection of its own, with what ``say(asked)`` returns.

    :param say: function that takes an Asked and returns bytes, or an iterable of bytes to send one
        by one
    :param ssl.SSLContext tls: for TLS
    :param linger: seconds until the connection is closed
    """

    def __init__(self, say, tls=None, linger=0):
        self.say = say
        self.asked = []
        self.connections = 0
        self._tls = tls
        self._linger = linger
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def stop(self):
        with contextlib.suppress(OSError):  # it was stopped before
            # Closing alone would not wake the thread that accepts.
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()

    def _listen(self):
        while True:
            try:
                connection, _address = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, bare):
        bare.settimeout(5)
        # The client may disconnect: over TLS that is how it refuses.
        with bare, contextlib.suppress(OSError):
            connection = bare.dup()
            if self._tls:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as file:
                if file.peek(1)[:1] == TLS_HANDSHAKE:
                    connection.sendall(answer(status="400 Bad Request"))
                elif asked := _read(file, bare):
                    self.asked.append(asked)
                    said = self.say(asked)
                    for piece in [said] if isinstance(said, bytes) else said:
                        connection.sendall(piece)
                    time.sleep(self._linger)


def _read(file, connection):
    words = file.readline().decode("latin-1").split()
    if len(words) != 3:
        return None
    headers = {}
    while line := file.readline().decode("latin-1").strip():
        name, _, content = line.partition(":")
        headers[name.lower()] = content.strip()
    body = file.read(int(headers.get("content-length", 0)))
    return Asked(words[0], words[1], headers, body, connection)
