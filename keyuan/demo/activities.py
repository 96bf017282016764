"""What the demo company's salespeople did with its customers, and what they plan."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from keyuan.activities.models import FollowUp, Plan
from keyuan.customers.models import Contact, Customer
from keyuan.org.models import User
from keyuan.records.history import Operation
from keyuan.records.options import Option

TOLD: tuple[tuple[str, str, str], ...] = (
    (
        "visit",
        "progress",
        "看了两条产线，点检表目前还是纸质，班组长每天抄写约 40 分钟。对方认可先上点检与能耗，质检追溯放到下半年。",
    ),
    ("wechat", "progress", "发送方案 V2 和同行业案例。对方问三年运维费是否可含在首年。"),
    ("phone", "no_answer", "打了两次没有接通，下午再试。"),
    ("phone", "interested", "采购主管反馈预算在 90 万以内，希望分两期付款，下周当面和老总确认。"),
    ("meeting", "progress", "线上演示排产和报工，生产、质量两个部门参加，问题集中在与现有 ERP 的对接。"),
    ("email", "progress", "报价单已发，含三年维护。对方承诺周五前内部评审。"),
    ("phone", "later", "对方在出差，约下周一再联系。"),
    ("sms", "no_progress", "短信确认拜访时间，对方没有回复。"),
    ("visit", "interested", "第一次拜访，了解车间规模和信息化现状，留下资料。"),
)
PLANNED = ("发二期报价单", "拜访确认方案", "约线上演示", "跟进预算审批", "回访使用情况", "确认合同条款")


def tell_story(customer: Customer, place: int, row: dict[str, Any], operation: Operation) -> None:
    """The follow-ups of one customer up to the last one, and its next step.

    Args:
        place: the number of the customer, so that each has another story.
        row: `quiet` are the days since the last follow-up, `next` the days until the next step; None for none.
    """
    now = timezone.now()
    contacts = list(Contact.objects.unscoped(reason="the demo tells of its own contacts").filter(customer=customer)[:2])
    if row["quiet"] is not None:
        for step in range(1 + place % 3):
            when = now - timedelta(days=row["quiet"] + step * 9)
            if when > customer.created_at:
                _follow_up(customer, contacts, place + step * 4, when, operation)
    if row["next"] is not None:
        _plan(customer, contacts, place, at_work(now + timedelta(days=row["next"]), place), operation)


def _follow_up(customer: Customer, contacts: list[Contact], place: int, when: datetime, operation: Operation) -> None:
    kind, result, content = TOLD[place % len(TOLD)]
    at = min(at_work(when, place), when)
    FollowUp.add(
        by=_owner(customer),
        operation=operation,
        customer=customer,
        kind=_option("follow_up_kind", kind),
        result=_option("follow_up_result", result),
        content=content,
        at=at,
        created_at=at,
        updated_at=at,
        contacts=[one.pk for one in contacts[:1]],
    )


def _plan(customer: Customer, contacts: list[Contact], place: int, at: datetime, operation: Operation) -> None:
    kind = ("phone", "visit", "meeting")[place % 3]
    Plan.add(
        by=_owner(customer),
        operation=operation,
        owner=customer.owner,
        customer=customer,
        subject=PLANNED[place % len(PLANNED)],
        kind=_option("follow_up_kind", kind),
        starts_at=at,
        ends_at=at + timedelta(minutes=30 if kind == "phone" else 90),
        contacts=[one.pk for one in contacts[:1]],
        reminders=[15],
    )


def _owner(customer: Customer) -> User:
    assert customer.owner is not None
    return customer.owner


def at_work(moment: datetime, place: int) -> datetime:
    """The same day, at an hour at which people meet."""
    return timezone.localtime(moment).replace(hour=9 + place % 8, minute=place % 2 * 30, second=0, microsecond=0)


def _option(name: str, key: str) -> Option:
    return Option.objects.get(list=name, key=key)
