import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def cast(cast):
    from keyuan.org.models import User  # Django is ready only now

    User.objects.update(preferences={"language": "en"})
    for user in vars(cast).values():
        user.refresh_from_db()
    with translation.override("en"):
        yield cast


@pytest.fixture
def customer(cast):
    from tests.make import make_contact, make_customer

    found = make_customer("甲公司", owner=cast.anna)
    for name in ("王五", "赵六"):
        make_contact(found, name)
    return found


@pytest.fixture(autouse=True)
def anna_may_import(cast):
    """The same right for Anna, whose follow-ups are her own."""
    from keyuan.org.models import Grant, User

    grant = Grant.objects.get(role=cast.anna.roles.get(), module="follow_up")
    grant.operations |= {"import": "", "export": ""}
    grant.save()
    cast.anna_may_import = User.objects.get(pk=cast.anna.pk)
