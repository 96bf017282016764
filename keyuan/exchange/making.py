"""Making the file of an export: the rows a person may export, in words that an import reads back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.activities.lists import FOLLOW_UP_LIST, PLAN_LIST
from keyuan.campaigns.lists import CAMPAIGN_LIST
from keyuan.customers.lists import CONTACT_LIST, CUSTOMER_LIST, CUSTOMER_POOL
from keyuan.exchange import logs
from keyuan.exchange.activities.authors import told
from keyuan.exchange.counting import second
from keyuan.exchange.logs import LOGS
from keyuan.exchange.models import Export
from keyuan.exchange.notices import tell_export
from keyuan.exchange.storage import export_path
from keyuan.exchange.writer import MOST_ROWS, Sheet, write_csv
from keyuan.leads.lists import LEAD_LIST, LEAD_POOL
from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST
from keyuan.org.models import User
from keyuan.records.catalogue import Field
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.kinds import Industry, Moment, Region
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.reference import regions
from keyuan.ui.lists.asked import Asked
from keyuan.ui.lists.page import ListOf, ListPage, page_of

LISTS: dict[str, ListOf] = {
    "customer": CUSTOMER_LIST,
    "contact": CONTACT_LIST,
    "lead": LEAD_LIST,
    "campaign": CAMPAIGN_LIST,
    "opportunity": OPPORTUNITY_LIST,
    "product": PRODUCT_LIST,
    "follow_up": FOLLOW_UP_LIST,
    "plan": PLAN_LIST,
}
POOLS: dict[str, ListOf] = {"customer": CUSTOMER_POOL, "lead": LEAD_POOL}
"""Lists of pools: those whose address names one."""
ALWAYS = ("customer", "contact")
"""Every list may show something of these."""
NO_COLUMNS = ("id", "behind_schedule", "comes_soon")
DAYS, CHUNK = 7, 1000


def require_exporter(user: User, module: str) -> ListOf:
    """The list of this module, if the person may export it.

    Raises:
        NotAllowed.
    """
    if module not in LISTS or not user.may(module, "export"):
        raise NotAllowed(_("You may not export this list."))
    return LISTS[module]


def asked_page(spec: ListOf, user: User, query: str) -> ListPage:
    """The list as its address asks for it. Never more rows than were shown: what is not understood is refused.

    Raises:
        RuleBroken.
    """
    asked = Asked.of(reverse(spec.route), QueryDict(query[:8000]))
    if "pool" in asked.params:
        spec = POOLS.get(spec.catalogue.module, spec)
    shown = page_of(spec, SimpleNamespace(user=user, GET=QueryDict()), asked)  # type: ignore[arg-type]
    assert shown.listing is not None
    if shown.refusal:
        raise RuleBroken(shown.refusal)
    return shown


def reach_of(user: User, module: str) -> str:
    """How far the right to export reaches, in rows and fields, as text that can be compared later."""
    parts = [
        (name, user.reach(one, name))
        for one, name in ((module, "export"), ("customer", "export"), ("customer", "view"))
    ]
    rows = [[name, reach.everything, sorted(reach.owners), sorted(reach.departments)] for name, reach in parts]
    return json.dumps([*rows, *(user.rights.limits(one) for one in dict.fromkeys((*ALWAYS, module)))])


def make(export: Export) -> None:
    """Write the file. Runs in a job, and again from the beginning after a crash.

    Raises:
        NotAllowed: the right has been withdrawn meanwhile.
        RuleBroken: the filter is no longer valid, or there are too many rows for the format.
    """
    user = User.objects.get(pk=export.by_id)
    draft = export_path(export.pk, f"{export.format}.draft")
    names, header, texts = _log(export, user) if export.module in LOGS else _list(export, user)
    count = _write(draft, export, header, texts, user)
    draft.replace(export_path(export.pk, export.format))
    now = timezone.now()
    export.state, export.finished_at, export.expires_at = Export.State.DONE, now, now + timedelta(days=DAYS)
    export.fields, export.row_count, export.reach = names, count, reach_of(user, export.module)
    export.size = export_path(export.pk, export.format).stat().st_size
    stamp = f"{timezone.localtime(now):%Y%m%d-%H%M}"
    export.file_name = f"{title_of(export.module)}-{user}-{stamp}.{export.format}"
    with transaction.atomic():
        export.save()
        tell_export(export)


Content = tuple[list[str], list[str], Iterator[list[str]]]
"""Names of fields, the header, and the rows of a file."""


def title_of(module: str) -> str:
    return str(LOGS[module] if module in LOGS else LISTS[module].title)


def _log(export: Export, user: User) -> Content:
    logs.require_reader(user)
    return [], logs.header(export.module), logs.texts(export.module, export.query, user)


def _list(export: Export, user: User) -> Content:
    spec = require_exporter(user, export.module)
    shown = asked_page(spec, user, export.query)
    fields = _fields(export, shown)
    header = [str(field.label) for field in fields]
    return [one.name for one in fields], header, _texts(_rows(export, shown), fields, shown.spec, shown.user)


def _rows(export: Export, shown: ListPage) -> QuerySet[Any]:
    sort = shown.asked.sort or ("" if shown.asked.q else shown.view.sort)
    listing = Listing(
        shown.catalogue,
        shown.user,
        q=shown.asked.q,
        base=shown.view.node if export.ids is None else None,
        node=shown.node,
        sort=sort,
        operation="export",
        book=shown.book,
        **shown.among,
    )
    rows = listing.ordered()
    return rows.filter(pk__in=export.ids) if export.ids is not None else rows


def _fields(export: Export, shown: ListPage) -> list[Field]:
    if not export.is_complete:
        return shown.columns
    return [
        one
        for one in shown.catalogue.visible_fields(shown.user).values()
        if one.name not in ("id", "behind_schedule", "comes_soon")
    ]


def _texts(rows: QuerySet[Any], fields: Sequence[Field], spec: ListOf, user: User) -> Iterator[list[str]]:
    """The cells, a chunk of rows at a time; each row is asked for once more with the right to export."""
    book = NameBook(user)
    pks = list(rows.values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        chunk = pks[start : start + CHUNK]
        allowed = spec.catalogue.model.objects.allowed(user, "export").select_related(*spec.related)
        found = allowed.in_bulk(chunk)
        records = [found[pk] for pk in chunk if pk in found]
        spec.load(records, book)
        for record in records:
            yield [as_text(field, record, book) for field in fields]


def as_text(field: Field, record: Any, book: NameBook) -> str:
    """A value in words that an import reads back as the same value."""
    value = field.read(record)
    if not value and value is not False and value != 0:
        return ""
    if isinstance(field.kind, Region):
        return "".join(regions.path(value)) or value
    if field.name == "author":
        return told(value, book)
    if isinstance(field.kind, Moment):
        return second(value)
    if isinstance(field.kind, Industry):
        tree = field.kind.tree(book)
        label = tree.label(value)
        return label if tree.find(label) == value else f"{value} {label}"
    return field.kind.plain(value, book)


def _write(path: Path, export: Export, header: list[str], rows: Iterator[list[str]], user: User) -> int:
    if export.format == Export.Format.CSV:
        return write_csv(path, header, rows)
    title = title_of(export.module)
    with Sheet(path, str(user), title=title) as sheet:
        sheet.widths([24] * len(header))
        sheet.header(header)
        for row in rows:
            if sheet.rows >= MOST_ROWS:
                raise RuleBroken(_("A sheet holds at most 1,048,575 rows. Export as csv, or use a filter."))
            sheet.row(row)
        return sheet.rows
