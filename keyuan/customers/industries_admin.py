"""The list of industries: what an organisation renames, hides and adds in GB/T 4754 (C5).

Each difference is an option of the list `industry`, whose key is the code; records keep codes, so all of them follow.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from keyuan.customers.lists_admin import change_all, log, refuse_namesake, rewrite_views
from keyuan.customers.models import Customer
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation, write_event
from keyuan.records.options import Option
from keyuan.records.reference import industries
from keyuan.records.reference.industries import Industry
from keyuan.records.reference.own_industries import Industries

LIST = "industry"
DEEPEST = 3
"""Own industries may be added below sections, divisions and groups."""


def differences() -> Industries:
    """The list as it stands now, read from the database."""
    return Industries(Option.objects.filter(list=LIST))


def _rows() -> Any:
    return Customer.objects.unscoped(reason="an industry is counted and moved on all records, also deleted ones")


def uses() -> dict[str, int]:
    """How many customers have each industry or one below it, those in the recycle bin included."""
    found: dict[str, int] = {}
    tree = differences()
    rows = _rows().exclude(industry="").order_by().values_list("industry").annotate(n=Count("pk"))
    for code, number in rows:
        for one in tree.line(code):
            found[one.code] = found.get(one.code, 0) + number
    return found


@transaction.atomic
def add_industry(parent: str, name: str, *, by: User) -> Industry:
    """A new industry below one that exists.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: nothing can stand below `parent`, or an industry of this name stands there already.
    """
    require_administrator(by)
    options = _locked()
    tree = Industries(options)
    above = tree.get(parent)
    if above is None or above.level > DEEPEST:
        raise RuleBroken(_("Choose an industry below which the new one stands."))
    refuse_namesake(name, [one.name for one in tree.children(parent)])
    taken = {one.key for one in options}
    free = [code for code in _own_codes(parent) if code not in taken]
    if not free:
        raise RuleBroken(_("No more industries can be added here."))
    option = Option.objects.create(list=LIST, key=secrets.choice(free), name=name)
    log(LIST, option.pk, "created", by, {}, {"code": option.key, "name": name})
    return Industry(option.key, name)


def _own_codes(parent: str) -> list[str]:
    """Codes that the standard never uses and that still begin with their parent's."""
    ends = string.ascii_lowercase + string.digits
    return [f"{parent}{first}{second}" for first in string.ascii_lowercase for second in ends]


@transaction.atomic
def edit_industry(code: str, name: str, is_hidden: bool, *, by: User) -> None:
    """Another name, or hide it; the standard's own name takes the difference away.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: there is no such industry, another one beside it has the name, or no section would remain.
    """
    require_administrator(by)
    options = _locked()
    tree = Industries(options)
    industry = _find(tree, code)
    refuse_namesake(name, [one.name for one in tree.children(industry.parent) if one.code != code])
    if is_hidden and {one.code for one in tree.roots()} == {code}:
        raise RuleBroken(_("One entry of the list must stay in use."))
    standard = industries.get(code)
    kept = "" if standard and name == standard.name else name
    before = {"name": industry.name, "is_hidden": tree.is_hidden(code)}
    option = next((one for one in options if one.key == code), Option(list=LIST, key=code))
    option.name, option.is_retired = kept, is_hidden
    option.save()
    if before != (after := {"name": name, "is_hidden": is_hidden}):
        log(LIST, option.pk, "edited", by, {"code": code, **before}, {"code": code, **after})


@transaction.atomic
def remove_industry(code: str, target: str, *, by: User) -> int:
    """Delete an own industry with those below it; customers that have one of them get `target`.

    The rows stay, unseen, so that history can still name them.

    Returns:
        How many customers changed.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: it is one of the standard, which can only be hidden, or it is used and there is no other target.
    """
    require_administrator(by)
    options = _locked()
    tree = Industries(options)
    industry = _find(tree, code)
    if not industry.is_own:
        raise RuleBroken(_("An industry of the standard can be hidden, but not deleted."))
    having = _rows().filter(industry__startswith=code)
    if having.exists() and (not tree.exists(target) or target.startswith(code)):
        raise RuleBroken(_("Records use this entry. Choose what they get instead."))
    operation = Operation.begin("industry.moved", by=by)
    moved = change_all(Customer, having, {"industry": target}, operation) if having.exists() else 0
    for one in options:
        if one.key.startswith(code):
            rewrite_views({LIST}, {one.key, one.name}, target or industry.parent)
            one.is_retired, one.extra = True, {"moved_to": target or one.key}
            one.save()
            write_event(
                "deleted", operation=operation, record_type=LIST, record_id=one.pk, customer_id=None,
                before={"code": one.key, "name": one.name}, after={}, details={"records": moved, "target": target},
            )  # fmt: skip
    return moved


def _find(tree: Industries, code: str) -> Industry:
    found = tree.get(code)
    if found is None:
        raise RuleBroken(_("This entry no longer exists."))
    return found


def _locked() -> list[Option]:
    return list(Option.objects.select_for_update().filter(list=LIST).order_by("position", "id"))
