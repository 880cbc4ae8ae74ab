"""A registry over HTTP that misbehaves on request and remembers what it was asked."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.support.images import TestImage

_STEP = 16 * 1024


@dataclass(frozen=True)
class Answer:
    """One answer. With *cut* the body ends after that many bytes, though its length was named."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    ranges: bool = False
    pause: float = 0.0
    """Seconds before every 16 KiB."""


@dataclass(frozen=True)
class Request:
    """What a client asked for."""

    path: str
    headers: Mapping[str, str]

    @property
    def authorization(self) -> str | None:
        return self.headers.get("authorization")


Route = Callable[[Request], Answer]


@dataclass
class FakeRegistry:
    """Its routes, and the requests it got."""

    port: int = 0
    routes: dict[str, Route] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self.port}"

    def put(self, path: str, *answers: Answer) -> None:
        """Give *answers* in turn, and the last one ever after."""
        left = list(answers)
        self.routes[path] = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def serve(self, image: TestImage, repository: str = "image", tag: str = "latest") -> None:
        """Serve an image as a well-behaved registry would."""
        manifest = Answer(image.manifest, headers={"content-type": image.media_type})
        self.put(f"/v2/{repository}/manifests/{tag}", manifest)
        self.put(f"/v2/{repository}/blobs/{image.id}", Answer(image.configuration))
        for layer in image.layers:
            self.put(f"/v2/{repository}/blobs/{layer.digest}", Answer(layer.blob, ranges=True))

    def asked(self, path: str) -> list[Request]:
        return [request for request in self.requests if request.path.partition("?")[0] == path]


@contextmanager
def fake_registry() -> Iterator[FakeRegistry]:
    """Run a registry with nothing in it."""
    registry = FakeRegistry()
    registry.put("/v2/", Answer())

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            headers = {key.lower(): value for key, value in self.headers.items()}
            request = Request(self.path, headers)
            registry.requests.append(request)
            route = registry.routes.get(self.path.partition("?")[0])
            with suppress(ConnectionError):
                self._send(request, route(request) if route else Answer(status=404))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Stay silent."""

        def _send(self, request: Request, answer: Answer) -> None:
            body, status, headers = answer.body, answer.status, dict(answer.headers)
            if answer.ranges and "range" in request.headers:
                start = int(request.headers["range"].removeprefix("bytes=").rstrip("-"))
                headers["content-range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
                body, status = body[start:], 206
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            sent = body if answer.cut is None else body[: answer.cut]
            for offset in range(0, len(sent), _STEP):
                if registry.stopped.wait(answer.pause):
                    break
                self.wfile.write(sent[offset : offset + _STEP])
            if len(sent) < len(body):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    registry.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield registry
    finally:
        registry.stopped.set()
        server.shutdown()
        thread.join()
        server.server_close()
