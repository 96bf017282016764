"""Idempotency keys: a POST that is sent again with its key has its effect once and gets the same answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.ui import again
from keyuan.ui.audience import audience_of
from keyuan.ui.rest.kept import Replay
from keyuan.ui.rest.problems import Problem, answer

KEPT = timedelta(hours=24)
KEPT_HEADERS = ("Location", "ETag")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")
View = TypeVar("View", bound=Callable[..., Any])


def repeatable(*secrets: str) -> Callable[[View], View]:
    """A decorator that obeys the header Idempotency-Key.

    Args:
        secrets: members of the answer that are told once and never kept.

    Raises:
        Problem: 409 while the first request is still at work, 422 for another request with the same key.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            key = request.headers.get("Idempotency-Key")
            if key is None:
                return view(request, *args, **kwargs)
            if not _KEY.fullmatch(key):
                raise Problem(400, _("Idempotency-Key must have 1 to 200 printable ASCII characters."))
            return again.entered(once, (request, key, *args), kwargs)

        @transaction.atomic
        def once(request: HttpRequest, key: str, *args: Any, **kwargs: Any) -> HttpResponse:
            _take(request.user.pk, key)
            audience = audience_of(view)
            if (audience is None or audience.admits(request.user)) and (kept := _kept(request, key)) is not None:
                return kept
            response: HttpResponse = view(request, *args, **kwargs)
            _keep(request, key, response, secrets)
            return response

        return answered  # type: ignore[return-value]

    return decorate


def _take(user: int | None, key: str) -> None:
    """Only one request with this key works at a time; the lock ends with the transaction."""
    number = int.from_bytes(hashlib.blake2b(f"{user}:{key}".encode(), digest_size=8).digest(), signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise Problem(409, _("A request with this key is still at work."), headers={"Retry-After": "1"})


def _kept(request: HttpRequest, key: str) -> HttpResponse | None:
    """The answer that was given to the same request within 24 hours; older answers of the person are forgotten."""
    mine = Replay.objects.filter(user=request.user.pk)
    mine.filter(at__lt=timezone.now() - KEPT).delete()
    row = mine.filter(key=key).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint(request):
        raise Problem(422, _("This key was used for another request."), {"Idempotency-Key": [_("Use a new key.")]})
    headers = row.headers | {"Idempotent-Replayed": "true"}
    return (
        HttpResponse(status=row.status, headers=headers) if row.body is None else answer(row.body, row.status, headers)
    )


def _keep(request: HttpRequest, key: str, response: HttpResponse, secrets: tuple[str, ...]) -> None:
    if response.status_code >= 400:
        transaction.set_rollback(True)
        return
    body = json.loads(response.content) if response.content else None
    if isinstance(body, dict):
        body = {name: value for name, value in body.items() if name not in secrets}
    headers = {name: response[name] for name in KEPT_HEADERS if response.has_header(name)}
    Replay.objects.create(
        user=request.user,  # type: ignore[misc]
        key=key,
        fingerprint=fingerprint(request),
        status=response.status_code,
        headers=headers,
        body=body,
    )


def fingerprint(request: HttpRequest) -> str:
    """What makes two requests the same: address and content. A file counts by its bytes, not by its boundaries."""
    found = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if request.content_type == "multipart/form-data":
        found.update(json.dumps(sorted(request.POST.lists())).encode("utf-8", "replace"))
        for name, file in sorted(request.FILES.items()):
            assert isinstance(file, UploadedFile)
            found.update(f"\n{name}\n".encode("utf-8", "replace"))
            for chunk in file.chunks():
                found.update(chunk)
            file.seek(0)
    else:
        found.update(request.body)
    return found.hexdigest()
