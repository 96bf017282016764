import pytest

from keyuan.activities.models import FollowUp
from keyuan.customers.models import Contact
from keyuan.exchange import importing
from keyuan.exchange.models import Import
from keyuan.exchange.tests.files import checked, imported, sentences
from keyuan.exchange.tests.follow_ups.sheets import ROW, sheet, small
from keyuan.org.models import Grant, User
from keyuan.records.errors import NotAllowed, RuleBroken
from tests.make import make_contact, make_customer, make_department, make_role, make_user

pytestmark = pytest.mark.django_db


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
