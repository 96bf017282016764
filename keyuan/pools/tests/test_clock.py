"""The statement about many records says what the rule says about one (G1)."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from keyuan.customers.models import Customer
from keyuan.pools.clock import renew, renew_all
from keyuan.pools.models import Pool
from keyuan.pools.recycling import recycle
from keyuan.pools.rules import DEAL, FOLLOW_UP, OPPORTUNITY, Facts, PoolRules, Wait, due
from keyuan.pools.tasks import recycle_overdue
from keyuan.records.history import Event
from tests.make import make_customer, make_opportunity, make_pool, option

pytestmark = pytest.mark.django_db
HERE = ZoneInfo(settings.TIME_ZONE)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))
DAYS = st.integers(0, 400)
RULES = st.builds(
    PoolRules,
    recycles=st.just(True),
    protection=DAYS,
    new_days=DAYS,
    waits=st.dictionaries(st.sampled_from([FOLLOW_UP, OPPORTUNITY]), st.builds(Wait, DAYS), max_size=2),
    needs_all=st.booleans(),
    hard_end=st.none() | DAYS,
    exempt=st.sets(st.sampled_from(["locked", "won"])).map(lambda found: tuple(sorted(found))),
)


def day(moment: datetime | None) -> date | None:
    return moment.astimezone(HERE).date() if moment else None


@trying(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    rules=RULES,
    created=MOMENTS,
    taken=st.none() | MOMENTS,
    followed=st.none() | MOMENTS,
    extended=st.none() | st.dates(date(2026, 1, 1), date(2027, 6, 1)),
    locked=st.booleans(),
    bought=st.booleans(),
)
def test_many_at_once_are_as_one_by_one(cast, rules, created, taken, followed, extended, locked, bought):
    pool = Pool.objects.filter(name="Clock").first() or make_pool("customer", cast.anna)
    Pool.objects.filter(pk=pool.pk).update(name="Clock", kept_rules=rules.as_json())
    customer = Customer.rows.filter(owner=cast.anna).first() or make_customer(owner=cast.anna)
    values = {"created_at": created, "taken_at": taken, "last_followed_at": followed, "extended_to": extended}
    Customer.rows.filter(pk=customer.pk).update(**values, is_locked=locked, has_bought=bought, due_on=None)
    facts = Facts(
        created=day(created),
        taken=day(taken or created),
        events={FOLLOW_UP: day(followed)} if followed else {},
        exempt=frozenset(name for name, holds in (("locked", locked), ("won", bought)) if holds),
        extended=extended,
    )

    renew("customer", [customer.pk])

    assert Customer.rows.get(pk=customer.pk).due_on == due(facts, rules)


@pytest.fixture
def owned(cast: SimpleNamespace) -> SimpleNamespace:
    waits = {FOLLOW_UP: Wait(3), OPPORTUNITY: Wait(60), DEAL: Wait(90)}
    cast.pool = make_pool("customer", cast.anna, recycles=True, waits={FOLLOW_UP: Wait(3)})
    cast.other = make_pool("customer", cast.ben, recycles=True, waits=waits, needs_all=True, exempt=())
    cast.customer, cast.second = make_customer(owner=cast.anna), make_customer(owner=cast.ben)
    return cast


def last_day(customer: Customer) -> date | None:
    found: date | None = Customer.rows.get(pk=customer.pk).due_on
    return found


def today() -> date:
    return datetime.now(HERE).date()


def test_a_new_customer_has_its_protection_at_once(owned):
    assert last_day(owned.customer) == today() + timedelta(days=10)
    assert last_day(owned.second) == today() + timedelta(days=90)


def test_opportunities_and_deals_keep_a_customer(owned):
    deal = make_opportunity(owner=owned.ben, customer=owned.second)
    renew_all("customer")
    assert last_day(owned.second) == today() + timedelta(days=90)

    type(deal).rows.filter(pk=deal.pk).update(created_at=datetime.now(UTC) + timedelta(days=40))
    renew_all("customer")
    assert last_day(owned.second) == today() + timedelta(days=100)


def test_a_locked_customer_stays_and_an_open_opportunity_keeps_it(owned):
    Customer.rows.filter(pk=owned.customer.pk).change(by=owned.boss, is_locked=True)
    assert last_day(owned.customer) is None

    Customer.rows.filter(pk=owned.customer.pk).change(by=owned.boss, is_locked=False)
    assert last_day(owned.customer) is not None
    make_opportunity(owner=owned.anna, customer=owned.customer)
    renew_all("customer")
    assert last_day(owned.customer) is None


def test_what_is_overdue_comes_back_and_says_so(owned):
    long_ago = datetime.combine(today() - timedelta(days=30), time(12), UTC)
    Customer.rows.filter(pk=owned.customer.pk).update(created_at=long_ago)

    assert recycle("customer") == {owned.anna.pk: 1}

    back = Customer.rows.get(pk=owned.customer.pk)
    assert (back.pool, back.owner, back.department, back.last_owner) == (owned.pool, None, None, owned.anna)
    assert back.due_on is None
    event = Event.objects.get(record_id=back.pk, record_type="customer", name="recycled")
    assert event.by.is_robot
    assert recycle("customer") == {}


def test_on_its_last_day_it_is_still_its_owners(owned):
    Customer.rows.filter(pk=owned.customer.pk).update(
        created_at=datetime.combine(today() - timedelta(days=10), time(12), HERE)
    )

    assert recycle("customer") == {}
    assert recycle("customer", today() + timedelta(days=1)) == {owned.anna.pk: 1}


def test_another_class_changes_the_days(owned):
    signed = option("category", "signed")
    rules = PoolRules(recycles=True, choice="category", waits={FOLLOW_UP: Wait(15, {signed.pk: 60})})
    Pool.objects.filter(pk=owned.pool.pk).update(kept_rules=rules.as_json())

    owned.customer.edit(by=owned.anna, category=signed)

    assert last_day(owned.customer) == today() + timedelta(days=60)


def test_each_day_begins_with_what_comes_back_and_once_is_enough(owned):
    Customer.rows.filter(pk=owned.customer.pk).update(created_at=datetime.now(UTC) - timedelta(days=30))

    recycle_overdue(0)
    assert Customer.rows.get(pk=owned.customer.pk).pool == owned.pool

    Customer.rows.filter(pk=owned.second.pk).update(created_at=datetime.now(UTC) - timedelta(days=300))
    recycle_overdue(0)
    assert Customer.rows.get(pk=owned.second.pk).owner == owned.ben
