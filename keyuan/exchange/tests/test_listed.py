import os
from pathlib import Path

import pytest

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Customer
from keyuan.exchange.importing import import_file
from keyuan.records.listing import Listing

pytestmark = pytest.mark.django_db
DATA = Path(os.environ.get("KEYUAN_TEST_DATA") or Path(__file__).parents[4] / "shared" / "data")


def trial(name):
    """A file of the trial data."""
    path = DATA / name
    if not path.exists():
        assert "CI" not in os.environ, f"{path} is missing"
        pytest.skip(f"{path} is missing")
    return path


def test_the_listed_companies_go_in(cast):
    report = import_file("customers", trial("listed_companies.csv"), "boss")

    print("\n".join(report.lines()))
    assert Customer.rows.count() == report.number("created")


@pytest.mark.parametrize("q", ["万科", "wanke", "wk", "www.vanke.com", "深圳"])
def test_vanke_is_found(cast, q):
    import_file("customers", trial("listed_companies.csv"), "boss")

    found = Listing(CUSTOMER, cast.boss, q=q)

    assert found.rows.filter(name="万科企业股份有限公司").exists()
