"""What a process keeps of the reference data is never older than the request that reads it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import transaction

from keyuan.org.models import Department, Grant, Setting
from keyuan.org.shelf import fold_marks, present_state, shelf
from keyuan.records.models import SavedView
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option, Tag

CHANGES = {
    "an option": lambda cast: Option.objects.filter(list="level", key="A").update(name="甲级"),
    "a tag": lambda cast: Tag.objects.create(name="新", key="新"),
    "a department": lambda cast: Department.objects.create(name="新部门"),
    "a grant": lambda cast: Grant.objects.update(scope="own"),
    "a role of somebody": lambda cast: cast.anna.roles.clear(),
    "a name": lambda cast: type(cast.anna).objects.filter(pk=cast.anna.pk).update(name="安娜"),
    "a superior": lambda cast: type(cast.anna).objects.filter(pk=cast.anna.pk).update(superior=cast.boss),
    "a view": lambda cast: SavedView.objects.create(owner=cast.anna, module="customer", name="我的", filter={}),
    "a setting": lambda cast: Setting.objects.create(key="x", value=1),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_makes_a_new_state(what: str, cast: SimpleNamespace) -> None:
    before = present_state()

    CHANGES[what](cast)

    assert present_state() != before


def test_what_people_only_prefer_makes_none(cast: SimpleNamespace) -> None:
    before = present_state()

    cast.anna.prefer(theme="dark")

    assert present_state() == before


def test_a_change_that_is_taken_back_leaves_nothing_behind(cast: SimpleNamespace) -> None:
    before = present_state()
    with transaction.atomic():
        Tag.objects.create(name="昙花", key="昙花")
        assert "昙花" in {tag.name for tag in NameBook(cast.anna).tags.values()}
        transaction.set_rollback(True)

    assert present_state() == before
    Tag.objects.create(name="长青", key="长青")
    assert {tag.name for tag in NameBook(cast.anna).tags.values()} >= {"长青"}
    assert "昙花" not in {tag.name for tag in NameBook(cast.anna).tags.values()}


def test_folding_the_marks_keeps_the_name_of_the_state(cast: SimpleNamespace) -> None:
    for number in range(5):
        Tag.objects.create(name=f"标{number}", key=f"标{number}")
    before = present_state()

    fold_marks()

    assert present_state() == before
    fold_marks()
    assert present_state() == before


def test_one_state_is_read_once(cast: SimpleNamespace) -> None:
    state, read = present_state(), []

    assert shelf(state).get("x", lambda: read.append(1) or "kept") == "kept"
    assert shelf(state).get("x", lambda: read.append(1) or "again") == "kept"
    assert read == [1]


def test_a_process_keeps_few_states() -> None:
    first = shelf("first")
    for number in range(4):
        shelf(str(number))

    assert shelf("first") is not first
