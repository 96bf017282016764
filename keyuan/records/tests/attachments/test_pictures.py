from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from keyuan.records.attachments import pictures
from keyuan.records.attachments.attaching import upload
from keyuan.records.tests.attachments.files import file, picture

pytestmark = pytest.mark.django_db


def shown(attachment, size="view"):
    return Image.open(io.BytesIO(pictures.picture(attachment.digest, size).read_bytes()))


@pytest.mark.parametrize("format_", ["PNG", "JPEG", "WEBP", "GIF"])
def test_pictures_of_these_formats_are_shown_written_anew(cast, format_):
    made = upload(file("x.bin", picture((3000, 1500), format_)), cast.anna)

    assert (made.is_picture, made.width, made.height) == (True, 3000, 1500)
    assert (shown(made).format, shown(made).size, shown(made, "thumb").size) == ("WEBP", (1600, 800), (480, 240))


def test_a_small_picture_is_not_blown_up(cast):
    assert shown(upload(file("x.png", picture((30, 20))), cast.anna)).size == (30, 20)


def test_a_picture_taken_sideways_stands_upright(cast):
    exif = Image.Exif()
    exif[0x0112] = 6
    made = upload(file("x.jpg", picture((40, 20), "JPEG", exif=exif)), cast.anna)

    assert (made.width, made.height, shown(made).size) == (20, 40, (20, 40))


def test_where_it_was_taken_stays_in_the_original(cast):
    exif = Image.Exif()
    exif[0x010F] = "secret camera"
    exif.get_ifd(0x8825)[2] = (29.0, 52.0, 0.0)
    made = upload(file("x.jpg", picture((40, 20), "JPEG", exif=exif, comment=b"secret words")), cast.anna)

    for size in pictures.SIZES:
        content = pictures.picture(made.digest, size).read_bytes()
        assert b"secret" not in content
        assert not Image.open(io.BytesIO(content)).getexif()


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "RGBA", "I;16"])
def test_every_kind_of_colours_is_shown(cast, mode):
    assert shown(upload(file("x.png", picture((9, 9), mode=mode)), cast.anna)).mode in ("RGB", "RGBA")


def test_a_printers_colours_are_shown(cast):
    assert shown(upload(file("x.jpg", picture((9, 9), "JPEG", "CMYK")), cast.anna)).mode == "RGB"


@pytest.mark.parametrize(
    "content", [picture((400, 400), "JPEG")[:300], picture((50, 50))[:60], b"\x89PNG\r\n\x1a\nrest"]
)
def test_a_damaged_picture_is_a_file_like_any_other(cast, content):
    made = upload(file("x.png", content), cast.anna)

    assert not made.is_picture
    with pytest.raises(pictures.NoPicture):
        pictures.picture(made.digest, "view")


def bomb(width, height):
    """A PNG of a few hundred bytes that says it is so large."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(8001, 8000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_of_pixels_is_not_even_decoded(cast, size):
    assert not upload(file("x.png", bomb(*size)), cast.anna).is_picture


def test_svg_is_never_a_picture(cast):
    made = upload(file("x.png", b"<svg xmlns='http://www.w3.org/2000/svg' width='10' height='10'/>"), cast.anna)

    assert (made.is_picture, made.media_type) == (False, "text/plain")


def test_pictures_that_somebody_deleted_are_made_anew(cast):
    made = upload(file("x.png", picture()), cast.anna)
    pictures.forget(made.digest)

    assert shown(made).size == (30, 20)


VALID = [picture((16, 16), format_) for format_ in ("PNG", "JPEG", "WEBP", "GIF")]


@given(st.sampled_from(VALID), st.integers(0, 400), st.binary(max_size=40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_picture_with_holes_is_shown_or_is_none(tmp_path, content, place, hole):
    path = tmp_path / "x"
    path.write_bytes(content[:place] + hole + content[place + len(hole) :])

    try:
        width, height = pictures.measure(path, "0" * 64)
    except pictures.NoPicture:
        return
    assert width * height <= pictures.MOST_PIXELS
