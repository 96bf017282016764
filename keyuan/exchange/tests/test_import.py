import pytest
from django.utils import translation

from keyuan.customers.fields import CUSTOMER
from keyuan.customers.models import Contact, Customer
from keyuan.exchange import importing, tasks
from keyuan.exchange.models import Import
from keyuan.exchange.tests.files import checked, imported, sentences, upload
from keyuan.org.models import User
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.records.history import Event, Operation
from keyuan.records.keys import DuplicateKey
from keyuan.records.listing import Listing
from keyuan.records.sealing.guard import exception
from tests.make import make_contact, make_customer

pytestmark = pytest.mark.django_db
HEAD = "客户名称,统一社会信用代码,所属行业,电话,联系人,手机"
CODE, OTHER_CODE = "91110000100000000R", "91310000MA1FL0000N"


@pytest.fixture(autouse=True)
def english():
    """Sentences of jobs are in the person's language; here all people read English."""
    User.objects.update(preferences={"language": "en"})
    with translation.override("en"):
        yield


@pytest.fixture
def cast(cast):
    for user in vars(cast).values():
        user.preferences = {"language": "en"}
        user.save(update_fields=["preferences"])
    return cast


# What goes in


def test_a_row_becomes_a_customer_with_its_contact(cast):
    of = imported(
        upload(cast.anna, HEAD, "宁波海曙精密机械有限公司,,通用设备制造业,0574-87352210,钱晓丽,138 0013 8000")
    )

    customer = Customer.rows.get()
    contact = customer.contacts.get()
    assert (customer.owner, customer.department, customer.category.key) == (
        cast.anna,
        cast.anna.department,
        "potential",
    )
    assert (customer.industry, customer.phone, customer.version) == ("C34", "0574-87352210", 1)
    assert (contact.name, contact.mobile, contact.is_primary) == ("钱晓丽", "13800138000", True)
    assert (of.state, of.counts["created"], of.counts["contacts"]) == ("done", 1, 1)


def test_an_imported_customer_is_like_one_saved_by_hand(cast):
    values = {"short_name": "海曙精密", "phone": "0574-87352210", "website": "https://haishu.cn", "region": "330203"}
    by_hand = make_customer("宁波海曙精密机械有限公司", owner=cast.anna, **values)
    make_contact(by_hand, "钱晓丽", mobile="13800138000")
    by_hand.refresh_from_db()
    hand = picture(by_hand)
    erase()

    imported(
        upload(
            cast.anna,
            "客户名称,简称,电话,官网,省,市,区,联系人,手机",
            "宁波海曙精密机械有限公司,海曙精密,0574-87352210,haishu.cn,浙江,宁波,海曙区,钱晓丽,13800138000",
        )
    )

    assert picture(Customer.rows.get()) == hand


def picture(customer):
    """What is stored of a customer and its contact, without ids and moments."""
    search = CUSTOMER.search.objects.filter(record_id=customer.pk).order_by("kind").values_list("kind", "body")
    contacts = customer.contacts.values("name", "mobile", "is_primary", "sort_name", "owner", "department", "custom")
    keys = DuplicateKey.objects.order_by("kind", "key").values_list("kind", "key", "record_type", "blocks", "live")
    left_out = {"id", "created_at", "updated_at", "category_since", "version"}
    fields = {f.name: f.value_from_object(customer) for f in customer._meta.fields if f.name not in left_out}
    event = Event.objects.get(record_type="customer", name="created").change
    return fields, list(contacts), list(search), list(keys), event.after | {"id": 0}


def erase():
    for model in (Contact, Customer):
        model.rows.all().delete()
    CUSTOMER.search.objects.all().delete()
    DuplicateKey.objects.all().delete()
    with exception("retention"):
        Event.objects.all().delete()


def test_an_import_is_one_operation(cast):
    imported(upload(cast.anna, HEAD, "甲公司,,,,,", "乙公司,,,,王五,"))

    operation = Operation.objects.get(verb="customer.imported")
    assert (operation.by, operation.source) == (cast.anna, "import")
    created = Event.objects.filter(name="created")
    assert {event.operation_id for event in created} == {operation.pk}
    assert created.filter(record_type="customer").count() == 2


def test_the_check_writes_nothing(cast):
    of = checked(upload(cast.anna, HEAD, "甲公司,,,,王五,13800138000"))

    assert (of.state, of.counts["created"], of.counts["contacts"]) == ("checked", 1, 1)
    assert not Customer.rows.exists()
    assert not DuplicateKey.objects.exists()
    assert not Event.objects.filter(name="created").exists()


def test_a_tag_for_all_is_made_once_and_given_to_each(cast):
    imported(upload(cast.anna, "客户名称,标签", "甲公司,重点关注；新展会", "乙公司,", tag="2026 工博会"))

    tags = {one.name: sorted(tag.name for tag in one.tags.all()) for one in Customer.rows.all()}
    assert tags == {"甲公司": ["2026 工博会", "新展会", "重点关注"], "乙公司": ["2026 工博会"]}


def test_several_rows_of_one_customer_bring_several_contacts(cast):
    lines = ["甲公司,,,,王五,13800138000", "甲公司,,,0574-87352210,赵六,13900000001", "甲公司,,,,王五,13800138000"]

    of = imported(upload(cast.anna, HEAD, *lines))

    customer = Customer.rows.get()
    assert sorted((one.name, one.is_primary) for one in customer.contacts.all()) == [("王五", True), ("赵六", False)]
    assert customer.phone == "0574-87352210"
    assert [of.counts.get(name, 0) for name in ("created", "updated", "unchanged")] == [1, 1, 1]


def test_rows_of_one_customer_may_stand_in_different_chunks(cast, monkeypatch):
    monkeypatch.setattr("keyuan.exchange.running.CHUNK", 1)

    of = imported(upload(cast.anna, HEAD, "甲公司,,,,王五,", "甲公司,,,0574-87352210,赵六,", same="skip"))

    customer = Customer.rows.get()
    assert (customer.contacts.count(), customer.phone) == (2, "0574-87352210")
    assert [of.counts.get(name, 0) for name in ("created", "updated", "skipped")] == [1, 1, 0]


def test_an_owner_may_be_named_by_those_who_may_transfer(cast):
    of = imported(upload(cast.boss, "客户名称,负责人", "甲公司,anna", "乙公司,", "丙公司,nobody"))

    owners = dict(Customer.rows.values_list("name", "owner"))
    assert owners == {"甲公司": cast.anna.pk, "乙公司": cast.boss.pk}
    assert sentences(of) == [(4, "Nobody here is called “nobody”.")]


# What is refused


def test_the_sentences_are_those_of_the_form(cast):
    of = checked(
        upload(
            cast.anna,
            HEAD,
            ",,,0574-87352210,,",
            "甲公司,9111,,,,",
            "乙公司,,纺机,,,",
            "丙公司,,,0574-123456,,",
            "丁公司,,,,,13800138000",
        )
    )

    assert sentences(of) == [
        (2, "Customer name is required"),
        (3, "A credit code has 18 characters, this one has 4."),
        (4, "“纺机” is not among the options. Did you mean “纺织专用设备制造”?"),
        (5, "After area code 0574 come 8 digits, now 6, 2 missing."),
        (6, "Name is required"),
    ]
    assert of.counts["refused"] == 5


def test_a_class_that_is_mapped_must_be_filled(cast):
    of = checked(upload(cast.anna, "客户名称,客户分类", "甲公司,", "乙公司,interested", "丙公司,Potentail"))

    assert sentences(of) == [
        (2, "Class is required"),
        (4, "“Potentail” is not among the options. Did you mean “Potential”?"),
    ]
    assert (of.counts["created"], of.counts["refused"]) == (1, 2)


def test_optional_cells_can_be_left_empty_instead(cast):
    of = imported(upload(cast.anna, HEAD, "甲公司,,没有这个行业,,,", leave_bad="1"))

    assert Customer.rows.get().industry == ""
    assert of.counts["warned"] == 1


def test_words_for_nothing_are_blanks_where_a_form_is_expected(cast):
    imported(upload(cast.anna, HEAD, "Select,Select,N/A,-,,"))

    customer = Customer.rows.get()
    assert (customer.name, customer.uscc, customer.industry, customer.phone) == ("Select", "", "", "")


def test_refused_rows_do_not_keep_the_others_out(cast):
    of = imported(upload(cast.anna, HEAD, "甲公司,,,,,", ",,,,,王五", "乙公司,,,,,"))

    assert sorted(Customer.rows.values_list("name", flat=True)) == ["乙公司", "甲公司"]
    assert of.counts["refused"] == 1


# Customers that exist


@pytest.mark.parametrize(
    ("policy", "outcome", "phone", "address"),
    [
        ("update_empty", "updated", "13800138000", "B"),
        ("update", "updated", "13900000001", "B"),
        ("skip", "skipped", "13800138000", ""),
    ],
)
def test_the_policy_decides_about_customers_that_exist(cast, policy, outcome, phone, address):
    customer = make_customer("甲公司", owner=cast.anna, phone="13800138000")

    of = imported(upload(cast.anna, "客户名称,电话,地址", "甲公司,13900000001,B", same=policy))

    customer.refresh_from_db()
    assert (customer.phone, customer.address) == (phone, address)
    assert of.counts[outcome] == 1


def test_an_update_is_noted_with_old_and_new_values(cast):
    customer = make_customer("甲公司", owner=cast.anna, phone="13800138000")

    imported(upload(cast.anna, "客户名称,电话,地址", "甲公司,13900000001,", same="update"))

    change = Event.objects.get(name="edited", record_id=customer.pk).change
    assert (change.before, change.after) == ({"phone": "13800138000"}, {"phone": "13900000001"})
    assert Listing(CUSTOMER, cast.anna, q="13900000001").rows.count() == 1
    customer.refresh_from_db()
    assert customer.version == 2


def test_the_same_file_again_changes_nothing(cast):
    lines = (HEAD, "甲公司,,通用设备制造业,0574-87352210,钱晓丽,13800138000")
    imported(upload(cast.anna, *lines))
    versions = list(Customer.rows.values_list("version", "updated_at"))

    of = imported(upload(cast.anna, *lines, same="update"))

    assert (of.counts["unchanged"], of.counts.get("updated", 0)) == (1, 0)
    assert list(Customer.rows.values_list("version", "updated_at")) == versions


def test_the_credit_code_finds_a_customer_and_an_update_renames_it(cast):
    customer = make_customer("甲公司", owner=cast.anna, uscc=CODE)

    of = imported(upload(cast.anna, HEAD, f"乙公司,{CODE},,,,", same="update"))

    customer.refresh_from_db()
    assert of.counts["updated"] == 1
    assert (customer.name, customer.former_names) == ("乙公司", ["甲公司"])
    assert Listing(CUSTOMER, cast.anna, q="甲公司").rows.get() == customer


def test_a_code_that_differs_under_the_same_name_is_pointed_out(cast):
    make_customer("甲公司", owner=cast.anna, uscc=CODE)

    of = imported(upload(cast.anna, HEAD, f"甲公司,{OTHER_CODE},,,,"))

    assert sentences(of) == [(2, "Another credit code than “甲公司” has, these may be two companies")]
    assert Customer.rows.get().uscc == CODE


def test_somebody_elses_customer_is_named_and_skipped(cast):
    make_customer("甲公司", owner=cast.olga)

    of = imported(upload(cast.anna, HEAD, "甲公司,,,0574-87352210,,", same="update"))

    assert sentences(of) == [(2, "“甲公司” exists, owner Olga")]
    assert Customer.rows.get().phone == ""


def test_a_similar_customer_is_created_with_a_warning(cast):
    make_customer("宁波海曙精密机械有限公司", owner=cast.olga)

    of = imported(upload(cast.anna, HEAD, "海曙精密机械,,,,,"))

    assert Customer.rows.count() == 2
    assert sentences(of) == [(2, "94% similar to “宁波海曙精密机械有限公司”")]
    assert of.counts["warned"] == 1


def test_a_similar_customer_can_be_skipped(cast):
    make_customer("宁波海曙精密机械有限公司", owner=cast.anna)

    of = imported(upload(cast.anna, HEAD, "海曙精密机械,,,,,", similar="skip"))

    assert Customer.rows.count() == 1
    assert of.counts["skipped"] == 1


def test_a_deleted_customer_does_not_block(cast):
    make_customer("甲公司", owner=cast.boss).delete_by(cast.boss)

    imported(upload(cast.anna, HEAD, "甲公司,,,,,"))

    assert Customer.rows.living().get().owner == cast.anna


def test_two_customers_in_one_row_are_refused(cast):
    make_customer("甲公司", owner=cast.anna)
    make_customer("乙公司", owner=cast.anna, uscc=CODE)
    of = checked(upload(cast.anna, HEAD, f"甲公司,{CODE},,,,"))

    assert of.counts["refused"] == 1


def test_contacts_of_existing_customers_are_filled_up(cast):
    customer = make_customer("甲公司", owner=cast.anna)
    make_contact(customer, "王五", title="")

    imported(upload(cast.anna, "客户名称,联系人,手机,职位", "甲公司,王五,13800138000,经理", "甲公司,赵六,,"))

    contacts = {one.name: (one.mobile, one.title, one.is_primary) for one in customer.contacts.all()}
    assert contacts == {"王五": ("13800138000", "经理", True), "赵六": ("", "", False)}
    assert Listing(CUSTOMER, cast.anna, q="13800138000").rows.count() == 1


# Who may


def test_without_the_right_nothing_is_taken_in(cast):
    with pytest.raises(NotAllowed):
        upload(cast.guest, HEAD, "甲公司,,,,,")
    assert not Import.objects.exists()


def test_the_right_is_asked_for_again_by_the_job(cast):
    of = checked(upload(cast.anna, HEAD, "甲公司,,,,,"))
    importing.confirm(of, by=cast.anna)
    cast.anna.roles.clear()

    tasks.write_import(import_id=of.pk)

    of.refresh_from_db()
    assert (of.state, Customer.rows.count()) == ("failed", 0)


def test_nobody_confirms_what_was_not_checked(cast):
    of = upload(cast.anna, HEAD, "甲公司,,,,,")

    with pytest.raises(RuleBroken, match="Check the rows first"):
        importing.confirm(of, by=cast.anna)


def test_nobody_confirms_twice(cast):
    of = imported(upload(cast.anna, HEAD, "甲公司,,,,,"))

    with pytest.raises(RuleBroken, match="begun already"):
        importing.confirm(of, by=cast.anna)


def test_a_file_that_is_too_large_is_not_kept(cast, monkeypatch):
    monkeypatch.setattr("keyuan.exchange.storage.LARGEST", 10)

    with pytest.raises(RuleBroken, match="50 MB"):
        upload(cast.anna, HEAD, "甲公司,,,,,")
