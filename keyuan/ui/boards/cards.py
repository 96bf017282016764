"""What cards of every board have. A hundred stand on one page, so plain functions and no templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keyuan.records.namebook import NameBook
from keyuan.ui import cells, formats

NextSteps = Callable[[Any, Sequence[int]], Mapping[int, str]]
"""From a person and records to what is planned next with each, in words."""
_NEXT_STEPS: dict[str, NextSteps] = {}


def tell_next_steps(module: str, found: NextSteps) -> None:
    """The room above that knows plans says so once per module, at start."""
    _NEXT_STEPS[module] = found


@dataclass(frozen=True)
class Reader:
    """Who looks at the cards, and what of them is the same on all.

    Attributes:
        edits: what is in reach for moving.
        choices: the places a card can be moved to, as options of a select.
        field: what a move sends; `route` takes it.
    """

    book: NameBook
    edits: Any
    choices: str
    field: str
    route: str
    token: str
    here: str

    @cached_property
    def move(self) -> str:
        """The label of the handle, for the name of each card."""
        return escape(_("Move “%(name)s”"))

    @cached_property
    def action(self) -> str:
        """Where the form of a card is sent: its number stands in the place of the braces."""
        return reverse(self.route, args=[0]).replace("/0/", "/{}/")

    @cached_property
    def select(self) -> str:
        """The end of the form of every card: where to, and the button."""
        label, button = escape(pgettext("board", "Move to")), escape(pgettext("board", "Move"))
        return (
            f'<input type="hidden" name="csrfmiddlewaretoken" value="{self.token}">'
            f'<input type="hidden" name="next" value="{escape(self.here)}">'
            f'<select class="form-select sm grow" name="{self.field}" aria-label="{label}">{self.choices}</select>'
            f'<button class="btn btn-sm">{button}</button></form></noscript>'
        )


def load_next_steps(module: str, rows: list[Any], book: NameBook) -> None:
    """What is planned next with each of these, where somebody is to be contacted."""
    waiting = [row.pk for row in rows if row.next_contact_at is not None]
    known = _NEXT_STEPS.get(module)
    steps = known(book.user, waiting) if known and waiting else {}
    for row in rows:
        row.next_subject = steps.get(row.pk, "")


def framed(
    row: Any, reader: Reader, *, order: str, name: str, url: str, body: str, more: str = "", fixed: str = ""
) -> SafeString:
    """A card around its `body`.

    Args:
        order: what sorts it within its column.
        more: further attributes.
        fixed: why it can't be moved, for a card that nobody moves; {name} is filled in by the script.
    """
    movable = not fixed and reader.edits.covers(row.owner_id, row.department_id)
    name, why = escape(name), f' data-fixed="{escape(fixed)}"' if fixed else ""
    return SafeString(
        f'<article class="dk{"" if movable else " fixed"}" data-card="{row.pk}" '
        f'data-version="{row.version}" data-order="{order}"{more}{why} aria-labelledby="c{row.pk}">'
        f"{_handle(name, reader) if movable else ''}"
        f'<a class="nm trunc" id="c{row.pk}" href="{url}" title="{name}" draggable="false">{name}</a>'
        f"{body}{_form(row, reader) if movable else ''}</article>"
    )


def _handle(name: str, reader: Reader) -> str:
    label = reader.move % {"name": name}
    icon = cells.icon("grip-vertical", "s")
    return f'<button class="gr" type="button" tabindex="-1" data-menu aria-label="{label}">{icon}</button>'


def next_line(row: Any, reader: Reader, marks: str) -> str:
    """The last line: what comes next, what is to be noticed, and whose it is."""
    return said_line(row, reader, *next_in_words(row), marks)


def said_line(row: Any, reader: Reader, look: str, text: str, marks: str = "") -> str:
    """The last line of a card: something in words, marks, and whose it is."""
    owner = reader.book.person(row.owner_id)
    who = f'<span title="{escape(str(owner))}">{cells.avatar(str(owner))}</span>' if owner else ""
    return (
        f'<div class="row-f g6 mt4 fs12"><span class="{look} trunc grow" title="{escape(text)}">{escape(text)}</span>'
        f"{marks}{who}</div>"
    )


def next_in_words(row: Any) -> tuple[str, str]:
    """How the next contact looks, and when and what it is."""
    at = row.next_contact_at
    if at is None:
        return "warn", pgettext("card", "No next step")
    days = (formats.as_date(at) - timezone.localdate()).days
    look = "bad" if days < 0 else "acc" if days == 0 else "t3"
    joint = " · " if days < 0 else " "
    return look, joint.join(filter(None, [formats.until(at), row.next_subject]))


def _form(row: Any, reader: Reader) -> str:
    """Without script: choose the place and press the button."""
    return (
        f'<noscript><form class="row-f g4 mt4" method="post" action="{reader.action.format(row.pk)}">'
        f'<input type="hidden" name="version" value="{row.version}">{reader.select}'
    )
