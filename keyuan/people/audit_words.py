"""The log in words, for one reader: who, what, about which record, and the values before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from keyuan.org.models import Department, Role, User
from keyuan.org.scopes import Module
from keyuan.people import auditing, comparing, log
from keyuan.records import story
from keyuan.records.namebook import NameBook
from keyuan.records.options import Option, Tag
from keyuan.ui import signing_log
from keyuan.ui.lists.installed import LISTS

SOURCES: dict[str, Any] = {
    "web": pgettext_lazy("source", "Web"),
    "api": pgettext_lazy("source", "API"),
    "import": pgettext_lazy("source", "Import"),
    "job": pgettext_lazy("source", "Job"),
    "form": pgettext_lazy("source", "Web form"),
    "command": pgettext_lazy("source", "Command"),
}
KINDS: dict[str, Any] = {
    "user": gettext_lazy("Member"),
    "department": gettext_lazy("Department"),
    "role": gettext_lazy("Role"),
    "option": gettext_lazy("List entry"),
    "pipeline": gettext_lazy("Pipeline"),
    "stage": pgettext_lazy("opportunity", "Stage"),
    "tag": gettext_lazy("Tag"),
    "pool": pgettext_lazy("audit", "Pool"),
    "setting": pgettext_lazy("audit", "Setting"),
    "export": pgettext_lazy("audit", "Export"),
    "import": pgettext_lazy("audit", "Import"),
    "audit": pgettext_lazy("audit", "Log"),
    "workday": gettext_lazy("Holidays and workdays"),
    "web_form": pgettext_lazy("web form", "Web form"),
    "assignment_rule": pgettext_lazy("audit", "Rule of assignment"),
}
VERBS: dict[str, Any] = {
    **story.HAPPENED,
    **log.HAPPENED,
    "deleted": pgettext_lazy("administration", "deleted"),
    "purged": pgettext_lazy("audit", "deleted for good"),
    "merged": pgettext_lazy("audit", "merged"),
    "exported": pgettext_lazy("audit", "asked for"),
    "downloaded": pgettext_lazy("audit", "downloaded"),
    "readdressed": pgettext_lazy("audit", "gave a new address to"),
    "shown": pgettext_lazy("audit", "looked at a masked value of"),
    "erased": pgettext_lazy("audit", "erased values of"),
    "dropped": pgettext_lazy("audit", "dropped old months of"),
}
MODELS: dict[str, Any] = {"user": User, "department": Department, "role": Role, "option": Option, "tag": Tag}
TOLD: dict[str, Any] = {
    "reason": pgettext_lazy("audit", "Reason"),
    "rows": pgettext_lazy("audit", "Rows"),
    "format": pgettext_lazy("audit", "Format"),
    "query": pgettext_lazy("audit", "Condition"),
    "module": pgettext_lazy("audit", "List"),
    "name": pgettext_lazy("audit", "Name"),
    "scope": pgettext_lazy("audit", "Scope"),
    "records": pgettext_lazy("audit", "Records"),
    "into": pgettext_lazy("audit", "Into"),
    "tag": pgettext_lazy("audit", "Tag"),
    "until": pgettext_lazy("audit", "Until"),
    "fields": pgettext_lazy("audit", "Fields"),
    "absence": gettext_lazy("Away"),
    "deputy": gettext_lazy("Deputy"),
    "rule": pgettext_lazy("audit", "Rule"),
}
"""What is told of the details of an event. Details of records are not: they obey no field policy."""
OF_RECORDS = ("reason", "fields")
LONGEST = 300
NAMED = 80


@dataclass(frozen=True)
class Entry:
    """One line of the log as the reader may see it.

    Attributes:
        record, url: the name of a record and its page where the reader may see it, else its kind and number, and "".
        lines: label, value before, value after; before is None for what has no before.
    """

    event: Any
    at: datetime
    who: str
    what: str
    kind: str
    record: str
    url: str
    source: str
    address: str
    device: str = ""
    lines: list[tuple[str, str | None, str]] = field(default_factory=list)

    def says(self, word: str) -> bool:
        """Whether something of what is shown holds this word."""
        texts = [self.record, *(text or "" for line in self.lines for text in line)]
        return any(_bare(word) in _bare(text) for text in texts)


def _bare(text: str) -> str:
    """Numbers are shown in groups, and kept and searched for without."""
    return text.casefold().replace(" ", "").replace("-", "")


def verbs() -> list[tuple[str, Any]]:
    """What can have happened, for the filter, in the order of its words."""
    return sorted(VERBS.items(), key=lambda one: str(one[1]))


def kinds() -> list[tuple[str, Any]]:
    return [*((module, spec.catalogue.label) for module, spec in LISTS.items()), *KINDS.items()]


def entries(events: Sequence[Any], reader: User, q: str = "") -> list[Entry]:
    """The events in words. With `q`, only those in which the reader sees that word."""
    auditing.with_changes(events)
    book = NameBook(reader)
    book.meet([*(event.by_id for event in events), *(e.record_id for e in events if e.record_type == "user")])
    names = _names(events, reader, book)
    catalogues = {module: spec.catalogue for module, spec in LISTS.items()}
    story.meet_named([(catalogues.get(event.record_type), event.values) for event in events], book)
    told = [_entry(event, book, names) for event in events]
    return [one for one in told if one.says(q)] if q else told


def _entry(event: Any, book: NameBook, names: dict[tuple[str, int], tuple[str, str]]) -> Entry:
    kind = kind_word(event.record_type)
    record, url = names.get(
        (event.record_type, event.record_id), (f"#{event.record_id}" if event.record_id else "", "")
    )
    return Entry(
        event=event,
        at=event.at,
        who=str(book.person(event.by_id) or f"#{event.by_id}"),
        what=str(_verb(event)),
        kind=kind,
        record=record,
        url=url,
        source=str(SOURCES.get(event.source, event.source)),
        address=event.place or "",
        lines=[*_lines(event, book, is_seen=_is_seen(event, book.user, names)), *_details(event)],
    )


def kind_word(record_type: str) -> str:
    spec = LISTS.get(record_type)
    return str(spec.catalogue.label if spec else KINDS.get(record_type, record_type))


def _verb(event: Any) -> str | Promise:
    if event.record_type in LISTS and event.name == "deleted":
        return story.HAPPENED["deleted"]
    return VERBS.get(event.name, event.name)


def _names(events: Iterable[Any], reader: User, book: NameBook) -> dict[tuple[str, int], tuple[str, str]]:
    """Names and pages of the records that the reader may see, a query for each kind."""
    wanted: dict[str, set[int]] = {}
    for event in events:
        wanted.setdefault(event.record_type, set()).add(event.record_id)
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for kind, pks in wanted.items():
        for pk, name, url in _of_kind(kind, pks, reader, book):
            found[kind, pk] = (name, url)
    return found


def _of_kind(kind: str, pks: set[int], reader: User, book: NameBook) -> Iterable[tuple[int, str, str]]:
    if kind in LISTS:
        catalogue = LISTS[kind].catalogue
        rows = catalogue.model.objects.visible_to(reader).filter(pk__in=pks)
        names = catalogue.rank_by or (catalogue.title,)
        told = ((pk, next(filter(None, said), "")) for pk, *said in rows.values_list("pk", *names))
        return [(pk, name[:NAMED], catalogue.page_of(pk)) for pk, name in told]
    if kind not in MODELS:
        return []
    if kind == "user":
        page = "/admin/users/{}/" if reader.may("people", "view") else ""
        return [(pk, str(book.person(pk) or f"#{pk}"), page.format(pk)) for pk in pks]
    rows = MODELS[kind].objects.filter(pk__in=pks)
    page = "/admin/roles/{}/" if kind == "role" and reader.may("people", "view") else ""
    return [(one.pk, str(one), page.format(one.pk)) for one in rows]


def _is_seen(event: Any, reader: User, names: dict[tuple[str, int], Any]) -> bool:
    """Whether the values of a record are the reader's to know: they may see it, or could if it were still there."""
    if event.record_type not in LISTS:
        return True
    return (event.record_type, event.record_id) in names or reader.reach(event.record_type, "view").everything


def _lines(event: Any, book: NameBook, *, is_seen: bool) -> list[tuple[str, str | None, str]]:
    """What changed: records through the rights of the reader to rows and fields, other things as they are kept."""
    change = event.values
    if change is None or not is_seen:
        return []
    is_new = event.name == "created" or not change.before
    if event.record_type in LISTS:
        lines = story.lines_of(change, LISTS[event.record_type].catalogue, book)
        return [(one.label, None if is_new else one.before, one.after) for one in lines if one.field != "id"]
    names = dict.fromkeys([*change.before, *change.after])
    if event.record_type == "role":
        return _granted(names, change, is_new)
    return [
        (
            _label(event.record_type, name),
            None if is_new else _plain(name, change.before.get(name), book),
            _plain(name, change.after.get(name), book),
        )
        for name in names
    ]


def _granted(names: Iterable[str], change: Any, is_new: bool) -> list[tuple[str, str | None, str]]:
    """The permissions of a role right by right, and its name and description as they are."""
    told: list[tuple[str, str | None, str]] = []
    none = pgettext("permission", "none")
    for name in names:
        before, after = change.before.get(name), change.after.get(name)
        if name not in Module.values:
            told.append(
                (_label("role", name), None if is_new else str(before or _("empty")), _short(after or _("empty")))
            )
            continue
        pairs = comparing.differences(name, before or {}, after or {})
        told += [(one.label, one.one or none, one.other or none) for one in pairs]
    return told


def _label(kind: str, name: str) -> str:
    model = MODELS.get(kind)
    columns = {one.name: one for one in model._meta.get_fields()} if model else {}
    return str(getattr(columns.get(name), "verbose_name", "") or TOLD.get(name) or name)


def _plain(name: str, value: Any, book: NameBook) -> str:
    if value in (None, "", [], {}):
        return _("empty")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name in ("department", "parent") and isinstance(value, int):
        return str(book.departments.get(value) or f"#{value}")
    if name in ("superior", "head", "owner") and isinstance(value, int):
        return str(book.person(value) or f"#{value}")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _details(event: Any) -> list[tuple[str, str | None, str]]:
    told = OF_RECORDS if event.record_type in LISTS else tuple(TOLD)
    given = event.details
    return [(str(TOLD[name]), None, _short(given[name])) for name in told if given.get(name) not in (None, "", [])]


def _short(value: Any) -> str:
    text = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def sign_ins(events: Sequence[Any], reader: User) -> list[Entry]:
    """Lines of the log of sign-ins: about whom, from where, with what, and why not."""
    book = NameBook(reader)
    book.meet([*(event.record_id for event in events), *(event.by_id for event in events)])
    return [_sign_in(event, book) for event in events]


def _sign_in(event: Any, book: NameBook) -> Entry:
    given = event.details
    reason = given.get("reason", "")
    device = " · ".join(part for part in (given.get("browser", ""), given.get("device", "")) if part)
    return Entry(
        event=event,
        at=event.at,
        who=str(book.person(event.record_id) or "") if event.record_id else "",
        what=str(signing_log.HAPPENED.get(event.name, event.name)),
        kind="bad" if "refused" in event.name or event.name == "locked_out" else "",
        record=str(signing_log.REASONS.get(reason, reason)),
        url="",
        source=str(SOURCES.get(event.source, event.source)),
        address=given.get("address", "") or event.place or "",
        device=device,
    )
