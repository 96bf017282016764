"""What the frame consists of: modules, places, what can be created. Composed here, above all rooms."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keyuan.activities.leads_along import ACTIVITIES
from keyuan.activities.lists import FOLLOW_UP_LIST, PLAN_LIST, show_activity_cells
from keyuan.activities.models import FollowUp, Plan
from keyuan.activities.next_steps import next_steps_of
from keyuan.activities.notices import declare_activity_kinds
from keyuan.activities.reminding import remind
from keyuan.activities.views.today import today_count
from keyuan.campaigns.fields import CAMPAIGN
from keyuan.campaigns.lists import CAMPAIGN_LIST, show_campaign_cells
from keyuan.campaigns.models import Campaign
from keyuan.customers.detail import MORE_FACTS
from keyuan.customers.duplicates import SOURCES
from keyuan.customers.fields import CONTACT, CUSTOMER
from keyuan.customers.lists import CONTACT_LIST, CUSTOMER_LIST, CUSTOMER_POOL, show_cells
from keyuan.customers.models import Contact, Customer
from keyuan.customers.notices import declare_customer_kinds
from keyuan.customers.tags_admin import carries_tags
from keyuan.customers.transferring import Hanging, hangs
from keyuan.exchange.kinds import MODULES
from keyuan.exchange.making import LISTS
from keyuan.exchange.notices import declare_kinds
from keyuan.exchange.recycling import KINDS
from keyuan.leads import board as leads_board
from keyuan.leads.assignment.giving import arrive
from keyuan.leads.conversion.along import moves_along
from keyuan.leads.conversion.origin import leads_behind
from keyuan.leads.duplicates import LEADS
from keyuan.leads.fields import LEAD
from keyuan.leads.lists import LEAD_LIST, LEAD_POOL, show_lead_cells
from keyuan.leads.models import Lead
from keyuan.leads.models.lead import NEWCOMERS
from keyuan.leads.pooling import POOLED_LEADS
from keyuan.leads.responding.notices import declare_response_kinds
from keyuan.leads.web_form.notices import declare_web_form_kinds
from keyuan.notices.clock import every_second
from keyuan.notices.reading import unread_count
from keyuan.opportunities.boards.board import CLOSED_VIEWS
from keyuan.opportunities.fields import OPPORTUNITY
from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST, SHAPE, show_opportunity_cells
from keyuan.opportunities.models import Opportunity
from keyuan.opportunities.of_customer import deal_facts
from keyuan.opportunities.pooling import CUSTOMERS
from keyuan.org.http import Request
from keyuan.pools.kinds import declare as declare_pools
from keyuan.pools.notices import declare_pool_kinds
from keyuan.records.attachments.holders import Holder, declare
from keyuan.records.listing import Count, Listing
from keyuan.records.models import Favourite, Recent
from keyuan.records.origins import ORIGINS
from keyuan.records.veil import veil
from keyuan.reports import waiting
from keyuan.reports.asked import DEPARTMENT, ME, Asked, reaches_further
from keyuan.reports.todo import today_url
from keyuan.ui.boards.cards import tell_next_steps
from keyuan.ui.formats import AtLeast
from keyuan.ui.frame import Link, Module, Panel, Section, install
from keyuan.ui.lists.installed import install_lists
from keyuan.ui.lists.page import ListOf, ListPage, View
from keyuan.ui.modules import is_on

OPENED = {
    "customer": (Customer, "/customers/", CUSTOMER),
    "contact": (Contact, "/contacts/", CONTACT),
    "lead": (Lead, "/leads/", LEAD),
    "opportunity": (Opportunity, "/opportunities/", OPPORTUNITY),
    "campaign": (Campaign, "/campaigns/", CAMPAIGN),
}
SHOWN_LAST = 5
OPEN_DEALS = Hanging(
    "opportunities",
    _("Opportunities in progress"),
    Opportunity,
    lambda pks: Opportunity.rows.open().filter(customer__in=pks),
)
OPEN_PLANS = Hanging("plans", _("Open plans"), Plan, lambda pks: Plan.rows.open().filter(customer__in=pks))
PLANS_OF_DEALS = Hanging("plans", _("Open plans"), Plan, lambda pks: Plan.rows.open().filter(opportunity__in=pks))


def views_of(spec: ListOf, address: str, request: Request) -> Iterable[Link]:
    """The views of a list as lines of the quick menu, with counts that are worked out later."""
    page = ListPage(spec, request)
    for view in page.views:
        yield Link(
            view.label, f"{address}?view={view.key}", view.icon, count=_counter(page, view), hot=view.hot, key=view.key
        )


def _counter(page: ListPage, view: View) -> Callable[[], int | None]:
    def count() -> int | None:
        return shown(Listing(page.catalogue, page.user, base=view.node, book=page.book).count())

    return count


def home_views(request: Request) -> Iterable[Link]:
    """The two home pages, the one kept at `/` itself; what is to do today, and who waits."""
    kept = Asked.kept_by(request.user)
    yield Link(_("My home"), "/" if kept.is_mine else f"/?who={ME}", "layout-dashboard")
    if reaches_further(request.user):
        yield Link(_("Department home"), f"/?who={DEPARTMENT}" if kept.is_mine else "/", "users")
    yield Link(_("To do today"), today_url(), "list-check", may=("plan", "view"), count=lambda: today_count(request))
    mine = replace(kept, who=ME)
    yield Link(
        _("Customers to follow up"),
        waiting.url_of(mine),
        "calendar-due",
        may=("customer", "view"),
        count=lambda: shown(waiting.count_of(mine)),
        hot=True,
    )


def customer_views(request: Request) -> Iterable[Link]:
    return views_of(CUSTOMER_LIST, "/customers/", request)


def lead_views(request: Request) -> Iterable[Link]:
    return on_board(
        views_of(LEAD_LIST, "/leads/", request), "/leads/", request, leads_board.SHAPE, leads_board.STATE_VIEWS
    )


def opportunity_views(request: Request) -> Iterable[Link]:
    views = views_of(OPPORTUNITY_LIST, "/opportunities/", request)
    return on_board(views, "/opportunities/", request, SHAPE, CLOSED_VIEWS)


def on_board(
    links: Iterable[Link], path: str, request: Request, shape: str, left_out: Collection[str]
) -> Iterable[Link]:
    """The views lead to the board where the person was on it last; `left_out` stand in the list alone."""
    chosen = request.user.preferences.get(shape) == "board"
    for link in links:
        if chosen and link.key not in left_out:
            link = replace(link, url=link.url.replace(path, f"{path}board/", 1))
        yield link


def report_views(request: Request) -> Iterable[Link]:
    """The sales figures of all, of oneself, and by person."""
    yield Link(_("Sales figures"), "/reports/", "chart-funnel")
    yield Link(_("My sales figures"), "/reports/?who=me", "user-check")
    yield Link(_("Forecast by person"), "/reports/?group=person", "chart-bar")
    if not is_on("leads", request.user):
        return
    yield Link(_("Sources and conversion"), "/reports/sources/", "arrows-exchange")
    yield Link(_("Campaigns and conversion"), "/reports/sources/?group=campaign", "speakerphone")


def activity_views(request: Request) -> Iterable[Link]:
    """The calendar, the plans that matter today, and the customers for whom nothing is planned."""
    yield Link(_("My calendar"), "/activities/calendar/", "calendar-week", may=("plan", "view"))
    yield Link(_("Department calendar"), "/activities/calendar/?who=department", "users", may=("plan", "view"))
    for link in views_of(PLAN_LIST, "/activities/plans/", request):
        if link.key in ("mine", "overdue", "visits"):
            yield replace(link, may=("plan", "view"))
    for link in views_of(CUSTOMER_LIST, "/customers/", request):
        if link.key == "no_next":
            yield replace(link, may=("customer", "view"))


def contact_count(request: Request) -> int:
    return shown(Listing(CONTACT_LIST.catalogue, request.user).count())


def shown(found: Count) -> int:
    """The number for the menu, which says “and more” where nobody has counted to the end."""
    return found.number if found.exact else AtLeast(found.number)


def favourites(request: Request) -> Iterable[Link]:
    return _links(Favourite.objects.filter(user=request.user).order_by("-at")[:20], request, "star")


def recent(request: Request) -> Iterable[Link]:
    return _links(Recent.objects.filter(user=request.user).order_by("-at")[:SHOWN_LAST], request, "")


def _links(remembered: Iterable[Favourite | Recent], request: Request, icon: str) -> Iterable[Link]:
    """Remembered records as links; those that the person may no longer see are left out."""
    remembered = list(remembered)
    found: dict[tuple[str, int], Any] = {}
    for kind, (model, _address, catalogue) in OPENED.items():
        pks = [one.record_id for one in remembered if one.record_type == kind]
        if pks:
            records = list(model.objects.visible_to(request.user).filter(pk__in=pks))
            veil(catalogue, records, request.user)
            found |= {(kind, record.pk): record for record in records}
    for one in remembered:
        record = found.get((one.record_type, one.record_id))
        if record is not None:
            name = getattr(record, "short_or_name", str(record))
            yield Link(name, f"{OPENED[one.record_type][1]}{record.pk}/", icon, avatar=not icon)


def compose() -> None:
    """Called once, when the process starts."""
    declare_kinds()
    declare_activity_kinds()
    declare_customer_kinds()
    declare_web_form_kinds()
    declare_response_kinds()
    hangs("customer", OPEN_DEALS, OPEN_PLANS)
    hangs("opportunity", PLANS_OF_DEALS)
    declare_pools(CUSTOMERS)
    moves_along(ACTIVITIES)
    declare_pools(POOLED_LEADS)
    declare_pool_kinds()
    NEWCOMERS.append(arrive)
    every_second(remind)
    show_cells()
    show_activity_cells()
    show_opportunity_cells()
    show_lead_cells()
    show_campaign_cells()
    for module in ("opportunity", "lead"):
        tell_next_steps(module, next_steps_of(module))
    MORE_FACTS.append(deal_facts)
    ORIGINS.append(leads_behind)
    SOURCES[LEADS.module] = LEADS
    declare(Holder(Customer, "/customers/"), Holder(Contact, "/contacts/"), Holder(Opportunity, "/opportunities/"))
    declare(Holder(Lead, "/leads/"), Holder(Campaign, "/campaigns/"))
    declare(Holder(FollowUp, "/activities/follow-ups/"), Holder(Plan, "/activities/plans/"))
    carries_tags(Opportunity)
    carries_tags(Lead)
    install_lists(CUSTOMER_LIST, CONTACT_LIST, LEAD_LIST, CAMPAIGN_LIST)
    install_lists(OPPORTUNITY_LIST, PRODUCT_LIST, FOLLOW_UP_LIST, PLAN_LIST)
    install_lists(CUSTOMER_POOL, LEAD_POOL)
    install(
        [
            Module("home", "/", views=home_views),
            Module(
                "admin",
                "/admin/",
                label=_("Administration"),
                icon="settings",
                may="administrator",
                in_bar=False,
                places=(
                    Link(_("Members"), "/admin/users/", "users"),
                    Link(_("Departments"), "/admin/departments/", "sitemap"),
                    Link(_("Roles and permissions"), "/admin/roles/", "shield-lock"),
                    Link(_("Classes and lists"), "/admin/lists/", "list"),
                    Link(pgettext_lazy("menu", "Tags"), "/admin/tags/", "tags"),
                    Link(_("Pipelines and stages"), "/admin/pipelines/", "layout-kanban"),
                    Link(pgettext_lazy("menu", "Pools"), "/admin/pools/", "recycle"),
                    Link(pgettext_lazy("menu", "Assignment of leads"), "/admin/assignment/", "user-check"),
                    Link(pgettext_lazy("menu", "Web forms"), "/admin/web-forms/", "forms"),
                    Link(_("Follow-ups and plans"), "/admin/activities/", "calendar-due"),
                    Link(_("Duplicate check"), "/admin/duplicates/", "copy"),
                    Link(_("Business registry"), "/admin/registry/", "building", may="administrator"),
                    Link(_("Modules"), "/admin/modules/", "layout-dashboard"),
                    Link(_("Holidays and workdays"), "/admin/workdays/", "calendar"),
                    Link(_("Sign-in and passwords"), "/admin/security/", "lock"),
                    Link(_("Operation log"), "/admin/audit/", "history", may=("audit", "view")),
                    Link(_("Sign-in log"), "/admin/audit/sign-ins/", "shield-lock", may=("audit", "view")),
                    Link(pgettext_lazy("menu", "Settings"), "/admin/settings/", "settings"),
                ),
            ),
            Module(
                "customers",
                "/customers/",
                may=("customer", "view"),
                views=customer_views,
                prefixes=("/imports/", "/exports/", "/recycle-bin/", "/tags/"),
                places=(
                    Link(pgettext_lazy("menu", "Contacts"), "/contacts/", "address-book", may=("contact", "view")),
                    Link(_("Customer pool"), "/customers/pool/", "recycle", may=("customer", "claim")),
                    Link(_("Customer profile"), "/customers/profile/", "chart-pie", may=("customer", "view")),
                    Link(_("Recycle bin"), "/recycle-bin/", "trash", may=[(one, "delete") for one in KINDS]),
                ),
            ),
            Module(
                "leads",
                "/leads/",
                may=("lead", "view"),
                views=lead_views,
                prefixes=("/campaigns/",),
                places=(
                    Link(_("List of leads"), "/leads/", "list"),
                    Link(pgettext_lazy("menu", "Campaigns"), "/campaigns/", "speakerphone", may=("campaign", "view")),
                    Link(_("Lead pool"), "/leads/pool/", "recycle", may=("lead", "claim")),
                    Link(_("Recycle bin"), "/recycle-bin/?kind=lead", "trash", may=("lead", "delete")),
                ),
            ),
            Module(
                "opportunities",
                "/opportunities/",
                may=("opportunity", "view"),
                views=opportunity_views,
                prefixes=("/products/",),
                places=(
                    Link(pgettext_lazy("menu", "Products"), "/products/", "list", may=("product", "view")),
                    Link(_("Recycle bin"), "/recycle-bin/?kind=opportunity", "trash", may=("opportunity", "delete")),
                ),
            ),
            Module(
                "activities",
                "/activities/",
                may=("follow_up", "view"),
                views=activity_views,
                places=(
                    Link(pgettext_lazy("module", "Follow-ups"), "/activities/", "history", may=("follow_up", "view")),
                    Link(pgettext_lazy("module", "Plans"), "/activities/plans/", "list-check", may=("plan", "view")),
                    Link(_("Recycle bin"), "/recycle-bin/?kind=follow_up", "trash", may=("follow_up", "delete")),
                ),
            ),
            Module(
                "reports",
                "/reports/",
                may=("opportunity", "view"),
                views=report_views,
            ),
        ],
        more=(
            Link(_("Imports"), "/imports/", "upload", may=[(one, "import") for one in MODULES]),
            Link(_("My exports"), "/exports/", "download", may=[(one, "export") for one in LISTS]),
            Link(_("My tags"), "/tags/", "tags", may=("customer", "view")),
            Link(_("Members"), "/admin/users/", "users", may=("people", "view")),
            Link(_("Operation log"), "/admin/audit/", "history", may=("audit", "view"), elsewhere=True),
            Link(_("Administration"), "/admin/", "settings", may="administrator"),
        ),
        creates=(
            Link(_("Customer"), "/customers/new/", "building", may=("customer", "create"), drawer=True),
            Link(_("Lead"), "/leads/new/", "user-search", may=("lead", "create"), drawer=True),
            Link(_("Campaign"), "/campaigns/new/", "speakerphone", may=("campaign", "create"), drawer=True),
            Link(_("Opportunity"), "/opportunities/new/", "target", may=("opportunity", "create"), drawer=True),
            Link(_("Follow-up"), "/activities/quick/", "pencil-plus", may=("follow_up", "create"), drawer=True),
            Link(_("Plan"), "/activities/plans/new/", "calendar-plus", may=("plan", "create"), drawer=True),
        ),
        panels=(
            Panel(
                "notices",
                _("Notices"),
                "bell",
                "/notices/panel/",
                count=lambda request: unread_count(request.user),
                hot=True,
                page="/notices/",
                stream="/notices/stream/",
                clear=(_("Mark all as read"), "/notices/read/"),
            ),
            Panel(
                "todo",
                _("To do today"),
                "list-check",
                "/activities/today/",
                may=("plan", "view"),
                count=today_count,
                tab=pgettext_lazy("tab", "To do"),
            ),
            Panel("quick", _("Quick log"), "pencil-plus", "/activities/quick/", may=("follow_up", "create"), foot=True),
            Panel(
                "check",
                _("Duplicate check"),
                "copy",
                "/customers/check/",
                may=("customer", "view"),
                tab=pgettext_lazy("tab", "Check"),
            ),
        ),
        sections=(
            Section("favourites", _("Favourites"), favourites),
            Section("recent", _("Opened last"), recent),
        ),
        settings_url="/admin/",
        help_url="/ui/",
    )
