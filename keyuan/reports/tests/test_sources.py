"""Where customers come from: every figure opens the list of exactly what it counts (P6, M2)."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from keyuan.leads.conversion.verb import convert  # noqa: F401
from keyuan.leads.models import Lead
from keyuan.records.namebook import NameBook
from keyuan.reports.asked import PERIODS
from keyuan.reports.sources import Sources, SourcesAsked
from tests.make import make_lead, make_opportunity, make_role, make_user, option

pytestmark = pytest.mark.django_db
PAGE = "/reports/sources/?period=year"


def shown(user, **more):
    return Sources(SourcesAsked(user, PERIODS["year"], **more), NameBook(user))


def client_of(user):
    client = Client()
    client.force_login(user)
    return client
