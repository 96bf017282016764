"""Far down a list the rows stand as they stood above."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import pytest

from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.records import listing
from keyuan.records.listing import Listing
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("sort", ["-updated_at", "updated_at"])
@pytest.mark.parametrize("person", ["boss", "anna", "guest"])
def test_pages_that_are_merged_have_the_same_rows(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, sort: str, person: str
) -> None:
    for owner in (cast.anna, cast.ben, cast.boss, cast.olga, cast.anna, cast.boss, cast.ben):
        make_customer(owner=owner)
    reader = getattr(cast, person)

    def pages() -> list[list[int]]:
        return [Listing(CUSTOMER, reader, sort=sort).page(number, 2).pks for number in range(1, 6)]

    walked = pages()
    monkeypatch.setattr(listing, "DEEP", 0)

    assert pages() == walked
    flat = [pk for page in walked for pk in page]
    assert len(flat) == len(set(flat))
    assert all(len(one) >= len(two) for one, two in pairwise(walked))


def test_a_deleted_customer_is_on_no_page(cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "DEEP", 0)
    gone, kept = make_customer(owner=cast.boss), make_customer(owner=cast.anna)
    gone.delete_by(cast.boss)

    assert Listing(CUSTOMER, cast.boss).page(1, 50).pks == [kept.pk]


@pytest.mark.parametrize("person", ["boss", "anna", "guest"])
def test_contacts_follow_their_customers_also_far_down(
    cast: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, person: str
) -> None:
    for owner in (cast.anna, cast.ben, cast.boss, cast.olga):
        make_contact(make_customer(owner=owner))
    reader = getattr(cast, person)
    walked = Listing(CONTACT, reader).page(1, 50).pks

    monkeypatch.setattr(listing, "DEEP", 0)

    assert Listing(CONTACT, reader).page(1, 50).pks == walked
