"""Where people stand right now, held until the transaction ends, so that nothing moves between a look and a deed."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from keyuan.org.models import Department


def department_of(user_id: int) -> int | None:
    """The department of a person; so nobody's new record slips past the job that moves all of them."""
    return departments_of([user_id]).get(user_id)


def departments_of(people: Collection[int]) -> dict[int, int | None]:
    """The department of each of these people, as `department_of` tells it."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT id, department_id FROM "user" WHERE id = ANY(%s) ORDER BY id FOR SHARE', [sorted(people)]
        )
        return dict(cursor.fetchall())


def present_in(people: Collection[int], department: Department) -> list[int]:
    """Those of these people who are in this department."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT id FROM "user" WHERE id = ANY(%s) AND department_id = %s ORDER BY id FOR SHARE',
            [list(people), department.pk],
        )
        return [row[0] for row in cursor.fetchall()]
