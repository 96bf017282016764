"""Kinds whose values come from a list: editable options, fixed words, roles, tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from keyuan.records.cleaners import Invalid
from keyuan.records.kinds.kind import Asked, FilterRefused, Kind
from keyuan.records.options import TAG_RULES, Option, Tag, free_tags, tag_key
from keyuan.records.probe import probe
from keyuan.records.reference.nearest import nearest
from keyuan.records.text import normalise

if TYPE_CHECKING:
    from keyuan.records.catalogue import Field
    from keyuan.records.namebook import NameBook


LONGEST_TAG = 40


def not_offered(given: str, offered: list[str]) -> Invalid:
    """The refusal of a word that is not in a list, with the nearest one that is."""
    suggestion = nearest(given, offered)
    if suggestion is None:
        return Invalid(_("“%(given)s” is not among the options.") % {"given": given[:40]})
    return Invalid(
        _("“%(given)s” is not among the options. Did you mean “%(suggestion)s”?")
        % {"given": given[:40], "suggestion": suggestion}
    )


class Choice(Kind):
    """One option of an editable list."""

    name = "choice"
    sortable = True

    def __init__(self, list_: str) -> None:
        self.list = list_

    def read(self, field: Field, record: models.Model) -> Any:
        return getattr(record, f"{field.column}_id")

    def order(self, field: Field) -> str:
        return f"{field.column}__position"

    def find(self, given: str, book: NameBook) -> Option | None:
        """By key, by name in any language, whatever case and width."""
        wanted = normalise(given)
        for option in book.options(self.list):
            if given == option.key or wanted in map(normalise, option.names):
                return option
        return None

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        option = self.find(str(value), asked.book)
        if option is None:
            raise self.refuse_value(field, value)
        return option.pk

    def parse(self, text: str, book: NameBook) -> Option | None:
        if not text.strip():
            return None
        option = self.find(text.strip(), book)
        if option is None or option.is_retired:
            raise not_offered(text, [str(one) for one in self.offered(book)])
        return option

    def offered(self, book: NameBook) -> list[Option]:
        return [option for option in book.options(self.list) if not option.is_retired]

    def typed(self, value: Any, book: NameBook) -> str:
        option = book.option(value)
        return option.key if option else ""

    def plain(self, value: Any, book: NameBook) -> str:
        return str(book.option(value) or "")

    def json(self, value: Any, book: NameBook) -> dict[str, str] | None:
        option = book.option(value)
        return {"value": option.key, "label": str(option)} if option else None


class Choices(Choice):
    """Several options of an editable list, kept as an array of ids."""

    name = "choices"
    ops: ClassVar = ("any", "all", "none", "empty", "not-empty")
    sortable = False
    many = True

    def read(self, field: Field, record: models.Model) -> list[int]:
        return getattr(record, field.column)

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op in ("empty", "not-empty"):
            empty = Q(**{field.column: []})
            return empty if op == "empty" else ~empty
        if op not in self.ops:
            raise self.refuse_op(field, op)
        ids = self.asked_values(field, value, asked)
        lookup = "contains" if op == "all" else "overlap"
        found = Q(**{f"{field.column}__{lookup}": ids})
        return ~found if op == "none" else found

    def blank(self) -> list[int]:
        return []

    def parse_many(self, texts: list[str], book: NameBook) -> list[int]:
        found = [self.parse(text, book) for text in split(texts)]
        return sorted({option.pk for option in found if option})

    def typed(self, value: Any, book: NameBook) -> Any:
        return [option.key for pk in value or [] if (option := book.option(pk))]

    def plain(self, value: Any, book: NameBook) -> str:
        return "、".join(str(option) for pk in value or [] if (option := book.option(pk)))

    def json(self, value: Any, book: NameBook) -> Any:
        return [super(Choices, self).json(pk, book) for pk in value or []]


def split(texts: list[str]) -> list[str]:
    """Several words in one cell stand between commas, semicolons or lines."""
    words = [word for text in texts for word in _cut(text)]
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _cut(text: str) -> list[str]:
    for mark in "；;，、\n":
        text = text.replace(mark, ",")
    return text.split(",")


class Fixed(Kind):
    """One of a few words that only the code can change."""

    name = "fixed"
    sortable = True

    def __init__(self, choices: type[models.TextChoices]) -> None:
        self.choices = choices

    def is_empty(self, column: str) -> Q:
        return Q(**{column: ""})

    def find(self, given: str) -> str | None:
        wanted = normalise(given)
        for value, label in self.choices.choices:
            if wanted in (normalise(value), normalise(str(label))):
                return str(value)
        return None

    def asked_value(self, field: Field, value: Any, asked: Asked) -> str:
        found = self.find(str(value))
        if found is None:
            raise self.refuse_value(field, value)
        return found

    def blank(self) -> str:
        return ""

    def parse(self, text: str, book: NameBook) -> str:
        if not text.strip():
            return ""
        found = self.find(text)
        if found is None:
            raise not_offered(text, [str(label) for label in self.choices.labels])
        return found

    def plain(self, value: Any, book: NameBook) -> str:
        return str(self.choices(value).label) if value else ""

    def json(self, value: Any, book: NameBook) -> dict[str, str] | None:
        return {"value": value, "label": self.plain(value, book)} if value else None


class Tags(Kind):
    """Tags, joined by a table of their own."""

    name = "tags"
    ops: ClassVar = ("any", "all", "none", "empty", "not-empty")
    many = True

    def read(self, field: Field, record: models.Model) -> list[int]:
        known = getattr(record, "known_tags", None)  # a list has read them for all its rows
        return sorted(tag.pk for tag in (record.tags.all() if known is None else known))  # type: ignore[attr-defined]

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        if op in ("empty", "not-empty"):
            some = self._tagged(field, None, asked)
            return ~some if op == "empty" else some
        if op not in self.ops:
            raise self.refuse_op(field, op)
        ids = self.asked_values(field, value, asked)
        if op != "all":
            found = self._tagged(field, ids, asked)
            return ~found if op == "none" else found
        found = Q()
        for pk in ids:
            found &= self._tagged(field, [pk], asked)
        return found

    def _tagged(self, field: Field, ids: list[int] | None, asked: Asked) -> Q:
        through = asked.catalogue.model.tags.through
        rows = (
            through.objects.filter(tag__in=ids) if ids is not None else through.objects.filter(tag__in=asked.book.tags)
        )
        return probe(rows, asked.catalogue.module, asked.under_or)

    def find(self, given: str, book: NameBook) -> Tag | None:
        """By id or by name; a private tag of the person before a shared one."""
        wanted = tag_key(given)
        found = [tag for tag in book.tags.values() if tag.key == wanted or str(tag.pk) == given]
        return min(found, key=lambda tag: tag.owner_id is None, default=None)

    def asked_value(self, field: Field, value: Any, asked: Asked) -> int:
        tag = self.find(str(value), asked.book)
        if tag is None:
            raise self.refuse_value(field, value)
        return tag.pk

    def blank(self) -> list[Tag]:
        return []

    def parse_many(self, texts: list[str], book: NameBook) -> list[Tag]:
        """The tags of these names; unknown ones are new, not yet saved, and are saved by `ensure_tags`.

        Raises:
            Invalid: a name is too long, or is new where only administrators make tags.
        """
        names = split(texts)
        for name in names:
            if len(name) > LONGEST_TAG:
                raise Invalid(_("The tag “%(name)s” is too long. Use at most 40 characters.") % {"name": name[:20]})
        return [self.find(name, book) or self._new(name, book) for name in names]

    def _new(self, name: str, book: NameBook) -> Tag:
        if book.user.is_administrator or free_tags(book.options(TAG_RULES)):
            return Tag(name=name, key=tag_key(name))
        raise not_offered(name, [tag.name for tag in book.tags.values() if not tag.is_retired])

    def typed(self, value: Any, book: NameBook) -> list[str]:
        return [book.tags[pk].name for pk in value or [] if pk in book.tags]

    def plain(self, value: Any, book: NameBook) -> str:
        return "、".join(self.typed(value, book))

    def json(self, value: Any, book: NameBook) -> list[dict[str, Any]]:
        return [{"id": pk, "name": book.tags[pk].name} for pk in value or [] if pk in book.tags]


def ensure_tags(tags: list[Tag]) -> list[Tag]:
    """Save those that are new; a tag that somebody made meanwhile is the same tag."""
    return [tag if tag.pk else _made(tag) for tag in tags]


def _made(tag: Tag) -> Tag:
    return Tag.objects.get_or_create(key=tag.key, owner=None, defaults={"name": tag.name})[0]


__all__ = ["Choice", "Choices", "FilterRefused", "Fixed", "Tags", "ensure_tags"]
