"""How every route is called with success: the table of the access matrix."""

from __future__ import annotations

from tests.make import PASSWORD
from tests.visiting import (
    CHIEF,
    DIM,
    LINK,
    NEW_PASSWORD,
    PLANNED,
    Visit,
    binned,
    contact_form,
    customer_form,
    follow_up_form,
    ids,
    left_behind,
    linked,
    member_form,
    merging,
    moved_member,
    plan_asked,
    plan_form,
    read_already,
    role_form,
    settled,
    staff_made,
)
from tests.visits_absences import ABSENCE_VISITS
from tests.visits_api import API_VISITS
from tests.visits_assignment import ASSIGNMENT_VISITS
from tests.visits_campaigns import CAMPAIGN_VISITS
from tests.visits_conversion import CONVERSION_VISITS
from tests.visits_leads import LEAD_VISITS
from tests.visits_opportunities import OPPORTUNITY_VISITS
from tests.visits_planning import PLANNING_VISITS
from tests.visits_pools import POOL_VISITS
from tests.visits_pools_admin import POOL_ADMIN_VISITS
from tests.visits_pools_news import POOL_NEWS_VISITS
from tests.world import sheet, small_file, staff_sheet

MODULES = {
    f"{one}-{name}": value
    for one in ("home", "customers", "leads", "opportunities", "activities", "reports")
    for name, value in (("place", "1"), ("is_on", "on"))
}
LEVELS = {
    **dict.fromkeys(("customer_phone", "customer_domain", "lead_name", "lead_phone", "lead_domain"), "similar"),
    **dict.fromkeys(("customer_alike", "contact_phone", "lead_alike"), "off"),
}
VISITS = (
    {
        # The frame and lists
        "GET /ui/": Visit(),
        "GET /ui/drawer/": Visit(),
        "POST /ui/drawer/": Visit(data={"name": "甲", "kind": "signed", "phone": "13800138000"}, to="/ui/"),
        "POST /ui/undo/": Visit(to="/ui/"),
        "GET /frame/side/": Visit(data={"at": "/customers/"}),
        "POST /account/pins/": Visit(data={"url": "/customers/?view=mine", "label": "我的"}, to="/customers/"),
        "POST /account/preferences/": Visit(data={"theme": "dark"}, to="/"),
        # Files
        "POST /attachments/": Visit(data=lambda *_: {"file": small_file("x.txt", "x")}),
        "GET /attachments/of/<slug:module>/<int:pk>/": Visit(path={"module": "customer"}),
        "POST /attachments/of/<slug:module>/<int:pk>/": Visit(
            path={"module": "customer"}, data=lambda *_: {"file": small_file("x.txt", "x")}, to="/customers/"
        ),
        "GET /attachments/<uuid:pk>/": Visit(about="attachment"),
        "GET /attachments/<uuid:pk>/picture/": Visit(about="photo"),
        "POST /attachments/<uuid:pk>/delete/": Visit(about="attachment", to="/customers/"),
        "POST /attachments/<uuid:pk>/restore/": Visit(
            about="attachment", before=binned("attachment"), to="/customers/"
        ),
        "GET /lists/<str:module>/fields/": Visit(path={"module": "customer"}),
        "GET /lists/<str:module>/columns/": Visit(path={"module": "customer"}),
        "POST /lists/columns/": Visit(data={"module": "customer", "columns": ["name"]}, to="/"),
        "POST /lists/views/": Visit(
            data={"module": "customer", "path": "/customers/", "name": "常看"}, to="/customers/"
        ),
        "POST /lists/views/<int:pk>/delete/": Visit(about="view", data={"path": "/customers/"}, to="/customers/"),
        "GET /": Visit(),
        "GET /dashboard/<slug:name>/": Visit(path={"name": "figures"}),
        "GET /search/": Visit(data={"q": "共同"}),
        # Signing in, one's own account
        "GET /sign-in/": Visit(who="anonymous"),
        "POST /sign-in/": Visit(who="anonymous", data={"username": "anna", "password": PASSWORD}, to="/"),
        "POST /sign-out/": Visit(to="/sign-in/"),
        "GET /lock/": Visit(to="/"),
        "POST /lock/alive/": Visit(),
        "POST /lock/": Visit(to="/lock/"),
        "GET /confirm/": Visit(),
        "POST /confirm/": Visit(data={"confirm_password": PASSWORD, "next": "/account/"}, to="/account/"),
        "POST /account/sessions/end/": Visit(to="/account/"),
        "POST /account/sessions/<slug:key>/end/": Visit(path={"key": "nobody"}, to="/account/"),
        "POST /account/places/<int:pk>/known/": Visit(about="place", to="/account/"),
        "GET /password/forgotten/": Visit("anonymous"),
        "POST /password/forgotten/": Visit("anonymous", data={"username": "anna"}),
        "GET /password/link/<str:token>/": Visit("anonymous", path={"token": LINK}, before=linked),
        "POST /password/link/<str:token>/": Visit(
            "anonymous",
            path={"token": LINK},
            before=linked,
            data={"password": NEW_PASSWORD, "again": NEW_PASSWORD},
            carries_key=True,
            to="/sign-in/",
        ),
        "GET /password/change/": Visit(),
        "POST /password/change/": Visit(
            data={"old": PASSWORD, "password": NEW_PASSWORD, "again": NEW_PASSWORD}, to="/account/"
        ),
        "GET /account/": Visit(),
        "GET /account/sign-ins/": Visit(),
        "GET /admin/audit/": Visit("auditor"),
        "GET /admin/audit/sign-ins/": Visit("auditor"),
        "POST /account/": Visit(data={"name": "安娜"}, to="/account/"),
        "GET /account/tokens/": Visit(to="/account/"),
        "POST /account/tokens/": Visit(data={"name": "x", "scope": "read", "days": "30"}),
        "POST /account/tokens/<int:pk>/revoke/": Visit(about="token", to="/account/"),
        # Administration
        "GET /admin/": Visit(CHIEF),
        "GET /admin/settings/": Visit(CHIEF),
        "GET /admin/security/": Visit(CHIEF),
        "POST /admin/security/": Visit(
            CHIEF,
            data={
                "preset": "classes",
                "least": 8,
                "classes": 3,
                "history": 5,
                "rotation": 90,
                "idle": 15,
                "confirmed": 10,
            },
            to="/admin/security/",
        ),
        "GET /admin/duplicates/": Visit(CHIEF),
        "POST /admin/duplicates/": Visit(CHIEF, data=LEVELS, to="/admin/duplicates/"),
        "GET /admin/modules/": Visit(CHIEF),
        "POST /admin/modules/": Visit(CHIEF, data=MODULES, to="/admin/modules/"),
        "POST /admin/settings/": Visit(CHIEF, data={"company_name": "某某公司"}, to="/admin/settings/"),
        "GET /admin/users/": Visit("boss"),
        "GET /admin/users/new/": Visit(CHIEF),
        "POST /admin/users/new/": Visit(CHIEF, data=member_form),
        "GET /admin/users/import/": Visit(CHIEF),
        "POST /admin/users/import/": Visit(CHIEF, data=lambda *_: {"file": staff_sheet()}, to="/admin/users/import/"),
        "GET /admin/users/import/template/": Visit(CHIEF),
        "GET /admin/users/import/<int:pk>/": Visit(CHIEF, about="staff_import"),
        "POST /admin/users/import/<int:pk>/confirm/": Visit(CHIEF, about="staff_import", to="/admin/users/import/"),
        "GET /admin/users/import/<int:pk>/progress/": Visit(CHIEF, about="staff_import", to="/admin/users/import/"),
        "POST /admin/users/import/<int:pk>/passwords/": Visit(CHIEF, about="staff_import", before=staff_made),
        "POST /admin/users/bulk/": Visit(CHIEF, data=ids("user", verb="disable"), to="/admin/users/"),
        "POST /admin/users/<int:pk>/records/": Visit(CHIEF, about="user", before=left_behind, to="/admin/users/"),
        "GET /admin/users/<int:pk>/moving/": Visit(CHIEF, about="user", to="/admin/users/"),
        "GET /admin/users/<int:pk>/": Visit("boss", about="user"),
        "GET /admin/users/<int:pk>/edit/": Visit(CHIEF, about="user"),
        "POST /admin/users/<int:pk>/edit/": Visit(CHIEF, about="user", data=moved_member, to="/admin/users/"),
        "GET /admin/users/<int:pk>/reset/": Visit(CHIEF, about="user", to="/admin/users/"),
        "POST /admin/users/<int:pk>/reset/": Visit(CHIEF, about="user"),
        "POST /admin/users/<int:pk>/enable/": Visit(CHIEF, about="user", data={"to": "off"}, to="/admin/users/"),
        "POST /admin/users/<int:pk>/unlock/": Visit(
            CHIEF, about="user", data={"reason": "回拨确认"}, to="/admin/users/"
        ),
        "GET /admin/departments/": Visit("boss"),
        "GET /admin/departments/new/": Visit(CHIEF),
        "POST /admin/departments/new/": Visit(
            CHIEF, data=lambda world, _: {"name": "新部门", "parent": world.department.pk}, to="/admin/departments/"
        ),
        "GET /admin/departments/<int:pk>/edit/": Visit(CHIEF, about="department"),
        "POST /admin/departments/<int:pk>/edit/": Visit(
            CHIEF,
            about="department",
            data=lambda world, _: {"name": "新名", "parent": world.department.parent_id},
            to="/admin/departments/",
        ),
        "POST /admin/departments/<int:pk>/shift/": Visit(
            CHIEF, about="department", data={"to": "up"}, to="/admin/departments/"
        ),
        "POST /admin/departments/<int:pk>/place/": Visit(
            CHIEF,
            about="department",
            data=lambda world, _: {"parent": world.spare_department.pk},
            to="/admin/departments/",
        ),
        "GET /admin/departments/<int:pk>/delete/": Visit(CHIEF, about="spare_department"),
        "POST /admin/departments/<int:pk>/delete/": Visit(CHIEF, about="spare_department", to="/admin/departments/"),
        "GET /admin/roles/": Visit(CHIEF, to="/admin/roles/"),
        "GET /admin/roles/new/": Visit(CHIEF),
        "POST /admin/roles/new/": Visit(CHIEF, data=role_form, to="/admin/roles/"),
        "GET /admin/roles/<int:pk>/": Visit(CHIEF, about="role"),
        "POST /admin/roles/<int:pk>/": Visit(CHIEF, about="role", to="/admin/roles/"),
        "GET /admin/roles/compare/": Visit(CHIEF),
        "POST /admin/roles/preview/end/": Visit(to="/"),
        "GET /admin/roles/<int:pk>/fields/": Visit(CHIEF, about="role"),
        "POST /admin/roles/<int:pk>/fields/": Visit(CHIEF, about="role", to="/admin/roles/"),
        "GET /admin/roles/<int:pk>/members/": Visit(CHIEF, about="role"),
        "GET /admin/roles/<int:pk>/changes/": Visit(CHIEF, about="role"),
        "POST /admin/roles/<int:pk>/effect/": Visit(CHIEF, about="role"),
        "POST /admin/roles/<int:pk>/restore/": Visit(CHIEF, about="sales_role", to="/admin/roles/"),
        "POST /admin/roles/<int:pk>/preview/": Visit(CHIEF, about="role", to="/"),
        "GET /admin/roles/<int:pk>/edit/": Visit(CHIEF, about="role"),
        "POST /admin/roles/<int:pk>/edit/": Visit(CHIEF, about="role", data=role_form, to="/admin/roles/"),
        "GET /admin/roles/<int:pk>/addresses/": Visit(CHIEF, about="role"),
        "POST /admin/roles/<int:pk>/addresses/": Visit(
            CHIEF, about="role", data={"addresses": "10.0.0.0/8"}, to="/admin/roles/"
        ),
        "POST /admin/roles/<int:pk>/delete/": Visit(CHIEF, about="spare_role", to="/admin/roles/"),
        "GET /admin/lists/": Visit(CHIEF, to="/admin/lists/"),
        "GET /admin/lists/industry/": Visit(CHIEF),
        "GET /admin/lists/industry/<slug:code>/new/": Visit(CHIEF, path={"code": "C36"}),
        "POST /admin/lists/industry/<slug:code>/new/": Visit(
            CHIEF, path={"code": "C36"}, data={"name": "改装"}, to="/admin/lists/"
        ),
        "GET /admin/lists/industry/<slug:code>/": Visit(CHIEF, path={"code": "C36"}),
        "POST /admin/lists/industry/<slug:code>/": Visit(
            CHIEF, path={"code": "C36"}, data={"name": "整车"}, to="/admin/lists/"
        ),
        "GET /admin/lists/industry/<slug:code>/delete/": Visit(CHIEF, about="industry"),
        "POST /admin/lists/industry/<slug:code>/delete/": Visit(CHIEF, about="industry", to="/admin/lists/"),
        "GET /admin/lists/<slug:list_>/": Visit(CHIEF, path={"list_": "level"}),
        "GET /admin/lists/<slug:list_>/new/": Visit(CHIEF, path={"list_": "level"}),
        "POST /admin/lists/<slug:list_>/new/": Visit(
            CHIEF, path={"list_": "level"}, data={"name": "D"}, to="/admin/lists/"
        ),
        "GET /admin/lists/options/<int:pk>/": Visit(CHIEF, about="option"),
        "POST /admin/lists/options/<int:pk>/": Visit(CHIEF, about="option", data={"name": "甲级"}, to="/admin/lists/"),
        "POST /admin/lists/options/<int:pk>/shift/": Visit(
            CHIEF, about="option", data={"to": "down"}, to="/admin/lists/"
        ),
        "GET /admin/lists/options/<int:pk>/delete/": Visit(CHIEF, about="option"),
        "POST /admin/lists/options/<int:pk>/delete/": Visit(CHIEF, about="option", to="/admin/lists/"),
        "GET /admin/registry/": Visit(CHIEF),
        "POST /admin/registry/": Visit(CHIEF, data={"provider": ""}, to="/admin/registry/"),
        "POST /admin/registry/try/": Visit(CHIEF, data={"asked": "某某公司"}),
        "GET /admin/tags/": Visit(CHIEF),
        "POST /admin/tags/free/": Visit(CHIEF, data={"to": "off"}, to="/admin/tags/"),
        "GET /admin/tags/new/": Visit(CHIEF),
        "POST /admin/tags/new/": Visit(CHIEF, data={"name": "新标签", "tint": "1"}, to="/admin/tags/"),
        "GET /admin/tags/<int:pk>/": Visit(CHIEF, about="tag"),
        "POST /admin/tags/<int:pk>/": Visit(CHIEF, about="tag", data={"name": "改名", "tint": "1"}, to="/admin/tags/"),
        "GET /admin/tags/<int:pk>/merge/": Visit(CHIEF, about="tag"),
        "POST /admin/tags/<int:pk>/merge/": Visit(CHIEF, about="tag", data=merging, to="/admin/tags/"),
        "GET /tags/": Visit(),
        "GET /tags/new/": Visit(),
        "POST /tags/new/": Visit(data={"name": "私有", "tint": "1"}, to="/tags/"),
        "GET /tags/<int:pk>/": Visit(about="own_tag"),
        "POST /tags/<int:pk>/": Visit(about="own_tag", data={"name": "改名", "tint": "1"}, to="/tags/"),
        "POST /tags/<int:pk>/share/": Visit(about="own_tag", to="/tags/"),
        "POST /tags/<int:pk>/delete/": Visit(about="own_tag", to="/tags/"),
        # Customers
        "GET /customers/": Visit(data={"q": "共同"}),
        "GET /customers/count/": Visit(data={"exact": "1"}),
        "GET /customers/profile/": Visit(),
        "GET /customers/check/": Visit(),
        "POST /customers/bulk/": Visit(data=ids("customer", verb="delete"), to="/customers/"),
        "GET /customers/new/": Visit(),
        "POST /customers/new/": Visit(data=customer_form("共同 新公司"), tells_names=True, to="/customers/"),
        "POST /customers/duplicates/": Visit(data={"name": "共同公司"}, tells_names=True),
        "GET /customers/trees/<slug:tree>/": Visit(path={"tree": "region"}),
        "GET /customers/<int:pk>/": Visit(),
        "GET /customers/<int:pk>/edit/": Visit(),
        "POST /customers/<int:pk>/edit/": Visit(
            data=customer_form("共同 改名公司"), tells_names=True, to="/customers/"
        ),
        "GET /customers/<int:pk>/fields/<slug:name>/": Visit(path={"name": "address"}),
        "POST /customers/<int:pk>/fields/<slug:name>/": Visit(
            path={"name": "address"}, data={"address": "新地址", "version": "1"}, to="/customers/"
        ),
        "POST /customers/<int:pk>/show/<slug:name>/": Visit(DIM, path={"name": "phone"}, to="/customers/"),
        "GET /customers/<int:pk>/facts/": Visit(),
        "POST /customers/<int:pk>/delete/": Visit(to="/customers/"),
        "POST /customers/<int:pk>/restore/": Visit(before=binned("customer"), to="/customers/"),
        "POST /customers/<int:pk>/star/": Visit(to="/customers/"),
        "POST /customers/<int:pk>/relationship/": Visit(data={"to": "lost", "reason": "budget"}, to="/customers/"),
        "POST /customers/<int:pk>/move/": Visit(data={"kind": "office", "address": "新办公室"}, to="/customers/"),
        "GET /customers/<int:customer_pk>/contacts/new/": Visit(),
        "POST /customers/<int:customer_pk>/contacts/new/": Visit(data={"name": "新联系人"}, to="/customers/"),
        # Contacts
        "GET /contacts/": Visit(data={"q": "共同"}),
        "GET /contacts/count/": Visit(data={"exact": "1"}),
        "POST /contacts/bulk/": Visit(data=ids("contact", verb="tag", tags=["新标签"]), to="/contacts/"),
        "GET /contacts/<int:pk>/": Visit(about="contact"),
        "GET /contacts/<int:pk>/edit/": Visit(about="contact"),
        "POST /contacts/<int:pk>/edit/": Visit(about="contact", data=contact_form, to="/contacts/"),
        "GET /contacts/<int:pk>/fields/<slug:name>/": Visit(about="contact", path={"name": "title"}),
        "POST /contacts/<int:pk>/fields/<slug:name>/": Visit(
            about="contact", path={"name": "title"}, data={"title": "经理", "version": "1"}, to="/contacts/"
        ),
        "POST /contacts/<int:pk>/delete/": Visit(about="contact", to="/customers/"),
        "POST /contacts/<int:pk>/restore/": Visit(about="contact", before=binned("contact"), to="/contacts/"),
        "POST /contacts/<int:pk>/show/<slug:name>/": Visit(
            DIM, about="contact", path={"name": "mobile"}, to="/contacts/"
        ),
        # Activities
        "GET /admin/activities/": Visit(CHIEF),
        "POST /admin/activities/": Visit(
            CHIEF, data={"min_length": "6", "edit_hours": "24", "escalate_days": "3"}, to="/admin/activities/"
        ),
        "GET /activities/": Visit(data={"view": "all", "q": "共同"}),
        "GET /activities/count/": Visit(data={"view": "all", "exact": "1"}),
        "POST /activities/bulk/": Visit(data=ids("follow_up", verb="delete"), to="/activities/"),
        "GET /activities/plans/": Visit(data={"view": "all", "q": "共同"}),
        "GET /activities/plans/count/": Visit(data={"view": "all", "exact": "1"}),
        "POST /activities/plans/bulk/": Visit(data=ids("plan", verb="delete"), to="/activities/plans/"),
        "GET /activities/calendar/": Visit(data={"view": "month", "who": "department"}),
        "GET /activities/plans/new/": Visit(data=plan_asked),
        "POST /activities/plans/new/": Visit(data=plan_form, to="/activities/plans/"),
        "GET /activities/plans/contacts/": Visit(data=plan_asked),
        "GET /activities/plans/conflicts/": Visit(data={"starts_at": PLANNED, "ends_at": "", "participants": "1"}),
        "GET /activities/plans/repeat/": Visit(data={"starts_at": PLANNED, "repeat": "weekly"}),
        "GET /activities/plans/<int:pk>/": Visit(about="plan"),
        "GET /activities/plans/<int:pk>/edit/": Visit(about="plan"),
        "POST /activities/plans/<int:pk>/edit/": Visit(about="plan", data=plan_form, to="/activities/plans/"),
        "POST /activities/plans/<int:pk>/complete/": Visit(about="plan", to="/activities/plans/"),
        "POST /activities/plans/<int:pk>/reopen/": Visit(about="plan", before=settled, to="/activities/plans/"),
        "POST /activities/plans/<int:pk>/cancel/": Visit(about="plan", to="/activities/plans/"),
        "POST /activities/plans/<int:pk>/reschedule/": Visit(
            about="plan", data={"day": PLANNED[:10]}, to="/activities/plans/"
        ),
        "POST /activities/plans/<int:pk>/move/": Visit(
            about="plan", data={"starts_at": PLANNED}, to="/activities/plans/"
        ),
        "POST /activities/plans/<int:pk>/delete/": Visit(about="plan", to="/activities/calendar/"),
        "POST /activities/plans/<int:pk>/restore/": Visit(about="plan", before=binned("plan"), to="/activities/plans/"),
        "GET /customers/pick/": Visit(data={"q": "共同"}),
        "GET /contacts/pick/": Visit(data={"q": "共同"}),
        "GET /colleagues/": Visit(data={"q": "a"}),
        "GET /admin/workdays/": Visit(CHIEF, data={"year": "2026"}),
        "POST /admin/workdays/": Visit(
            CHIEF, data={"first": "2027-02-11", "kind": "holiday", "name": "春节"}, to="/admin/workdays/"
        ),
        "GET /activities/of/<slug:kind>/<int:pk>/": Visit(path={"kind": "customer"}),
        "POST /activities/of/<slug:kind>/<int:pk>/": Visit(
            path={"kind": "customer"}, data={"content": "谈了二期", "kind": "phone"}, to="/activities/of/"
        ),
        "GET /activities/of/<slug:kind>/<int:pk>/timeline/": Visit(about="contact", path={"kind": "contact"}),
        "GET /activities/of/<slug:kind>/<int:pk>/plans/": Visit(path={"kind": "customer"}, to="/activities/of/"),
        "GET /activities/today/": Visit(),
        "GET /activities/quick/": Visit(),
        "POST /activities/quick/": Visit(
            data=lambda _, records: {"customer": records.customer.pk, "content": "谈了二期", "kind": "phone"},
            to="/customers/",
        ),
        "GET /activities/customers/": Visit(data={"q": "共同"}),
        "GET /activities/follow-ups/<int:pk>/": Visit(about="follow_up"),
        "GET /activities/follow-ups/<int:pk>/edit/": Visit(about="follow_up"),
        "POST /activities/follow-ups/<int:pk>/edit/": Visit(about="follow_up", data=follow_up_form, to="/customers/"),
        "POST /activities/follow-ups/<int:pk>/delete/": Visit(about="follow_up", to="/customers/"),
        "POST /activities/follow-ups/<int:pk>/restore/": Visit(
            about="follow_up", before=binned("follow_up"), to="/customers/"
        ),
        # Import, export, recycle bin
        "GET /imports/": Visit(),
        "GET /imports/new/": Visit(),
        "POST /imports/new/": Visit(data=lambda *_: {"file": sheet("x")}, to="/imports/"),
        "GET /imports/template/": Visit(),
        "GET /imports/<int:pk>/": Visit(about="import_", to="/imports/"),
        "GET /imports/<int:pk>/columns/": Visit(about="import_"),
        "POST /imports/<int:pk>/columns/": Visit(about="import_", data={"column-0": "name"}, to="/imports/"),
        "GET /imports/<int:pk>/check/": Visit(about="import_"),
        "POST /imports/<int:pk>/check/": Visit(about="import_", data={"same": "skip"}, to="/imports/"),
        "GET /imports/<int:pk>/progress/": Visit(about="import_", to="/imports/"),
        "GET /imports/<int:pk>/errors/": Visit(about="import_"),
        "GET /notices/": Visit(),
        "GET /notices/panel/": Visit(),
        "GET /notices/stream/": Visit(),
        "POST /notices/read/": Visit(to="/notices/"),
        "GET /notices/preferences/": Visit(),
        "POST /notices/preferences/": Visit(
            data={"app": ["import.done"], "quiet_from": "22:00", "quiet_to": "07:30", "days": ["0", "6"]},
            to="/notices/preferences/",
        ),
        "GET /notices/<int:pk>/": Visit(about="notice", before=read_already, to="/imports/"),
        "POST /notices/<int:pk>/read/": Visit(about="notice", to="/notices/"),
        "GET /exports/": Visit(),
        "POST /exports/new/": Visit(data={"module": "customer"}, to="/exports/"),
        "GET /exports/rows/": Visit(),
        "GET /exports/<int:pk>/file/": Visit(about="export"),
        "GET /recycle-bin/": Visit(before=binned("customer")),
        "POST /recycle-bin/restore/": Visit(before=binned("customer"), data=ids("customer"), to="/recycle-bin/"),
        "POST /recycle-bin/purge/": Visit(
            CHIEF, before=binned("customer"), data=ids("customer", number="1"), to="/recycle-bin/"
        ),
    }
    | API_VISITS
    | ABSENCE_VISITS
    | ASSIGNMENT_VISITS
    | LEAD_VISITS
    | CAMPAIGN_VISITS
    | CONVERSION_VISITS
    | POOL_VISITS
    | POOL_ADMIN_VISITS
    | POOL_NEWS_VISITS
    | OPPORTUNITY_VISITS
    | PLANNING_VISITS
)
"""How every route is called with success. A route that is missing here fails the first test with its name."""
