"""Files as answers: always to be saved, never to be shown or guessed at by the browser."""

from __future__ import annotations

from typing import BinaryIO

from django.http import FileResponse


def attachment(file: BinaryIO, name: str, content_type: str) -> FileResponse:
    """`file` to be saved as `name`."""
    response = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
