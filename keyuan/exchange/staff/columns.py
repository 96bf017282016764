"""Which column of a sheet of staff means what."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.utils import translation

from keyuan.exchange.guessing import LANGUAGES, plain
from keyuan.people.forms import MemberForm

FIELDS = ("name", "username", "department", "position", "superior", "roles", "phone", "email", "language")
REQUIRED = ("name", "department")

MORE: dict[str, tuple[str, ...]] = {
    "name": ("员工姓名", "员工", "成员", "full name", "display name"),
    "username": ("账号", "帐号", "登录名", "工号", "login", "account", "username"),
    "department": ("所属部门", "部门名称", "dept", "team"),
    "position": ("岗位", "职务", "职称", "title", "job title"),
    "superior": ("上级", "直属上级", "直接上级", "汇报对象", "主管", "manager", "reports to"),
    "roles": ("系统角色", "权限角色", "role"),
    "phone": ("手机号", "手机号码", "电话", "联系电话", "mobile", "phone"),
    "email": ("电子邮件", "电子邮箱", "邮箱地址", "email", "mail"),
    "language": ("界面语言", "lang"),
}
"""Headers that sheets have besides the labels of the form."""


def label(field: str) -> str:
    """The word for a field, as the form says it."""
    return str(MemberForm.base_fields[field].label)


@cache
def words() -> dict[str, str]:
    """Field by plain header, in both languages."""
    found: dict[str, str] = {}
    for language in LANGUAGES:
        with translation.override(language):
            found |= {plain(label(field)): field for field in FIELDS}
    for field, more in MORE.items():
        for word in more:
            found.setdefault(plain(word), field)
    return found


def places(header: Sequence[str]) -> dict[str, int]:
    """The first column of each field that the header names."""
    found: dict[str, int] = {}
    for place, text in enumerate(header):
        field = words().get(plain(text), "")
        if field:
            found.setdefault(field, place)
    return found


def unknown(header: Sequence[str]) -> list[str]:
    """The headers that mean nothing known, or something that an earlier column says already."""
    known = set(places(header).values())
    return [text for place, text in enumerate(header) if place not in known and text]


def taken(cells: Sequence[str], at: dict[str, int]) -> dict[str, str]:
    """The text of each field in one row, without blanks around it."""
    texts: dict[str, Any] = {field: cells[place] if place < len(cells) else "" for field, place in at.items()}
    return {field: " ".join(texts.get(field, "").split()) for field in FIELDS}
