"""What is promised outwards: words of a fresh Chinese installation, fields of the API, indexes behind sorting."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.utils import translation

from keyuan.customers.api import CONTACT_SHAPE, CUSTOMER_SHAPE
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.leads.api import SHAPE as LEAD_SHAPE
from keyuan.leads.fields import LEAD
from keyuan.org.first_start import lay_foundation
from keyuan.org.models import Role, User
from keyuan.records.catalogue import Catalogue, Field
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option, Tag
from keyuan.ui.modules import LABELS
from keyuan.ui.rest.showing import Shape

pytestmark = pytest.mark.django_db

CATALOGUES = (CUSTOMER, CONTACT, LEAD)
SORTED = [(catalogue, field) for catalogue in CATALOGUES for field in catalogue.fields.values() if field.sort]

CUSTOMER_OUTWARDS = (
    "id name short_name former_names category level industry size source phone email website region address uscc "
    "legal_representative registered_capital founded_on company_type registration_status registered_address "
    "business_scope parent tags notes owner department pool completeness last_followed_at next_contact_at created_at "
    "created_by updated_at version custom"
)
CONTACT_OUTWARDS = (
    "id customer name title roles mobile phone email wechat preferences concerns birthday gender reports_to is_primary "
    "has_left tags notes"
)
LEAD_OUTWARDS = (
    "id company name title mobile phone email wechat source campaign industry region address requirement rating score "
    "state invalid_reason owner department pool converted_customer converted_contact converted_opportunity tags notes"
)
CORE = {
    "name": "客户名称",
    "industry": "所属行业",
    "size": "规模",
    "phone": "电话",
    "email": "邮箱",
    "address": "地址",
}
CONTACT_WORDS = {
    "name": "姓名",
    "title": "职位",
    "mobile": "手机",
    "phone": "电话",
    "wechat": "微信",
    "email": "邮箱",
    "preferences": "偏好",
    "concerns": "关注点",
    "birthday": "生日",
    "notes": "备注",
}
MODULES = {
    "home": "工作台",
    "customers": "客户管理",
    "leads": "线索管理",
    "opportunities": "商机管理",
    "activities": "活动管理",
    "reports": "报表分析",
}
LISTS = {
    "category": ["潜在客户", "意向客户", "签约客户", "老客户"],
    "contact_role": ["决策者", "经办人", "技术对接人"],
    "level": ["A", "B", "C"],
    "rating": ["热", "温", "冷"],
    "invalid_reason": ["空号或错号", "无需求", "预算不足", "重复线索", "非目标客户", "已选竞品", "其他"],
}
ROLES = ["管理员", "销售经理", "销售", "市场", "只读审计"]
REQUIRED = {"customer": {"name", "category"}, "contact": {"name", "customer"}, "lead": set()}


@pytest.fixture
def in_chinese() -> Any:
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def robot() -> User:
    lay_foundation()
    return User.objects.robot()


def names(pairs: list[tuple[Catalogue, Field]]) -> list[str]:
    return [f"{catalogue.module}.{field.name}" for catalogue, field in pairs]


@pytest.mark.parametrize(("catalogue", "field"), SORTED, ids=names(SORTED))
def test_what_can_be_sorted_at_any_size_has_an_index_on_column_and_id(catalogue: Catalogue, field: Field) -> None:
    with connection.cursor() as cursor:
        table = catalogue.model._meta.db_table
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
        definitions = [row[0].partition(" USING btree ")[2] for row in cursor.fetchall()]

    wanted = (f"({field.sort} DESC NULLS LAST, id DESC)", f"({field.sort} DESC, id DESC)")
    assert any(one.startswith(wanted) for one in definitions)


@pytest.mark.parametrize("falls", ["-", ""], ids=["falling", "rising"])
@pytest.mark.parametrize(("catalogue", "field"), SORTED, ids=names(SORTED))
def test_sorting_walks_along_an_index(catalogue: Catalogue, field: Field, falls: str, robot: User) -> None:
    listing = Listing(catalogue, robot, sort=f"{falls}{field.name}")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off")

    plan = listing.ordered().values_list("pk")[:51].explain()

    assert "Sort" not in plan, plan


@pytest.mark.parametrize(
    ("shape", "promised"),
    [(CUSTOMER_SHAPE, CUSTOMER_OUTWARDS), (CONTACT_SHAPE, CONTACT_OUTWARDS), (LEAD_SHAPE, LEAD_OUTWARDS)],
    ids=["customer", "contact", "lead"],
)
def test_the_api_answers_with_every_field_that_was_promised(shape: Shape, promised: str, robot: User) -> None:
    answered = set(shape.names(NameBook(robot)))

    assert set(promised.split()) - answered == set()


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.module)
def test_every_field_stands_in_a_group_and_leads_to_a_column(catalogue: Catalogue) -> None:
    assert {field.group for field in catalogue.fields.values()} <= set(catalogue.groups)
    assert [name for name in (*catalogue.default_columns, *catalogue.rank_by) if name not in catalogue.fields] == []


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.module)
def test_no_two_fields_have_the_same_word(catalogue: Catalogue, in_chinese: None) -> None:
    labels = [str(field.label) for field in catalogue.fields.values()]

    assert [label for label in set(labels) if labels.count(label) > 1] == []


def test_the_core_block_of_a_customer_has_exactly_these_labels(in_chinese: None) -> None:
    assert {name: str(CUSTOMER.fields[name].label) for name in CORE} == CORE


def test_a_contact_has_exactly_these_labels(in_chinese: None) -> None:
    assert {name: str(CONTACT.fields[name].label) for name in CONTACT_WORDS} == CONTACT_WORDS


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.module)
def test_a_fresh_installation_requires_only_what_makes_a_record(catalogue: Catalogue) -> None:
    required = {name for name, field in catalogue.fields.items() if field.required}

    assert required == REQUIRED[catalogue.module]


def test_the_modules_have_exactly_these_names(in_chinese: None) -> None:
    assert {key: str(label) for key, label in LABELS.items()} == MODULES


@pytest.mark.parametrize("list_", LISTS)
def test_the_lists_begin_with_exactly_these_words(list_: str, in_chinese: None) -> None:
    assert [str(option) for option in Option.objects.filter(list=list_)] == LISTS[list_]


def test_a_new_customer_is_a_potential_one() -> None:
    assert Option.objects.filter(list="category").first().key == "potential"


def test_the_tags_begin_with_exactly_these_words() -> None:
    assert {tag.name for tag in Tag.objects.filter(owner=None)} >= {"高价值", "重点关注"}


def test_the_built_in_roles_have_exactly_these_names(in_chinese: None) -> None:
    lay_foundation()

    assert [str(role) for role in Role.objects.exclude(key="")] == ROLES
