"""A demo company of an earlier version grows with the product."""

import pytest

from keyuan.demo.company import LOADED, _make_departments, _make_people, load
from keyuan.demo.offers import PRODUCTS
from keyuan.opportunities.models import Product
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import User
from keyuan.records.history import Operation

pytestmark = pytest.mark.django_db


def test_an_older_demo_company_gets_its_products():
    lay_foundation()
    Operation.begin(LOADED, by=User.objects.robot())
    _make_people(_make_departments())

    load()
    load()

    assert Product.rows.count() == len(PRODUCTS)
