"""However many go at once, one administrator remains (L9)."""

import threading

import pytest
from django.db import connection

from keyuan.org.administrators import administrators
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Department, Role
from keyuan.people import members, roles
from keyuan.records.errors import NotAllowed, RuleBroken
from tests.make import make_role, make_user


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("order", range(3))
def test_disabling_taking_the_role_and_cutting_the_role_at_once_leave_one(transactional_db, order):
    lay_foundation()
    granting = make_role("own administrators", settings={"edit": "all", "view": "all"})
    built_in, root = Role.objects.get(key="administrator"), Department.objects.first()
    by_role = [make_user(f"a{number}", built_in, department=root) for number in range(2)]
    by_own = make_user("own", granting, department=root)
    acts = [
        lambda by: members.set_enabled(by_role[0], False, by=by),
        lambda by: members.edit_member(by_role[1], by=by, roles=[]),
        lambda by: roles.set_grants(granting, {}, by=by),
    ]
    acts = acts[order:] + acts[:order]
    people, together, ended = [by_role[1], by_own, by_role[0]], threading.Barrier(3), []

    def run(act, by):
        together.wait(10)
        try:
            act(by)
            ended.append("done")
        except (RuleBroken, NotAllowed) as refusal:
            ended.append(str(refusal))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in zip(acts, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert len(ended) == 3
    assert administrators().count() >= 1
