"""The field catalogue of leads."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.customers.fields import CUSTOMER
from keyuan.leads.kinds import Late
from keyuan.leads.models import Lead, LeadSearch
from keyuan.leads.searching import lead_limits
from keyuan.pools.lists import Came, Soon
from keyuan.records.catalogue import Catalogue, Field, Relation, from_model
from keyuan.records.kinds import (
    Choice,
    Date,
    Email,
    Fixed,
    InDepartment,
    Industry,
    Link,
    LongText,
    Moment,
    Number,
    Person,
    Phone,
    Region,
    Tags,
    Text,
    YesNo,
)

LEAD = Catalogue(
    Lead,
    "lead",
    _("Lead"),
    LeadSearch,
    groups={
        "basic": _("Basic information"),
        "more": pgettext_lazy("fields", "More"),
        "conversion": _("Conversion"),
        "system": _("System"),
    },
    default_columns=("name", "state", "rating", "source", "mobile", "last_followed_at", "next_contact_at", "owner"),
    title="company",
    rank_by=("company", "name"),
    begins=False,
    search_limits=lead_limits,
)

field = from_model(Lead)
LEAD.declare(
    field("company", Text(200), sort="sort_name", searched=True, limitable=False,
          hint=_("A company or a name is needed."),
          aliases=("公司", "单位", "单位名称", "企业名称", "客户名称", "客户", "线索名称", "company name", "account", "organization")),
    field("name", Text(100), searched=True, limitable=False,
          aliases=("联系人", "联系人姓名", "客户姓名", "lead name", "full name", "contact", "contact name")),
    field("title", Text(100), searched=True, aliases=("职务", "岗位", "job title", "position")),
    field("mobile", Phone(60), aliases=("手机号", "手机号码", "联系方式", "mobile", "cell phone", "cell")),
    field("phone", Phone(200), aliases=("联系电话", "座机", "电话号码", "telephone", "tel")),
    field("email", Email(254), aliases=("电子邮箱", "电子邮件", "mail", "email", "email address", "e-mail")),
    field("wechat", Text(60), searched=True, aliases=("微信号", "wechat id")),
    field("rating", Choice("rating"), aliases=("潜力", "意向程度", "热度", "lead rating", "rating")),
    field("score", Number(), sort="score", aliases=("评分", "得分", "lead score", "score")),
    field("source", Choice("source"), aliases=("线索来源", "渠道", "lead source")),
    field("campaign", Link("Campaign", few=True), aliases=("活动", "活动名称", "市场活动名称", "campaign name", "campaign source")),
    field("industry", Industry(), aliases=("行业", "行业分类", "sector")),
    field("region", Region(), aliases=("省市区", "所在地区", "省份", "城市", "province", "city", "area")),
    field("address", Text(300), aliases=("详细地址", "公司地址", "联系地址", "street")),
    field("requirement", LongText(5000), searched=True, listed=False, aliases=("需求描述", "咨询内容", "留言", "requirement", "message")),
    field("tags", Tags(), aliases=("线索标签", "label", "labels")),
    field("notes", LongText(10000), group="more", searched=True, listed=False,
          aliases=("描述", "说明", "remark", "remarks", "description", "comment")),
    field("state", Fixed(Lead.State), editable=False, limitable=False, aliases=("线索状态", "lead status", "status")),
    field("invalid_reason", Choice("invalid_reason"), group="system", editable=False),
    field("converted_customer", Link("Customer"), group="conversion", editable=False, limitable=False),
    field("converted_contact", Link("Contact"), group="conversion", editable=False, limitable=False),
    field("converted_opportunity", Link("Opportunity"), group="conversion", editable=False, limitable=False),
    field("converted_at", Moment(), group="conversion", editable=False, limitable=False),
    field("converted_by", Person(), group="conversion", editable=False, limitable=False),
    field("last_followed_at", Moment(), group="system", sort="last_followed_at", editable=False, limitable=False),
    field("next_contact_at", Moment(), group="system", sort="next_contact_at", editable=False, limitable=False),
    Field("is_late", Late(), pgettext_lazy("lead", "Contact overdue"), "is_late", group="system", editable=False, limitable=False),
    field("owner", Person(), group="system", editable=False, limitable=False, aliases=("销售", "业务员", "lead owner", "sales rep")),
    field("department", InDepartment(), label=_("Department"), group="system", editable=False, limitable=False),
    field("taken_at", Moment(), label=pgettext_lazy("lead", "Assigned"), group="system", editable=False, limitable=False),
    field("last_owner", Person(), group="system", editable=False, limitable=False),
    field("release_reason", Choice("release_reason"), group="system", editable=False, listed=False, limitable=False),
    Field("came", Came(), _("How it came here"), "release_reason", group="system", editable=False, limitable=False),
    field("released_at", Moment(), group="system", editable=False, limitable=False),
    field("due_on", Date(), group="system", editable=False, limitable=False),
    Field("comes_soon", Soon(), _("Coming back soon"), "due_on", group="system", editable=False, listed=False, limitable=False),
    field("is_locked", YesNo(), group="system", editable=False, limitable=False),
    field("opened_at", Moment(), group="system", editable=False, limitable=False),
    field("created_at", Moment(), label=_("Created"), group="system", sort="created_at", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", sort="updated_at", editable=False, limitable=False),
    field("updated_by", Person(), label=_("Updated by"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip

CUSTOMER.relate(Relation("leads", pgettext_lazy("module", "Leads"), LEAD, "converted_customer"))
