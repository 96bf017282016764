from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from keyuan.activities.models import FollowUp, FollowUpSearch, Plan
from keyuan.customers.models import Contact, Customer
from keyuan.exchange import importing
from keyuan.exchange.activities.columns import guess, targets_for
from keyuan.exchange.kinds import KINDS
from keyuan.exchange.models import Import
from keyuan.exchange.reading import read_table
from keyuan.exchange.sample import write_template
from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.exchange.tests.test_export import exported
from keyuan.notices.models import Notice
from keyuan.org.models import Grant, User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.records.options import Option
from keyuan.records.sealing.comparing import findings
from keyuan.records.sealing.guard import exception
from keyuan.records.sealing.verifying import Figures
from tests.make import make_contact, make_customer, make_department, make_follow_up, make_role, make_user, option

pytestmark = pytest.mark.django_db
HEAD = "客户,跟进方式,时间,内容,联系人,结果,下次联系,地点,时长,记录人"
ROW = "甲公司,拜访,2026-03-20 10:00:05,谈了第二批的价格,王五、赵六,确认有意向,2026-04-01,三楼,45,Ben"
AT = datetime(2026, 3, 20, 2, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def cast(cast):
    User.objects.update(preferences={"language": "en"})
    for user in vars(cast).values():
        user.refresh_from_db()
    with translation.override("en"):
        yield cast


@pytest.fixture
def customer(cast):
    found = make_customer("甲公司", owner=cast.anna)
    for name in ("王五", "赵六"):
        make_contact(found, name)
    return found


def sheet(by, *lines, head=HEAD, **more):
    return upload(by, head, *lines, kind="follow-ups", name="跟进.csv", **more)


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


@pytest.fixture(autouse=True)
def anna_may_import(cast):
    """The same right for Anna, whose follow-ups are her own."""
    grant = Grant.objects.get(role=cast.anna.roles.get(), module="follow_up")
    grant.operations |= {"import": "", "export": ""}
    grant.save()
    cast.anna_may_import = User.objects.get(pk=cast.anna.pk)


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


# What does not go in


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("甲公司", ""), "Customer is required"),
        (("甲公司", "别处公司"), "There is no customer “别处公司”, or you may not see it."),
        (("甲公司", "共名"), "“共名” was the name of 2 customers. Write the present name, or the number."),
        (("拜访", "Vist"), "“Vist” is not among the options. Did you mean “Visit”?"),
        (("拜访", ""), "Kind of follow-up is required"),
        (("2026-03-20 10:00:05", "2099-01-01"), "A follow-up has happened; its time can't lie ahead. Plan it instead."),
        (("2026-03-20 10:00:05", "昨天"), "“昨天” is not a full date. Write it like 2025-06-12."),
        (("谈了第二批的价格", "  "), "Content is required"),
        (("王五、赵六", "王五、钱七"), "“甲公司” has no contact called “钱七”."),
        (("王五、赵六", "外人"), "“甲公司” has no contact called “外人”."),
        (("45", "很久"), "Write the minutes as a number from 0 to 1440."),
        (("Ben", "Nobody"), "Nobody here is called “Nobody”."),
        (("Ben", "Bem"), "Nobody here is called “Bem”. Did you mean “Ben”?"),
        (("Ben", "Two"), "2 people are called “Two”. Write the user name instead, such as two1."),
        (("Ben", "系统"), "Nobody here is called “系统”."),
    ],
)
def test_a_row_is_refused_with_a_sentence(cast, customer, change, said):
    stranger = make_user("stranger", cast.anna.roles.get(), department=make_department("Abroad"))
    make_contact(make_customer("别处公司", owner=stranger), "外人")
    for name in ("丙公司", "丁公司"):
        make_customer(name, owner=cast.anna, former_names=["共名"])
    for number in (1, 2):
        make_user(f"two{number}", name="Two")
    User.objects.robot()

    of = checked(sheet(cast.boss, ROW.replace(*change)))

    assert of.counts["refused"] == 1
    assert said in [text for _number, text in sentences(of)]
    assert not FollowUp.rows.exists()


def test_a_name_that_is_nearly_right_is_told_the_right_one_but_no_foreign_one(cast):
    stranger = make_user("stranger", cast.anna.roles.get(), department=make_department("Abroad"))
    make_customer("宁波海曙精密机械有限公司", owner=cast.anna)
    make_customer("宁波北仑大港集装箱有限公司", owner=stranger)

    lines = [f"{name},2026-03-20,谈过" for name in ("海曙精密机械公司", "北仑大港集装箱公司")]
    of = checked(sheet(cast.boss, *lines, head="客户,时间,内容"))

    assert [text.partition("see it.")[2] for _number, text in sentences(of)] == [
        " Did you mean “宁波海曙精密机械有限公司”?",
        "",
    ]


def test_what_is_optional_and_can_not_be_read_may_be_left_empty(cast, customer):
    lines = (ROW.replace("王五、赵六", "王五、钱七").replace("45", "很久"), ROW.replace("Ben", "Nobody"))
    of = imported(sheet(cast.boss, *lines, leave_bad="1"))

    made = FollowUp.rows.get()
    assert (made.minutes, [Contact.rows.get(pk=pk).name for pk in made.contacts]) == (None, ["王五"])
    assert (of.counts["created"], of.counts["refused"], of.counts["warned"]) == (1, 1, 1)


def test_without_the_columns_that_every_row_needs_there_is_no_check(cast, customer):
    of = sheet(cast.boss, "甲公司,谈过", head="客户,内容")

    with pytest.raises(RuleBroken, match="Choose the column with “Time”"):
        importing.map_columns(of, importing.Mapping({0: "customer", 1: "content"}), by=cast.boss)


HOSTILE = (
    "\"=cmd|' /C calc'!A0\"",
    '"<script>alert(1)</script>"',
    '"%s %(name)s {0}"',
    '"a\tb\\n\\.\\N"',
    "\u202e反\u0007转",
    '"x' + "长" * 9_999 + '"',
)


def test_hostile_texts_stay_texts(cast, customer):
    lines = [f"甲公司,2026-03-2{day},{text}" for day, text in enumerate(HOSTILE)]
    of = imported(sheet(cast.boss, *lines, f"甲公司,2026-03-29,{'长' * 10_001}", head="客户,时间,内容"))

    contents = list(FollowUp.rows.order_by("at").values_list("content", flat=True))
    assert contents[:3] == ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "%s %(name)s {0}"]
    assert (contents[3].endswith("b\\n\\.\\N"), contents[4]) == (True, "反转")
    assert len(contents[5]) == 10_000
    assert sentences(of) == [(8, "Use at most 10000 characters; there are 10001.")]


# Rights


def test_only_those_who_may_import_follow_ups_do(cast, customer):
    for user in (cast.guest, cast.ben):
        with pytest.raises(NotAllowed):
            sheet(strip(user), ROW)

    of = checked(sheet(cast.boss, ROW))
    importing.confirm(of, by=cast.boss)
    Grant.objects.filter(role=cast.boss.roles.get(), module="follow_up").delete()
    with pytest.raises(NotAllowed):
        importing.kind_of(of).write(Import.objects.get(pk=of.pk))
    assert not FollowUp.rows.exists()


def strip(user):
    """Without the right, which reps have here."""
    Grant.objects.filter(role__in=user.roles.all(), module="follow_up").update(operations={"view": "", "create": ""})
    return User.objects.get(pk=user.pk)


def test_fields_that_a_person_may_not_fill_in_are_no_targets(cast, customer):
    boss = cast.boss.roles.get()
    Grant.objects.filter(role=boss, module="follow_up").update(fields={"result": "hidden", "place": "read-only"})
    Grant.objects.filter(role=boss, module="contact").delete()

    imported(sheet(User.objects.get(pk=cast.boss.pk), ROW))

    made = FollowUp.rows.get()
    assert (made.result, made.place, made.contacts) == (None, "", [])


def test_a_former_name_that_is_hidden_leads_to_nobody(cast):
    make_customer("乙公司", owner=cast.anna, former_names=["旧乙公司"])
    Grant.objects.filter(role=cast.boss.roles.get(), module="customer").update(fields={"former_names": "hidden"})

    of = checked(sheet(User.objects.get(pk=cast.boss.pk), "旧乙公司,2026-03-20,谈过", head="客户,时间,内容"))

    assert of.counts["refused"] == 1


def test_the_pages_are_for_those_who_may_import_either(cast, customer, client):
    role = make_role("importer", customer={"view": "all"}, follow_up={"view": "", "import": ""})
    clerk = make_user("importer", role, department=cast.boss.department)
    User.objects.filter(pk=clerk.pk).update(preferences={"language": "en"})
    client.force_login(clerk)
    theirs = sheet(cast.boss, ROW)

    page = client.get("/imports/").content.decode()
    client.post("/imports/new/", {"kind": "customers", "file": small("客户名称\n新公司\n")})

    assert "Import follow-ups" in page
    assert "Customers with contacts" not in page
    assert [one.kind for one in Import.objects.filter(by=clerk)] == ["follow-ups"]
    assert client.get(f"/imports/{theirs.pk}/columns/").status_code == 404
    assert "跟进.csv" not in page


def small(text):
    return SimpleUploadedFile("跟进.csv", text.encode())


# Pages, API, command line


def test_the_four_steps_lead_a_sheet_of_follow_ups_in(cast, customer, client):
    client.force_login(cast.boss)

    answer = client.post("/imports/new/", {"kind": "follow-ups", "file": small(f"{HEAD}\n{ROW}\n乙公司{ROW[3:]}\n")})
    of = Import.objects.get()
    mapping = client.get(answer["Location"]).content.decode()
    checked(of)
    check = client.get(f"/imports/{of.pk}/check/?show=all").content.decode()
    errors = client.get(f"/imports/{of.pk}/errors/")
    importing.confirm(Import.objects.get(), by=cast.boss)
    importing.kind_of(of).write(Import.objects.get())
    done = client.get(f"/imports/{of.pk}/").content.decode()

    assert of.mapping["columns"] == {str(place): key for place, key in enumerate(KEYS)}
    assert "Where the customer" not in mapping
    assert "谈了第二批的价格" in check
    assert "There is no customer “乙公司”" in check
    assert b"".join(errors.streaming_content).startswith(b"PK")
    assert "Show the follow-ups" in done
    assert "/activities/?view=all&amp;filter=" in done


KEYS = ("customer", "kind", "at", "content", "contacts", "result", "next_contact_at", "place", "minutes", "author")


def test_the_list_that_the_finished_import_leads_to_holds_what_came_in(cast, customer, client):
    make_follow_up(customer, "先前的", by=cast.anna)
    FollowUp.rows.update(updated_at=timezone.now() - timedelta(hours=1))
    of = imported(sheet(cast.boss, ROW))
    client.force_login(cast.boss)

    page = client.get(importing.Report(of).list_url).content.decode()

    assert "谈了第二批的价格" in page
    assert "先前的" not in page


def test_the_template_offers_kinds_and_results_and_is_read_back(cast, customer, client, tmp_path):
    write_template(tmp_path / "t.xlsx", cast.boss, KINDS["follow-ups"])
    client.force_login(cast.boss)

    with pytest.raises(RuleBroken, match="no rows below"):
        read_table(tmp_path / "t.xlsx")
    assert b"".join(client.get("/imports/template/?kind=follow-ups").streaming_content).startswith(b"PK")
    for language in ("en", "zh-hans"):
        with translation.override(language):
            targets = targets_for(cast.boss)
            header = [f"{one.label} *" for one in targets.values()]
        assert list(guess(header, targets).columns.values()) == list(targets)


def test_a_file_is_imported_by_the_command(cast, customer, tmp_path):
    path = tmp_path / "跟进.csv"
    path.write_text(f"{HEAD}\n{ROW}\n")

    dry = importing.import_file("follow-ups", path, "boss", dry_run=True)
    assert not FollowUp.rows.exists()
    done = importing.import_file("follow-ups", path, "boss")

    assert dry.lines()[0] == "跟进.csv: 1 rows checked, nothing is written"
    assert (done.of.state, FollowUp.rows.count()) == ("done", 1)


def test_the_number_of_queries_of_a_chunk_does_not_grow_with_its_rows(cast, customer, django_assert_max_num_queries):
    names = [make_customer(f"客户 {number}", owner=cast.anna).name for number in range(20)]
    lines = [f"{name},拜访,2026-03-20 10:00,谈了价格,,,,,,Anna" for name in names]
    of = checked(sheet(cast.boss, *lines))
    importing.confirm(of, by=cast.boss)

    with django_assert_max_num_queries(50):
        importing.kind_of(of).write(Import.objects.get(pk=of.pk))
