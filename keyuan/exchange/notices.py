"""What people are told about their imports and exports."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keyuan.activities.lists import FOLLOW_UP_LIST, PLAN_LIST
from keyuan.campaigns.lists import CAMPAIGN_LIST
from keyuan.customers.lists import CONTACT_LIST, CUSTOMER_LIST
from keyuan.exchange.logs import LOGS
from keyuan.exchange.models import Export, Import, StaffImport
from keyuan.leads.lists import LEAD_LIST
from keyuan.notices.kinds import NoticeKind, declare
from keyuan.notices.models import Notice
from keyuan.notices.telling import tell
from keyuan.opportunities.lists import OPPORTUNITY_LIST, PRODUCT_LIST
from keyuan.org.models import User
from keyuan.records.namebook import NameBook
from keyuan.ui import formats

_LISTS = (
    CUSTOMER_LIST,
    CONTACT_LIST,
    LEAD_LIST,
    CAMPAIGN_LIST,
    OPPORTUNITY_LIST,
    PRODUCT_LIST,
    FOLLOW_UP_LIST,
    PLAN_LIST,
)
LISTED = {one.catalogue.module: one.title for one in _LISTS}
IMPORT, STAFF, EXPORT = "import.done", "import.staff_done", "export.done"


def declare_kinds() -> None:
    """Called once, when the process starts."""
    declare(NoticeKind(
        IMPORT, gettext_lazy("An import is finished"), "file-spreadsheet", "neutral",
        import_sentence, lambda notice: f"/imports/{notice.record_id}/", own_imports,
        may=[(one, "import") for one in ("customer", "lead", "opportunity", "follow_up")], pairs=owned_imports,
    ))  # fmt: skip
    declare(NoticeKind(
        STAFF, gettext_lazy("An import of members is finished"), "users", "neutral",
        staff_sentence, lambda notice: f"/admin/users/import/{notice.record_id}/", own_sheets, may="administrator",
        pairs=owned_sheets,
    ))  # fmt: skip
    declare(NoticeKind(
        EXPORT, gettext_lazy("An export is ready"), "file-export", "neutral",
        export_sentence, lambda notice: "/exports/", own_exports, pairs=owned_exports,
    ))  # fmt: skip


def own_imports(user: User, ids: Collection[int]) -> set[int]:
    return set(Import.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def owned_imports(asked: Sequence[tuple[User, int]]) -> set[tuple[int, int]]:
    """The same for many people: an import is seen by whoever has begun it."""
    return _owned(Import, asked)


def _owned(model: type[Import | StaffImport | Export], asked: Sequence[tuple[User, int]]) -> set[tuple[int, int]]:
    rows = model._default_manager.filter(pk__in={pk for _user, pk in asked}, by__in={user.pk for user, _pk in asked})
    return set(rows.values_list("by_id", "pk"))


def own_sheets(user: User, ids: Collection[int]) -> set[int]:
    if not user.is_administrator:
        return set()
    return set(StaffImport.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def owned_sheets(asked: Sequence[tuple[User, int]]) -> set[tuple[int, int]]:
    return _owned(StaffImport, [one for one in asked if one[0].is_administrator])


def own_exports(user: User, ids: Collection[int]) -> set[int]:
    return set(Export.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def owned_exports(asked: Sequence[tuple[User, int]]) -> set[tuple[int, int]]:
    return _owned(Export, asked)


def import_sentence(notice: Notice, book: NameBook) -> SafeString:
    name, failure = notice.details.get("name", ""), notice.details.get("failure")
    if failure:
        return format_html(_("Import “{}” stopped: {}"), name, failure)
    created, updated = (formats.count(notice.details.get(one, 0)) for one in ("created", "updated"))
    return format_html(_("Import “{}” is finished: {} created, {} updated"), name, created, updated)


def staff_sentence(notice: Notice, book: NameBook) -> SafeString:
    name, failure = notice.details.get("name", ""), notice.details.get("failure")
    if failure:
        return format_html(_("Import “{}” stopped: {}"), name, failure)
    return format_html(_("Import “{}” is finished: {} members created"), name, formats.count(notice.details["people"]))


def export_sentence(notice: Notice, book: NameBook) -> SafeString:
    module, failure = notice.details.get("name", ""), notice.details.get("failure")
    name = LOGS.get(module) or LISTED.get(module, module)
    if failure:
        return format_html(_("Export “{}” stopped: {}"), name, failure)
    return format_html(_("Export “{}” is ready: {} rows"), name, formats.count(notice.details.get("rows", 0)))


def tell_import(of: Import) -> None:
    """To whom it belongs: it is done, or has stopped; in the transaction that says so."""
    details = {"name": stem(of.file_name), "failure": of.failure} | {
        name: of.counts.get(name, 0) for name in ("created", "updated")
    }
    _tell(IMPORT, of, details, of.started_at)


def tell_staff(of: StaffImport) -> None:
    """The same for a sheet of members."""
    _tell(STAFF, of, {"name": stem(of.file_name), "failure": of.failure, "people": len(of.people)}, None)


def tell_export(of: Export) -> None:
    """The same for an export."""
    _tell(EXPORT, of, {"name": of.module, "failure": of.failure, "rows": of.row_count}, None)


def _tell(kind: str, of: Import | StaffImport | Export, details: dict[str, object], begun: object) -> None:
    key = f"{kind}:{of.pk}:{begun}" if begun else f"{kind}:{of.pk}"
    tell(kind, to=[of.by_id], record_id=of.pk, by=User.objects.robot(), key=key, details=details)


def stem(file_name: str) -> str:
    """The name of a file without what says its kind."""
    name, _dot, suffix = file_name.rpartition(".")
    return name if name and len(suffix) <= 4 else file_name
