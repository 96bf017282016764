"""A kind of notices for the tests: about customers, seen by whoever sees the customer."""

import pytest
from django.utils.html import format_html


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    from keyuan.customers.models import Customer
    from keyuan.notices.kinds import KINDS, NoticeKind

    made = NoticeKind(
        "test.told",
        "Test",
        "bell",
        "accent",
        lambda notice, book: format_html("<b>{}</b> was touched", notice.details.get("name", "")),
        lambda notice: f"/customers/{notice.record_id}/",
        lambda user, ids: set(Customer.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True)),
    )
    monkeypatch.setitem(KINDS, "test.told", made)
    return made


@pytest.fixture
def robot(seeds):
    from keyuan.org.first_start import lay_foundation
    from keyuan.org.models import User

    lay_foundation()
    return User.objects.robot()


@pytest.fixture
def customer(cast):
    from tests.make import make_customer

    return make_customer("瑞丰零部件", owner=cast.anna)


@pytest.fixture
def told(customer, robot):
    """Tells about the customer: told(anna, ben, key="x")."""
    from keyuan.notices.telling import tell

    def about_it(*people, key="touched", by=robot, **more):
        values = {"record_id": customer.pk, "details": {"name": customer.name}} | more
        return tell("test.told", to=[one.pk for one in people], by=by, key=key, **values)

    return about_it
