"""Tags that put values of the catalogue into templates."""

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from keyuan.records.catalogue import Catalogue
from keyuan.records.models import Record
from keyuan.records.namebook import NameBook
from keyuan.records.origins import Origin, origins_of
from keyuan.ui import cells
from keyuan.ui.attachments.shown import Files

register = template.Library()


@register.simple_tag
def option_status(pk: int | None, book: NameBook) -> SafeString:
    """{% option_status customer.category_id book %}: an option as dot and word."""
    option = book.option(pk)
    return cells.status(str(option), f"c{option.extra.get('tint', 1)}") if option else SafeString("")


@register.simple_tag(takes_context=True)
def files_of(context: Context, record: Record) -> Files:
    """{% files_of customer as files %}: the block of files of a record, for ui/attachments/block.html."""
    return Files(record, context["request"].user)


@register.simple_tag(takes_context=True, name="origins_of")
def told_origins(context: Context, record: Record) -> list[Origin]:
    """{% origins_of customer as origins %}: what a record came from, for ui/origins.html."""
    return origins_of(record, context["request"].user)


@register.simple_tag
def catalogue_words(catalogue: Catalogue, name: str, value: Any, book: NameBook) -> str:
    """{% catalogue_words list.catalogue "region" row.region book %}: a raw value in words."""
    field = catalogue.visible_fields(book.user).get(name)
    return field.kind.plain(value, book) if field else ""
