"""Pictures that a browser may show: decoded, turned upright, made smaller and written anew, without anything beside.

Only what is written here is ever shown inline; where a camera stood, and what hides in a file, stays in the original.
"""

from __future__ import annotations

import os
import secrets
import threading
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageOps

from keyuan.records.attachments.storage import path_of

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
TYPES = {"image/jpeg", "image/png", "image/webp", "image/gif"}
SIZES = {"thumb": 480, "view": 1600}
MOST_PIXELS = 64_000_000  # 256 MB while it is decoded
QUALITY = 82
ORIENTATION, LYING = 0x0112, (5, 6, 7, 8)
ONE_AT_A_TIME = threading.Lock()

Image.MAX_IMAGE_PIXELS = None  # asked below, for every format and before anything is decoded


class NoPicture(Exception):
    """This content can't be shown as a picture."""


def folder() -> Path:
    """Where they are kept. They follow from the originals, so a backup does without."""
    return Path(settings.HOME) / "pictures"


def made_path(digest: str, size: str) -> Path:
    return folder() / digest[:2] / f"{digest[2:]}-{size}.webp"


def measure(path: Path, digest: str) -> tuple[int, int]:
    """Make the pictures of this content; width and height of the original as it is seen.

    Raises:
        NoPicture: it is none, is damaged, or has too many pixels.
    """
    with ONE_AT_A_TIME:
        try:
            return _made(path, digest)
        except Exception as error:  # whatever a decoder says to what somebody sent, it is no picture
            raise NoPicture from error


def picture(digest: str, size: str) -> Path:
    """The file of one picture, made anew where it is missing.

    Raises:
        NoPicture: the original is gone or can't be read.
    """
    found = made_path(digest, size)
    if not found.exists():
        measure(path_of(digest), digest)
    return found


def forget(digest: str) -> None:
    for size in SIZES:
        made_path(digest, size).unlink(missing_ok=True)


def _made(path: Path, digest: str) -> tuple[int, int]:
    with Image.open(path, formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise NoPicture
        lies = image.getexif().get(ORIENTATION, 1) in LYING
        image.draft("RGB", (SIZES["view"], SIZES["view"]))  # a JPEG decodes to about the size that is needed
        seen = _upright(image)
    for name, longest in sorted(SIZES.items(), key=lambda one: -one[1]):
        seen.thumbnail((longest, longest))
        _write(seen, made_path(digest, name))
    return (height, width) if lies else (width, height)


def _upright(image: Image.Image) -> Image.Image:
    """The first frame, turned as the camera was held, in plain colours."""
    upright = ImageOps.exif_transpose(image)
    plain = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    plain.info.clear()
    return plain


def _write(image: Image.Image, place: Path) -> None:
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place.with_name(f"{secrets.token_hex(8)}.draft")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as handle:
            image.save(handle, "WEBP", quality=QUALITY)
        os.replace(draft, place)
    finally:
        draft.unlink(missing_ok=True)
