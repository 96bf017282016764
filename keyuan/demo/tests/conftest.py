from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[list[str]]:
    """The demo company, loaded once for the tests of one file: what was said about it. Each test is taken back."""
    from keyuan.demo.company import load
    from keyuan.org.first_start import lay_foundation
    from tests.cast import lay_seeds

    with django_db_blocker.unblock(), transaction.atomic():
        lay_seeds()
        lay_foundation()
        yield load()
        transaction.set_rollback(True)
