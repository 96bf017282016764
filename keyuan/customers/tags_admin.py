"""Tags: made, renamed, coloured, merged, retired, without losing a customer (T3, K7)."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from keyuan.customers.bulk import tag_all
from keyuan.customers.lists_admin import CHUNK, add_up, log, rewrite_views, rows_of
from keyuan.customers.models import Contact, Customer
from keyuan.org.administrators import require_administrator
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Operation, write_event
from keyuan.records.options import FREE_TAGS, TAG_RULES, Option, Tag, free_tags, tag_key

CARRYING: list[Any] = [Customer, Contact]
"""Record types that carry tags; rooms above add theirs when the process starts."""


def carries_tags(model: Any) -> None:
    """Let the records of this type carry tags."""
    if model not in CARRYING:
        CARRYING.append(model)


def tag_uses(owner: User | None = None) -> dict[int, int]:
    """How many customers and contacts carry each shared tag, or each private one of `owner`."""
    found: dict[int, int] = {}
    for model in CARRYING:
        rows = model.tags.through.objects.filter(tag__owner=owner)
        add_up(found, rows.values_list("tag").annotate(n=Count("pk")))
    return found


@transaction.atomic
def add_tag(*, by: User, is_private: bool = False, **fields: Any) -> Tag:
    """A new shared tag, or a private one of `by`.

    Raises:
        NotAllowed: a shared one, and `by` is no administrator.
        RuleBroken: there is one of this name already.
    """
    owner = by if is_private else None
    _require_keeper(owner, by)
    _refuse_tag(fields["name"], None, owner)
    tag = Tag.objects.create(key=tag_key(fields["name"]), owner=owner, **fields)
    log("tag", tag.pk, "created", by, {}, fields)
    return tag


@transaction.atomic
def edit_tag(tag: Tag, *, by: User, **fields: Any) -> Tag:
    """Another name, colour or group, or retire. Whoever carries the tag keeps it."""
    _require_keeper(tag.owner, by)
    tag = _locked_tags(tag, owner=tag.owner)[0]
    before = {name: getattr(tag, name) for name in fields}
    _refuse_tag(fields["name"], tag, tag.owner)
    renamed = {tag.name, tag.key} if fields["name"] != tag.name else set()
    for name, value in fields.items():
        setattr(tag, name, value)
    tag.key = tag_key(tag.name)
    tag.save()
    if renamed:
        rewrite_views({"tags"}, renamed, tag.name, tag.owner)
        _find_again(tag)
    if before != fields:
        log("tag", tag.pk, "edited", by, before, fields)
    return tag


@transaction.atomic
def merge_tags(tag: Tag, target: Tag, by: User) -> int:
    """Everybody who carries `tag` carries `target`; `tag` is gone. Nobody is lost, nobody has it twice.

    Returns:
        How many customers and contacts carried `tag`.

    Raises:
        NotAllowed: `by` is no administrator.
        RuleBroken: the two are one, or one of them is gone or private.
    """
    require_administrator(by)
    if tag.pk == target.pk:
        raise RuleBroken(_("Choose another tag to merge with."))
    tag, target = _locked_tags(tag, target)
    return _merge(tag, target, by)


@transaction.atomic
def share_tag(tag: Tag, by: User) -> Tag:
    """A private tag becomes everybody's; where a shared one has its name already, its carriers get that one.

    Returns:
        The shared tag.

    Raises:
        NotAllowed: it is not a tag of `by`, or only administrators make shared tags.
    """
    _require_keeper(tag.owner, by)
    if not are_free():
        require_administrator(by)
    tag = _locked_tags(tag, owner=by)[0]
    known = Tag.objects.filter(owner=None, key=tag.key).first()
    if known is not None:
        _merge(tag, known, by)
        return known
    tag.owner = None
    tag.save()
    log("tag", tag.pk, "edited", by, {"is_private": True}, {"is_private": False})
    _find_again(tag)
    return tag


@transaction.atomic
def remove_tag(tag: Tag, by: User) -> int:
    """Delete a private tag; how many customers and contacts carried it.

    Raises:
        NotAllowed: it is not a tag of `by`.
    """
    if tag.owner_id != by.pk:
        raise NotAllowed(_("This tag is not yours."))
    tag = _locked_tags(tag, owner=by)[0]
    number = sum(_untag(model, tag, by) for model in CARRYING)
    log("tag", tag.pk, "deleted", by, {"name": tag.name}, {})
    tag.delete()
    return number


@transaction.atomic
def allow_free_tags(allowed: bool, by: User) -> None:
    """Whether everybody makes shared tags by typing them, or administrators only."""
    require_administrator(by)
    before = are_free()
    Option.objects.update_or_create(list=TAG_RULES, key=FREE_TAGS, defaults={"is_retired": not allowed})
    if before != allowed:
        log("setting", 0, "edited", by, {"free_tags": before}, {"free_tags": allowed})


def are_free() -> bool:
    """Whether everybody makes shared tags, as the database says now."""
    return free_tags(Option.objects.filter(list=TAG_RULES))


def _require_keeper(owner: User | None, by: User) -> None:
    """Shared tags are the administrators', private ones their owner's."""
    if owner is None:
        require_administrator(by)
    elif owner.pk != by.pk:
        raise NotAllowed(_("This tag is not yours."))


def _merge(tag: Tag, target: Tag, by: User) -> int:
    operation = Operation.begin("tag.merged", by=by)
    moved = 0
    for model in CARRYING:
        tag_all(rows_of(model).filter(pk__in=_carriers(model, tag)), [target], by=by)
        moved += _untag(model, tag, by)
    rewrite_views({"tags"}, {tag.name, tag.key}, target.name, tag.owner)
    write_event(
        "merged", operation=operation, record_type="tag", record_id=target.pk, customer_id=None,
        details={"tag": tag.name, "into": target.name, "records": moved},
    )  # fmt: skip
    tag.delete()
    return moved


def _untag(model: Any, tag: Tag, by: User) -> int:
    return tag_all(rows_of(model).filter(pk__in=_carriers(model, tag)), [tag], by=by, remove=True)


def _carriers(model: Any, tag: Tag) -> list[int]:
    field = model._meta.get_field("tags").m2m_field_name()
    return list(model.tags.through.objects.filter(tag=tag).order_by(field).values_list(f"{field}_id", flat=True))


def _find_again(tag: Tag) -> None:
    """The search text holds the names of tags."""
    for model in CARRYING:
        pks = _carriers(model, tag)
        for start in range(0, len(pks), CHUNK):
            model.derive(pks[start : start + CHUNK], {"tags"})


def _locked_tags(*tags: Tag, owner: User | None = None) -> list[Tag]:
    found = Tag.objects.select_for_update().filter(owner=owner).in_bulk(sorted(tag.pk for tag in tags))
    if any(tag.pk not in found for tag in tags):
        raise RuleBroken(_("This tag no longer exists."))
    return [found[tag.pk] for tag in tags]


def _refuse_tag(name: str, itself: Tag | None, owner: User | None) -> None:
    others = Tag.objects.filter(owner=owner, key=tag_key(name))
    if itself is not None:
        others = others.exclude(pk=itself.pk)
    if others.exists():
        raise RuleBroken(_("There is a tag “%(name)s” already. Merge the two instead.") % {"name": name})
