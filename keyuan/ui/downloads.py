"""Files as answers: always to be saved, never to be shown or guessed at by the browser.

After the OWASP File Upload Cheat Sheet and RFC 6266; the sandbox is for browsers that show what they should save.
"""

from __future__ import annotations

from typing import BinaryIO

from django.http import FileResponse

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def attachment(file: BinaryIO, name: str, content_type: str) -> FileResponse:
    """`file` to be saved as `name`."""
    return FileResponse(file, as_attachment=True, filename=name, content_type=content_type, headers=HEADERS)


def inline_picture(file: BinaryIO, name: str) -> FileResponse:
    """A picture that we have written ourselves; nothing else is ever shown in place. `name` has no ending."""
    return FileResponse(file, filename=f"{name}.webp", content_type="image/webp", headers=HEADERS)
