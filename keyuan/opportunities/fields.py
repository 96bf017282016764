"""The field catalogues of opportunities and products."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.customers.fields import CUSTOMER
from keyuan.opportunities.finding import of_companies
from keyuan.opportunities.kinds import InPipeline, InStage, Overdue, Stagnant, StagnantDays
from keyuan.opportunities.models import Opportunity, OpportunitySearch, Product, ProductSearch
from keyuan.records.catalogue import Catalogue, Field, Relation, from_model
from keyuan.records.kinds import (
    Choice,
    Date,
    Fixed,
    InDepartment,
    Link,
    Links,
    LongText,
    Moment,
    Money,
    Number,
    Percent,
    Person,
    Tags,
    Text,
    YesNo,
)

GROUPS: dict[str, Any] = {
    "basic": _("Basic information"),
    "more": pgettext_lazy("fields", "More"),
    "system": _("System"),
}
OPPORTUNITY = Catalogue(
    Opportunity,
    "opportunity",
    _("Opportunity"),
    OpportunitySearch,
    groups=GROUPS,
    default_columns=(
        "customer",
        "stage",
        "amount",
        "probability",
        "expected_on",
        "next_contact_at",
        "owner",
    ),
    begins=False,
    found_through=of_companies,
    namespace="opportunities",
    page="/opportunities/{}/",
)
PRODUCT = Catalogue(
    Product,
    "product",
    _("Product"),
    ProductSearch,
    groups=GROUPS,
    default_columns=("code", "category", "nature", "unit", "list_price", "is_on_sale"),
    default_sort="name",
    begins=False,
    page="/products/{}/",
)

field = from_model(Opportunity)
OPPORTUNITY.declare(
    field("name", Text(200), sort="sort_name", searched=True, required=True, limitable=False,
          aliases=("商机", "商机标题", "项目名称", "opportunity", "deal", "deal name", "title", "name")),
    field("customer", Link("Customer"), required=True, limitable=False,
          aliases=("客户名称", "公司", "company", "account", "account name")),
    field("products", Links("Product"), aliases=("产品", "意向产品", "意向产品/服务", "product", "products")),
    field("stage", InStage(), required=True, limitable=False, aliases=("阶段", "销售阶段", "商机阶段", "stage", "sales stage")),
    field("last_stage", InStage(), column="last_open_stage", label=_("Furthest stage"), editable=False, listed=False, limitable=False),
    field("pipeline", InPipeline(), editable=False, limitable=False),
    field("amount", Money(), sort="amount", required=True,
          aliases=("金额", "商机金额", "预计金额", "amount", "value", "close value")),
    field("amount_is_manual", YesNo(), editable=False, listed=False, follows=("amount",), limitable=False),
    field("probability", Percent(), required=True, aliases=("概率", "赢率", "probability")),
    field("probability_is_manual", YesNo(), editable=False, listed=False, follows=("probability",), limitable=False),
    field("weighted_amount", Money(), editable=False, follows=("amount", "probability"), limitable=False),
    field("expected_on", Date(), sort="expected_on", required=True,
          aliases=("预计成交日期", "预计签单日期", "expected close date", "close date")),
    Field("is_overdue", Overdue(), pgettext_lazy("opportunity", "Overdue"), "is_overdue", editable=False,
          follows=("expected_on",), limitable=False),
    field("contacts", Links("Contact"), aliases=("联系人姓名", "contact")),
    field("source", Choice("source"), aliases=("商机来源", "lead source")),
    field("campaign", Link("Campaign", few=True), aliases=("活动", "活动名称", "市场活动名称", "campaign name", "primary campaign source")),
    field("tags", Tags(), aliases=("商机标签", "label", "labels")),
    field("notes", LongText(10000), group="more", searched=True, listed=False, aliases=("描述", "说明", "remark", "description")),
    field("outcome", Fixed(Opportunity.Outcome), group="system", editable=False, limitable=False),
    field("closed_on", Date(), group="system", editable=False, limitable=False),
    field("reason", Choice("opportunity_lost_reason"), group="system", editable=False),
    field("competitor", Choice("competitor"), group="system", editable=False),
    field("slips", Number(), group="system", editable=False, follows=("expected_on",), limitable=False),
    field("stage_since", Moment(), group="system", editable=False, limitable=False),
    Field("stagnant_days", StagnantDays(), _("Days without progress"), "stagnant_days", group="system", editable=False,
          limitable=False),
    Field("is_stagnant", Stagnant(), _("Stagnant"), "is_stagnant", group="system", editable=False, limitable=False),
    field("last_followed_at", Moment(), group="system", editable=False, limitable=False),
    field("next_contact_at", Moment(), group="system", editable=False, limitable=False),
    field("owner", Person(), group="system", editable=False, limitable=False, aliases=("销售", "业务员", "sales rep", "sales agent")),
    field("department", InDepartment(), label=_("Department"), group="system", editable=False, limitable=False),
    field("created_at", Moment(), label=_("Created"), group="system", sort="created_at", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", sort="updated_at", editable=False, limitable=False),
    field("updated_by", Person(), label=_("Updated by"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

field = from_model(Product)
PRODUCT.declare(
    field("name", Text(200), sort="sort_name", searched=True, required=True, limitable=False, aliases=("产品", "名称", "product", "name")),
    field("code", Text(60), searched=True, limitable=False, aliases=("编码", "产品编号", "货号", "sku", "code")),
    field("category", Choice("product_category"), limitable=False, aliases=("分类", "series", "category")),
    field("nature", Fixed(Product.Nature), limitable=False, aliases=("类型", "type")),
    field("unit", Text(20), limitable=False, aliases=("计量单位", "unit")),
    field("list_price", Money(), aliases=("单价", "标准价", "价格", "sales price", "price")),
    field("is_on_sale", YesNo(), limitable=False, aliases=("在售",)),
    field("description", LongText(5000), searched=True, listed=False, aliases=("说明", "description")),
    field("created_at", Moment(), label=_("Created"), group="system", sort="created_at", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", sort="updated_at", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

CUSTOMER.relate(Relation("opportunities", pgettext_lazy("module", "Opportunities"), OPPORTUNITY, "customer"))
