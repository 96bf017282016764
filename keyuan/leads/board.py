"""The board of leads by their state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from html import escape
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from keyuan.customers.models import Customer
from keyuan.leads.fields import LEAD
from keyuan.leads.lists import LEAD_LIST, new_mark, rating_cell
from keyuan.leads.models import Lead
from keyuan.leads.models.standing import State
from keyuan.pools.lists import left_mark
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.namebook import NameBook
from keyuan.records.probe import among
from keyuan.records.veil import veil
from keyuan.ui import cells, formats
from keyuan.ui.boards import cards, quick
from keyuan.ui.boards.board import Board, Column, Sums
from keyuan.ui.lists.asked import as_param
from keyuan.ui.lists.page import View
from keyuan.ui.lists.sentences import together, top

SHAPE = "leads_as"
"""The preference that says which shape of the leads somebody chose last: `board` or `list`."""
STATE_VIEWS = ("new", "valid", "invalid", "converted")
"""Views that say no more than a state; the columns of the board do."""
SETTLED = (State.INVALID, State.CONVERTED)
"""Of these there may be very many: the board shows the latest, the list has them all."""
COLUMNS = (
    "company", "name", "title", "state", "rating", "source", "invalid_reason", "opened_at", "next_contact_at",
    "last_followed_at", "converted_customer", "converted_at", "owner", "department", "updated_at", "version", "due_on",
)  # fmt: skip
"""What a card is made from."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LAST, LAST_ID = 10**16, 10**15


class LeadBoard(Board):
    """One column per state: what changed last stands first."""

    lists = LEAD_LIST
    route, choices_route, move_route = "leads:board", "leads:board_choices", "leads:move"
    field_name, part = "state", "leads/board_part.html"
    quick_names = ("owner", "department", "source", "rating")
    hidden = ("is_late",)
    left_out = STATE_VIEWS
    falls, by = True, "updated_at"

    @cached_property
    def views(self) -> list[View]:
        """Those of the list; one's own leads in every state, because each has its column."""
        mine = {"field": "owner", "op": "me"}
        return [replace(one, node=mine) if one.key == "mine" else one for one in super().views]

    def columns_without_cards(self) -> list[Column]:
        return [
            Column(
                one.value,
                str(one.label),
                Q(state=one.value),
                asks=one in SETTLED,
                is_told=one != State.NEW,
                rest=self.rest_of(one) if one in SETTLED else "",
            )
            for one in State
        ]

    def rest_of(self, state: State) -> str:
        """The list with all of one state, by the same question."""
        told = [*top(self.view.node), *top(self.node), {"field": "state", "op": "=", "value": state.value}]
        return f"{reverse('leads:list')}?{self.asked.query(view='all', filter=as_param(together(told)))}"

    def grouped_sums(self) -> Iterable[tuple[Any, Sums]]:
        rows = self.open.order_by().values("state").annotate(number=Count("*"))
        return [(one["state"], Sums(one["number"])) for one in rows]

    # Cards

    def beyond(self, cursor: str) -> Q:
        at, pk = read_cursor(cursor)
        return Q(updated_at__lte=at) & (Q(updated_at__lt=at) | Q(pk__lt=pk))

    def order_of(self, row: Any) -> str:
        return order(row)

    def load(self, pks: Any) -> dict[int, Any]:
        rows = list(Lead.objects.visible_to(self.user).filter(among(pks)).only(*COLUMNS))
        load_cards(rows, self.book)
        return {row.pk: row for row in rows}

    @cached_property
    def reader(self) -> cards.Reader:
        return cards.Reader(**self.reading())

    def card_of(self, row: Any) -> str:
        return card(row, self.reader)

    def place_of(self, row: Any) -> str:
        return str(row.state)

    # The page

    @property
    def is_late_only(self) -> bool:
        return quick.current(self, "is_late") is not None

    @property
    def late_url(self) -> str:
        """The same board with only those who wait for a contact, or with everybody again."""
        condition = None if self.is_late_only else {"field": "is_late", "op": "=", "value": True}
        return quick.address(self, "is_late", condition)


BOARDS = (LeadBoard,)


def load_cards(rows: list[Any], book: NameBook) -> None:
    """What cards need of these leads: owners, what they have become, what is planned next."""
    book.meet(row.owner_id for row in rows)
    book.meet_records(Customer, (row.converted_customer_id for row in rows))
    veil(LEAD, rows, book.user)
    cards.load_next_steps("lead", rows, book)


def card(row: Any, reader: cards.Reader) -> SafeString:
    """One lead as a card."""
    is_converted = row.state == State.CONVERTED
    return cards.framed(
        row,
        reader,
        order=order(row),
        name=row.heading,
        url=LEAD.page.format(row.pk),
        body=f"{_person(row)}{_facts(row, reader.book)}{_last_line(row, reader)}",
        fixed=_("“{name}” has become a customer. Go on with the customer.") if is_converted else "",
    )


def order(row: Any) -> str:
    """What sorts cards as the database does: the last change first."""
    return f"{LAST - (row.updated_at - EPOCH) // timedelta(microseconds=1):016d}.{LAST_ID - row.pk:015d}"


def read_cursor(text: str) -> tuple[datetime, int]:
    at, _point, pk = text.partition(".")
    try:
        return EPOCH + timedelta(microseconds=LAST - int(at[:17])), LAST_ID - int(pk[:16])
    except (ValueError, OverflowError) as error:
        raise FilterRefused(_("This cursor is not valid. Start again without one.")) from error


def _person(row: Any) -> str:
    """Who it is, where a company is the name of the card, and whether the owner has yet to open it."""
    told = " · ".join(filter(None, [row.name if row.company else "", row.title]))
    who = told or row.heading
    return (
        f'<div class="row-f g6 t2 fs12 mt4">{cells.avatar(row.heading, bool(row.company))}'
        f'<span class="trunc grow" title="{escape(who)}">{escape(who)}</span>{new_mark(row)}</div>'
    )


def _facts(row: Any, book: NameBook) -> str:
    source = str(book.option(row.source_id) or "")
    rating = rating_cell(None, row.rating_id, book) if row.rating_id else ""
    last = formats.day(row.last_followed_at, weekday=False) if row.last_followed_at else ""
    when = (
        f'<span class="t3 fs12 end nowrap" title="{escape(_("Last follow-up"))}">{escape(last)}</span>' if last else ""
    )
    return f'<div class="row-f mt4">{rating}<span class="t3 fs12 trunc">{escape(source)}</span>{when}</div>'


def _last_line(row: Any, reader: cards.Reader) -> str:
    """What comes next, and how soon it comes back into a pool; of one that has come to its end, what it came to."""
    if row.state in (State.NEW, State.WORKING, State.VALID):
        return cards.next_line(row, reader, left_mark(row))
    if row.state == State.INVALID:
        said = str(reader.book.option(row.invalid_reason_id) or "")
    else:
        known = reader.book.meet_records(Customer, [row.converted_customer_id]) if row.converted_customer_id else {}
        said = " ".join(
            filter(None, [formats.day(row.converted_at, weekday=False), known.get(row.converted_customer_id, "")])
        )
    return cards.said_line(row, reader, "t3", said)
