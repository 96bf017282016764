"""What to begin with: a few steps that are done once, and gone when they are done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from keyuan.activities.models import FollowUp, Plan
from keyuan.customers.models import Customer
from keyuan.org.models import User
from keyuan.org.settings import setting

BEGUN = "has_begun"
"""The preference of a person who hides them."""


@dataclass(frozen=True)
class Step:
    """One thing to begin with."""

    label: str
    why: str
    icon: str
    url: str
    is_done: bool
    drawer: str = ""


def first_steps(user: User) -> list[Step]:
    """What this person may begin with; nothing where all of it is done, or hidden."""
    if user.preferences.get(BEGUN):
        return []
    steps = [*_of_customers(user), *_of_activities(user), *_of_the_house(user)]
    return [] if all(step.is_done for step in steps) else steps


def _of_customers(user: User) -> Iterator[Step]:
    may_create, may_import = user.may("customer", "create"), user.may("customer", "import")
    if not (may_create or may_import):
        return
    has = Customer.objects.visible_to(user).filter(owner=user).exists()
    if may_create:
        why = _("Write down one you will call this week")
        yield Step(_("New customer"), why, "building", "/customers/new/", has, "drawer")
    if may_import:
        yield Step(
            _("Import a sheet"), _("Bring the Excel or CSV sheet you keep today"), "file-import", "/imports/", has
        )


def _of_activities(user: User) -> Iterator[Step]:
    if user.may("follow_up", "create"):
        has = FollowUp.objects.visible_to(user).filter(author=user).exists()
        why = _("Say what came out of a call; the time of the next one stands in the same form")
        yield Step(_("Log a follow-up"), why, "pencil-plus", "/activities/quick/", has, "drawer")
    if user.may("plan", "create"):
        has = Plan.objects.visible_to(user).filter(owner=user).exists()
        why = _("You are reminded in time, and it stands here on its day")
        yield Step(_("Plan a contact"), why, "calendar-plus", "/activities/plans/new/", has, "narrow")


def _of_the_house(user: User) -> Iterator[Step]:
    if user.may("people", "create"):
        has = User.objects.people().exclude(pk=user.pk).exists()
        why = _("Create accounts; everybody gets an initial password")
        yield Step(_("Invite colleagues"), why, "user-plus", "/admin/users/new/", has, "drawer")
    if user.is_administrator:
        has = bool(setting("company_name"))
        yield Step(
            _("Set up the house"), _("Company name, safety notice, classes and lists"), "settings", "/admin/", has
        )


def done_of(steps: list[Step]) -> dict[str, Any]:
    return {"steps": steps, "steps_done": sum(step.is_done for step in steps)}
