"""Calls of the API in tests."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from django.http import HttpResponse
from django.test import Client

from keyuan.org.models import User
from keyuan.org.tokens import issue

ROOT = "/api/v1"
_ADDRESSES = count(1)


class Caller:
    """A program with a token of one person."""

    def __init__(self, user: User, scope: str = "write") -> None:
        address = f"2001:db8::{next(_ADDRESSES):x}"  # of its own, because wrong tokens are counted by address
        self.client, self.token = Client(REMOTE_ADDR=address), issue(user, scope, None)

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        """`body` is JSON, or bytes as they are; header names are written with underscores."""
        given = {"Authorization": f"Bearer {self.token}"}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.client.generic(method, ROOT + path, data, "application/json", headers=given)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.ask("POST", path, body, **headers)

    def patch(self, path: str, body: Any, version: int | str | None = None) -> HttpResponse:
        return self.ask("PATCH", path, body, **({} if version is None else {"If_Match": f'"{version}"'}))

    def delete(self, path: str, version: int | str | None = None) -> HttpResponse:
        return self.ask("DELETE", path, **({} if version is None else {"If_Match": f'"{version}"'}))
