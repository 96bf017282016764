"""What a file is called and of what kind it is. Both come from outside and are believed in nothing."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 240  # bytes of UTF-8: most file systems take 255
LONGEST_KIND = 16
UNWANTED = re.compile(r'[<>:"|?*]')  # Windows refuses them in names
INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Controls, marks that turn the direction of writing (“fdp.exe” read as “exe.pdf”), halves of characters, line ends."""


def clean_name(given: str) -> str:
    """A name under which the file can be saved anywhere, without folders; too long ones are cut before their kind."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    seen = "".join(" " if char.isspace() else char for char in last if char.isspace() or _is_seen(char))
    name = UNWANTED.sub("_", " ".join(seen.split())).strip(" .")
    return _cut(name) or "file"


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in INVISIBLE


def _cut(name: str) -> str:
    if len(name.encode()) <= LONGEST:
        return name
    stem, ending = split(name)
    room = LONGEST - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + ending


def split(name: str) -> tuple[str, str]:
    """The name without its ending, and the ending with its point: (“contract”, “.pdf”)."""
    stem, point, ending = name.rpartition(".")
    if not point or not stem or not 0 < len(ending) <= LONGEST_KIND or " " in ending:
        return name, ""
    return stem, f".{ending}"


def kind_of(name: str) -> str:
    """The ending in lower case, half width, without its point: “pdf”."""
    return unicodedata.normalize("NFKC", split(name)[1][1:]).casefold()
