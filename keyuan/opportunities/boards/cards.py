"""Cards of a board. A hundred stand on one page, so plain functions and no templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from html import escape
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.lists import load_standing
from keyuan.opportunities.stages import stages_of
from keyuan.records.namebook import NameBook
from keyuan.ui import cells, formats

FIRST_DAY = date(2000, 1, 1)
COLUMNS = (
    "name", "customer", "stage", "outcome", "amount", "probability", "probability_is_manual", "expected_on", "slips",
    "stage_since", "last_followed_at", "next_contact_at", "progressed_at", "owner", "department", "version",
    "customer__name", "customer__short_name", "customer__owner", "customer__department",
)  # fmt: skip
"""What a card is made from."""
NextSteps = Callable[[Any, Sequence[int]], Mapping[int, str]]
"""From a person and opportunities to what is planned next with each, in words."""
_NEXT_STEPS: list[NextSteps] = []


def tell_next_steps(found: NextSteps) -> None:
    """The room above that knows plans says so once, at start."""
    _NEXT_STEPS[:] = [found]


@dataclass(frozen=True)
class Reader:
    """Who looks at the cards, and what of them is the same on all.

    Attributes:
        edits: what is in reach for moving.
        choices: the places a card can be moved to, as options of a select.
        field: what a move sends, `stage` or `month`; `route` takes it.
    """

    book: NameBook
    edits: Any
    sees_amount: bool
    sees_probability: bool
    sees_day: bool
    choices: str
    field: str
    route: str
    token: str
    here: str
    shows_slips: bool = False
    shows_stage: bool = False

    @property
    def weighs(self) -> bool:
        return self.sees_amount and self.sees_probability

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


def load_cards(rows: list[Any], book: NameBook) -> None:
    """What cards need of these opportunities: owners, standing, customers, what is planned next."""
    book.meet(row.owner_id for row in rows)
    load_standing(rows, book)
    waiting = [row.pk for row in rows if row.next_contact_at is not None]
    steps = _NEXT_STEPS[0](book.user, waiting) if _NEXT_STEPS and waiting else {}
    for row in rows:
        row.next_subject = steps.get(row.pk, "")


def card(row: Any, reader: Reader) -> SafeString:
    """One opportunity as a card, with all that the script works with in its attributes."""
    movable = reader.edits.covers(row.owner_id, row.department_id)
    name, url = escape(row.name), OPPORTUNITY.page.format(row.pk)
    place = order(row, reader.sees_day)
    return SafeString(
        f'<article class="dk{"" if movable else " fixed"}" data-card="{row.pk}" '
        f'data-version="{row.version}" data-order="{place}"{_numbers(row, reader)} aria-labelledby="c{row.pk}">'
        f"{_handle(name, reader) if movable else ''}"
        f'<a class="nm trunc" id="c{row.pk}" href="{url}" title="{name}" draggable="false">{name}</a>'
        f"{_company(row, reader)}{_facts(row, reader)}{_next(row, reader)}"
        f"{_form(row, reader) if movable else ''}</article>"
    )


def order(row: Any, by_day: bool) -> str:
    """What sorts cards as the database does: by day where it may be seen, then by id."""
    day = row.expected_on if by_day else FIRST_DAY
    return f"{day:%Y-%m-%d}.{row.pk:015d}"


def _numbers(row: Any, reader: Reader) -> str:
    """Amount in cents and probability, where they may be seen."""
    parts = []
    if reader.sees_amount:
        parts.append(f' data-cents="{int(row.amount * 100)}"')
    if reader.sees_probability:
        parts.append(f' data-probability="{row.probability}"{" data-by-hand" if row.probability_is_manual else ""}')
    return "".join(parts)


def _handle(name: str, reader: Reader) -> str:
    label = reader.move % {"name": name}
    icon = cells.icon("grip-vertical", "s")
    return f'<button class="gr" type="button" tabindex="-1" data-menu aria-label="{label}">{icon}</button>'


def _company(row: Any, reader: Reader) -> str:
    name = row.customer.short_or_name
    stage = escape(str(stages_of(reader.book).by_id[row.stage_id])) if reader.shows_stage else ""
    at = f'<span class="t3 end nowrap">{stage}</span>' if stage else ""
    return (
        f'<div class="row-f g6 t2 fs12 mt4">{cells.avatar(name, True)}'
        f'<span class="trunc" title="{escape(row.customer.name)}">{escape(name)}</span>{at}</div>'
    )


def _facts(row: Any, reader: Reader) -> str:
    amount = f'<span class="am">{cells.money_short(row.amount)}</span>' if reader.sees_amount else ""
    chance = f'<span class="t3 fs12" data-chance>{row.probability}%</span>' if reader.sees_probability else ""
    late = "bad" if row.is_overdue else "t3"
    day = cells.day(row.expected_on)
    when = f'<span class="{late} fs12 end">{day}</span>' if reader.sees_day else ""
    return f'<div class="row-f mt4">{amount}{chance}{when}</div>'


def _next(row: Any, reader: Reader) -> str:
    look, text = next_in_words(row)
    owner = reader.book.person(row.owner_id)
    who = f'<span title="{escape(str(owner))}">{cells.avatar(str(owner))}</span>' if owner else ""
    return (
        f'<div class="row-f g6 mt4 fs12"><span class="{look} trunc grow" title="{escape(text)}">{escape(text)}</span>'
        f"{_marks(row, reader)}{who}</div>"
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


def _marks(row: Any, reader: Reader) -> str:
    """How long it has stood still, and how often its day was put off."""
    marks = []
    if row.stagnation_now and not reader.shows_slips:
        said = ngettext("Still for %(n)d day", "Still for %(n)d days", row.stagnant_days) % {"n": row.stagnant_days}
        marks.append(cells.tag(said, "bad" if row.stagnation_now == "stuck" else "warn"))
    if reader.shows_slips and row.slips:
        said = ngettext("Put off %(n)d time", "Put off %(n)d times", row.slips) % {"n": row.slips}
        marks.append(cells.tag(said, "bad" if row.slips > 2 else "warn"))
    return "".join(marks)


def _form(row: Any, reader: Reader) -> str:
    """Without script: choose the place and press the button."""
    return (
        f'<noscript><form class="row-f g4 mt4" method="post" action="{reader.action.format(row.pk)}">'
        f'<input type="hidden" name="version" value="{row.version}">{reader.select}'
    )
