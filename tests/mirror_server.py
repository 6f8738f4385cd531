"""A web server on this machine that serves files, well or badly."""

import socket
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Manner = Callable[["Answer", bytes], None]
"""Answers a request for a file with this content."""


class Mirror(ThreadingHTTPServer):
    """Serves the given files in the given manner, and records the requests."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: dict[str, bytes], manner: Manner | None = None) -> None:
        self.files, self.manner = files, manner or properly
        self.requested = list[str]()
        """The name of each requested file."""
        self.closing = threading.Event()
        super().__init__(("127.0.0.1", 0), Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        self.thread.start()

    def __enter__(self) -> "Mirror":
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self.shutdown()
        self.thread.join()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Ignore clients that close the connection."""


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.requested.append(name)
        content = self.server.files.get(name)
        if content is None:
            self.send_error(404)
        else:
            self.server.manner(self, content)

    def begin(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        return


def down() -> str:
    """Return the address of a server that does not exist."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def properly(answer: Answer, content: bytes) -> None:
    answer.begin(200, len(content))
    answer.wfile.write(content)


def cuts_off(after: int) -> Manner:
    """Send only so many bytes."""

    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(200, len(content))
        answer.wfile.write(content[:after])

    return manner


def stalls(after: int) -> Manner:
    """Send so many bytes, and then nothing until the server is closed."""

    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(200, len(content))
        answer.wfile.write(content[:after])
        answer.wfile.flush()
        answer.server.closing.wait()

    return manner


def claims(more: int) -> Manner:
    """Announce so many bytes more (or less) than there are."""

    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(200, len(content) + more)
        answer.wfile.write(content)

    return manner


def without_length(answer: Answer, content: bytes) -> None:
    answer.begin(200, None)
    answer.wfile.write(content)


def silently(answer: Answer, content: bytes) -> None:
    """Accept the request, and send nothing until the server is closed."""
    answer.server.closing.wait()


def after(event: threading.Event) -> Manner:
    """Answer properly once the event is set."""

    def manner(answer: Answer, content: bytes) -> None:
        event.wait()
        properly(answer, content)

    return manner


def resets(answer: Answer, content: bytes) -> None:
    """Break the connection in the middle."""
    answer.begin(200, len(content))
    answer.wfile.write(content[: len(content) // 2])
    answer.wfile.flush()
    answer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    answer.connection.close()


def refers_to(url: str) -> Manner:
    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(302, 0, Location=f"{url}{answer.path}")

    return manner


def speaks_no_http(answer: Answer, content: bytes) -> None:
    answer.wfile.write(b"220 ready\r\n")


def fails(answer: Answer, content: bytes) -> None:
    answer.send_error(503)
