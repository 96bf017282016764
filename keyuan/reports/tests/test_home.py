"""The home page: useful on the first day, and never more than one may see (U5)."""

from datetime import date

import pytest
from django.test import Client

from keyuan.customers.models import Customer
from keyuan.reports.views import greeting, new_in_months
from tests.make import make_customer, make_user

pytestmark = pytest.mark.django_db


def home(user):
    client = Client()
    client.force_login(user)
    return client.get("/")


def test_the_first_day_offers_what_this_person_may_do(cast):
    context = home(cast.anna).context

    assert [step["url"] for step in context["steps"]] == ["/customers/new/", "/imports/"]
    assert not context["has_customers"]


def test_somebody_without_any_right_still_has_a_home_page(db):
    response = home(make_user("nobody"))

    assert response.status_code == 200
    assert response.context["steps"] == []


def test_figures_and_names_are_of_what_one_may_see(cast):
    make_customer("Mine Ltd", owner=cast.anna)
    make_customer("Colleague Ltd", owner=cast.ben)
    make_customer("Foreign Ltd", owner=cast.olga)

    response = home(cast.anna)

    assert [one["value"] for one in response.context["figures"]] == ["1", "1", "0", "2"]
    assert "Colleague Ltd" in response.content.decode()
    assert "Foreign Ltd" not in response.content.decode()


def test_new_customers_are_compared_with_the_same_days_of_last_month(cast):
    for moment in ("2026-03-01T02:00Z", "2026-03-10T02:00Z", "2026-02-09T02:00Z", "2026-02-20T02:00Z"):
        customer = make_customer(owner=cast.anna)
        Customer.rows.filter(pk=customer.pk).update(created_at=moment)

    assert new_in_months(Customer.objects.visible_to(cast.anna), date(2026, 3, 10)) == (2, 1)


def test_the_greeting_follows_the_hour():
    assert len({greeting(hour) for hour in (9, 15, 20, 23)}) == 4
    assert greeting(3) == greeting(23)


def test_the_tour_begins_on_the_home_page_and_not_over_an_error(cast):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.anna)

    assert "<guided-tour data-fresh>" in client.get("/").content.decode()
    assert "<guided-tour>" in client.post("/").content.decode()
