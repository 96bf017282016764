"""One save of the composer: what happened is logged, the plan it fulfils is done, the next step is planned (A1)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.models.follow_up import still_there
from keyuan.activities.rules import ActivityRules, activity_rules, why_not_effective
from keyuan.activities.telling import tell_followed
from keyuan.customers.models import Customer
from keyuan.leads.models import Lead
from keyuan.org.models import User
from keyuan.records.options import Option
from keyuan.records.relative_dates import start_of


@dataclass(frozen=True)
class NextStep:
    """What comes next: the time, and where they are known what is done and how."""

    at: datetime
    subject: str = ""
    kind: Option | None = None
    is_all_day: bool = False


@dataclass(frozen=True)
class Logged:
    """What one save did.

    Attributes:
        is_new: False where the same form had been saved before.
        reasons: why the follow-up does not count as an effective one, in sentences.
    """

    follow_up: FollowUp
    completed: Plan | None = None
    planned: Plan | None = None
    is_new: bool = True
    reasons: Sequence[str] = field(default=())


@transaction.atomic
def log_follow_up(
    about: Customer | Lead,
    *,
    by: User,
    token: uuid.UUID | None = None,
    completes: Plan | None = None,
    next_step: NextStep | None = None,
    **values: Any,
) -> Logged:
    """Log what happened with a customer or a lead, and all that follows from it.

    Args:
        token: of the form; the second save of one form gives the first one's follow-up, unless other words stand in it:
            a browser may bring a saved form back, and somebody writes on.
        completes: the plan that this fulfils.
        values: fields of the follow-up, such as kind, at, content, contacts, result.

    Raises:
        NotAllowed, RuleBroken: the time lies ahead, a contact belongs to another customer, the plan is not open.
    """
    if token and (saved := FollowUp.rows.filter(author=by, token=token).first()):
        if _is_again(saved, about, values):
            return Logged(saved, is_new=False)
        token = None
    if completes is not None and completes.opportunity_id and values.get("opportunity") is None:
        values["opportunity"] = completes.opportunity
    whose = whose_of(about)
    if isinstance(about, Customer):
        Customer.hold([about.pk])
    try:
        with transaction.atomic():
            follow_up = FollowUp.add(
                by=by, token=token, **whose, next_contact_at=next_step.at if next_step else None, **values
            )
    except IntegrityError as clash:
        if "a_form_is_saved_once" not in str(clash):
            raise
        return Logged(FollowUp.rows.get(author=by, token=token), is_new=False)
    tell_followed(follow_up, by)
    completed = completes.complete(by=by, follow_up=follow_up, at=follow_up.at) if completes else None
    rules = activity_rules()
    planned = plan_next(follow_up, next_step, rules.reminder_minutes, by=by) if next_step else None
    return Logged(follow_up, completed, planned, reasons=reasons_of(follow_up, rules))


def whose_of(about: Customer | Lead) -> dict[str, Any]:
    """The field of a follow-up or plan that names whom it is about."""
    return {"lead" if isinstance(about, Lead) else "customer": about}


def _is_again(saved: FollowUp, about: Customer | Lead, values: dict[str, Any]) -> bool:
    return (saved.about, saved.content, saved.deleted_at) == (about, values["content"], None)


def plan_next(follow_up: FollowUp, step: NextStep, reminder: int | None, *, by: User) -> Plan:
    """The next step after a follow-up, as a plan of who wrote it, with a reminder that many minutes before."""
    about = follow_up.about
    subject = step.subject or _("Follow up %(name)s") % {"name": about.short_or_name}
    ends = step.at + timedelta(days=1) if step.is_all_day else None
    return Plan.add(
        by=by,
        **whose_of(about),
        opportunity=follow_up.opportunity,
        subject=subject[:200],
        kind=step.kind or follow_up.kind,
        starts_at=step.at,
        ends_at=ends,
        is_all_day=step.is_all_day,
        contacts=follow_up.contacts,
        reminders=[reminder] if reminder is not None and not step.is_all_day else [],
    )


def reasons_of(follow_up: FollowUp, rules: ActivityRules) -> list[str]:
    """Why this follow-up does not count, by these rules."""
    return why_not_effective(
        rules,
        kind=follow_up.kind.key,
        content=follow_up.content,
        contacts=follow_up.contacts,
        result=follow_up.result_id,
    )


@transaction.atomic
def complete_plan(plan: Plan, content: str = "", *, by: User) -> Logged | None:
    """Mark a plan as done; with words about a customer it becomes a follow-up.

    Raises:
        NotAllowed, RuleBroken.
    """
    about = plan.customer or plan.lead
    if about is None or not content.strip():
        plan.complete(by=by)
        return None
    now = timezone.now()
    at = min(plan.starts_at or now, now)
    contacts = still_there(plan.customer.pk, plan.contacts) if plan.customer else []
    values = {"kind": plan.kind, "contacts": contacts, "place": plan.place, "content": content, "at": at}
    values["opportunity"] = plan.opportunity
    return log_follow_up(about, by=by, completes=plan, **values)


def matching_plan(about: Customer | Lead, user: User, **narrowed: Any) -> Plan | None:
    """The plan that a follow-up of today most likely fulfils: one's own, open, for today or overdue; the latest due.

    Args:
        narrowed: conditions on the plans, such as their opportunity.
    """
    tomorrow = start_of(timezone.localdate() + timedelta(days=1))
    rows = (
        Plan.objects.allowed(user, "edit")
        .open()
        .filter(**whose_of(about), owner=user, starts_at__lt=tomorrow, **narrowed)
    )
    return rows.select_related("kind").order_by("-starts_at", "-pk").first()


def next_plan(about: Customer | Lead, user: User, **narrowed: Any) -> Plan | None:
    """The next step of a customer or lead that `user` sees, whoever takes it."""
    rows = Plan.objects.visible_to(user).open().filter(**whose_of(about), starts_at__isnull=False, **narrowed)
    return rows.select_related("kind", "owner").order_by("starts_at", "pk").first()
