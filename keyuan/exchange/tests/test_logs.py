"""The logs leave as files for those who may export them (D1)."""

import pytest
from python_calamine import CalamineWorkbook

from keyuan.exchange import exporting, making
from keyuan.exchange.storage import export_path
from keyuan.records.errors import NotAllowed
from keyuan.records.history import Event
from tests.make import make_customer, make_role, make_user

pytestmark = pytest.mark.django_db


def rows_of(export):
    making.make(export)
    return CalamineWorkbook.from_path(str(export_path(export.pk, "xlsx"))).get_sheet_by_index(0).to_python()


def test_the_log_is_a_file_in_which_no_cell_is_a_formula(cast, monkeypatch):
    monkeypatch.setattr("keyuan.exchange.logs.CHUNK", 1)
    auditor = make_user("auditor", make_role("auditor", audit={"view": "", "export": ""}, customer={"view": "all"}))
    made = make_customer("=甲公司", owner=cast.anna)
    made.edit(by=cast.anna, address="宁波")

    rows = rows_of(exporting.start_export(auditor, "audit", query="kind=customer&module=audit"))

    assert rows[0][:5] == ["Time", "Person", "What happened", "Kind of record", "Record"]
    assert rows[1][1:6] == ["Anna", "edited", "Customer", "=甲公司", "Address: empty → 宁波"]
    assert len(rows) == 3
    assert Event.objects.filter(name="exported", details__module="audit").exists()


def test_only_those_who_may_export_the_log_get_it(cast):
    reader = make_user("reader", make_role("reader", audit={"view": ""}))

    for somebody in (cast.anna, cast.boss, reader):
        with pytest.raises(NotAllowed):
            exporting.start_export(somebody, "audit")
        with pytest.raises(NotAllowed):
            exporting.start_export(somebody, "sign-in")


def test_who_loses_the_right_does_not_get_the_file(cast):
    auditor = make_user("auditor", make_role("auditor", audit={"view": "", "export": ""}))
    export = exporting.start_export(auditor, "sign-in")
    making.make(export)
    assert exporting.fetch(export, auditor).exists()

    auditor.roles.clear()

    with pytest.raises(NotAllowed):
        exporting.fetch(export, type(auditor).objects.get(pk=auditor.pk))
