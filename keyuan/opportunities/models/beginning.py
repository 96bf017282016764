"""What an opportunity begins with: the rules of a new one, asked for one or for many at once."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.customers.models import Customer
from keyuan.opportunities.models.involving import check_contacts, companies_of
from keyuan.opportunities.models.lining import Line, Prices, at_list_price, check_lines, prices_of, total_of
from keyuan.opportunities.models.pipeline import Stage, hold_stages, no_longer_used
from keyuan.records.errors import RuleBroken

CLOSING = ("closed_on", "reason", "competitor")
"""What only a closed one has."""


@dataclass(frozen=True)
class Known:
    """What the rules ask the database about new opportunities.

    Attributes:
        companies: the customers of the contacts that are named.
        prices: those of the products.
        first: by stage that is in use, the open one in which an opportunity begins that gets there.
    """

    companies: Mapping[int, int]
    prices: Prices
    first: Mapping[int, Stage | None]

    @classmethod
    def about(cls, rows: Collection[tuple[Stage, Mapping[str, Any]]]) -> Known:
        """Looked up for all of these together: where each shall stand, and its values."""
        named = {pk for _stage, values in rows for pk in values.get("contacts") or ()}
        wanted = {pk for _stage, values in rows for pk in values.get("products") or ()}
        used = hold_stages(stage for stage, _values in rows)
        stages = {stage.pk: stage for stage, _values in rows if stage.pk in used}
        return cls(companies_of(named), prices_of(wanted), {pk: first_for(stage) for pk, stage in stages.items()})


def first_for(stage: Stage) -> Stage | None:
    """Where an opportunity begins that shall stand in `stage`: one that is closed has been open before."""
    return stage if stage.is_open else stage.pipeline.stages.filter(kind="open", is_retired=False).last()


@dataclass(frozen=True)
class Start:
    """How a new opportunity begins.

    Attributes:
        values: of its fields, while it is open.
        closing: what the step asks for that closes it; `closes` where there is one.
    """

    values: dict[str, Any]
    lines: Sequence[Line]
    closes: bool
    closing: dict[str, Any]


def start_of(
    customer: Customer, stage: Stage, values: Mapping[str, Any], lines: Sequence[Line] | None, known: Known
) -> Start:
    """How an opportunity with these values begins.

    Args:
        lines: its products with prices; None for one of each of `products`, as the catalogue prices it.

    Raises:
        RuleBroken.
    """
    check_contacts(customer.pk, values.get("contacts") or (), known.companies)
    if stage.pk not in known.first:
        raise no_longer_used(stage)
    first = known.first[stage.pk]
    if first is None:
        raise RuleBroken(_("This pipeline has no open stage."))
    closing = {name: values[name] for name in CLOSING if values.get(name) is not None}
    lines = at_list_price(values.get("products") or (), known.prices) if lines is None else lines
    begun = new_values(first, lines, {name: value for name, value in values.items() if name not in CLOSING})
    check_lines(lines, begun["amount"])
    begun |= {"customer": customer, "pipeline": stage.pipeline, "stage": first, "last_open_stage": first}
    return Start(begun, lines, stage.pk != first.pk, closing)


def new_values(stage: Stage, lines: Sequence[Line], values: dict[str, Any]) -> dict[str, Any]:
    """What a new opportunity begins with: the probability of its stage and the amount of its lines, unless typed."""
    values["products"] = list(dict.fromkeys(one.product for one in lines))
    worth = total_of(lines, values.get("discount", Decimal(0)), values.get("reduction", Decimal(0)))
    if values.get("amount") is None:
        values["amount"] = worth
    values["amount_is_manual"] = not lines or values["amount"] != worth
    given = values.pop("probability", None)
    values["probability"] = stage.probability if given is None else given
    values["probability_is_manual"] = given is not None and given != stage.probability
    values.setdefault("expected_on", default_day())
    return values


def default_day() -> date:
    """In thirty days, where nobody has said when it will be closed."""
    return timezone.localdate() + timedelta(days=30)
