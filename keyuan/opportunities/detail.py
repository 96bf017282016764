"""What the page of one opportunity shows, worked out for one reader."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import Avg
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from keyuan.customers.detail import groups, tags_of
from keyuan.customers.fields import CONTACT
from keyuan.customers.models import Contact
from keyuan.opportunities.amounts import total
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.lists import load_opportunities
from keyuan.opportunities.models import Opportunity, OpportunityCompetitor, OpportunityPart, Product, Stage, StageMove
from keyuan.opportunities.models.moving import is_filled, needed_fields
from keyuan.opportunities.stages import stages_of
from keyuan.org.models import User
from keyuan.records.models import Favourite
from keyuan.records.namebook import NameBook
from keyuan.records.veil import veil
from keyuan.ui import cells, formats

ELSEWHERE = {
    "tags", "customer", "id", "updated_by", "amount_is_manual", "probability", "probability_is_manual", "stage",
    "last_stage", "weighted_amount", "products", "contacts", "is_overdue", "is_stagnant", "outcome", "owner",
}  # fmt: skip
CLOSED = {"closed_on", "reason", "competitor"}
LAST_STAYS = 200
"""How many stays in a stage its average is taken of: the latest."""
THREATS = {"high": "bad", "medium": "warn"}
ROLE_LOOKS = {4: "r1", 2: "r2", 3: "r3"}
STANCES = {"for": "ok", "against": "bad"}
DAY = 86_400


def in_days(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}


class OpportunityDetail:
    """One opportunity before the eyes of one person."""

    def __init__(self, opportunity: Opportunity, user: User) -> None:
        self.opportunity, self.user = opportunity, user
        self.book = NameBook(user)
        self.needs = list(self._needs())  # before the values that this reader does not see are taken away
        load_opportunities([opportunity], self.book)

    @cached_property
    def may_edit(self) -> bool:
        return self.opportunity.allows(self.user, "edit")

    @cached_property
    def visible(self) -> dict[str, Any]:
        return OPPORTUNITY.visible_fields(self.user)

    @cached_property
    def editable(self) -> dict[str, Any]:
        return OPPORTUNITY.editable_fields(self.user) if self.may_edit and self.opportunity.is_open else {}

    def sees(self, name: str) -> bool:
        return name in self.visible

    # Stages

    @cached_property
    def stages(self) -> list[Stage]:
        return stages_of(self.book).open_of(self.opportunity.pipeline_id)

    @cached_property
    def stage(self) -> Stage:
        return stages_of(self.book).by_id[self.opportunity.stage_id]

    @property
    def place(self) -> Stage:
        """Where it stands or, once it is closed, stood."""
        return stages_of(self.book).by_id[self.opportunity.last_open_stage_id]

    @cached_property
    def following(self) -> Stage | None:
        """The stage that comes next; None for the last one and for a closed opportunity."""
        if not self.opportunity.is_open:
            return None
        return next((one for one in self.stages if one.position > self.stage.position), None)

    @cached_property
    def moves(self) -> list[StageMove]:
        found = list(StageMove.objects.filter(opportunity=self.opportunity).order_by("at", "id"))
        self.book.meet(one.by_id for one in found)
        return found

    def path(self) -> list[dict[str, Any]]:
        """The open stages with the days spent in each."""
        spent: dict[int, int] = {}
        for one in self.moves:
            if one.from_stage_id and not one.is_undone:
                spent[one.from_stage_id] = spent.get(one.from_stage_id, 0) + one.seconds
        return [self._on_path(one, spent) for one in self._shown_stages()]

    def _shown_stages(self) -> list[Stage]:
        """A stage that is no longer used is shown as long as somebody stands in it."""
        return self.stages if self.place in self.stages else sorted([*self.stages, self.place], key=_position)

    def _on_path(self, stage: Stage, spent: dict[int, int]) -> dict[str, Any]:
        is_open, place = self.opportunity.is_open, self.place
        shown: dict[str, Any] = {"stage": stage, "label": str(stage), "state": "", "small": "", "average": ""}
        if is_open and stage.pk == place.pk:
            days = (timezone.now() - self.opportunity.stage_since).days + 1
            shown |= {"state": "now", "small": _("day %(n)d") % {"n": days}, "average": self._average()}
        elif stage.position < place.position or (not is_open and stage.pk == place.pk):
            shown |= {"state": "done", "small": in_days(spent[stage.pk] // DAY) if stage.pk in spent else ""}
        return shown

    def _average(self) -> str:
        """How long others stayed in this stage."""
        stays = StageMove.objects.filter(from_stage=self.stage, is_undone=False).order_by("-at")[:LAST_STAYS]
        seconds = stays.aggregate(average=Avg("seconds"))["average"]
        if seconds is None:
            return ""
        return _(", %(days)s on average") % {"days": in_days(round(float(seconds) / DAY))}

    def history(self) -> list[dict[str, Any]]:
        """Every step, the latest first, with how long it stood there afterwards."""
        known = stages_of(self.book).by_id
        ends = [one.at for one in self.moves[1:]] + [self.until]
        rows = [
            {
                "from": known.get(one.from_stage_id or 0),
                "to": known[one.to_stage_id],
                "amount": one.amount,
                "probability": one.probability,
                "stay": in_days(max(0, (end - one.at).days)) if known[one.to_stage_id].is_open else "",
                "by": cells.person(str(self.book.person(one.by_id) or "")),
                "at": one.at,
                "mark": _mark(one),
            }
            for one, end in zip(self.moves, ends, strict=True)
        ]
        return rows[::-1]

    @property
    def until(self) -> datetime:
        """Now, or when it was closed."""
        return timezone.now() if self.opportunity.is_open or not self.moves else self.moves[-1].at

    def whole_time(self) -> str:
        return in_days((self.until - self.moves[0].at).days) if self.moves else ""

    def _needs(self) -> Iterator[dict[str, Any]]:
        """What the next stage asks for, and whether it is there."""
        stage = self.following
        for name in needed_fields(stage) if stage else ():
            yield {"label": str(OPPORTUNITY.fields[name].label), "done": is_filled(self.opportunity, name)}
        if stage and stage.required_activity_id:
            kind = self.book.option(stage.required_activity_id)
            done = stage.required_activity_id in self.opportunity.followed_kinds
            yield {"label": _("Follow-up of the kind “%(kind)s”") % {"kind": kind}, "done": done}

    # Head

    def facts(self) -> list[dict[str, Any]]:
        deal = self.opportunity
        late = "bad" if deal.is_overdue else ""
        shown: dict[str, dict[str, Any]] = {
            "amount": {"value": cells.money_short(deal.amount)},
            "probability": {"value": f"{deal.probability}%"},
            "weighted_amount": {"value": cells.money_short(deal.weighted_amount)},
            "expected_on": {"value": cells.day(deal.expected_on), "kind": late},
            "owner": {"value": cells.person(str(self.book.person(deal.owner_id) or ""))},
        }
        labels = {name: self.visible[name].label for name in shown if name in self.visible}
        labels["weighted_amount"] = pgettext("opportunity", "Weighted")
        return [{"name": name, "label": labels[name]} | fact for name, fact in shown.items() if name in self.visible]

    def closed(self) -> dict[str, Any] | None:
        """How it ended, for the band in the place of the buttons."""
        deal = self.opportunity
        if deal.is_open:
            return None
        reason = str(self.book.option(deal.reason_id) or "") if self.sees("reason") else ""
        rival = str(self.book.option(deal.competitor_id) or "") if self.sees("competitor") else ""
        told = [formats.day(deal.closed_on), reason, _("to %(name)s") % {"name": rival} if rival else ""]
        return {
            "won": deal.outcome == Opportunity.Outcome.WON,
            "label": str(self.stage),
            "told": list(filter(None, told)),
        }

    # Products

    @cached_property
    def lines(self) -> list[dict[str, Any]]:
        if not self.sees("products"):
            return []
        found = list(self.opportunity.lines.select_related("product"))
        names = self.book.meet_records(Product, [one.product_id for one in found])
        return [
            {
                "line": one,
                "name": names.get(one.product_id) or "—",
                "code": one.product.code if names.get(one.product_id) else "",
                "unit": one.product.unit,
                "quantity": formats.plain(one.quantity),
                "discount": formats.discount(1 - one.discount / 100) if one.discount else "—",
            }
            for one in found
        ]

    def sum_of_lines(self) -> Decimal:
        deal = self.opportunity
        return total((one["line"].subtotal for one in self.lines), deal.discount, deal.reduction)

    def taken_off(self) -> list[str]:
        """What is taken off the whole deal, in words."""
        deal, told = self.opportunity, []
        if deal.discount:
            told.append(formats.discount(1 - deal.discount / 100))
        if deal.reduction:
            told.append(_("reduced by %(amount)s") % {"amount": formats.money(deal.reduction)})
        return told

    # People

    @cached_property
    def chain(self) -> list[dict[str, Any]]:
        """Who takes part, with part and stance; those whom the reader may see."""
        if not self.sees("contacts") or not self.user.may("contact", "view"):
            return []
        pks = self.opportunity.contacts
        rows = {one.pk: one for one in Contact.objects.visible_to(self.user).filter(pk__in=pks)}
        veil(CONTACT, list(rows.values()), self.user)
        parts = {one.contact_id: one for one in self.opportunity.parts.all()}
        return [self._part(rows[pk], parts.get(pk)) for pk in pks if pk in rows]

    def _part(self, contact: Contact, part: OpportunityPart | None) -> dict[str, Any]:
        role = self.book.option(part.role_id) if part else None
        stance = part.stance if part else ""
        return {
            "contact": contact,
            "role": cells.tag(str(role), ROLE_LOOKS.get(role.extra.get("tint"), "")) if role else "",
            "stance": part.get_stance_display() if part and stance else "",
            "kind": STANCES.get(stance, "t2"),
        }

    @cached_property
    def rivals(self) -> list[dict[str, Any]]:
        if not self.sees("competitor"):
            return []
        return [self._rival(one) for one in self.opportunity.competitors.all()]

    def _rival(self, one: OpportunityCompetitor) -> dict[str, Any]:
        told = (
            (pgettext("competitor", "Pros"), one.strengths),
            (pgettext("competitor", "Cons"), one.weaknesses),
            (pgettext("competitor", "Answer"), one.answer),
        )
        threat = OpportunityCompetitor.Threat(one.threat).label if one.threat else ""
        return {
            "row": one,
            "name": str(self.book.option(one.competitor_id) or ""),
            "threat": _("Threat: %(level)s") % {"level": threat} if threat else "",
            "kind": THREATS.get(one.threat, ""),
            "price": cells.money_short(one.price) if one.price is not None and self.sees("amount") else "",
            "result": one.get_result_display() if one.result else "",
            "told": [(label, text) for label, text in told if text],
        }

    # All of it

    @property
    def is_starred(self) -> bool:
        mine = {"user": self.user, "record_type": "opportunity", "record_id": self.opportunity.pk}
        return Favourite.objects.filter(**mine).exists()

    def _elsewhere(self) -> set[str]:
        """The fields that are not rows: shown elsewhere, or without meaning for this one."""
        lone = {"pipeline"} if len(stages_of(self.book).pipelines) < 2 else set()
        outcome = self.opportunity.outcome
        past = {"won": {"stagnant_days", "reason", "competitor"}, "lost": {"stagnant_days"}}
        return ELSEWHERE | lone | past.get(outcome, CLOSED)

    def context(self) -> dict[str, Any]:
        deal = self.opportunity
        return {
            "title": deal.name,
            "opportunity": deal,
            "customer": deal.customer,
            "detail": self,
            "may_edit": self.may_edit,
            "may_move": self.may_edit and deal.is_open,
            "may_reopen": not deal.is_open and deal.allows(self.user, "reopen"),
            "may_delete": deal.allows(self.user, "delete"),
            "may_transfer": self.user.reach("opportunity", "transfer").covers(deal.owner_id, deal.department_id),
            "may_line": {"amount", "products"} <= self.editable.keys(),
            "may_involve": "contacts" in self.editable,
            "may_compete": bool(self.editable) and self.user.rights.sees("opportunity", "competitor"),
            "may_weigh": "probability" in self.editable,
            "may_read": self.user.may("customer", "view"),
            "may_plan": self.user.may("plan", "view"),
            "left": sum(not one["done"] for one in self.needs),
            "groups": groups(OPPORTUNITY, deal, self.book, self.may_edit, self._elsewhere()),
            "tags": tags_of(OPPORTUNITY, deal, self.book),
        }


def _position(stage: Stage) -> tuple[int, int]:
    return stage.position, stage.pk


def _mark(move: StageMove) -> str:
    """What is said of a step that counts nowhere."""
    if move.undoes_id:
        return _("took a step back")
    return _("taken back") if move.is_undone else ""
