"""Translations: `python -m keyuan.ui.messages` extracts every text, updates the catalogues and compiles them.

Needs Babel (a development dependency) and no gettext tools.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).parent.parent
LOCALE = PACKAGE / "locale"
LANGUAGES = {"zh_Hans": "zh_Hans", "en": "en"}
KEYWORDS = {
    "_": None,
    "_now": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


def sources() -> Iterator[tuple[Path, bytes]]:
    """Every file with texts, templates as the Python that Django makes of them."""
    for path in sorted(PACKAGE.rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield path, path.read_bytes()
    for path in sorted(PACKAGE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt"):
            yield path, templatize(path.read_text(encoding="utf-8"), origin=str(path)).encode()


def template() -> Catalog:
    """All texts of the product, with the files they stand in."""
    catalogue = Catalog(project="keyuan", fuzzy=False, charset="utf-8")
    for path, text in sources():
        for _line, message, _comments, context in extract("python", io.BytesIO(text), keywords=KEYWORDS):
            flags = {"python-format"} if _has_placeholder(message) else set()
            location = [(path.relative_to(PACKAGE.parent).as_posix(), 1)]
            catalogue.add(message, locations=location, context=context, flags=flags)
    return catalogue


def _has_placeholder(message: str | tuple[str, ...]) -> bool:
    return any("%(" in text for text in ([message] if isinstance(message, str) else message))


def path_of(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands; an empty one where there is none."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def untranslated(catalogue: Catalog, texts: Catalog) -> list[str]:
    """The texts of the product that `catalogue` lacks."""
    missing = []
    for message in texts:
        if message.id:
            found = catalogue.get(message.id, message.context)
            if not _strings(found) or not all(_strings(found)):
                missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def _strings(message: Message | None) -> list[str]:
    """The translations of one text: several where it has plural forms."""
    if message is None or not message.string:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def take_over(catalogue: Catalog, fragment: Path) -> None:
    """Add the translations of another catalogue file, which may be incomplete."""
    with fragment.open("rb") as file:
        for message in read_po(file, locale=str(catalogue.locale)):
            if message.id and message.string and any(message.string):
                catalogue.delete(message.id, message.context)
                catalogue.add(message.id, message.string, context=message.context, flags=message.flags)


def update(language: str, fragments: list[Path]) -> list[str]:
    """Bring the catalogue of a language up to date and compile it; the texts that it still lacks."""
    texts, catalogue = template(), read(language)
    for fragment in fragments:
        take_over(catalogue, fragment)
    catalogue.update(texts, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path = path_of(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=120, sort_output=True, omit_header=False, include_lineno=False)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    return [] if language == "en" else untranslated(catalogue, texts)


def main() -> int:
    """Update all languages; further arguments are files with translations to take over."""
    missing = update("zh_Hans", [Path(name) for name in sys.argv[1:]])
    for text in missing:
        sys.stdout.write(f"{text}\n")
    sys.stdout.write(f"{len(missing)} texts without translation\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
