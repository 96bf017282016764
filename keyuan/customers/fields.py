"""The field catalogues of customers and contacts."""

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.customers.finding import contacts_of_companies
from keyuan.customers.models import Contact, ContactSearch, Customer, CustomerSearch
from keyuan.customers.models.deriving import COUNTED
from keyuan.customers.searching import contact_limits, customer_limits
from keyuan.pools.lists import Came, Soon
from keyuan.records.catalogue import Catalogue, Field, Relation, from_model
from keyuan.records.kinds import (
    Asked,
    Choice,
    Choices,
    Date,
    Email,
    Fixed,
    InDepartment,
    Industry,
    Kind,
    Link,
    LongText,
    Moment,
    Money,
    Names,
    Number,
    Percent,
    Person,
    Phone,
    Region,
    Tags,
    Text,
    Uscc,
    Website,
    YesNo,
)
from keyuan.records.namebook import NameBook

CUSTOMER = Catalogue(
    Customer,
    "customer",
    _("Customer"),
    CustomerSearch,
    groups={
        "basic": _("Basic information"),
        "registration": _("Business registration"),
        "more": pgettext_lazy("fields", "More"),
        "system": _("System"),
    },
    default_columns=(
        "category",
        "industry",
        "region",
        "primary_contact",
        "last_followed_at",
        "next_contact_at",
        "owner",
    ),
    rank_by=("name", "short_name"),
    search_limits=customer_limits,
)
CONTACT = Catalogue(
    Contact,
    "contact",
    _("Contact"),
    ContactSearch,
    groups={"basic": _("Basic information"), "more": pgettext_lazy("fields", "More"), "system": _("System")},
    default_columns=("customer", "title", "roles", "mobile", "email", "updated_at"),
    found_through=contacts_of_companies,
    search_limits=contact_limits,
)


class PrimaryContact(Kind):
    """The primary contact, which the list reads for all its rows at once."""

    name = "primary_contact"
    ops: ClassVar = ()

    def read(self, field: Field, record: models.Model) -> Contact | None:
        return getattr(record, "primary_contact", None)

    def json(self, value: Any, book: NameBook) -> dict[str, Any] | None:
        return {"id": value.pk, "name": value.name} if value else None


class BehindSchedule(YesNo):
    """Whether the visiting rhythm of the customer's level has been missed (T7)."""

    sortable = False

    def read(self, field: Field, record: models.Model) -> bool:
        return getattr(record, "is_behind_schedule", False)

    def where(self, field: Field, op: str, value: Any, asked: Asked) -> Q:
        behind = Q(pk__in=[])
        for level in asked.book.options("level"):
            if days := level.extra.get("days"):
                since = asked.now - timedelta(days=days)
                behind |= Q(level=level) & (
                    Q(last_followed_at__lt=since) | Q(last_followed_at=None, created_at__lt=since)
                )
        return behind if self.asked_value(field, value, asked) == (op == "=") else ~behind


field = from_model(Customer)
CUSTOMER.declare(
    field(
        "name",
        Text(200),
        sort="sort_name",
        searched=True,
        required=True,
        limitable=False,
        hint=_("The full name, as on the seal or the contract."),
        aliases=("公司名称", "公司全称", "企业名称", "单位名称", "名称", "客户", "company", "company name", "account name",
                 "full name", "organization", "account", "name_zh"),
    ),
    field("category", Choice("category"), required=True, aliases=("分类", "类别", "客户类型", "category", "class", "type")),
    field("uscc", Uscc(18), searched=True, aliases=("信用代码", "统一信用代码", "税号", "纳税人识别号", "credit code", "tax id")),
    field("short_name", Text(100), searched=True, aliases=("公司简称", "企业简称", "证券简称", "股票简称", "short name", "short")),
    field("former_names", Names(), searched=True, aliases=("曾用名称", "原名", "former name")),
    field("industry", Industry(), aliases=("行业", "行业分类", "行业名称", "sector")),
    field("size", Choice("size"), aliases=("人员规模", "公司规模", "企业规模", "人数", "employees", "number of employees")),
    field("phone", Phone(200), hint=_("Landlines with area code; several numbers with ; between them."),
          aliases=("联系电话", "公司电话", "座机", "总机", "电话号码", "telephone", "tel", "phone number")),
    field("email", Email(254), searched=False, aliases=("电子邮箱", "公司邮箱", "电子邮件", "mail", "email address", "e-mail")),
    field("website", Website(300), aliases=("官网", "网址", "公司网站", "企业网站", "主页", "url", "web site", "homepage")),
    field("region", Region(), aliases=("省市区", "所在地区", "所在地", "省份", "城市", "province", "city", "province/city", "area")),
    field("address", Text(300), searched=True, aliases=("详细地址", "办公地址", "公司地址", "联系地址", "street", "office address",
                                                         "billing street")),
    field("source", Choice("source"), aliases=("客户来源", "lead source")),
    field("level", Choice("level"), aliases=("级别", "等级", "rating")),
    field("relationship", Fixed(Customer.Relationship), editable=False, limitable=False),
    field("tags", Tags(), aliases=("客户标签", "label", "labels")),
    field("legal_representative", Text(100), group="registration", aliases=("法人", "法人代表")),
    field("registered_capital", Money(), group="registration", aliases=("注册资金",)),
    field("founded_on", Date(), group="registration", aliases=("成立时间", "注册日期")),
    field("company_type", Choice("company_type"), group="registration", aliases=("公司类型",)),
    field("registration_status", Choice("registration_status"), group="registration", aliases=("经营状态", "企业状态")),
    field("registered_address", Text(300), group="registration", aliases=("注册地", "registered address")),
    field("business_scope", LongText(5000), group="registration", listed=False),
    field("parent", Link("Customer"), group="more", aliases=("上级公司", "母公司", "集团", "parent account")),
    field("notes", LongText(10000), group="more", searched=True, listed=False,
          aliases=("描述", "说明", "remark", "remarks", "description", "comment")),
    field("owner", Person(), group="system", editable=False, aliases=("销售", "业务员", "account owner", "sales rep"), limitable=False),
    field("department", InDepartment(), label=_("Department"), group="system", editable=False, limitable=False),
    Field("primary_contact", PrimaryContact(), _("Primary contact"), "primary_contact", group="system", editable=False, limitable=False),
    Field("behind_schedule", BehindSchedule(), _("Behind schedule"), "level", group="system", editable=False, listed=False, limitable=False,
          follows=("level",)),
    field("completeness", Percent(), group="system", sort="completeness", editable=False, limitable=False, follows=COUNTED),
    field("category_since", Moment(), group="system", editable=False, limitable=False, follows=("category",)),
    field("lost_reason", Choice("lost_reason"), group="system", editable=False),
    field("lost_on", Date(), group="system", editable=False),
    field("last_followed_at", Moment(), group="system", sort="last_followed_at", editable=False, limitable=False),
    field("next_contact_at", Moment(), group="system", sort="next_contact_at", editable=False, limitable=False),
    field("taken_at", Moment(), group="system", editable=False, limitable=False),
    field("last_owner", Person(), group="system", editable=False, limitable=False),
    field("release_reason", Choice("release_reason"), group="system", editable=False, listed=False, limitable=False),
    Field("came", Came(), _("How it came here"), "release_reason", group="system", editable=False, limitable=False),
    field("released_at", Moment(), group="system", editable=False, limitable=False),
    field("due_on", Date(), group="system", editable=False, limitable=False),
    Field("comes_soon", Soon(), _("Coming back soon"), "due_on", group="system", editable=False, listed=False, limitable=False),
    field("is_locked", YesNo(), group="system", editable=False, limitable=False),
    field("has_bought", YesNo(), group="system", editable=False, limitable=False),
    field("created_at", Moment(), label=_("Created"), group="system", sort="created_at", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", sort="updated_at", editable=False, limitable=False),
    field("updated_by", Person(), label=_("Updated by"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

field = from_model(Contact)
CONTACT.declare(
    field("name", Text(100), sort="sort_name", searched=True, required=True, limitable=False,
          aliases=("姓名", "联系人姓名", "contact name", "contact", "full name", "联系人")),
    field("customer", Link("Customer"), required=True, limitable=False, aliases=("公司", "company", "account", "所属客户")),
    field("title", Text(100), searched=True, aliases=("职务", "岗位", "job title", "position", "联系人职位")),
    field("roles", Choices("contact_role"), aliases=("联系人角色", "role", "角色")),
    field("mobile", Phone(60), aliases=("手机号", "手机号码", "联系人手机", "mobile phone", "cell", "cell phone")),
    field("phone", Phone(200), aliases=("联系人电话", "座机", "telephone")),
    field("email", Email(254), aliases=("联系人邮箱", "电子邮箱", "mail", "email address")),
    field("wechat", Text(60), searched=True, aliases=("微信号", "wechat id")),
    field("preferences", LongText(5000), searched=True, listed=False, aliases=("喜好",)),
    field("concerns", LongText(5000), searched=True, listed=False),
    field("tags", Tags(), aliases=("联系人标签",)),
    field("birthday", Date(), group="more", aliases=("出生日期", "date of birth")),
    field("gender", Fixed(Contact.Gender), group="more"),
    field("reports_to", Link("Contact"), group="more", aliases=("上级", "汇报对象")),
    field("is_primary", YesNo(), aliases=("首要", "主要联系人"), limitable=False),
    field("has_left", YesNo(), group="more", limitable=False, aliases=("离职",)),
    field("notes", LongText(10000), group="more", searched=True, listed=False, aliases=("联系人备注", "描述")),
    field("created_at", Moment(), label=_("Created"), group="system", sort="created_at", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", sort="updated_at", editable=False, limitable=False),
    field("updated_by", Person(), label=_("Updated by"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

CUSTOMER.relate(Relation("contacts", _("Contacts"), CONTACT, "customer"))
