"""A database of its own for tests in which processes die."""

import os
from urllib.parse import urlsplit, urlunsplit

import pytest


@pytest.fixture
def own_database(django_db_setup, django_db_blocker):
    """The address of a fresh copy of the migrated database, which this process uses too."""
    from django.db import connection

    from conftest import create, name_of_run, turn, use

    before = connection.settings_dict["NAME"]
    name = name_of_run(f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_crash")
    with django_db_blocker.unblock():
        with turn() as administration:
            create(administration, name, name_of_run("original"))
        use(name)
        yield urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))
        use(before)
        with turn() as administration:
            administration.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
