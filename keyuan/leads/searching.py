"""What may lead somebody to leads who does not see all their fields."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from django.db.models import Q

from keyuan.customers.searching import keys_of
from keyuan.leads.models import Lead, LeadSearch
from keyuan.leads.models.deriving import lead_parts, lead_text, lines, phone_text, tag_names
from keyuan.org.models import User
from keyuan.org.scopes import FieldRight
from keyuan.records.cleaners.phone import key
from keyuan.records.search import FEW, holding
from keyuan.records.search_limits import ALL_KINDS, SearchLimits
from keyuan.records.search_text import Kind

WORDS = ("title", "wechat", "region", "requirement", "notes", "tags")
NUMBERS = ("mobile", "phone")


def lead_limits(user: User) -> SearchLimits | None:
    """What may lead `user` to a lead; None where everything may."""
    return user.rights.keep("lead search", lambda: _lead_limits(user))


def _lead_limits(user: User) -> SearchLimits | None:
    numbers, mail, words = (user.rights.sees("lead", *names) for names in (NUMBERS, ("email",), WORDS))
    if numbers and mail and words:
        return None
    kinds = ALL_KINDS - (set() if numbers else {Kind.PHONE.value}) - (set() if mail else {Kind.EMAIL.value})
    texts = partial(_texts, user=user, kinds=kinds)
    return SearchLimits(kinds, not words, partial(_hidden, user=user), texts, partial(_with, user=user), named)


def named(word: str) -> Q:
    """What it is called holds the word, as written or by its sound."""
    return Q(company__icontains=word) | Q(name__icontains=word) | Q(sort_name__contains=word)


def _leads(ids: Sequence[int]) -> list[Lead]:
    rows = Lead.objects.unscoped(reason="a search finds before rights, which its list applies")
    return list(rows.filter(pk__in=ids))


def _hidden(ids: Sequence[int], user: User) -> dict[int, str]:
    """The words of fields that are hidden or masked."""
    names = [name for name in WORDS if not user.rights.sees("lead", name)]
    tags = tag_names(ids) if "tags" in names else {}
    columns = [name for name in names if name != "tags"]
    found = {}
    for one in _leads(ids) if names else ():
        blank = Lead(**{name: getattr(one, name) for name in columns})
        found[one.pk] = lead_text(blank, tags.get(one.pk, []))
    return found


def _texts(ids: Sequence[int], user: User, kinds: frozenset[str]) -> dict[int, str]:
    """The words that may lead there."""
    tags = tag_names(ids)
    return {one.pk: _text(one, tags[one.pk], user, kinds) for one in _leads(ids)}


def _text(lead: Lead, tags: list[str], user: User, kinds: frozenset[str]) -> str:
    told = [text for name, text in lead_parts(lead, tags) if user.rights.sees("lead", name)]
    if Kind.PHONE.value in kinds:
        told += phone_text(lead.mobile, lead.phone).split("\n")
    if Kind.EMAIL.value in kinds:
        told.append(lead.email)
    return lines(*told)


def _with(word: str, user: User) -> set[int]:
    """The leads that have exactly this number, in a field that is not hidden."""
    wanted = keys_of(word)
    if not wanted:
        return set()
    limits = user.rights.limits("lead")
    names = [name for name in NUMBERS if limits.get(name) != FieldRight.HIDDEN]
    rows = holding(LeadSearch, word, [Kind.PHONE.value]).values_list("record_id", flat=True)
    return {one.pk for one in _leads(list(rows[:FEW])) if wanted & _keys(one, names)}


def _keys(lead: Lead, names: Sequence[str]) -> set[str]:
    return {key(number) for name in names for number in getattr(lead, name).split(";") if number}
