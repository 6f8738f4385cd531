"""A web server on this machine that has files, and one of many bad manners."""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Manner = Callable[["Answer", bytes], None]


class Mirror(ThreadingHTTPServer):
    """Answers with the given files in the given manner, and remembers what it was asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, files: dict[str, bytes], manner: Manner | None = None) -> None:
        self.files, self.manner = files, manner or properly
        self.asked = list[tuple[str, str | None]]()
        """The path and the range of each request."""
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
        """A client that has left is nothing to speak of."""


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.lstrip("/")
        self.server.asked.append((name, self.headers.get("Range")))
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
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def first(self) -> int:
        """The first byte that is asked for."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found[1]) if found else 0

    def log_message(self, *_: object) -> None:
        return


def down() -> str:
    """The address of a server that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def properly(answer: Answer, content: bytes, *, sent: int | None = None) -> None:
    """Answer a range with the range; of it, only so many bytes are sent."""
    first = answer.first()
    if first >= len(content):
        answer.send_error(416)
        return
    status, headers = 200, {}
    if first:
        status, headers = 206, {"Content_Range": f"bytes {first}-{len(content) - 1}/{len(content)}"}
    answer.begin(status, len(content) - first, **headers)
    answer.wfile.write(content[first:][:sent])


def cuts_off(after: int) -> Manner:
    return lambda answer, content: properly(answer, content, sent=after)


def ignores_ranges(answer: Answer, content: bytes) -> None:
    answer.begin(200, len(content))
    answer.wfile.write(content)


def ignores_ranges_and_cuts_off(after: int) -> Manner:
    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(200, len(content))
        answer.wfile.write(content[:after])

    return manner


def another_range(answer: Answer, content: bytes) -> None:
    """Answer any range with the whole as if it were a range."""
    answer.begin(206, len(content), Content_Range=f"bytes 0-{len(content) - 1}/{len(content)}")
    answer.wfile.write(content)


def claims(more: int) -> Manner:
    """Say that there is so much more (or less) than there is."""

    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(200, len(content) + more)
        answer.wfile.write(content)

    return manner


def without_length(answer: Answer, content: bytes) -> None:
    answer.begin(200, None)
    answer.wfile.write(content)


def silently(answer: Answer, content: bytes) -> None:
    """Take the request, and say nothing."""
    answer.server.closing.wait(10)


def after_a_second(answer: Answer, content: bytes) -> None:
    answer.server.closing.wait(1)
    properly(answer, content)


def drips(after: int) -> Manner:
    """Send so many bytes at once, and then one at a time."""

    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(200, len(content))
        answer.wfile.write(content[:after])
        for byte in content[after:]:
            if answer.server.closing.is_set():
                return
            answer.wfile.write(bytes([byte]))
            time.sleep(0.01)

    return manner


def resets(after: int) -> Manner:
    """Send so many bytes, and break the connection."""

    def manner(answer: Answer, content: bytes) -> None:
        first = answer.first()
        answer.begin(206 if first else 200, len(content) - first, Content_Range=f"bytes {first}-/{len(content)}")
        answer.wfile.write(content[first:][:after])
        answer.wfile.flush()
        time.sleep(0.05)  # until it is read
        answer.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        answer.connection.close()

    return manner


def refers_to(url: str) -> Manner:
    def manner(answer: Answer, content: bytes) -> None:
        answer.begin(302, 0, Location=f"{url}{answer.path}")

    return manner


def speaks_no_http(answer: Answer, content: bytes) -> None:
    answer.wfile.write(b"220 ready\r\n")


def fails(answer: Answer, content: bytes) -> None:
    answer.send_error(503)
