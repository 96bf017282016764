"""The one way out: where it goes, and what it does not wait for."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from keyuan.engine.outgoing import LOCAL, Reason, Unreachable, fetch, is_public


@contextmanager
def answering(answer: Callable[[BaseHTTPRequestHandler], Any]) -> Iterator[str]:
    """A real server on this machine; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        do_POST = do_GET  # noqa: N815

        def log_message(self, *words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def say(text: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    return answer


@pytest.fixture
def local(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator allows this machine."""
    monkeypatch.setenv(LOCAL, "127.0.0.1, localhost")


def why(url: str, **more: Any) -> Reason:
    with pytest.raises(Unreachable) as refused:
        fetch(url, **more)
    return refused.value.reason


def test_an_answer_comes_back_with_status_headers_and_body(local: None) -> None:
    asked: dict[str, Any] = {}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["Content-Length"] or 0)
        asked.update(path=handler.path, host=handler.headers["Host"], key=handler.headers["X-Key"])
        asked["body"] = handler.rfile.read(length)
        say(b"done", 201, **{"X-More": "1"})(handler)

    with answering(answer) as address:
        got = fetch(f"{address}/a?b=%E7%94%B2", method="POST", headers={"X-Key": "k"}, body=b"{}")

    assert (got.status, got.headers["X-More"], got.body) == (201, "1", b"done")
    assert asked == {"path": "/a?b=%E7%94%B2", "host": address.removeprefix("http://"), "key": "k", "body": b"{}"}


def test_a_private_machine_is_not_asked_unless_the_operator_names_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    with answering(lambda handler: (asked.append(handler.path), say(b"")(handler))) as address:
        port = address.rpartition(":")[2]
        assert why(address) == Reason.ADDRESS
        monkeypatch.setenv(LOCAL, f"127.0.0.1:{int(port) + 1}")
        assert why(address) == Reason.ADDRESS
        assert asked == []
        monkeypatch.setenv(LOCAL, f"other.example, 127.0.0.1:{port}")
        assert fetch(address).status == 200


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://10.0.0.1/", "http://169.254.169.254/latest/",
     "http://[::ffff:127.0.0.1]/", "http://0.0.0.0/", "http://2130706433/", "http://93.184.216.34:8080/",
     "http://user:word@93.184.216.34/", "ftp://93.184.216.34/", "file:///etc/passwd", "//93.184.216.34/",
     "http://", ""],
)  # fmt: skip
def test_these_addresses_are_never_asked(url: str) -> None:
    assert why(url) == Reason.ADDRESS


@pytest.mark.parametrize(
    ("address", "public"),
    [("93.184.216.34", True), ("2606:2800:220:1::1", True), ("127.0.0.1", False), ("192.168.1.1", False),
     ("100.64.0.1", False), ("224.0.0.1", False), ("::", False), ("fe80::1%eth0", False), ("fd00::1", False),
     ("::ffff:10.0.0.1", False), ("2002:7f00:1::", False), ("64:ff9b::7f00:1", False), ("64:ff9b::5db8:d822", True)],
)  # fmt: skip
def test_public_addresses_are_told_from_all_others(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_with_one_address_that_is_not_public_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolve(*_given: Any, **_more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 80)) for one in ("93.184.216.34", "10.0.0.7")]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert why("http://both.example/") == Reason.ADDRESS


def test_a_redirect_is_an_answer_and_is_not_followed(local: None) -> None:
    asked: list[str] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked.append(handler.path)
        say(b"", 302, Location="/elsewhere")(handler)

    with answering(answer) as address:
        assert fetch(f"{address}/first").status == 302
    assert asked == ["/first"]


def test_an_answer_may_not_be_larger_than_allowed(local: None) -> None:
    with answering(say(b"x" * 1000)) as address:
        assert len(fetch(address, most=1000).body) == 1000
        assert why(address, most=999) == Reason.SIZE


def test_nobody_is_waited_for_for_longer_than_the_time(local: None) -> None:
    over = threading.Event()

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while not over.wait(0.05):
            handler.wfile.write(b"x")

    started = time.monotonic()
    with answering(lambda handler: over.wait(20)) as silent, answering(drip) as dripping:
        try:
            assert why(silent, seconds=0.4) == Reason.TIME
            assert why(dripping, seconds=0.4) == Reason.TIME
        finally:
            over.set()
    assert time.monotonic() - started < 10


def test_nobody_who_listens_or_no_http_is_no_connection(local: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert why(f"http://127.0.0.1:{port}/") == Reason.CONNECTION
    with answering(lambda handler: handler.wfile.write(b"hello\r\n\r\n")) as address:
        assert why(address) == Reason.CONNECTION
        assert why(address.replace("http:", "https:")) == Reason.CONNECTION
        assert why(address, headers={"X": "two\r\nlines"}) == Reason.CONNECTION
