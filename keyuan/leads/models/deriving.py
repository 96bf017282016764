"""What follows from leads: search text and the order of names. It can be written again at any time from the rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connection

from keyuan.customers.levels import Levels, levels_for_saving
from keyuan.customers.models.deriving import lines, phone_text, sort_name, sounds
from keyuan.records.cleaners.phone import clean_phones, key
from keyuan.records.cleaners.website import domain_key
from keyuan.records.keys import Key, write_keys
from keyuan.records.names import company_core, company_key
from keyuan.records.reference import regions
from keyuan.records.search_text import Kind, write_search_text
from keyuan.records.text import pinyin_forms

if TYPE_CHECKING:
    from keyuan.leads.models.lead import Lead

CHUNK = 2000


def model(name: str) -> Any:
    return apps.get_model("keyuan", name)


def lead_parts(lead: Lead, tags: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The open texts of a lead, each with the field that it tells."""
    yield "company", lead.company
    yield from (("company", form) for form in sounds(lead.company))
    yield "name", lead.name
    yield from (("name", form) for form in pinyin_forms(lead.name))
    yield from ((name, getattr(lead, name)) for name in ("title", "wechat", "requirement", "notes"))
    yield from (("region", text) for text in (regions.path(lead.region) if lead.region else ()))
    yield from (("tags", tag) for tag in tags)


def lead_text(lead: Lead, tags: Iterable[str]) -> str:
    """The open text by which a lead is found."""
    return lines(*(text for _name, text in lead_parts(lead, tags)))


def derive_leads(pks: Sequence[int], fields: set[str] | None) -> None:
    """Write again what follows from these leads; `fields` are those that changed, None for all."""
    for start in range(0, len(pks), CHUNK):
        if fields is None or not fields <= UNTOLD:
            _derive_leads(pks[start : start + CHUNK])


def lead_keys(lead: Lead, levels: Levels) -> list[Key]:
    """The duplicate keys of a lead; they warn unless `levels` say more. What became a customer is found as that."""
    if lead.state == "converted":
        return []
    numbers = [*clean_phones(lead.mobile), *clean_phones(lead.phone)]
    keys = [Key("phone", number) for number in map(key, numbers)]
    if lead.company:
        keys += [Key("name", company_key(lead.company)), Key("core", company_core(lead.company))]
    if lead.email and (domain := domain_key(lead.email)):
        keys.append(Key("domain", domain))
    keys = [one for one in dict.fromkeys(keys) if one.key]
    return [*keys, *levels.raised("lead", keys)]


UNTOLD = {"state", "invalid_reason", "rating", "score", "source", "campaign", "industry", "address"}
"""Fields from which nothing follows."""


def _derive_leads(pks: Sequence[int]) -> None:
    leads = list(model("Lead").rows.filter(pk__in=pks).order_by("pk"))
    tags = tag_names(pks)
    rows, levels = [], levels_for_saving()
    for lead in leads:
        rows.append((lead.pk, Kind.TEXT.value, lead_text(lead, tags[lead.pk])))
        rows.append((lead.pk, Kind.PHONE.value, phone_text(lead.mobile, lead.phone)))
        rows.append((lead.pk, Kind.EMAIL.value, lines(lead.email)))
        write_keys("lead", lead.pk, lead_keys(lead, levels))
    write_search_text(model("LeadSearch"), rows)
    _write_order([(lead.pk, sort_name(lead.heading)) for lead in leads])


def tag_names(pks: Sequence[int]) -> dict[int, list[str]]:
    """The names of the shared tags of these leads."""
    found: dict[int, list[str]] = defaultdict(list)
    rows = model("LeadTag").objects.filter(lead__in=pks, tag__owner=None)
    for pk, name in rows.values_list("lead_id", "tag__name"):
        found[pk].append(name)
    return found


def _write_order(rows: Sequence[tuple[int, str]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE lead SET sort_name = given.name FROM unnest(%s::bigint[], %s::text[]) AS given(id, name) "
                "WHERE lead.id = given.id AND lead.sort_name <> given.name",
                [list(column) for column in zip(*rows, strict=True)],
            )
