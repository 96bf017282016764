"""A small company whose history is all there is, and a data folder whose memory of seals is empty."""

from types import SimpleNamespace

import pytest
from django.db import connection


@pytest.fixture
def company(transactional_db, tmp_path, monkeypatch):
    """Anna with a customer and its contact. `address`: of the database."""
    from tests.make import make_contact, make_customer, make_department, make_role, make_user

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE event, change, operation, audit_seal, audit_epoch, audit_erasure CASCADE")
    monkeypatch.setenv("KEYUAN_HOME", str(tmp_path))
    operations = dict.fromkeys(("view", "create", "edit", "delete"), "all")
    anna = make_user("anna", make_role("rep", customer=operations, contact=operations), department=make_department())
    customer = make_customer("甲公司", owner=anna, phone="0574-87352210")
    contact = make_contact(customer, "王五", mobile="13800138000")
    return SimpleNamespace(anna=anna, customer=customer, contact=contact)
