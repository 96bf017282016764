"""What the columns of a sheet of opportunities can fall into, and which header probably means what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from keyuan.exchange.columns import Mapping
from keyuan.exchange.guessing import aliases, labels, plain
from keyuan.exchange.targets import Target
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.org.models import User

NAMES = (
    "customer", "name", "stage", "amount", "probability", "expected_on", "products", "contacts", "owner", "source",
    "campaign", "closed_on", "reason", "competitor", "tags", "notes",
)  # fmt: skip
TOLD = ("owner", "closed_on", "reason", "competitor")
"""What nobody fills in on the form of a new one, and a sheet tells."""
NEEDED = ("customer", "expected_on")
REQUIRED = ("name", "amount", "probability", "expected_on", "stage")
"""The five fields that are required by the words of O9."""

MORE: dict[str, tuple[str, ...]] = {
    "customer": ("客户全称", "公司名称", "企业名称", "单位", "customer name"),
    "name": ("机会名称", "销售机会", "商机主题", "potential name"),
    "stage": ("deal stage", "当前阶段", "阶段名称"),
    "amount": ("预计销售金额", "合同金额", "成交金额", "close value"),
    "probability": ("成单率", "可能性", "win rate"),
    "expected_on": ("预计成交日", "预计结单日期", "预计签约日期", "expected closing"),
    "closed_on": ("成交日期", "实际成交日期", "结束日期", "closed", "closing date", "actual close date"),
    "reason": ("丢单原因", "失败原因", "loss reason"),
    "competitor": ("输给", "竞品"),
}
"""Headers that sheets have besides the labels and the aliases of the catalogue."""


def targets_for(user: User) -> dict[str, Target]:
    """The targets that exist for this person, in the order in which people think of them."""
    visible = OPPORTUNITY.visible_fields(user)
    fields = OPPORTUNITY.fillable_fields(user) | {name: OPPORTUNITY.fields[name] for name in TOLD if name in visible}
    return {name: Target(name, fields[name], OPPORTUNITY) for name in NAMES if name in fields}


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
            for word in spoken(OPPORTUNITY.fields[name], ""):
                found.setdefault(plain(word), name)
    for name, more in MORE.items():
        for word in more:
            found.setdefault(plain(word), name)
    return found
