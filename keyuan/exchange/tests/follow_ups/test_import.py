from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from keyuan.activities.models import FollowUp, FollowUpSearch, Plan
from keyuan.customers.models import Contact, Customer
from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.exchange.tests.follow_ups.sheets import AT, ROW, sheet
from keyuan.exchange.tests.test_export import exported
from keyuan.notices.models import Notice
from keyuan.org.models import User
from keyuan.records.history import Event, Operation
from keyuan.records.options import Option
from keyuan.records.sealing.comparing import findings
from keyuan.records.sealing.guard import exception
from keyuan.records.sealing.verifying import Figures
from tests.make import make_contact, make_customer, make_follow_up, make_user, option

pytestmark = pytest.mark.django_db


# What goes in


def test_a_row_becomes_a_follow_up_with_its_original_author_and_time(cast, customer):
    of = imported(sheet(cast.boss, ROW))

    made = FollowUp.rows.get()
    assert (made.customer, made.author, made.created_by, made.owner) == (customer, cast.ben, cast.boss, None)
    assert (made.kind.key, made.result.key, made.at) == ("visit", "interested", AT)
    assert (made.content, made.place, made.minutes) == ("谈了第二批的价格", "三楼", 45)
    assert [Contact.rows.get(pk=pk).name for pk in made.contacts] == ["王五", "赵六"]
    assert timezone.localtime(made.next_contact_at).date().isoformat() == "2026-04-01"
    assert timezone.now() - made.created_at < timedelta(minutes=1)
    assert (of.state, of.counts["created"]) == ("done", 1)


def test_the_time_of_writing_down_is_the_sheets_where_it_has_one(cast, customer):
    imported(sheet(cast.boss, "甲公司,2026-03-20,谈过,2026-03-21 09:30:00", head="客户,时间,内容,创建时间"))

    made = FollowUp.rows.get()
    assert timezone.localtime(made.created_at).isoformat() == "2026-03-21T09:30:00+08:00"
    assert (made.author, made.kind.key) == (cast.boss, "other")


def test_an_imported_follow_up_is_like_one_written_by_hand(cast, customer):
    people = list(customer.contacts.order_by("pk").values_list("pk", flat=True))
    values = {"kind": option("follow_up_kind", "visit"), "result": option("follow_up_result", "interested"), "at": AT}
    make_follow_up(customer, "谈了第二批的价格", by=cast.anna, contacts=people, place="三楼", minutes=45, **values)
    hand = picture()
    erase()

    imported(sheet(cast.anna_may_import, ROW.replace("2026-04-01", "").replace("Ben", "")))

    assert picture() == hand


def picture():
    """What is stored of a follow-up, without ids and moments of writing."""
    made = FollowUp.rows.get()
    left_out = {"id", "created_at", "updated_at"}
    fields = {one.name: one.value_from_object(made) for one in made._meta.fields if one.name not in left_out}
    search = list(FollowUpSearch.objects.filter(record_id=made.pk).values_list("kind", "body"))
    after = Event.objects.get(record_type="follow_up", name="created").change.after
    last = Customer.rows.get().last_followed_at
    after |= {"id": 0, "at": datetime.fromisoformat(after["at"])}
    return fields, search, after, last


def erase():
    FollowUp.rows.all().delete()
    FollowUpSearch.objects.all().delete()
    Customer.rows.update(last_followed_at=None)
    with exception("retention"):
        Event.objects.filter(record_type="follow_up").delete()


def test_the_dates_of_customers_follow_and_nothing_is_planned_or_told(cast, customer):
    make_follow_up(customer, "后来又谈过一次", at=AT + timedelta(days=3), by=cast.anna)
    other = make_customer("乙公司", owner=cast.ben)
    before = Notice.objects.exclude(kind="import.done").count()

    lines = ("乙公司,电话,2026-02-01 09:00,谈过一次价格,,,,,,", "乙公司,电话,2026-02-02 09:00,。,,,,,,")
    imported(sheet(cast.boss, ROW, *lines))

    for one in (customer, other):
        one.refresh_from_db()
    assert customer.last_followed_at == AT + timedelta(days=3)
    assert timezone.localtime(other.last_followed_at).isoformat() == "2026-02-01T09:00:00+08:00"
    assert [one.is_effective for one in FollowUp.rows.filter(customer=other).order_by("at")] == [True, False]
    assert (customer.version, other.version) == (1, 1)
    assert not Plan.rows.exists()
    assert Notice.objects.exclude(kind="import.done").count() == before


def test_an_import_of_follow_ups_is_one_operation_with_a_line_each(cast, customer):
    of = imported(sheet(cast.boss, ROW, ROW.replace("谈了", "又谈了")))

    operation = Operation.objects.get(verb="follow_up.imported")
    lines = Event.objects.filter(record_type="follow_up", name="created").order_by("pk")
    assert (operation.by, operation.source) == (cast.boss, "import")
    assert [(one.operation_id, one.customer_id) for one in lines] == [(operation.pk, customer.pk)] * 2
    assert [one.details for one in lines] == [{"import": of.pk, "row": 2}, {"import": of.pk, "row": 3}]
    assert list(findings(Figures())) == []


def test_the_check_of_follow_ups_writes_nothing(cast, customer):
    of = checked(sheet(cast.boss, ROW))

    assert (of.state, of.counts["created"]) == ("checked", 1)
    assert not FollowUp.rows.exists()
    assert not Event.objects.filter(record_type="follow_up").exists()


def test_customers_are_meant_by_name_former_name_and_number(cast):
    named = make_customer("甲（集团）公司", owner=cast.anna)
    renamed = make_customer("乙公司", owner=cast.anna, former_names=["旧乙公司"])

    of = imported(
        sheet(
            cast.boss,
            *(f"{word},2026-03-2{day},谈过价格" for day, word in enumerate(("甲(集团)公司", "旧乙公司", renamed.pk))),
            head="客户名称,时间,内容",
        )
    )

    assert of.counts["created"] == 3
    assert list(FollowUp.rows.order_by("at").values_list("customer", flat=True)) == [named.pk, renamed.pk, renamed.pk]


def test_somebody_who_has_left_and_entries_that_are_retired_stay_on_what_was(cast, customer):
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    Option.objects.filter(list="follow_up_kind", key="visit").update(is_retired=True)

    imported(sheet(cast.boss, ROW))

    assert (FollowUp.rows.get().author_id, FollowUp.rows.get().kind.key) == (cast.ben.pk, "visit")


# The same twice


def test_the_same_row_twice_is_one_follow_up_also_against_what_is_there(cast, customer):
    first = imported(sheet(cast.boss, ROW, ROW))
    again = imported(sheet(cast.boss, ROW, ROW.replace(":05", ":06")))

    assert (first.counts["created"], first.counts["skipped"]) == (1, 1)
    assert sentences(first) == [(3, "Row 2 says the same.")]
    assert (again.counts["created"], again.counts["skipped"]) == (1, 1)
    assert sentences(again) == [(2, "This follow-up exists already.")]
    assert FollowUp.rows.count() == 2


def test_an_own_export_of_follow_ups_goes_in_again_without_change(cast, customer):
    make_follow_up(customer, "=1+1\n-谈了价格", by=cast.anna, contacts=[customer.contacts.first().pk])
    make_follow_up(customer, "第二次", by=cast.boss)
    before = list(FollowUp.rows.order_by("pk").values())

    for form in ("xlsx", "csv"):
        _export, path = exported(cast.boss, "follow_up", query="view=all", format=form, is_complete=True)
        of = imported(sheet_of(cast.boss, path.read_bytes(), form))
        assert (of.counts["skipped"], of.counts.get("refused", 0), of.counts.get("created", 0)) == (2, 0, 0)

    assert list(FollowUp.rows.order_by("pk").values()) == before


def sheet_of(by, content, form):
    return upload(by, content, kind="follow-ups", name=f"跟进.{form}")


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_export_and_import_elsewhere_keep_authors_times_contacts_kinds_and_results(cast, customer, form):
    """A10. Elsewhere the same people and customers exist under other numbers."""
    namesake = make_user("ben2", cast.anna.roles.get(), name="Ben", department=cast.anna.department)
    people = list(customer.contacts.order_by("-pk").values_list("pk", flat=True))
    kinds = [option("follow_up_kind", key) for key in ("visit", "wechat", "other")]
    for number, by in enumerate((cast.anna, cast.ben, namesake)):
        make_follow_up(
            customer,
            f"第 {number} 次\n谈了价格 ☎",
            by=by,
            kind=kinds[number],
            at=AT + timedelta(hours=number, seconds=7 * number, microseconds=5),
            contacts=people[:number],
            result=option("follow_up_result", "interested") if number else None,
            minutes=number or None,
        )
    User.objects.filter(pk=cast.ben.pk).update(is_active=False)
    before = told()
    _export, path = exported(cast.boss, "follow_up", query="view=all", format=form, is_complete=True)
    content = path.read_bytes()
    FollowUp.rows.all().delete()
    customer.delete_by(cast.boss)
    elsewhere = make_customer("甲公司", owner=cast.olga)
    for name in ("赵六", "王五"):
        make_contact(elsewhere, name)
    for spare in range(3):
        make_contact(elsewhere, f"别人 {spare}")

    of = imported(sheet_of(cast.boss, content, form))

    assert (of.counts["created"], of.counts.get("refused", 0)) == (3, 0), sentences(of)
    assert told() == before


def told():
    """Everything that people know of follow-ups, by names."""
    names = dict(Contact.rows.values_list("pk", "name"))
    return [
        (
            one.customer.name,
            one.author.username,
            one.at.replace(microsecond=0),
            one.created_at.replace(microsecond=0),
            one.kind.key,
            one.result and one.result.key,
            [names[pk] for pk in one.contacts],
            one.content,
            one.minutes,
            one.is_effective,
        )
        for one in FollowUp.rows.order_by("at")
    ]
