"""How customers, contacts and leads come into a campaign, what they answered, and how they leave it (T5).

Each of them hears of it in its own history, in the same statement for all of a chunk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg import sql

from keyuan.campaigns.models import Campaign
from keyuan.customers.bulk import chunks
from keyuan.leads.campaigns.models import KINDS, CampaignMember, MemberQuerySet
from keyuan.org.models import User
from keyuan.records.adding import Happened, write_history
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.records.options import Option

UNDO = timedelta(hours=24)
SKEW = timedelta(minutes=1)
"""The database and the web server each look at their own clock."""
_INSERT = sql.SQL("""
INSERT INTO campaign_member (campaign_id, {column}, answer_id, result, added_at, added_by_id)
SELECT %s, t.id, %s, '', clock_timestamp(), %s FROM {table} t WHERE t.id = ANY(%s) AND t.deleted_at IS NULL
ORDER BY t.id ON CONFLICT DO NOTHING RETURNING {column}
""")


@dataclass
class Joined:
    """How many came in, and how many were there already.

    Attributes:
        operation: by which they came in, and can be taken out again; None where nobody did.
    """

    number: int = 0
    already: int = 0
    operation: Operation | None = None


def join(
    rows: Any, campaign: Campaign, *, by: User, answer: Option | None = None, operation: Operation | None = None
) -> Joined:
    """Put `rows`, customers, contacts or leads, into a campaign; in chunks that commit.

    Who may change the campaign puts in whatever they see; who only sees the campaign, what they may change.

    Raises:
        NotAllowed: `by` may do so with none of them.
    """
    campaign.require(by, "view")
    mine = rows.living().reached_by(by, operation_for(campaign, by))
    if not mine.exists():
        raise NotAllowed(_("You may not put these records into the campaign."))
    joined, operation = Joined(), operation or Operation.begin("campaign.joined", by=by)
    for pks in chunks(mine):
        with transaction.atomic():
            added = _insert(rows.model, campaign, pks, answer, by)
            _tell(rows.model, "joined_campaign", added, campaign, operation)
        joined.number += len(added)
        joined.already += len(pks) - len(added)
    if joined.number:
        joined.operation = operation
        campaign.log("members_added", operation=operation, number=joined.number, kind=rows.model.module)
    return joined


@transaction.atomic
def unjoin(campaign: Campaign, operation: Operation, *, by: User) -> int:
    """Take those out again whom `by` put in with this operation, within a day; how many went.

    Raises:
        RuleBroken: it is too late, or somebody else put them in.
    """
    if operation.by_id != by.pk:
        raise RuleBroken(_("Somebody else has put them into the campaign."))
    if timezone.now() - operation.at > UNDO:
        raise RuleBroken(_("It is too late to undo this."))
    told = Event.objects.filter(operation=operation, name="joined_campaign", details__campaign=campaign.pk)
    put: dict[str, list[int]] = defaultdict(list)
    for kind, pk in told.values_list("record_type", "record_id"):
        put[kind].append(pk)
    these = reduce(or_, (Q(**{f"{kind}__in": pks}) for kind, pks in put.items() if kind in KINDS), Q(pk__in=[]))
    members = CampaignMember.objects.filter(these, campaign=campaign, added_by=by, added_at__gte=operation.at - SKEW)
    return leave(members, campaign, by=by)


def operation_for(campaign: Campaign, user: User) -> str:
    """What one must be allowed to do with a record to put it in, note its answer or take it out."""
    return "view" if campaign.allows(user, "edit") else "edit"


def members_of(campaign: Campaign, user: User, *, to_change: bool = False) -> MemberQuerySet:
    """The members that `user` sees; with `to_change` those whose answer they may note."""
    rows = CampaignMember.objects.filter(campaign=campaign)
    return rows.seen_by(user, operation_for(campaign, user) if to_change else "view")


def _insert(model: Any, campaign: Campaign, pks: Sequence[int], answer: Option | None, by: User) -> list[int]:
    statement = _INSERT.format(column=sql.Identifier(f"{model.module}_id"), table=sql.Identifier(model._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(statement, [campaign.pk, answer.pk if answer else None, by.pk, list(pks)])
        return [pk for (pk,) in cursor.fetchall()]


def _tell(model: Any, event: str, pks: Sequence[int], campaign: Campaign, operation: Operation, **details: Any) -> None:
    """A line of history for each of these records."""
    homes = dict.fromkeys(pks)
    if model.customer_column:
        homes |= dict(model.rows.filter(pk__in=pks).values_list("pk", model.customer_column))
    told = {"campaign": campaign.pk, **details}
    happened: list[Happened] = [(pk, homes[pk], {}, {}) for pk in sorted(homes)]
    write_history(model, event, happened, operation, details=dict.fromkeys(homes, told))


@transaction.atomic
def note_answer(
    members: MemberQuerySet, campaign: Campaign, *, by: User, answer: Option | None, result: str | None = None
) -> int:
    """Note what these members answered, and what came of it; how many changed.

    Args:
        result: None leaves it as it is.
    """
    mine = members_of(campaign, by, to_change=True)
    found = list(CampaignMember.objects.select_for_update().filter(pk__in=members.values("pk")).order_by("pk"))
    allowed = set(mine.filter(pk__in=[one.pk for one in found]).values_list("pk", flat=True))
    answered = answer.pk if answer else None
    changed = [
        one
        for one in found
        if one.pk in allowed and (one.answer_id != answered or (result is not None and one.result != result))
    ]
    if not changed:
        return 0
    values: dict[str, Any] = {"answer": answer} | ({} if result is None else {"result": result})
    CampaignMember.objects.filter(pk__in=[one.pk for one in changed]).update(**values)
    operation = Operation.begin("campaign.answered", by=by)
    for model, pks in _by_model(changed).items():
        _tell(model, "answered_campaign", pks, campaign, operation, answer=answered, result=result or "")
    return len(changed)


@transaction.atomic
def leave(members: MemberQuerySet, campaign: Campaign, *, by: User) -> int:
    """Take these members out of the campaign; how many went."""
    found = list(
        CampaignMember.objects.select_for_update()
        .filter(pk__in=members_of(campaign, by, to_change=True).filter(pk__in=members.values("pk")).values("pk"))
        .order_by("pk")
    )
    if not found:
        return 0
    CampaignMember.objects.filter(pk__in=[one.pk for one in found]).delete()
    operation = Operation.begin("campaign.left", by=by)
    for model, pks in _by_model(found).items():
        _tell(model, "left_campaign", pks, campaign, operation)
    campaign.log("members_removed", operation=operation, number=len(found))
    return len(found)


def _by_model(members: Sequence[CampaignMember]) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = defaultdict(list)
    for one in members:
        found[KINDS[one.kind]].append(getattr(one, f"{one.kind}_id"))
    return found
