"""A page shown on loopback for as long as somebody looks: one page, nothing else, to nobody but this machine.

Law: it listens on 127.0.0.1 only, and answers only who calls it by that name (a page from elsewhere, whose name leads
here by a trick of DNS, does not). Nothing that is asked changes anything.
"""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LOOPBACK = "127.0.0.1"


class Viewed(ThreadingHTTPServer):
    """Bound when it is made, to a port that was free; `serve_forever` until it is shut down. Raises OSError."""

    daemon_threads = True

    def __init__(self, page: str, policy: str) -> None:
        self.page = page.encode()
        self.policy = policy
        super().__init__((LOOPBACK, 0), _Answer)

    @property
    def address(self) -> str:
        return f"http://{LOOPBACK}:{self.server_address[1]}/"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f"{name}:{self.server_address[1]}" for name in (LOOPBACK, "localhost"))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that goes away in the middle is none of our troubles."""


class _Answer(BaseHTTPRequestHandler):
    server: Viewed
    timeout = 10.0  # s for a request to come

    def do_GET(self) -> None:
        if self.headers.get("Host") not in self.server.names:
            self._tell(403, b"", "text/plain")
        elif self.path.partition("?")[0] != "/":
            self._tell(404, b"", "text/plain")
        else:
            self._tell(200, self.server.page, "text/html; charset=utf-8")

    def _tell(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", f"{self.server.policy}; frame-ancestors 'none'")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Nobody asked who looks."""
