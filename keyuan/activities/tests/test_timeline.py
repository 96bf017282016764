"""The time line: newest first, complete across pages, as far as the reader may see it, one query a page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keyuan.activities.models import FollowUp
from keyuan.activities.timeline import Asked, counts_of, page_of
from keyuan.records.namebook import NameBook
from tests.make import make_contact, make_customer, make_follow_up, make_role, make_user, option

pytestmark = pytest.mark.django_db


def lines(user, customer, **asked):
    return page_of(customer.pk, NameBook(user), Asked(**asked)).lines


def contents(found):
    return [line.follow_up.content for line in found if line.follow_up]


def walked(user, customer, size=7):
    """Every line, page by page."""
    found, before = [], ""
    while True:
        page = page_of(customer.pk, NameBook(user), Asked(before=before), size)
        found += page.lines
        before = page.more
        if not before:
            return found


def test_lines_of_the_same_moment_are_neither_lost_nor_told_twice(cast):
    customer, at = make_customer(owner=cast.anna), timezone.now()
    for number in range(30):
        make_follow_up(customer, f"同一时刻 {number}", at=at)
    customer.edit(by=cast.anna, level=option("level", "A"))

    found = walked(cast.anna, customer)

    assert len(set(contents(found))) == 30
    assert len(found) == 32
    assert [line.at for line in found] == sorted((line.at for line in found), reverse=True)


def test_a_page_costs_the_same_whatever_stands_on_it(cast):
    customer = make_customer(owner=cast.anna)
    counted = []
    for _ in range(2):
        contact = make_contact(customer)
        for number in range(4):
            make_follow_up(customer, contacts=[contact.pk], by=(cast.anna, cast.ben)[number % 2])
        customer.edit(by=cast.anna, level=option("level", "AB"[len(counted)]))
        lines(cast.anna, customer)  # names of people and options are kept between requests
        with CaptureQueriesContext(connection) as found:
            lines(cast.anna, customer)
        counted.append(len(found))
    assert counted[0] == counted[1] <= 5, "\n".join(one["sql"][:90] for one in found)


def test_kinds_and_contacts_narrow_it(cast):
    customer = make_customer(owner=cast.anna)
    gu, qian = make_contact(customer, "顾建国"), make_contact(customer, "钱晓丽")
    make_follow_up(customer, "和顾总谈过", contacts=[gu.pk])
    make_follow_up(customer, "和钱主管谈过", contacts=[qian.pk])
    assert contents(lines(cast.anna, customer, kind="follow_ups", contact=gu.pk)) == ["和顾总谈过"]
    assert not contents(lines(cast.anna, customer, kind="changes"))
    assert {line.story.record_label for line in lines(cast.anna, customer, kind="changes")} == {"Customer", "Contact"}
    assert counts_of(customer.pk, NameBook(cast.anna), Asked()) == {"follow_ups": 2, "changes": 3}
    assert counts_of(customer.pk, NameBook(cast.anna), Asked(contact=gu.pk)) == {"follow_ups": 1, "changes": 1}


def test_words_are_found_across_years(cast):
    customer, other = make_customer(owner=cast.anna), make_customer(owner=cast.anna)
    make_follow_up(customer, "要求支持西门子 828D 直采", at=timezone.now() - timedelta(days=700))
    make_follow_up(customer, "别的事")
    make_follow_up(other, "西门子")
    assert contents(lines(cast.anna, customer, q="西门子")) == ["要求支持西门子 828D 直采"]
    assert contents(lines(cast.anna, customer, q="828d")) == ["要求支持西门子 828D 直采"]
    assert lines(cast.anna, customer, q="没有的词") == []


def test_who_sees_no_follow_ups_sees_the_rest(cast):
    customer = make_customer(owner=cast.anna)
    make_follow_up(customer)
    reader = make_user("reader", make_role(customer={"view": "all"}), department=cast.anna.department)
    found = lines(reader, customer)
    assert [line.story.event.name for line in found] == ["created"]
    assert counts_of(customer.pk, NameBook(reader), Asked()) == {"follow_ups": 0, "changes": 1}


def test_contacts_are_named_to_those_who_see_contacts(cast):
    customer = make_customer(owner=cast.anna)
    make_follow_up(customer, contacts=[make_contact(customer, "顾建国").pk])
    role = make_role(customer={"view": "all"}, follow_up={"view": ""})
    reader = make_user("reader", role, department=cast.anna.department)
    book = NameBook(reader)
    (line,) = page_of(customer.pk, book, Asked(kind="follow_ups")).lines
    assert line.follow_up.contacts
    assert book.meet_records(
        FollowUp._meta.apps.get_model("keyuan", "Contact"), line.follow_up.contacts
    ) == dict.fromkeys(line.follow_up.contacts, "")


@pytest.mark.parametrize(
    "mark", ["x", "2026-01-01", "2026-13-01T00:00:00Z,1,1", ",,", "2026-01-01T00:00:00Z,a,b", "\0"]
)
def test_a_mark_that_is_none_of_ours_begins_at_the_top_or_at_its_moment(cast, mark):
    customer = make_customer(owner=cast.anna)
    assert isinstance(lines(cast.anna, customer, before=mark), list)
