"""A small server that plays Rookery for the elements: their real files, pages made by hand, a stream that
the test drives, and a message store just large enough to answer `?since=` and `?before=`.
"""

import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from tests.components.fragments import Bubble

SCRIPTS = Path(__file__).parents[2] / "src/rookery/web/static/web/js"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' blob:; connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'"
)
EPOCH = "e"


@dataclass
class Answer:
    """What one request gets: `status` 0 hangs up in the middle."""

    body: str | bytes = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    kind: str = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Request:
    """One request as the server saw it; `form` holds the last value of each field, files as bytes."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]
    files: tuple[tuple[str, bytes], ...]
    headers: dict[str, str]


Route = Callable[[Request], Answer]


class Server(ThreadingHTTPServer):
    """Serves the stage of the test that runs now. One for all tests, so that the browser keeps the scripts."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        self.stage = Stage("")
        super().__init__(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()

    def new_stage(self) -> "Stage":
        self.stage = Stage(f"http://127.0.0.1:{self.server_address[1]}")
        return self.stage

    def close(self) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of browsers that go away in the middle: a reload, a closed tab."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class Stage:
    """The server with everything a test sets and reads. Every change of the store makes a fact."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.routes: dict[tuple[str, str], Route] = {}
        self.requests: list[Request] = []
        self.messages: list[Bubble] = []
        self.facts: list[tuple[int | None, str, dict[str, object]]] = []
        self.position = 0
        self.streams_opened = 0
        self.live_status = 200
        self.replay_from_start = False
        self.page_size = 30
        self._generation = 0
        self._changed = threading.Condition()

    # What the test sets

    def page(self, path: str, html: str) -> str:
        """Serve a page; its full address."""
        self.routes["GET", path] = lambda request: Answer(html)
        return self.url + path

    def on(self, method: str, path: str, route: Route | Answer) -> None:
        self.routes[method, path] = route if callable(route) else lambda request: route

    def publish(self, kind: str, *, whisper: bool = False, **data: object) -> int:
        """Put a fact (or a whisper) on the stream; where the journal stands after it."""
        with self._changed:
            if not whisper:
                self.position += 1
            self.facts.append((None if whisper else self.position, kind, data))
            self._changed.notify_all()
            return self.position

    def say(self, text: str, *, conversation: int = 7, quiet: bool = False, **more: object) -> Bubble:
        """Store a message and publish `message.created`; `quiet` stores it as if it had always been there."""
        bubble = Bubble(id=len(self.messages) + 1, text=text, conversation=conversation, **more)  # type: ignore[arg-type]
        if not bubble.at:
            bubble.at = max((other.at for other in self.messages), default=1_795_000_000) + 1
        self.messages.append(bubble)
        if quiet:
            return bubble
        bubble.changed = self.position + 1
        incoming = bubble.side == "in"
        self.publish("message.created", conversation=conversation, message=bubble.id, incoming=incoming)
        return bubble

    def change(self, bubble: Bubble, **attributes: object) -> None:
        """Alter a message and publish `message.changed`."""
        for name, value in attributes.items():
            setattr(bubble, name, value)
        bubble.version += 1
        bubble.changed = self.position + 1
        self.publish("message.changed", conversation=bubble.conversation, message=bubble.id)

    def drop_streams(self) -> None:
        """End every open stream, as a restarting server does."""
        with self._changed:
            self._generation += 1
            self._changed.notify_all()

    # What the test reads

    def seen(self, method: str, path: str, **query: str) -> list[Request]:
        """The requests so far, in order."""
        return [
            request
            for request in self.requests
            if (request.method, request.path) == (method, path)
            and all(name in request.query for name in query)
        ]

    def cursor(self) -> str:
        return f"{EPOCH}-{self.position}"

    # What the handler asks

    def answer(self, request: Request) -> Answer:
        self.requests.append(request)
        route = self.routes.get((request.method, request.path))
        if route:
            return route(request)
        if request.path.startswith("/static/web/js/"):
            return _script(request.path.removeprefix("/static/web/js/"))
        if request.path.endswith("/messages"):
            return self.message_answer(request)
        return Answer(status=404)

    def message_answer(self, request: Request) -> Answer:
        """What the real messages view does, on the store."""
        conversation = int(request.path.split("/")[2])
        own = sorted(
            (bubble for bubble in self.messages if bubble.conversation == conversation),
            key=lambda bubble: bubble.order,
        )
        if request.method == "POST":
            return self._store(request, conversation)
        if "before" in request.query:
            older = [bubble for bubble in own if bubble.order < request.query["before"]]
            page = older[-self.page_size :]
            rest = page[0].order if len(older) > len(page) else ""
            return Answer("".join(bubble.html() for bubble in page), headers={"X-Rookery-Before": rest})
        since = int(request.query["since"].rpartition("-")[2] or 0)
        fresh = "".join(bubble.html() for bubble in own if bubble.changed > since)
        return Answer(fresh, headers={"X-Rookery-Cursor": self.cursor()})

    def _store(self, request: Request, conversation: int) -> Answer:
        ref = request.form["client_ref"]
        known = [bubble for bubble in self.messages if bubble.ref == ref]
        text = request.form["text"]
        stored = known or [self.say(text, ref=ref, side="out", author="u3", conversation=conversation)]
        return Answer(stored[0].html())

    def stream(self, last: int, write: Callable[[bytes], None]) -> None:
        """Send what lies behind `last`, then what comes, until the streams are dropped or nobody reads."""
        with self._changed:
            self.streams_opened += 1
            generation = self._generation
            at = 0 if self.replay_from_start else self._after(last)
        write(b": hello\n\n")
        while True:
            with self._changed:
                if len(self.facts) == at and self._generation == generation:
                    self._changed.wait(timeout=1)
                if self._generation != generation:
                    return
                fresh = self.facts[at:]
                at += len(fresh)
            write(b"".join(_frame(*fact) for fact in fresh) or b": beat\n\n")

    def _after(self, last: int) -> int:
        for index, (id_, _, _) in enumerate(self.facts):
            if id_ is not None and id_ > last:
                return index
        return len(self.facts)


def _frame(id_: int | None, kind: str, data: dict[str, object]) -> bytes:
    head = "" if id_ is None else f"id: {EPOCH}-{id_}\n"
    return f"{head}event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def _script(name: str) -> Answer:
    file = SCRIPTS / name
    if not file.is_file():
        return Answer(status=404)
    kept = {"Cache-Control": "max-age=600"}
    return Answer(file.read_bytes(), headers=kept, kind="text/javascript; charset=utf-8")


def _parts(kind: str, body: bytes) -> tuple[dict[str, str], list[tuple[str, bytes]]]:
    if not kind.startswith("multipart/"):
        return dict(parse_qsl(body.decode())), []
    form: dict[str, str] = {}
    files: list[tuple[str, bytes]] = []
    message = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    for part in message.walk():
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        if part.get_filename() is not None:
            files.append((str(part.get_filename()), payload))
        elif name := part.get_param("name", header="Content-Disposition"):
            form[str(name)] = payload.decode().replace("\r\n", "\n")
    return form, files


class Handler(BaseHTTPRequestHandler):
    """One connection of the browser."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 1 << 16

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the test reads `stage.requests`."""

    def do_GET(self) -> None:
        stage, request = self.server.stage, self._request()
        if request.path != "/live":
            return self._send(stage.answer(request))
        stage.requests.append(request)
        if stage.live_status == 200:
            return self._stream(stage, request)
        return self._send(Answer(status=stage.live_status, headers={"Location": "/sign-in"}))

    def do_POST(self) -> None:
        self._send(self.server.stage.answer(self._request()))

    def _request(self) -> Request:
        url = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        form, files = _parts(self.headers.get("Content-Type") or "", body)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Request(self.command, url.path, query, form, tuple(files), headers)

    def _send(self, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status or 200)
        headers = {
            "Content-Type": answer.kind,
            # Status 0 breaks off in mid-answer: Chromium repeats a request that got no answer at all.
            "Content-Length": str(len(body) + (0 if answer.status else 9)),
            "Content-Security-Policy": POLICY,
            "Cache-Control": "no-store",
        }
        for name, value in (headers | answer.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.close_connection = not answer.status
        self._flush(body)

    def _stream(self, stage: Stage, request: Request) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        stage.stream(int(request.query.get("cursor", "0").rpartition("-")[2] or 0), self._flush)

    def _flush(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()
