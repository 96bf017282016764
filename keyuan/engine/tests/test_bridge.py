import asyncio
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keyuan.engine import bridge as bridges
from keyuan.engine.bridge import Bridge, Message

App = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Streamed:
    """A response of the kind that Django marks as streaming."""

    streaming = True

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.pieces = pieces
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        return self.pieces

    def close(self) -> None:
        self.closed = True


def ask(
    app: App, *pieces: bytes, headers: Iterable[tuple[bytes, bytes]] = (), leaves_after: int = 999, **scope: Any
) -> list[Message]:
    """Send one request through the bridge; what it answered, message by message."""
    said: list[Message] = []
    body = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces[:-1]]
    body += [{"type": "http.request", "body": piece, "more_body": False} for piece in pieces[-1:]]

    async def send(message: Message) -> None:
        said.append(message)
        await asyncio.sleep(0)

    async def receive() -> Message:
        if body:
            return body.pop(0)
        while len(said) < leaves_after:
            await asyncio.sleep(0.001)
        return {"type": "http.disconnect"}

    request = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/", "query_string": b"",
        "headers": list(headers), "server": ("127.0.0.1", 80), "client": ("10.0.0.9", 1), "scheme": "http", **scope,
    }  # fmt: skip
    bridge = Bridge(app, 1)
    try:
        asyncio.run(bridge(request, receive, send))
    finally:
        bridge.close()
    return said


def saying(*body: bytes, status: str = "200 OK", headers: Iterable[tuple[str, str]] = ()) -> App:
    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response(status, list(headers))
        return list(body)

    return app


def environ_of(*pieces: bytes, **request: Any) -> dict[str, Any]:
    seen: dict[str, Any] = {}

    def app(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        seen.update(environ, body=environ["wsgi.input"].read())
        start_response("204 No Content", [])
        return []

    ask(app, *pieces, **request)
    return seen


def test_a_short_answer_is_sent_whole() -> None:
    head, body = ask(saying(b"a", b"b", status="404 Not Found", headers=[("Set-Cookie", "x=1"), ("Set-Cookie", "y=2")]))

    assert head["status"] == 404
    assert head["headers"] == [(b"set-cookie", b"x=1"), (b"set-cookie", b"y=2")]
    assert body == {"type": "http.response.body", "body": b"ab"}


def test_the_environment_says_what_the_request_said() -> None:
    seen = environ_of(path="/客", raw_path=b"/%E5%AE%A2", query_string=b"q=1", method="HEAD")

    assert (seen["REQUEST_METHOD"], seen["QUERY_STRING"], seen["REMOTE_ADDR"]) == ("HEAD", "q=1", "10.0.0.9")
    assert seen["PATH_INFO"].encode("latin-1").decode() == "/客"


def test_repeated_headers_are_joined_and_those_with_an_underscore_dropped() -> None:
    headers = [
        (b"cookie", b"a=1"),
        (b"cookie", b"b=2"),
        (b"x-a", b"1"),
        (b"x-a", b"2"),
        (b"x_forwarded_for", b"6.6.6.6"),
    ]

    seen = environ_of(headers=headers)

    assert (seen["HTTP_COOKIE"], seen["HTTP_X_A"]) == ("a=1; b=2", "1,2")
    assert "HTTP_X_FORWARDED_FOR" not in seen


def test_a_body_without_a_length_gets_one() -> None:
    seen = environ_of(b"ab", b"c", headers=[(b"transfer-encoding", b"chunked")], method="POST")

    assert (seen["CONTENT_LENGTH"], seen["body"]) == ("3", b"abc")


@pytest.mark.parametrize("headers", [[(b"content-length", b"11")], [(b"transfer-encoding", b"chunked")]])
def test_a_body_that_is_too_large_is_refused(
    monkeypatch: pytest.MonkeyPatch, headers: list[tuple[bytes, bytes]]
) -> None:
    monkeypatch.setattr(bridges, "LARGEST_BODY", 10)

    head, _body = ask(saying(b"no"), b"123456", b"78901", headers=headers, method="POST")

    assert head["status"] == 413


def test_a_client_that_leaves_before_its_body_has_come_gets_nothing() -> None:
    assert ask(saying(b"no"), headers=[(b"content-length", b"5")], leaves_after=0, method="POST") == []


def test_a_stream_comes_piece_by_piece_and_is_closed() -> None:
    stream = Streamed(iter([b"a", b"b"]))

    said = ask(lambda _environ, start: (start("200 OK", []), stream)[1])

    assert [message.get("body") for message in said] == [None, b"a", b"b", b""]
    assert stream.closed


def test_a_stream_stops_when_its_reader_leaves() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x"

    stream = Streamed(endless())
    said = ask(lambda _environ, start: (start("200 OK", []), stream)[1], leaves_after=10)

    assert 10 <= len(said) < 1000
    assert stream.closed


def test_a_whole_file_is_left_to_the_server(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"12345")

    class Sent(Streamed):
        file_to_stream = open(file, "rb")  # noqa: SIM115 (the response closes it, as Django's does)

        def close(self) -> None:
            self.file_to_stream.close()

    said = ask(
        lambda _environ, start: (start("200 OK", [("Content-Length", "5")]), Sent(iter([])))[1],
        extensions={"http.response.pathsend": {}},
    )

    assert said[1] == {"type": "http.response.pathsend", "path": str(file)}


def test_an_error_that_the_application_lets_through_is_answered() -> None:
    def broken(_environ: dict[str, Any], _start_response: Callable[..., Any]) -> list[bytes]:
        raise RuntimeError("secret detail")

    head, body = ask(broken)

    assert (head["status"], body["body"]) == (500, b"Something went wrong.")


def test_too_many_waiting_requests_are_told_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridges, "MOST_WAITING", 0)

    head, _body = ask(saying(b"no"))

    assert head["status"] == 503
    assert (b"retry-after", b"2") in head["headers"]


def test_pages_run_beside_the_event_loop() -> None:
    threads: list[str] = []

    def app(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        threads.append(threading.current_thread().name)
        start_response("200 OK", [])
        return []

    ask(app)

    assert threads == ["page_0"]
