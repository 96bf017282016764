import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db
ASKED = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "div#palette-list"}


def ask(client, user, query, **headers):
    client.force_login(user)
    return client.get(reverse("search:palette"), {"q": query}, **headers).content.decode()


def test_initials_find_a_customer_and_are_marked(client, cast):
    make_customer("宁波海曙精密机械有限公司", owner=cast.anna)

    html = ask(client, cast.anna, "hsjm", **ASKED)

    assert "宁波<mark>海曙精密</mark>机械有限公司" in html
    assert "<mark>h</mark>ai <mark>s</mark>hu <mark>j</mark>ing <mark>m</mark>i" in html


def test_the_customer_says_that_a_contact_matched(client, cast):
    make_contact(make_customer("甲公司", owner=cast.anna), "张三", mobile="13900000001")

    html = ask(client, cast.anna, "张三", **ASKED)

    assert "张三" in html
    assert "甲公司" in html


def test_there_are_five_of_each_kind_and_a_way_to_the_rest(client, cast):
    for number in range(7):
        make_customer(f"海曙第{number}机械厂", owner=cast.anna)

    html = ask(client, cast.anna, "海曙", **ASKED)

    assert html.count('href="/customers/') == 5 + 2
    assert "/customers/?q=%E6%B5%B7%E6%9B%99" in html


def test_the_words_become_a_new_customer_only_for_those_who_may_create_one(client, cast):
    assert "/customers/new/?name=hsjm" in ask(client, cast.anna, "hsjm", **ASKED)
    assert "/customers/new/" not in ask(client, cast.guest, "hsjm", **ASKED)


def test_what_one_may_not_see_is_not_found(client, cast):
    make_customer("海曙机械厂", owner=cast.olga)

    assert "海曙机械厂" not in ask(client, cast.anna, "海曙", **ASKED)


@pytest.mark.parametrize("query", ["", "%", "_", "'", "\0", "<script>", "a" * 5000, "١٢٣", "\u202e", "😀"])
def test_odd_words_are_answered(client, cast, query):
    make_customer("海曙机械厂", owner=cast.anna)

    html = ask(client, cast.anna, query, **ASKED)

    assert "海曙机械厂" not in html
    assert "<script>" not in html


def test_without_the_script_it_is_a_page(client, cast):
    make_customer("海曙机械厂", owner=cast.anna)

    html = ask(client, cast.anna, "海曙")

    assert "<main" in html
    assert "海曙" in html


def test_queries_do_not_grow_with_what_was_found(client, cast):
    make_contact(make_customer("海曙机械厂", owner=cast.anna), "海曙生")
    ask(client, cast.anna, "海曙", **ASKED)
    few = queries(client, cast.anna)
    for name in "乙丙":
        make_contact(make_customer(f"海曙{name}厂", owner=cast.anna), f"海曙{name}")

    assert queries(client, cast.anna) == few


def queries(client, user):
    with CaptureQueriesContext(connection) as asked:
        ask(client, user, "海曙", **ASKED)
    return len(asked)
