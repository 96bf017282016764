"""What the columns of a sheet of leads can fall into, and which header probably means what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from keyuan.exchange.columns import Mapping
from keyuan.exchange.guessing import aliases, labels, plain
from keyuan.exchange.targets import Target
from keyuan.leads.fields import LEAD
from keyuan.org.models import User

NAMES = (
    "company", "name", "title", "mobile", "phone", "email", "wechat", "source", "campaign", "rating", "score", "state",
    "invalid_reason", "industry", "region", "address", "requirement", "owner", "tags", "notes",
)  # fmt: skip
TOLD = ("owner", "state", "invalid_reason")
"""What nobody fills in on the form of a new one, and a sheet tells."""
MORE: dict[str, tuple[str, ...]] = {
    "company": ("企业全称", "公司全称", "单位全称", "客户公司", "lead company"),
    "name": ("线索联系人", "联系人名称", "客户联系人", "first name", "person", "lead number", "lead no", "lead id"),
    "source": ("客户来源", "来源渠道", "渠道来源"),
    "state": ("跟进状态", "lead stage"),
    "rating": ("意向等级", "意向级别", "线索等级", "线索级别"),
    "requirement": ("需求说明", "客户需求", "意向产品", "需求内容"),
    "invalid_reason": ("无效理由", "关闭原因"),
    "notes": ("备注信息", "线索备注"),
}
"""Headers that sheets have besides the labels and the aliases of the catalogue."""


def targets_for(user: User) -> dict[str, Target]:
    """The targets that exist for this person, in the order in which people think of them."""
    visible = LEAD.visible_fields(user)
    fields = LEAD.fillable_fields(user) | {name: LEAD.fields[name] for name in TOLD if name in visible}
    return {name: Target(name, fields[name], LEAD) for name in NAMES if name in fields}


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
            for word in spoken(LEAD.fields[name], ""):
                found.setdefault(plain(word), name)
    for name, more in MORE.items():
        for word in more:
            found.setdefault(plain(word), name)
    return found
