"""Migrations as the product applies them: quickly, and with nothing left out."""

from django.apps import apps
from django.db import connection
from django.db.migrations.state import ProjectState

from keyuan.engine.migrating import OF_TABLES, classes_that_stay

OF_TABLE = """
    SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass
    UNION SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass
"""


def of_table(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(OF_TABLE, [f'"{table}"'] * 2)
        return {name.strip('"') for (name,) in cursor.fetchall()}


def test_every_index_and_constraint_of_every_model_is_in_the_database(db):
    missing = [
        one.name
        for model in apps.get_app_config("keyuan").get_models()
        if model._meta.managed
        for one in (*model._meta.indexes, *model._meta.constraints)
        if one.name not in of_table(model._meta.db_table)
    ]

    assert missing == []


def test_django_is_afterwards_as_before():
    before = [getattr(ProjectState, name) for name in OF_TABLES]

    with classes_that_stay():
        pass

    assert [getattr(ProjectState, name) for name in OF_TABLES] == before
