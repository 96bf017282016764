"""The roll of a campaign: its members as one reader sees them, counted by what they answered."""

from __future__ import annotations

from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import pgettext

from keyuan.campaigns.models import Campaign
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.leads.campaigns.joining import members_of
from keyuan.leads.campaigns.models import CampaignMember
from keyuan.leads.fields import LEAD
from keyuan.org.http import Request
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui import cells

SIZE, FIRST_ROWS = 100, 8
CATALOGUES = {"customer": CUSTOMER, "contact": CONTACT, "lead": LEAD}
LOOKS = {"registered": "a", "attended": "ok", "declined": "bad", "absent": "warn"}
NOBODY = "none"
"""How the address calls those of whom no answer is noted."""


class Roll:
    """The members of one campaign for one reader."""

    def __init__(self, campaign: Campaign, user: User, book: NameBook) -> None:
        self.campaign, self.user, self.book = campaign, user, book

    @cached_property
    def counts(self) -> list[dict[str, Any]]:
        """How many answered what, in the order of the list; a link each."""
        rows = members_of(self.campaign, self.user).order_by().values_list("answer").annotate(n=Count("pk"))
        number = dict(rows)
        told = [(one.key, str(one), number.get(one.pk, 0)) for one in self.book.options("campaign_answer")]
        told.append((NOBODY, pgettext("campaign", "No answer noted"), number.get(None, 0)))
        return [{"key": key, "label": label, "n": n, "url": self.url(key)} for key, label, n in told if n]

    @cached_property
    def total(self) -> int:
        return sum(one["n"] for one in self.counts)

    def url(self, answer: str = "", number: int = 1) -> str:
        asked = {name: value for name, value in (("answer", answer), ("page", number)) if value not in ("", 1)}
        return reverse("campaigns:members", args=[self.campaign.pk]) + (f"?{urlencode(asked)}" if asked else "")

    def rows(self, answer: str = "", first: int = 0, size: int = FIRST_ROWS) -> list[dict[str, Any]]:
        """The latest members, with what a line shows of each."""
        found = members_of(self.campaign, self.user).with_records().order_by("-pk")
        if answer == NOBODY:
            found = found.filter(answer=None)
        elif answer:
            found = found.filter(answer__key=answer)
        page = list(found[first : first + size])
        self.book.meet(one.added_by_id for one in page)
        return [self._row(one) for one in page]

    def _row(self, one: CampaignMember) -> dict[str, Any]:
        answer = self.book.option(one.answer_id)
        record, catalogue = one.record, CATALOGUES[one.kind]
        return {
            "member": one,
            "name": str(record),
            "sub": str(record.customer) if one.kind == "contact" else "",
            "url": catalogue.page_of(record.pk),
            "kind": catalogue.label,
            "answer": cells.tag(str(answer), LOOKS.get(answer.key, "")) if answer else cells.EMPTY,
            "by": self.book.person(one.added_by_id),
        }


class MembersPage:
    """The page of all members, a hundred at a time."""

    def __init__(self, campaign: Campaign, request: Request) -> None:
        self.campaign, self.user = campaign, request.user
        self.roll = Roll(campaign, request.user, NameBook(request.user))
        self.answer = request.GET.get("answer", "")[:60].replace("\0", "")
        asked = request.GET.get("page", "1")
        self.number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 6 else 1

    def context(self) -> dict[str, Any]:
        roll, first = self.roll, (self.number - 1) * SIZE
        rows = roll.rows(self.answer, first, SIZE + 1)
        book = roll.book
        return {
            "title": pgettext("campaign", "Members"),
            "campaign": self.campaign,
            "roll": roll,
            "rows": rows[:SIZE],
            "answer": self.answer,
            "answers": [one for one in book.options("campaign_answer") if not one.is_retired],
            "changeable": set(
                members_of(self.campaign, self.user, to_change=True)
                .filter(pk__in=[row["member"].pk for row in rows])
                .values_list("pk", flat=True)
            ),
            "first": first + 1,
            "last": first + len(rows[:SIZE]),
            "previous": roll.url(self.answer, self.number - 1) if self.number > 1 else "",
            "next": roll.url(self.answer, self.number + 1) if len(rows) > SIZE else "",
        }
