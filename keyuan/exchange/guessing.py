"""Which column probably means which field, from its header in Chinese or English."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache

from django.utils import translation

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.exchange.columns import Mapping
from keyuan.exchange.targets import CONTACT_PREFIX, NAME, Target
from keyuan.records.catalogue import Field
from keyuan.records.text import normalise

LANGUAGES = ("zh-hans", "en")

_NOT_WORD = re.compile(r"[\W_]+")
_BRACKETS = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_ENGLISH = re.compile(r"(?:^|[\s_-])en(?:g|glish)?$|^(?:英文|外文)|(?:英文|外文)$", re.IGNORECASE)
_CHINESE = re.compile(r"[\s_-](?:zh|cn|chn|chinese)$|^中文|中文$", re.IGNORECASE)

MORE: dict[str, tuple[str, ...]] = {
    "name": (
        "客户全称",
        "公司名",
        "公司",
        "企业",
        "单位",
        "全称",
        "名",
        "股票名称",
        "customer",
        "customer name",
        "account name",
        "employer",
    ),
    "short_name": ("简称", "客户简称", "ts name"),
    "region": (
        "省",
        "市",
        "区",
        "县",
        "区县",
        "区/县",
        "地区",
        "区域",
        "省市",
        "城区",
        "district",
        "county",
        "state",
        "state/province",
    ),
    "phone": ("business phone", "business phone 2", "work phone", "office phone", "公司座机"),
    "website": ("web", "web page"),
    "address": ("business address", "住址", "street address"),
    "notes": ("备注信息", "note", "comments"),
    "owner": ("负责人", "所有人", "归属人", "跟进人", "owner", "客户负责人"),
    "contact.name": ("联系人", "姓名", "联系人名称", "联系人姓名", "first contact", "last name"),
    "contact.title": ("联系人职务", "contact title"),
    "contact.mobile": ("移动电话", "联系手机", "手机1", "mobile", "mobile number", "contact mobile"),
    "contact.email": ("e-mail address", "email address", "contact email"),
    "contact.wechat": ("联系人微信", "wechat"),
    "contact.phone": ("联系人座机", "contact phone", "home phone", "other phone"),
}
"""Headers that files have besides the labels and the aliases of the catalogue."""


def plain(header: str) -> str:
    """A header without star, brackets, blanks and marks."""
    return _NOT_WORD.sub("", normalise(_BRACKETS.sub("", header).replace("*", "")))


def signature(header: Sequence[str], kind: str = "customers") -> str:
    """What two files with the same columns have in common that hold the same."""
    same = [plain(text) for text in header] + ([f"*{kind}"] if kind != "customers" else [])
    return hashlib.sha256(json.dumps(same).encode()).hexdigest()


def guess(header: Sequence[str], targets: dict[str, Target]) -> Mapping:
    """The likeliest mapping; columns that mean nothing known are not imported."""
    known = words(_is_of_contacts(header))
    columns: dict[int, str] = {}
    english: list[int] = []
    for place, text in enumerate(header):
        key = known.get(plain(text), "")
        if _ENGLISH.search(text) or _CHINESE.search(text):
            key, is_english = _without_language(text, known), bool(_ENGLISH.search(text))
            if key in (NAME, "contact.name") and is_english:
                english.append(place)
                continue
            key = NAME if key == "contact.name" else "" if is_english else key
        if key in targets and (key not in columns.values() or targets[key].glue is not None or key == NAME):
            columns[place] = key
    short = [place for place, key in columns.items() if key == "short_name"]
    if NAME not in columns.values() and english:
        columns[english.pop(0)] = NAME
    return Mapping(columns, [*short, *english])


def _without_language(header: str, known: dict[str, str]) -> str:
    return known.get(plain(_CHINESE.sub("", _ENGLISH.sub("", header))), "")


@cache
def words(contacts_first: bool = False) -> dict[str, str]:
    """Target by plain header. Labels win over aliases, customers over contacts unless the file is one of contacts."""
    found: dict[str, str] = {}
    customer = [("", CUSTOMER.fields), (CONTACT_PREFIX, CONTACT.fields)]
    order = customer[::-1] if contacts_first else customer
    for spoken in (labels, aliases):
        for prefix, fields in order:
            for name, field in fields.items():
                for word in spoken(field, prefix):
                    found.setdefault(plain(word), prefix + name)
    found = {word: NAME if key == CONTACT_PREFIX + "customer" else key for word, key in found.items() if word}
    for key, more in MORE.items():
        for word in more:
            found.setdefault(plain(word), key)
    return found


def labels(field: Field, prefix: str) -> Iterator[str]:
    """What pages and files call a field, in every language."""
    for language in LANGUAGES:
        with translation.override(language):
            yield str(field.label)
            if prefix:
                yield Target(prefix + field.name, field).label


def aliases(field: Field, prefix: str) -> Iterator[str]:
    """What others call it."""
    yield from field.aliases
    yield f"{'contact ' if prefix else ''}{field.name}"
    for language in LANGUAGES:
        with translation.override(language):
            yield f"{'联系人' if prefix else ''}{field.label}"


def _is_of_contacts(header: Sequence[str]) -> bool:
    """A list of contacts has the label of the contact's name and of its customer, and none of the customer's name."""
    plains = {plain(text) for text in header}

    def has(field: Field) -> bool:
        return any(plain(label) in plains for label in labels(field, ""))

    return has(CONTACT.fields["name"]) and has(CONTACT.fields["customer"]) and not has(CUSTOMER.fields["name"])
