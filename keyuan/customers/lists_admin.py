"""Editable lists: who uses an entry, and how its uses move to another without losing a record (T2)."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models, transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from keyuan.customers.models import Contact
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Operation, write_event
from keyuan.records.models import Record
from keyuan.records.options import SEEDS, Option, tag_key
from keyuan.records.remembering import SavedView

CHUNK = 5000
LONGEST_NAME = 60
ARRAYS = {"contact_role": ((Contact, "roles"),)}
"""Columns that keep several options of a list as an array of ids."""
BESIDE = {"follow_up_kind": (("Stage", "required_activity"),)}
"""Columns of other tables than records that name an entry, where their field does not say of which list."""
EXTRA_NAMES = {"category": "tint", "contact_role": "tint", "deal_role": "tint", "level": "days"}
"""What an entry of a list has besides its name."""


def columns_of(list_: str) -> Iterator[tuple[Any, str]]:
    """Every column, of whatever room, whose values come from this list."""
    for model in apps.get_models():
        for field in model._meta.get_fields() if issubclass(model, Record) else ():
            limit = field.get_limit_choices_to() if isinstance(field, models.ForeignKey) else {}
            if getattr(field, "related_model", None) is Option and limit == {"list": list_}:
                yield model, field.name


def beside(list_: str) -> Iterator[tuple[Any, str]]:
    """Columns of tables that hang on records, or hold rules: their values come from this list, too."""
    for model in apps.get_models():
        for field in model._meta.get_fields() if not issubclass(model, Record) else ():
            limit = field.get_limit_choices_to() if isinstance(field, models.ForeignKey) else {}
            if getattr(field, "related_model", None) is Option and limit == {"list": list_}:
                yield model, field.name
    for name, column in BESIDE.get(list_, ()):
        yield apps.get_model("keyuan", name), column


def rows_of(model: type[Record]) -> Any:
    return model.objects.unscoped(reason="an entry of a list is moved on all records, also deleted ones")


def uses(list_: str) -> dict[int, int]:
    """How many records use each option of a list, those in the recycle bin included."""
    found: dict[int, int] = {}
    for model, name in columns_of(list_):
        add_up(found, rows_of(model).exclude(**{name: None}).order_by().values_list(name).annotate(n=Count("pk")))
    for model, name in beside(list_):
        rows = model._default_manager.exclude(**{name: None})
        add_up(found, rows.order_by().values_list(name).annotate(n=Count("pk")))
    for model, name in ARRAYS.get(list_, ()):
        each = rows_of(model).order_by().annotate(one=models.Func(name, function="unnest")).values_list("one")
        add_up(found, each.annotate(n=Count("pk")))
    return found


def add_up(found: dict[int, int], pairs: Iterable[tuple[int, int]]) -> None:
    for pk, number in pairs:
        found[pk] = found.get(pk, 0) + number


def listed(list_: str) -> list[Option]:
    """The entries of one list that an administrator sees, in order; deleted ones only remain for history."""
    return [one for one in Option.objects.filter(list=list_) if not one.extra.get("moved_to")]


# Verbs


@transaction.atomic
def add_option(list_: str, name: str, extra: dict[str, Any], *, by: User) -> Option:
    """A new entry at the end of a list."""
    require_administrator(by)
    return _add(list_, name, extra, by)


def _add(list_: str, name: str, extra: dict[str, Any], by: User) -> Option:
    entries = _locked(list_)
    _refuse_namesake(entries, name, None)
    last = max((one.position for one in entries), default=-1)
    option = Option.objects.create(
        list=list_, key=f"own-{secrets.token_hex(4)}", name=name, position=last + 1, extra=extra
    )
    log("option", option.pk, "created", by, {}, {"list": list_, "name": name, **extra})
    return option


GROWING = ("competitor",)
"""Lists that grow as people work: who names an entry that is not there adds it."""


@transaction.atomic
def option_named(list_: str, name: str, *, by: User) -> Option:
    """The entry of this name in a list that grows as people work; a new one where there is none.

    Raises:
        RuleBroken: the name is longer than entries may be.
    """
    assert list_ in GROWING
    found = next((one for one in Option.objects.filter(list=list_) if tag_key(str(one)) == tag_key(name)), None)
    if found is not None and not found.extra.get("moved_to"):
        return found
    if len(name) > LONGEST_NAME:
        raise RuleBroken(_("Use at most %(n)d characters for the name.") % {"n": LONGEST_NAME})
    return _add(list_, name, {}, by)


@transaction.atomic
def edit_option(option: Option, name: str, extra: dict[str, Any], is_retired: bool, *, by: User) -> Option:
    """Rename, colour, retire. Records keep pointing to the entry, so all of them follow."""
    require_administrator(by)
    entries = _locked(option.list)
    option = _find(entries, option)
    _refuse_namesake(entries, name, option)
    if is_retired and _is_last(entries, option):
        raise RuleBroken(_("One entry of the list must stay in use."))
    before = {"name": str(option), "is_retired": option.is_retired, **option.extra}
    if name != str(option):
        option.name = name
    option.extra, option.is_retired = {**option.extra, **extra}, is_retired
    option.save()
    after = {"name": str(option), "is_retired": is_retired, **option.extra}
    if before != after:
        log("option", option.pk, "edited", by, before, after)
    return option


@transaction.atomic
def shift_option(option: Option, step: int, *, by: User) -> None:
    """One place up (-1) or down (1)."""
    require_administrator(by)
    entries = [one for one in _locked(option.list) if not one.extra.get("moved_to")]
    at = [one.pk for one in entries].index(option.pk)
    to = at + step
    if not 0 <= to < len(entries):
        return
    entries[at], entries[to] = entries[to], entries[at]
    for position, one in enumerate(entries):
        if one.position != position:
            Option.objects.filter(pk=one.pk).update(position=position)
    log("option", option.pk, "edited", by, {"position": at}, {"position": to})


@transaction.atomic
def move_option(option: Option, target: Option | None, by: User) -> int:
    """Delete an entry; the records that use it get `target`, each with its line of history.

    The row of the entry stays, retired and unseen, so that older history can still name it.

    Args:
        target: needed where records use the entry.

    Returns:
        How many records moved.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: a target is missing, of another list, retired, or the entry itself.
    """
    require_administrator(by)
    entries = _locked(option.list)
    option = _find(entries, option)
    if target is not None:
        target = _find(entries, target)
        if target.pk == option.pk or target.is_retired:
            raise RuleBroken(_("Choose another entry that is in use."))
    elif uses(option.list).get(option.pk):
        raise RuleBroken(_("Records use this entry. Choose what they get instead."))
    elif _is_last(entries, option):
        raise RuleBroken(_("One entry of the list must stay in use."))
    operation = Operation.begin("option.moved", by=by)
    moved = 0
    if target is not None:
        moved = _move_columns(option, target, operation) + _move_arrays(option, target, operation)
        moved += _move_beside(option, target)
    _retire(option, target, operation, moved)
    return moved


def _move_columns(option: Option, target: Option, operation: Operation) -> int:
    return sum(
        change_all(model, rows_of(model).filter(**{name: option}), {name: target}, operation)
        for model, name in columns_of(option.list)
    )


def _move_beside(option: Option, target: Option) -> int:
    """Rows that hang on records; where one with the target stands there already, the old one goes."""
    moved = 0
    for model, name in beside(option.list):
        for row in model._default_manager.filter(**{name: option}).order_by("pk"):
            moved += 1
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{name: target})
            except IntegrityError:
                row.delete()
    return moved


def _move_arrays(option: Option, target: Option, operation: Operation) -> int:
    moved = 0
    for model, name in ARRAYS.get(option.list, ()):
        having = rows_of(model).filter(**{f"{name}__contains": [option.pk]})
        for old in {tuple(value) for value in having.order_by().values_list(name, flat=True)}:
            new = sorted({target.pk if pk == option.pk else pk for pk in old})
            moved += change_all(model, having.filter(**{name: list(old)}), {name: new}, operation)
    return moved


def change_all(model: type[Record], rows: Any, fields: dict[str, Any], operation: Operation) -> int:
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        chunk = rows_of(model).filter(pk__in=pks[start : start + CHUNK])
        chunk.change(by=operation.by, operation=operation, **fields)
    return len(pks)


def _retire(option: Option, target: Option | None, operation: Operation, moved: int) -> None:
    before = {"name": str(option), "is_retired": option.is_retired}
    option.is_retired = True
    option.extra = {**option.extra, "moved_to": target.pk if target else option.pk}
    option.save()
    if target is not None:
        _repoint_views(option, target)
    details = {"records": moved, "target": str(target) if target else ""}
    write_event(
        "deleted", operation=operation, record_type="option", record_id=option.pk, customer_id=None,
        before=before, after={}, details=details,
    )  # fmt: skip


def _repoint_views(option: Option, target: Option) -> None:
    """Saved views that ask for the entry ask for its target."""
    fields = {name for _model, name in [*columns_of(option.list), *ARRAYS.get(option.list, ())]}
    rewrite_views(fields, {option.key, str(option), option.name} - {""}, target.key)


def rewrite_views(fields: set[str], old: set[str], new: str, owner: User | None = None) -> None:
    """Saved views that ask for one of `old` in these fields ask for `new`; with an owner, only that person's."""
    views = SavedView.objects.select_for_update().exclude(filter=None).order_by("pk")
    for view in views.filter(owner=owner) if owner else views:
        rewritten = _rewritten(view.filter, fields, old, new)
        if rewritten != view.filter:
            SavedView.objects.filter(pk=view.pk).update(filter=rewritten)


def _rewritten(node: Any, fields: set[str], old: set[str], new: str) -> Any:
    if isinstance(node, list):
        return [_rewritten(one, fields, old, new) for one in node]
    if not isinstance(node, dict):
        return node
    if node.get("field") in fields and "value" in node:
        value = node["value"]
        swapped = [new if one in old else one for one in value] if isinstance(value, list) else value
        return {**node, "value": new if isinstance(value, str) and value in old else swapped}
    return {name: _rewritten(one, fields, old, new) for name, one in node.items()}


def _locked(list_: str) -> list[Option]:
    """The entries of a list, locked: two administrators change it one after the other."""
    if list_ not in SEEDS:
        raise RuleBroken(_("There is no such list."))
    return list(Option.objects.select_for_update().filter(list=list_).order_by("position", "id"))


def _is_last(entries: list[Option], option: Option) -> bool:
    """Whether nothing would be left to choose; lists that begin empty may become so again."""
    return bool(SEEDS[option.list]) and not any(one.pk != option.pk and not one.is_retired for one in entries)


def _find(entries: list[Option], option: Option) -> Option:
    found = next((one for one in entries if one.pk == option.pk and not one.extra.get("moved_to")), None)
    if found is None:
        raise RuleBroken(_("This entry no longer exists."))
    return found


def _refuse_namesake(entries: list[Option], name: str, itself: Option | None) -> None:
    others = [one for one in entries if not one.extra.get("moved_to") and (itself is None or one.pk != itself.pk)]
    refuse_namesake(name, map(str, others))


def refuse_namesake(name: str, others: Iterable[str]) -> None:
    """Refuse a name that is one of the others but for case, width and blanks."""
    if tag_key(name) in map(tag_key, others):
        raise RuleBroken(_("“%(name)s” is in the list already.") % {"name": name})


def log(kind: str, pk: int, happened: str, by: User, before: dict[str, Any], after: dict[str, Any]) -> None:
    operation = Operation.begin(f"{kind}.{happened}", by=by)
    write_event(
        happened, operation=operation, record_type=kind, record_id=pk, customer_id=None, before=before, after=after
    )
