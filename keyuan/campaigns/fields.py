"""The field catalogue of campaigns."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.campaigns.models import Campaign, CampaignSearch
from keyuan.records.catalogue import Catalogue, from_model
from keyuan.records.kinds import (
    Choice,
    Date,
    Fixed,
    InDepartment,
    LongText,
    Moment,
    Money,
    Number,
    Person,
    Text,
)

CAMPAIGN = Catalogue(
    Campaign,
    "campaign",
    _("Campaign"),
    CampaignSearch,
    groups={"basic": _("Basic information"), "more": pgettext_lazy("fields", "More"), "system": _("System")},
    default_columns=("type", "status", "begins_on", "ends_on", "budget", "cost", "owner"),
    begins=False,
)

field = from_model(Campaign)
CAMPAIGN.declare(
    field("name", Text(200), sort="sort_name", searched=True, required=True, limitable=False,
          aliases=("活动名称", "市场活动", "campaign", "campaign name", "name")),
    field("type", Choice("campaign_type"), limitable=False, aliases=("活动类型", "campaign type")),
    field("status", Fixed(Campaign.Status), limitable=False, aliases=("活动状态", "状态", "campaign status")),
    field("begins_on", Date(), sort="begins_on", limitable=False, aliases=("开始日期", "start date")),
    field("ends_on", Date(), limitable=False, aliases=("结束日期", "end date")),
    field("budget", Money(), aliases=("活动预算", "预算", "budgeted cost")),
    field("cost", Money(), aliases=("活动成本", "实际花费", "actual cost")),
    field("place", Text(200), searched=True, limitable=False, aliases=("活动地点", "location")),
    field("description", LongText(5000), searched=True, listed=False, limitable=False, aliases=("说明", "description")),
    field("owner", Person(), group="system", editable=False, limitable=False),
    field("department", InDepartment(), label=_("Department"), group="system", editable=False, limitable=False),
    field("created_at", Moment(), label=_("Created"), group="system", sort="created_at", editable=False, limitable=False),
    field("created_by", Person(), label=_("Created by"), group="system", editable=False, limitable=False),
    field("updated_at", Moment(), label=_("Updated"), group="system", sort="updated_at", editable=False, limitable=False),
    field("updated_by", Person(), label=_("Updated by"), group="system", editable=False, limitable=False),
    field("id", Number(), label=_("Number"), group="system", editable=False, listed=False, limitable=False),
)  # fmt: skip
