"""History is append-only; retention and erasure are the two exceptions, and both are told (D1)."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from keyuan.engine.home import audit_head_file
from keyuan.org.first_start import lay_foundation
from keyuan.org.settings import set_setting
from keyuan.records.errors import RuleBroken
from keyuan.records.history import Change, Event, Operation, make_partitions
from keyuan.records.sealing import retaining
from keyuan.records.sealing.erasing import erase
from keyuan.records.sealing.guard import exception
from keyuan.records.sealing.seals import Erasure, Seal
from keyuan.records.tests.sealing.looking import by_hand, sealed, verified
from tests.make import make_customer

REFUSED = [
    "UPDATE event SET name = 'x'",
    "UPDATE change SET after = '{}'",
    "UPDATE operation SET verb = 'x'",
    "UPDATE operation SET address = '1.2.3.4', undone_at = now()",
    "UPDATE audit_seal SET leaves = ''",
    "UPDATE audit_seal SET salts = ''",
    "UPDATE audit_epoch SET above = 1",
    "DELETE FROM event",
    "DELETE FROM change",
    "DELETE FROM operation",
    "DELETE FROM audit_seal",
    "DELETE FROM audit_epoch",
    "TRUNCATE event, change",
    "TRUNCATE audit_seal",
    "TRUNCATE operation CASCADE",
]


def run(statement):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('keyuan.tests', '', true)")
        cursor.execute(statement)
        return cursor.rowcount


@pytest.mark.parametrize("statement", REFUSED)
def test_history_is_neither_changed_nor_deleted(company, statement):
    sealed()

    with pytest.raises(DatabaseError, match="History is append-only"):
        run(statement)


@pytest.mark.parametrize("statement", ["UPDATE {} SET name = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_nor_by_the_name_of_its_month(company, statement):
    month = f"event_{datetime.now(UTC):%Y_%m}"

    with pytest.raises(DatabaseError, match="History is append-only"):
        run(statement.format(month))


def test_nor_in_a_month_that_is_made_later(company):
    make_partitions(date(2077, 5, 1), 1)

    with pytest.raises(DatabaseError, match="History is append-only"):
        run("TRUNCATE event_2077_05")
    run("DROP TABLE event_2077_05, change_2077_05")


def test_an_operation_may_be_marked_as_undone(company):
    sealed()

    assert run("UPDATE operation SET undone_at = now()") > 0
    assert verified().findings == []


def test_an_exception_lasts_for_its_transaction(company):
    with exception("retention"):
        pass

    with pytest.raises(DatabaseError, match="History is append-only"):
        run("DELETE FROM change")


def test_what_an_exception_lets_through_is_named_all_the_same(company):
    sealed()
    with exception("erasure"):
        Change.objects.update(after={})

    assert len([one for one in verified().findings if one.startswith("Altered: event")]) == Change.objects.count()


# Erasure


def test_an_erased_value_is_gone_and_the_seal_stays_true(company):
    company.contact.edit(by=company.anna, mobile="13900139000")
    company.contact.edit(by=company.anna, mobile="")
    sealed()

    count = erase("contact", company.contact.pk, ["mobile"], by=company.anna, reason="the person asked for it")
    sealed()

    assert count == 3
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM change WHERE before::text || after::text ~ '13800138000|13900139000'")
        assert cursor.fetchone()[0] == 0
    found = verified()
    assert (found.findings, found.erased) == ([], 3)
    told = Event.objects.get(name="erased")
    assert (told.by, told.details["fields"], told.record_id) == (company.anna, ["mobile"], company.contact.pk)


def test_the_salt_of_what_was_erased_is_gone(company):
    sealed()
    event = Event.objects.get(record_type="contact", name="created").pk

    erase("contact", company.contact.pk, ["mobile"], by=company.anna, reason="")

    salts = {int(line[0]): seal.salt_at(at) for seal in Seal.objects.all() for at, line in enumerate(seal.lines())}
    assert salts.pop(event) == bytes(16)
    assert bytes(16) not in salts.values()


def test_values_may_be_erased_one_after_the_other(company):
    sealed()
    erase("contact", company.contact.pk, ["mobile"], by=company.anna, reason="")
    sealed()
    erase("contact", company.contact.pk, ["name"], by=company.anna, reason="")
    sealed()

    assert verified().findings == []
    assert Erasure.objects.count() == 2


def test_a_value_changed_after_erasure_is_named(company):
    sealed()
    erase("contact", company.contact.pk, ["mobile"], by=company.anna, reason="")
    sealed()
    event = Event.objects.get(record_type="contact", name="created").pk

    by_hand('UPDATE change SET after = after || \'{"name": "x"}\' WHERE event_id = %s', event)

    assert verified().findings[0].startswith(f"Altered: event {event},")


def test_an_erasure_that_no_event_tells_of_hides_nothing(company):
    sealed()
    event = Event.objects.get(record_type="contact", name="created").pk
    erase("contact", company.contact.pk, ["mobile"], by=company.anna, reason="")
    sealed()

    by_hand("UPDATE audit_erasure SET kept = now WHERE event_id = %s", event)

    assert verified().findings[0].startswith(f"Altered: event {event},")


def test_what_is_not_sealed_yet_is_not_erased(company):
    with pytest.raises(RuleBroken, match="not sealed yet"):
        erase("contact", company.contact.pk, ["mobile"], by=company.anna, reason="")


# Retention


def old(company, *months):
    """A customer each, of these months; sealed."""
    lay_foundation()
    for month in months:
        make_partitions(month, 1)
        made = make_customer(f"{month:%Y-%m} 公司", owner=company.anna)
        at = datetime(month.year, month.month, 9, tzinfo=UTC)
        pk = Event.objects.get(record_type="customer", record_id=made.pk).pk
        by_hand("UPDATE change SET at = %s WHERE event_id = %s", at, pk)
        by_hand("UPDATE event SET at = %s WHERE id = %s", at, pk)
        by_hand("UPDATE customer SET created_at = %s WHERE id = %s", at, made.pk)
        by_hand("UPDATE operation SET at = %s WHERE id = (SELECT operation_id FROM event WHERE id = %s)", at, pk)
    sealed()


MONTHS = (date(2021, 3, 1), date(2021, 4, 1), date(2021, 5, 1))
TODAY = date(2021, 12, 15)


@pytest.fixture
def no_months_left():
    yield
    for month in MONTHS:
        run(f"DROP TABLE IF EXISTS event_{month:%Y_%m}, change_{month:%Y_%m}")


@pytest.mark.usefixtures("no_months_left")
def test_old_months_go_whole_and_verification_knows_it(company):
    old(company, *MONTHS)
    operations = Operation.objects.count()
    set_setting("history_months", "7")

    assert retaining.keep_up(TODAY) == [date(2021, 3, 1), date(2021, 4, 1)]
    sealed()

    found = verified()
    assert found.findings == []
    assert found.dropped == 2
    assert Event.objects.filter(at__year=2021).count() == 1
    assert Operation.objects.count() == operations - 2 + 2
    assert Event.objects.filter(name="dropped").count() == 2
    assert retaining.keep_up(TODAY) == []


@pytest.mark.usefixtures("no_months_left")
def test_what_retention_did_not_take_is_still_missed(company):
    old(company, *MONTHS)
    set_setting("history_months", 8)
    retaining.keep_up(TODAY)
    sealed()
    event = Event.objects.get(at__year=2021, at__month=5)

    by_hand("DELETE FROM change WHERE event_id = %s", event.pk)
    by_hand("DELETE FROM event WHERE id = %s", event.pk)

    assert verified().findings[0].startswith(f"Deleted: event {event.pk},")


@pytest.mark.usefixtures("no_months_left")
def test_seals_of_which_nothing_is_left_go_too(company):
    sealed()
    by_hand("TRUNCATE event, change, audit_seal")
    audit_head_file().unlink()
    old(company, MONTHS[0])
    company.customer.edit(by=company.anna, name="乙公司")
    sealed()
    set_setting("history_months", "7")

    retaining.keep_up(TODAY)
    sealed()

    assert Seal.objects.order_by("number").first().number > 1


@pytest.mark.parametrize("months", ["", "0", "3", 6, "x"])
@pytest.mark.usefixtures("no_months_left")
def test_nothing_goes_without_a_setting_of_at_least_seven_months(company, months):
    old(company, MONTHS[0])
    set_setting("history_months", months)

    assert retaining.keep_up(TODAY) == []
    assert Event.objects.filter(at__year=2021).exists()


@pytest.mark.usefixtures("no_months_left")
def test_a_month_that_is_not_sealed_stays(company):
    old(company, MONTHS[0])
    by_hand("UPDATE audit_seal SET at = '2021-03-20 00:00+00'")

    assert not retaining.drop_month(MONTHS[0])
    assert timezone.now().year > 2021
