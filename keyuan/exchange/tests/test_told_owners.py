"""Who sees an import or export, asked for many people at once."""

import pytest

from keyuan.exchange.models import Export, Import, StaffImport
from keyuan.notices.kinds import KINDS
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role
from keyuan.org.rights import load_rights_of
from tests.make import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("kind", "model", "values"),
    [
        ("import.done", Import, {"file_name": "华东.xlsx"}),
        ("import.staff_done", StaffImport, {"file_name": "员工.xlsx"}),
        ("export.done", Export, {"module": "customer"}),
    ],
)
def test_owners_are_found_together_as_each_of_them_alone(cast, kind, model, values, django_assert_num_queries):
    lay_foundation()
    admins = [make_user(name, Role.objects.get(key="administrator")) for name in ("one", "two")]
    people = [cast.anna, cast.boss, *admins]
    ids = [model.objects.create(by=one, **values).pk for one in people]
    load_rights_of(people)

    alone = {(user.pk, pk) for user in people for pk in KINDS[kind].visible(user, ids)}
    with django_assert_num_queries(1):
        assert KINDS[kind].seen([(user, pk) for user in people for pk in ids]) == alone
    assert {user for user, _pk in alone} >= {one.pk for one in admins}
