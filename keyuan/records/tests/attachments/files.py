"""Files to attach."""

from __future__ import annotations

import io
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from keyuan.records.attachments.storage import root


def file(name: str = "报价单.txt", content: bytes = b"one, two, three") -> SimpleUploadedFile:
    """A file whose name is taken as it is: what Django cleans on the way in is not relied on."""
    made = SimpleUploadedFile("x", content)
    made._name = name  # type: ignore[attr-defined]
    return made


def picture(size: tuple[int, int] = (30, 20), format_: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 1).save(out, format_, **options)
    return out.getvalue()


def drafts() -> list[Path]:
    """What is being written in the folder of contents."""
    return list(root().glob("*.draft"))
