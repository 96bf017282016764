import pytest

from keyuan.ui.rest.tests.calling import Caller
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db


def test_a_search_says_per_resource_what_matched(cast):
    customer = make_customer("宁波海曙精密机械有限公司", owner=cast.anna)
    make_contact(customer, "张三", mobile="13900008802")

    groups = {one["resource"]: one for one in Caller(cast.anna).get("/search?q=8802").json()["groups"]}

    assert groups["customers"]["items"][0]["id"] == customer.pk
    assert "张三" in groups["customers"]["items"][0]["matched"]
    assert groups["contacts"]["items"][0]["name"] == "张三"


def test_the_marked_part_of_a_name_is_told(cast):
    make_customer("宁波海曙精密机械有限公司", owner=cast.anna)

    (group,) = Caller(cast.anna).get("/search?q=hsjm").json()["groups"]

    assert group["items"][0]["marked"] == ["海曙精密"]
    assert group["more"] is False


def test_what_one_may_not_see_is_not_found(cast):
    make_customer("海曙机械厂", owner=cast.olga)

    assert Caller(cast.anna).get("/search?q=海曙").json() == {"groups": []}
