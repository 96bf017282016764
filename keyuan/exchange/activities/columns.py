"""What the columns of a sheet of follow-ups can fall into, and which header probably means what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from keyuan.activities.fields import FOLLOW_UP
from keyuan.exchange.columns import Mapping
from keyuan.exchange.guessing import aliases, labels, plain
from keyuan.exchange.targets import Target
from keyuan.org.models import User
from keyuan.ui.modules import is_on

NAMES = (
    "customer",
    "lead",
    "opportunity",
    "kind",
    "at",
    "content",
    "contacts",
    "result",
    "next_contact_at",
    "place",
    "minutes",
    "author",
    "created_at",
)
TOLD = ("author", "created_at")
"""What nobody fills in by hand, and a sheet tells of what happened elsewhere (A10)."""
NEEDED = ("customer", "at", "content")
RELATED = {"contacts": "contact", "lead": "lead", "opportunity": "opportunity"}
"""Columns that are there only for who sees the records that they name."""

MORE: dict[str, tuple[str, ...]] = {
    "customer": ("客户全称", "公司名称", "公司名", "企业名称", "企业", "单位", "customer name", "account name"),
    "lead": ("关联线索", "线索名称", "lead name", "related lead"),
    "opportunity": ("关联商机", "商机名称", "opportunity name", "related opportunity", "deal"),
    "kind": ("跟进类型", "活动类型", "联系方式", "activity type", "method", "channel"),
    "at": ("跟进日期", "发生时间", "联系时间", "activity date", "date and time"),
    "content": ("跟进情况", "跟进描述", "沟通内容", "备注", "描述", "description", "details", "summary"),
    "contacts": ("客户联系人", "contact name", "contact names"),
    "next_contact_at": ("下次联系日期", "下次跟进", "下次跟进日期", "next contact date", "next follow up"),
    "place": ("位置", "location"),
    "minutes": ("时长", "用时", "分钟", "duration"),
    "author": ("销售", "销售员", "业务员", "拜访人", "创建人", "sales", "logged by", "user"),
    "created_at": ("录入时间", "创建日期", "登记时间", "created at", "created on"),
}
"""Headers that sheets have besides the labels and the aliases of the catalogue."""


def targets_for(user: User) -> dict[str, Target]:
    """The targets that exist for this person, in the order in which people think of them."""
    fields = FOLLOW_UP.fillable_fields(user) | {name: FOLLOW_UP.fields[name] for name in TOLD}
    names = [name for name in NAMES if name in fields and _is_there(name, user)]
    return {name: Target(name, fields[name], FOLLOW_UP) for name in names}


def _is_there(name: str, user: User) -> bool:
    """Whether the records that a column names are there for this person."""
    module = RELATED.get(name, "follow_up")
    return user.may(module, "view") and (name != "lead" or is_on("leads", user))


def guess(header: Sequence[str], targets: dict[str, Target]) -> Mapping:
    """The likeliest mapping; of two columns that mean the same the first counts."""
    known = words()
    columns: dict[int, str] = {}
    for place, text in enumerate(header):
        key = known.get(plain(text), "")
        if key in targets and key not in columns.values():
            columns[place] = key
    return Mapping(columns)


@cache
def words() -> dict[str, str]:
    """Target by plain header. Labels win over aliases."""
    found: dict[str, str] = {}
    for spoken in (labels, aliases):
        for name in NAMES:
            for word in spoken(FOLLOW_UP.fields[name], ""):
                found.setdefault(plain(word), name)
    for name, more in MORE.items():
        for word in more:
            found.setdefault(plain(word), name)
    return found
