"""What a record names may be gone or out of sight: it is edited all the same, and names it still."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.activities.composing import complete_plan
from keyuan.activities.forms import PlanForm
from keyuan.activities.models import FollowUp
from keyuan.customers.forms import CustomerForm
from keyuan.org.models import Grant, User
from keyuan.org.tokens import issue
from tests.make import make_contact, make_customer, make_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(cast):
    """With two contacts, of whom one has been deleted since."""
    customer = make_customer(owner=cast.anna)
    stays, goes = make_contact(customer, "留"), make_contact(customer, "走")
    made = make_plan(owner=cast.anna, starts_at=timezone.now(), customer=customer, contacts=[stays.pk, goes.pk])
    goes.delete_by(cast.anna)
    made.stays, made.goes = stays, goes
    return made


def test_it_is_completed_with_words_and_names_who_is_left(cast, plan):
    logged = complete_plan(plan, "谈妥了", by=cast.anna)
    assert FollowUp.rows.get() == logged.follow_up
    assert logged.follow_up.contacts == [plan.stays.pk]


def test_it_is_moved_by_form_and_api_all_the_same(cast, plan):
    form = PlanForm({"subject": "改个主题"}, by=cast.anna, instance=plan, only=["subject"])
    assert form.is_valid(), form.errors
    headers = {"Authorization": f"Bearer {issue(cast.anna, 'write', None)}", "If-Match": f'"{plan.version}"'}
    later = (timezone.now() + timedelta(days=1)).isoformat()
    answer = Client().patch(
        f"/api/v1/plans/{plan.pk}", {"starts_at": later}, content_type="application/json", headers=headers
    )
    assert answer.status_code == 200, answer.content.decode()


def test_who_does_not_see_a_contact_takes_nobody_out(cast, plan):
    Grant.objects.filter(role__name="rep", module="contact").delete()
    by = User.objects.get(pk=cast.anna.pk)
    form = PlanForm({"contacts": []}, by=by, instance=plan, only=["contacts"])
    assert form.is_valid(), form.errors
    assert form.save(version=plan.version).contacts == [plan.stays.pk, plan.goes.pk]


def hide(customer, cast):
    type(customer).rows.filter(pk=customer.pk).update(owner=cast.olga, department=cast.olga.department)


def test_a_plan_keeps_a_customer_that_its_owner_no_longer_sees(cast, plan, client):
    hide(plan.customer, cast)
    client.force_login(cast.anna)
    given = {"subject": "新主题", "kind": "phone", "priority": "normal", "starts_at": "2031-03-18T14:00"}
    given |= {"customer": str(plan.customer_id), "contacts": [], "version": str(plan.version)}

    assert client.post(f"/activities/plans/{plan.pk}/edit/", given).status_code == 302

    had = (plan.customer_id, plan.contacts)
    plan.refresh_from_db()
    assert (plan.subject, plan.customer_id, plan.contacts) == ("新主题", *had)


def test_a_customer_keeps_a_parent_that_its_owner_no_longer_sees_and_gets_no_other_such(cast):
    parent, other = make_customer(owner=cast.anna), make_customer(owner=cast.olga)
    child = make_customer(owner=cast.anna, parent=parent)
    hide(parent, cast)
    forms = [
        CustomerForm({"name": "新名称", "parent": str(one.pk)}, by=cast.anna, instance=child, only=["name", "parent"])
        for one in (parent, other)
    ]
    assert [one.is_valid() for one in forms] == [True, False]
    assert forms[0].save(version=child.version).parent == parent


def test_nobody_from_elsewhere_is_named_anew(cast, plan):
    other = make_contact(make_customer(owner=cast.anna), "别处")
    for named in (other, plan.goes):
        form = PlanForm(
            {"contacts": [str(plan.stays.pk), str(named.pk)]}, by=cast.anna, instance=plan, only=["contacts"]
        )
        assert not form.is_valid(), named
    elsewhere = PlanForm({"customer": str(other.customer.pk)}, by=cast.anna, instance=plan, only=["customer"])
    assert not elsewhere.is_valid()
