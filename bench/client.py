"""A person at the other end of one connection that stays open."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

CSRF = "a" * 32


@dataclass
class Answer:
    status: int
    body: bytes
    seconds: float


@dataclass
class Client:
    """Requests as a browser that runs our script sends them: keep-alive, gzip, the cookies of one session.

    Attributes:
        session: key of the session; "" for nobody.
    """

    port: int
    session: str = ""
    token: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def headers(self, **more: str) -> dict[str, str]:
        given = {"Accept-Encoding": "gzip", "Accept": "text/html", **more}
        if self.session:
            given.setdefault("Cookie", f"keyuan_session={self.session}; keyuan_csrf={CSRF}; keyuan_script=1")
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        return given

    def get(self, path: str, **headers: str) -> Answer:
        return self._ask("GET", path, None, self.headers(**headers))

    def post(self, path: str, form: dict[str, Any]) -> Answer:
        kind = {"Content-Type": "application/x-www-form-urlencoded", "X-CSRFToken": CSRF, "HX-Request": "true"}
        return self._ask("POST", path, urlencode(form).encode(), self.headers(**kind))

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        began = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        answer = Answer(response.status, content, time.perf_counter() - began)
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {response.getheader('Location', '')}")
        return answer
