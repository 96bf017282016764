"""The recycle bin: who deleted what and when, bringing it back, and deleting it for good after some days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.activities.fields import FOLLOW_UP, PLAN
from keyuan.activities.forgetting import forget_activities, forget_activities_of_leads
from keyuan.campaigns.fields import CAMPAIGN
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.leads.fields import LEAD
from keyuan.opportunities.fields import OPPORTUNITY, PRODUCT
from keyuan.opportunities.forgetting import forget_opportunities
from keyuan.org.models import User
from keyuan.org.settings import setting
from keyuan.records.attachments import models as attachments
from keyuan.records.catalogue import Catalogue
from keyuan.records.errors import Duplicate, RuleBroken
from keyuan.records.history import Operation, write_event
from keyuan.records.keys import DuplicateKey
from keyuan.records.models import Favourite, Recent

KINDS: dict[str, Catalogue] = {
    one.module: one for one in (CUSTOMER, CONTACT, LEAD, CAMPAIGN, OPPORTUNITY, PRODUCT, FOLLOW_UP, PLAN)
}
DEFAULT_DAYS, CHUNK = 30, 500


def days() -> int:
    """After how many days the recycle bin forgets; an administrator may set `recycle_bin_days`."""
    kept = setting("recycle_bin_days")
    return kept if isinstance(kept, int) and kept > 0 else DEFAULT_DAYS


@dataclass(frozen=True)
class Binned:
    """One line of the recycle bin.

    Attributes:
        customer: whom the record hangs on, if on anybody.
        opens: whether the reader may open that customer.
    """

    record: Any
    name: str
    customer: Any
    who: str
    at: datetime
    source: str
    gone_on: datetime
    opens: bool = False


def binned(user: User, kind: str, q: str = "") -> QuerySet[Any]:
    """Deleted records that this person may bring back, the latest first.

    What went with its customer, or hangs on one that is deleted, is not named: it comes back with it.
    """
    rows = KINDS[kind].model.objects.binned(user)
    if kind not in ("customer", "lead", "campaign", "product"):
        rows = rows.filter(Q(customer=None) | Q(customer__deleted_at=None)).select_related("customer")
    if q:
        named = KINDS[kind].rank_by or (KINDS[kind].title,)
        rows = rows.filter(reduce(or_, (Q(**{f"{one}__icontains": q}) for one in named)))
    return rows.select_related("deleted_by", "deletion", "owner").order_by("-deleted_at", "-pk")


def line(record: Any, kept: int, reader: User) -> Binned:
    customer = getattr(record, "customer", None)
    source = record.deletion.source if record.deletion else ""
    reach = reader.reach("customer", "view")
    return Binned(
        record,
        str(record),
        customer,
        str(record.deleted_by or ""),
        record.deleted_at,
        source,
        record.deleted_at + timedelta(days=kept),
        customer is not None and reach.covers(customer.owner_id, customer.department_id),
    )


def restore_all(rows: Iterable[Any], *, by: User) -> tuple[int, list[str]]:
    """Bring these records back with what went with them, each for itself.

    Returns:
        How many came back, and for each that could not a sentence that says why.
    """
    count, refused = 0, []
    for record in rows:
        try:
            record.restore(by=by)
            count += 1
        except Duplicate as conflict:
            refused.append(_conflict(record, conflict))
        except RuleBroken as refusal:
            refused.append(_("“%(name)s”: %(reason)s") % {"name": record, "reason": refusal})
    return count, refused


def _conflict(record: Any, conflict: Duplicate) -> str:
    key = next((hit for hit in conflict.hits if isinstance(hit, DuplicateKey)), None)
    rows = Customer.objects.unscoped(reason="the duplicate check names owners to everybody")
    is_customer = key is not None and key.kind in ("name", "uscc")
    holder = rows.select_related("owner").filter(pk=key.record_id).first() if key and is_customer else None
    if key is None or holder is None:
        return _("“%(name)s” can't come back: it exists again") % {"name": record.name}
    words = {"name": record.name, "holder": holder.name, "owner": holder.owner or _("nobody")}
    if key.kind == "uscc":
        return _("“%(name)s” can't come back: “%(holder)s” (owner %(owner)s) has its credit code now") % words
    return (
        _("“%(name)s” can't come back: “%(holder)s” (owner %(owner)s) has its name now. Rename that one first") % words
    )


def purge(rows: QuerySet[Any], *, by: User) -> int:
    """Delete deleted records for good, with their contacts; history keeps that they existed. How many went.

    What other records still need stays.
    """
    kind = rows.model.module
    operation = Operation.begin(f"{kind}.purged", by=by)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    return sum(_purge_chunk(kind, pks[start : start + CHUNK], operation) for start in range(0, len(pks), CHUNK))


def _purge_chunk(kind: str, pks: Sequence[int], operation: Operation) -> int:
    try:
        with transaction.atomic():
            return _purge(kind, pks, operation)
    except ProtectedError:
        if len(pks) == 1:
            return 0
    middle = len(pks) // 2
    return _purge_chunk(kind, pks[:middle], operation) + _purge_chunk(kind, pks[middle:], operation)


def _purge(kind: str, pks: Sequence[int], operation: Operation) -> int:
    rows = KINDS[kind].model.rows.deleted().filter(pk__in=pks)
    found = [(one.pk, str(one)) for one in rows.select_for_update(of=("self",)).order_by("pk")]
    gone = [pk for pk, _name in found]
    if kind == "customer":
        forget_activities(gone)
        forget_opportunities(gone)
        contacts = list(Contact.rows.filter(customer__in=gone).values_list("pk", flat=True))
        _forget("contact", contacts)
        Contact.rows.filter(pk__in=contacts).delete()
    if kind == "lead":
        forget_activities_of_leads(gone)
    _forget(kind, gone)
    KINDS[kind].model.rows.filter(pk__in=gone).delete()
    for pk, name in found:
        write_event(
            "purged", operation=operation, record_type=kind, record_id=pk, customer_id=None, details={"name": name}
        )
    return len(gone)


def _forget(kind: str, pks: Sequence[int]) -> None:
    """What names records without a foreign key."""
    for model in (DuplicateKey, Favourite, Recent):
        model.objects.filter(record_type=kind, record_id__in=pks).delete()
    KINDS[kind].search._default_manager.filter(record_id__in=pks).delete()
    attachments.purge(kind, pks)


def purge_old() -> int:
    """What has lain in the recycle bin for too long goes; the robot does it. How many went."""
    before = timezone.now() - timedelta(days=days())
    robot = User.objects.robot()
    robot.source = "job"
    count = 0
    for catalogue in KINDS.values():
        rows = catalogue.model.objects.unscoped(reason="the recycle bin forgets after its days")
        count += purge(rows.deleted().filter(deleted_at__lt=before), by=robot)
    return count
