"""Cards of opportunities. A hundred stand on one page, so plain functions and no templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.lists import load_standing
from keyuan.opportunities.stages import stages_of
from keyuan.records.namebook import NameBook
from keyuan.ui import cells
from keyuan.ui.boards import cards

FIRST_DAY = date(2000, 1, 1)
COLUMNS = (
    "name", "customer", "stage", "outcome", "amount", "probability", "probability_is_manual", "expected_on", "slips",
    "stage_since", "last_followed_at", "next_contact_at", "progressed_at", "owner", "department", "version",
    "customer__name", "customer__short_name", "customer__owner", "customer__department",
)  # fmt: skip
"""What a card is made from."""


@dataclass(frozen=True)
class Reader(cards.Reader):
    """Who looks at the cards of opportunities, and what of them they see."""

    sees_amount: bool
    sees_probability: bool
    sees_day: bool
    shows_slips: bool = False
    shows_stage: bool = False

    @property
    def weighs(self) -> bool:
        return self.sees_amount and self.sees_probability


def load_cards(rows: list[Any], book: NameBook) -> None:
    """What cards need of these opportunities: owners, standing, customers, what is planned next."""
    book.meet(row.owner_id for row in rows)
    load_standing(rows, book)
    cards.load_next_steps("opportunity", rows, book)


def card(row: Any, reader: Reader) -> SafeString:
    """One opportunity as a card, with all that the script works with in its attributes."""
    return cards.framed(
        row,
        reader,
        order=order(row, reader.sees_day),
        name=row.name,
        url=OPPORTUNITY.page.format(row.pk),
        more=_numbers(row, reader),
        body=f"{_company(row, reader)}{_facts(row, reader)}{cards.next_line(row, reader, _marks(row, reader))}",
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
