"""The one gate for input: the page, the inline edit and the API fill the same form, made from the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.cleaners import Invalid
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds import (
    Choice,
    Choices,
    Coded,
    Fixed,
    Link,
    LongText,
    Moment,
    Names,
    People,
    Several,
    Tags,
    YesNo,
)
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.kinds.kind import Kind
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.widgets import Cascade, Picker, Pills, TagInput


class Input(forms.Field):
    """One catalogue field in a form: the kind reads what was typed, in the same words everywhere."""

    def __init__(self, field: Field, book: NameBook, current: Any = None) -> None:
        self.catalogue_field, self.book, self.current = field, book, current
        words: Any = {"label": field.label, "help_text": field.hint}
        super().__init__(required=field.required, widget=widget(field, book, current), **words)
        self.initial = field.kind.typed(current, book)

    def to_python(self, value: Any) -> Any:
        kind = self.catalogue_field.kind
        try:
            if isinstance(kind, (Choices, Tags, Several)):
                return self._parse_many(kind, value if isinstance(value, list) else [value or ""])
            if (kept := self._kept(kind, str(value or "").strip())) is not None:
                return kept
            return kind.parse(str(value or ""), self.book)
        except Invalid as refusal:
            raise forms.ValidationError(str(refusal), code="invalid") from refusal

    def _kept(self, kind: Kind, text: str) -> Any:
        """The value that the record has, typed again: also one that is no longer offered, or out of sight by now. None
        for any other."""
        if isinstance(kind, Link):
            return self.current if self.current is not None and text == str(self.current.pk) else None
        if isinstance(kind, Choice):
            option = kind.find(text, self.book) if text and self.current else None
            return option if option and option.pk == self.current else None
        return text if isinstance(kind, Coded) and text and text == self.current else None

    def _parse_many(self, kind: Choices | Tags | Several, texts: list[str]) -> Any:
        if isinstance(kind, (Tags, Several)):
            return kind.parse_many(texts, self.book)
        had = {option.key: pk for pk in self.current or () if (option := self.book.option(pk))}
        new = kind.parse_many([text for text in texts if text not in had], self.book)
        return sorted({*new, *(had[text] for text in texts if text in had)})

    def validate(self, value: Any) -> None:
        if self.required and value in (None, "", []):
            raise forms.ValidationError(required_sentence(self.catalogue_field), code="required")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True  # the statement that changes rows finds out, with the values that are there then


@dataclass(frozen=True)
class Held:
    """What stands in a form in the place of an input that this person may not fill in."""

    label: Any
    text: str


def required_sentence(field: Field) -> str:
    """What a blank in a required field is told, on page, API and import alike."""
    return _("%(field)s is required") % {"field": field.label}


def widget(field: Field, book: NameBook, current: Any = None) -> forms.Widget:
    """The plain input for a field that holds `current`; scripts may enrich it."""
    kind = field.kind
    if isinstance(kind, Choices):
        return Pills(field.label, _pairs(kind, book, current or ()))
    if isinstance(kind, Tags):
        return TagInput([tag.name for tag in book.tags.values() if not tag.is_retired])
    if isinstance(kind, Coded):
        return Cascade(f"/customers/trees/{kind.name}/", kind.tree(book))
    if isinstance(kind, Choice):
        return forms.Select(choices=[("", "—"), *_pairs(kind, book, (current,))])
    if isinstance(kind, Fixed):
        return forms.Select(choices=[("", "—"), *kind.choices.choices])
    if (offered := kind.offers(book, current)) is not None:
        return forms.Select(choices=[("", "—"), *offered])
    if isinstance(kind, YesNo):
        return forms.CheckboxInput()
    if isinstance(kind, (Link, Several)):
        return _picker(kind, book)
    if isinstance(kind, Moment):
        return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    if isinstance(kind, (LongText, Names)):
        return forms.Textarea(attrs={"rows": 3})
    return forms.TextInput(attrs=_text_attributes(kind))


PICKED = {
    "Customer": "/customers/pick/",
    "Contact": "/contacts/pick/",
    "Product": "/products/pick/",
    "Campaign": "/campaigns/pick/",
}
"""Where pickers ask for records of these types."""


def _picker(kind: Link | Several, book: NameBook) -> forms.Widget:
    """The input for other records and people, as far as there is a place where they are found by typing."""
    if isinstance(kind, People):
        return Picker("/colleagues/", lambda given: kind.named(list(map(int, given)), book), many=True)
    link = kind if isinstance(kind, Link) else getattr(kind, "link", None)
    url = PICKED.get(link.model_name, "") if link else ""
    if not link or not url:
        return forms.TextInput(attrs=_text_attributes(kind))
    return Picker(url, lambda given: _named(link, given, book), many=kind.many)


def _named(link: Link, given: list[str], book: NameBook) -> dict[int, str]:
    known = book.meet_records(link.model, list(map(int, given)))
    return {int(one): known[int(one)] for one in given if known.get(int(one))}


def _pairs(kind: Choice, book: NameBook, current: Iterable[Any]) -> list[tuple[str, str]]:
    """The options that are offered, and those that the record has already."""
    had = set(current)
    return [(one.key, str(one)) for one in book.options(kind.list) if not one.is_retired or one.pk in had]


def _text_attributes(kind: Kind) -> dict[str, str]:
    modes = {"phone": "tel", "email": "email", "website": "url", "money": "decimal", "number": "numeric"}
    attributes = {"autocomplete": "off"}
    if kind.name in modes:
        attributes["inputmode"] = modes[kind.name]
    return attributes


class RecordForm(forms.Form):
    """Reads input for one record on somebody's behalf, and saves it by the record's own verbs.

    Args:
        by: who types.
        instance: the record to change; None for a new one.
        only: the names of the fields that this form has; None for all that `by` may edit.
        fixed: values that the page decides, such as the customer of a new contact.
    """

    catalogue: Catalogue
    only_new: ClassVar[frozenset[str]] = frozenset()
    """Names of fields that a new record takes, and that stay afterwards."""

    def __init__(
        self,
        data: Mapping[str, Any] | None = None,
        *,
        by: User,
        instance: Record | None = None,
        only: Iterable[str] | None = None,
        fixed: dict[str, Any] | None = None,
        book: NameBook | None = None,
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.by, self.instance, self.fixed = by, instance, fixed or {}
        self.book = book or NameBook(by)
        wanted = None if only is None else set(only)
        for name, field in self.offered(by).items():
            if (wanted is None or name in wanted) and name not in self.fixed:
                self.fields[name] = Input(field, self.book, self._current(field))

    def __getitem__(self, name: str) -> Any:
        """The input of a field; of one that `by` may see and not change, what it holds."""
        if name not in self.fields and self.instance is not None:
            field = self.catalogue.visible_fields(self.by).get(name)
            if field is not None:
                return Held(field.label, field.kind.plain(field.read(self.instance), self.book))
        return super().__getitem__(name)

    def offered(self, by: User) -> dict[str, Field]:
        """The fields that `by` may fill in: on a new record also those that they see in part afterwards."""
        return self.writable(by, is_new=self.instance is None)

    @classmethod
    def writable(cls, by: User, *, is_new: bool) -> dict[str, Field]:
        if is_new:
            return cls.catalogue.fillable_fields(by)
        return {name: one for name, one in cls.catalogue.editable_fields(by).items() if name not in cls.only_new}

    def _current(self, field: Field) -> Any:
        if self.instance is not None:
            return field.read(self.instance)
        return self.defaults().get(field.name)

    def refuse(self, refusal: RuleBroken) -> bool:
        """Say beside a field why the record's verb refused; False where the whole page has to say it."""
        return False

    def defaults(self) -> dict[str, Any]:
        """Raw values that a new record's form starts with."""
        return {}

    def values(self) -> dict[str, Any]:
        """The cleaned values by column, without the tags."""
        typed = {name: value for name, value in self.cleaned_data.items() if name != "tags"}
        return self._unasked() | typed | self.fixed

    def _unasked(self) -> dict[str, Any]:
        """What a new record begins with in fields that `by` may not fill in."""
        if self.instance is not None:
            return {}
        columns = self.catalogue.fields
        preset = {name: pk for name, pk in self.defaults().items() if name not in self.fields and pk is not None}
        return {
            f"{columns[name].column}_id" if isinstance(columns[name].kind, Choice) else name: pk
            for name, pk in preset.items()
        }

    def save(self, *, version: int | None = None) -> Record:
        """Create or change the record.

        Args:
            version: of the record as the person saw it.

        Raises:
            NotAllowed, Stale, Duplicate, RuleBroken.
        """
        tags = ensure_tags(self.cleaned_data["tags"]) if "tags" in self.cleaned_data else None
        if self.instance is None:
            return self.catalogue.model.add(by=self.by, tags=tags or (), **self.values())
        return self.instance.edit(by=self.by, version=version, tags=tags, **self.values())


def form_data(catalogue: Catalogue, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the API was given, as a form takes it. Unknown names stay, so that the caller can refuse them."""
    fields = catalogue.fields
    return {name: fields[name].kind.from_json(value) if name in fields else value for name, value in given.items()}
