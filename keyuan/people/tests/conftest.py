"""Everything a test of this room needs besides the cast: the foundation of a fresh house, and browsers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client


@pytest.fixture
def admin(db: None) -> Any:
    """An administrator of a fresh house, with its built-in roles."""
    from keyuan.org.first_start import lay_foundation  # Django is ready only now
    from keyuan.org.models import Department, Role
    from tests.make import make_user

    lay_foundation()
    role = Role.objects.get(key="administrator")
    return make_user("admin", role, department=Department.objects.filter(parent=None).order_by("pk").first())


@pytest.fixture
def browser() -> Callable[[Any], Client]:
    """A browser in which this person has signed in."""

    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in
