"""Verification names each altered, deleted and inserted row, removed seals, and records changed by hand (D1)."""

import re

import pytest
from django.conf import settings
from django.db import connection

from keyuan.customers.models import Customer
from keyuan.engine.home import audit_head_file
from keyuan.exchange.recycling import purge
from keyuan.records.history import Event
from keyuan.records.sealing import sealer
from keyuan.records.sealing.keys import write_head
from keyuan.records.sealing.seals import Epoch, Seal
from keyuan.records.sealing.verifying import Verification
from keyuan.records.tests.sealing.looking import by_hand, sealed, verified
from tests.make import make_customer, option


def event_of(record, name="created"):
    return Event.objects.get(record_type=record.module, record_id=record.pk, name=name)


def test_what_the_product_wrote_is_in_order(company):
    company.customer.edit(by=company.anna, name="乙公司")

    count = sealed()

    found = verified()
    assert found.findings == []
    assert (found.events, found.unsealed) == (count, 0)
    assert found.records == 2


def test_nothing_sealed_is_no_finding(company):
    found = verified()

    assert found.findings == []
    assert found.notes == ["Nothing is sealed yet."]


def test_a_changed_value_of_history_is_named(company):
    sealed()
    event = event_of(company.customer)

    by_hand('UPDATE change SET after = after || \'{"phone": "1"}\' WHERE event_id = %s', event.pk)

    assert verified().findings[0].startswith(f"Altered: event {event.pk}, “created” of customer #{company.customer.pk}")
    assert f"by Anna (#{company.anna.pk})." in verified().findings[0]


def test_a_changed_line_says_what_it_was_and_what_it_is(company):
    sealed()
    event = event_of(company.contact)

    by_hand("UPDATE event SET name = 'edited', record_id = 99 WHERE id = %s", event.pk)

    finding = next(one for one in verified().findings if one.startswith("Altered"))
    assert f"event {event.pk}, “created” of contact #{company.contact.pk}" in finding
    assert "It now says “edited” of contact #99" in finding


@pytest.mark.parametrize(
    "column", ["verb = 'x'", "source = 'api'", "at = at - interval '1 day'", "address = '1.2.3.4'"]
)
def test_a_changed_operation_is_named_by_its_events(company, column):
    sealed()
    event = event_of(company.customer)

    by_hand(f"UPDATE operation SET {column} WHERE id = %s", event.operation_id)

    assert [one.partition(",")[0] for one in verified().findings] == [f"Altered: event {event.pk}"]


def test_a_deleted_line_is_named_though_nothing_is_left_of_it(company):
    sealed()
    event = event_of(company.customer)

    by_hand("DELETE FROM change WHERE event_id = %s", event.pk)
    by_hand("DELETE FROM event WHERE id = %s", event.pk)

    words = f"Deleted: event {event.pk}, “created” of customer #{company.customer.pk} at "
    assert verified().findings[0].startswith(words)
    assert re.search(r"by Anna \(#\d+\) \(seal \d+\)\.$", verified().findings[0])


INSERT = """
    INSERT INTO event (at, name, by_id, operation_id, record_type, record_id, source{more})
    SELECT {at}, 'edited', by_id, operation_id, record_type, record_id, source{values} FROM event WHERE id = %s
"""


@pytest.mark.parametrize("at", ["now()", "at"])
@pytest.mark.parametrize("before", [True, False])
def test_an_inserted_line_is_named(company, at, before):
    """Also one of the present, and whether it was there before the next seal or not."""
    sealed()
    event = event_of(company.customer)
    if before:
        by_hand(INSERT.format(at=at, more="", values=""), event.pk)
        sealed()
    else:
        by_hand(INSERT.format(at=at, more=", txid, proof", values=", txid, proof"), event.pk)

    new = Event.objects.get(name="edited").pk
    assert verified().findings == [f for f in verified().findings if f.startswith(f"Inserted by hand: event {new},")]
    assert verified().findings


def test_values_without_a_line_are_named(company):
    sealed()

    by_hand("INSERT INTO change (event_id, at) VALUES (4711, now())")

    assert verified().findings[0].startswith("Values without an event: event 4711 of ")


def test_a_row_that_was_changed_by_hand_differs_from_its_history(company):
    sealed()

    by_hand("UPDATE customer SET phone = '1', name = '丙公司' WHERE id = %s", company.customer.pk)

    who = f"customer #{company.customer.pk}"
    assert verified().findings == [
        f'Changed by hand: Customer name of {who} is "丙公司"; its history says "甲公司".',
        f'Changed by hand: Phone of {who} is "1"; its history says "0574-87352210".',
    ]


def test_a_row_that_was_added_or_deleted_by_hand_is_named(company):
    contact = company.contact.pk
    by_hand("DELETE FROM contact_search WHERE record_id = %s", contact)
    by_hand("DELETE FROM contact WHERE id = %s", contact)
    columns = ", ".join(f'"{one.column}"' for one in Customer._meta.concrete_fields if one.column != "id")
    by_hand(f"INSERT INTO customer (id, {columns}) SELECT 77, {columns} FROM customer")

    assert set(verified().findings) == {
        f"Deleted by hand: contact #{contact} is gone; its history does not say so.",
        "Added by hand: customer #77 has no line of history.",
    }


def test_what_the_product_deletes_is_no_finding(company):
    company.customer.delete_by(company.anna)
    purge(Customer.objects.binned(company.anna), by=company.anna)
    sealed()

    assert not Customer.rows.exists()
    assert verified().findings == []


# The chain


def three_seals(company):
    for name in ("乙公司", "丙公司", "丁公司"):
        company.customer.edit(by=company.anna, name=name)
        sealed()
    return list(Seal.objects.order_by("number"))


def test_removed_seals_in_the_middle_are_named(company):
    seals = three_seals(company)

    by_hand("DELETE FROM audit_seal WHERE number = %s", seals[-2].number)

    assert verified().findings[0].startswith(f"Removed: seal {seals[-2].number}, between ")


def test_removed_seals_at_the_end_are_named(company):
    seals = three_seals(company)

    by_hand("DELETE FROM audit_seal WHERE number >= %s", seals[-2].number)

    words = f"Removed: seals {seals[-2].number} to {seals[-1].number}, between "
    assert verified().findings[0].startswith(words)


def test_sealing_on_does_not_hide_that_seals_were_removed(company):
    seals = three_seals(company)
    by_hand("DELETE FROM audit_seal WHERE number >= %s", seals[-2].number)

    company.customer.edit(by=company.anna, name="戊公司")
    sealed()

    words = f"Removed: seals {seals[-2].number} to {seals[-1].number}, between "
    assert [one for one in verified().findings if one.startswith(words)]


def test_all_seals_removed_is_named(company):
    three_seals(company)

    by_hand("DELETE FROM audit_seal")

    assert verified().findings[0].startswith("Removed: seals 1 to ")


def test_an_altered_seal_is_named_and_no_other(company):
    seals = three_seals(company)

    by_hand("UPDATE audit_seal SET leaves = overlay(leaves PLACING '\\x00' FROM 1) WHERE number = %s", seals[-1].number)

    assert verified().findings[0].startswith(f"Altered: seal {seals[-1].number} of ")
    assert len(verified().findings) == 1


def test_an_exchanged_last_seal_is_named(company):
    seals = three_seals(company)
    write_head(seals[-1].number, b"another")

    assert verified().findings == [f"Exchanged: seal {seals[-1].number} is not the one that the data folder remembers."]


def test_a_crash_before_the_data_folder_knows_is_no_finding(company, monkeypatch):
    three_seals(company)
    monkeypatch.setattr(sealer, "write_head", lambda *_: None)

    company.customer.edit(by=company.anna, name="戊公司")
    sealed()

    assert verified().findings == []


def test_small_groups_find_the_same(company):
    three_seals(company)
    event = event_of(company.customer)
    by_hand("UPDATE event SET name = 'lost' WHERE id = %s", event.pk)

    one, all_at_once = Verification(group=1), Verification()

    assert list(one.findings()) == list(all_at_once.findings()) != []
    assert one.figures.events == all_at_once.figures.events


# Restored


def restored():
    """What `keyuan restore` does: transactions are numbered anew, and the data folder has forgotten the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM event")
        above = cursor.fetchone()[0]
    Epoch.objects.create(number=Epoch.objects.count() + 1, above=above, reason="restored")
    audit_head_file().unlink(missing_ok=True)


def of_another_server(name, step):
    """These events have transactions as another server counts them."""
    by_hand("UPDATE event SET txid = (txid::text::bigint + %s)::text::xid8 WHERE name = %s", step, name)
    proof = "substr(sha256(convert_to(%s || txid::text, 'UTF8')), 1, 8)"
    by_hand(f"UPDATE event SET proof = {proof} WHERE name = %s", settings.AUDIT_WRITER, name)


@pytest.mark.parametrize("step", [10_000_000, 0])
def test_after_a_restore_a_new_epoch_begins_and_all_is_sealed(company, step):
    sealed()
    company.customer.edit(by=company.anna, name="乙公司")  # in the archive, not sealed any more
    of_another_server("edited", step)
    restored()
    company.customer.lose(by=company.anna, reason=option("lost_reason", "closed"))

    sealed()

    found = verified()
    assert found.findings == []
    assert any(note.startswith("Restored from a backup at ") for note in found.notes)
    assert found.events == Event.objects.count()
    assert list(Seal.objects.filter(count=0).values_list("epoch", flat=True)) == [1, 2]


def test_two_restores_without_a_seal_between_lose_nothing(company):
    sealed()
    restored()
    company.customer.edit(by=company.anna, name="乙公司")
    restored()
    company.customer.edit(by=company.anna, name="丙公司")

    sealed()

    found = verified()
    assert found.findings == []
    assert found.events == Event.objects.count()


@pytest.mark.parametrize(("pk", "txid"), [(-5, 9_000_000_000_000), (-5, 1), (10**12, 1)])
def test_rows_slipped_in_beside_the_epochs_are_named(company, pk, txid):
    sealed()
    restored()
    sealed()
    values = {"at": "now()", "more": ", id, txid", "values": f", {pk}, '{txid}'::xid8"}

    by_hand(INSERT.format(**values), event_of(company.customer).pk)

    assert [one.partition(",")[0] for one in verified().findings] == [f"Inserted by hand: event {pk}"]


def test_a_record_that_others_made_has_its_own_line(company):
    other = make_customer("己公司", owner=company.anna)
    sealed()

    by_hand("UPDATE customer SET notes = 'x' WHERE id = %s", other.pk)

    assert verified().findings == [f'Changed by hand: Notes of customer #{other.pk} is "x"; its history says —.']
