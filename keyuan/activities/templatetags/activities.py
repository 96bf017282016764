"""Tags for follow-ups and plans in templates."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils.safestring import SafeString

from keyuan.activities.fields import FOLLOW_UP
from keyuan.records.namebook import NameBook
from keyuan.ui import cells
from keyuan.ui.formats import local

register = template.Library()


@register.simple_tag
def follow_up_icon(pk: int | None, book: NameBook) -> SafeString:
    """{% follow_up_icon row.kind_id book %}: the sign of a kind of follow-up."""
    option = book.option(pk)
    return cells.icon(option.extra.get("icon", "dots") if option else "dots")


@register.simple_tag
def option_name(pk: int | None, book: NameBook) -> str:
    return str(book.option(pk) or "")


@register.simple_tag
def who(pk: int | None, book: NameBook) -> str:
    return str(book.person(pk) or "")


@register.simple_tag
def contact_names(pks: list[int], book: NameBook) -> str:
    """{% contact_names row.contacts book %}: as far as the reader may know them."""
    return FOLLOW_UP.fields["contacts"].kind.plain(pks, book) if pks else ""


@register.filter
def words(text: str) -> list[str]:
    return text.split()


@register.filter("of")
def of(errors: dict[str, Any], name: str) -> Iterable[Any]:
    """The refusals of one field of a form."""
    return errors.get(name, ())


@register.filter
def typed_moment(at: datetime | None) -> str:
    """A moment as `datetime-local` holds it."""
    return f"{local(at):%Y-%m-%dT%H:%M}" if at else ""
