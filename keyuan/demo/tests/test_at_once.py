"""The demo company is loaded by one process at a time: a first start does so by itself."""

import psycopg
import pytest
from django.db import connection

from keyuan.customers.models import Customer
from keyuan.demo.company import LOCK, load
from keyuan.engine.words import Refusal

pytestmark = pytest.mark.django_db


def test_two_who_load_it_at_once_do_not_get_in_each_others_way():
    address = connection.get_connection_params()
    known = {name: address[name] for name in ("dbname", "user", "password", "host", "port") if name in address}
    with psycopg.connect(**known) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        with pytest.raises(Refusal):
            load()

    assert not Customer.rows.exists()
