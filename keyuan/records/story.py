"""History in words: what an event changed, through the field catalogue and what the reader may see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from keyuan.records.catalogue import Catalogue
from keyuan.records.history import Change, Event
from keyuan.records.kinds import Link, Several
from keyuan.records.namebook import NameBook

WHOLE = {
    "lines_changed": pgettext_lazy("event", "changed the product lines"),
    "parts_changed": pgettext_lazy("event", "changed the decision chain"),
    "competitors_changed": pgettext_lazy("event", "changed the competitors"),
}
"""Events whose words say all: no record is named behind them."""
HANDS = {
    "claimed": pgettext_lazy("event", "claimed it"),
    "assigned": pgettext_lazy("event", "assigned it"),
    "released": pgettext_lazy("event", "gave it back"),
    "recycled": pgettext_lazy("event", "took it back by the rule of the pool"),
    "locked": pgettext_lazy("event", "locked it"),
    "unlocked": pgettext_lazy("event", "unlocked it"),
    "extended": pgettext_lazy("event", "extended its last day"),
}
"""Events that say whose a record is: told in one sentence, whatever follows from that."""
OF_CAMPAIGN = {
    "joined_campaign": pgettext_lazy("event", "put the %(record)s into the campaign “%(name)s”"),
    "answered_campaign": pgettext_lazy(
        "event", "noted what the %(record)s answered to the campaign “%(name)s”: %(answer)s"
    ),
    "left_campaign": pgettext_lazy("event", "took the %(record)s out of the campaign “%(name)s”"),
}
"""What happens to a record with a campaign, which the details name; of one that the reader does not see, no name."""
CAMPAIGN = Link("Campaign")
HAPPENED = {
    "created": pgettext_lazy("event", "created"),
    "edited": pgettext_lazy("event", "edited"),
    "deleted": pgettext_lazy("event", "moved to the recycle bin"),
    "restored": pgettext_lazy("event", "restored"),
    "imported": pgettext_lazy("event", "imported"),
    "lost": pgettext_lazy("event", "marked as lost"),
    "won_back": pgettext_lazy("event", "won back"),
    "attached": pgettext_lazy("event", "attached a file to"),
    "detached": pgettext_lazy("event", "took a file off"),
    "moved": pgettext_lazy("event", "moved on"),
    "won": pgettext_lazy("event", "won"),
    "reopened": pgettext_lazy("event", "opened again"),
    "started": pgettext_lazy("event", "took up"),
    "qualified": pgettext_lazy("event", "marked as valid"),
    "disqualified": pgettext_lazy("event", "marked as invalid"),
    "converted": pgettext_lazy("event", "made a customer of"),
    "revived": pgettext_lazy("event", "revived"),
    "move_undone": pgettext_lazy("event", "took back a step of"),
    "joined_campaign": pgettext_lazy("event", "put into a campaign"),
    "answered_campaign": pgettext_lazy("event", "noted the answer to a campaign"),
    "left_campaign": pgettext_lazy("event", "took out of a campaign"),
    "members_added": pgettext_lazy("event", "added members to"),
    "members_removed": pgettext_lazy("event", "took members out of"),
    **WHOLE,
    **HANDS,
}


ACTS = ("converted", "revived")
"""Events whose name says what happened, better than the fields that they changed."""
STEPS = ("moved", "won", "lost", "reopened", "move_undone")
"""Events that bring a record into another stage, and whatever follows from that."""


@dataclass(frozen=True)
class Line:
    """One field that an event changed, in words."""

    field: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Story:
    """One event as a person reads it."""

    event: Event
    who: str
    what: str
    record_label: str
    at: datetime
    lines: list[Line]

    @property
    def is_step(self) -> bool:
        """A step through the stages, told by the stage that was left and the one that was reached."""
        return self.event.name in STEPS and [one.field for one in self.lines] == ["stage"]


def stories(events: Iterable[Event], catalogues: dict[str, Catalogue], book: NameBook) -> list[Story]:
    """The events in words; fields that the reader may not see are left out.

    Args:
        events: with their changes, see `with_changes`.
        catalogues: by module.
    """
    events = list(events)
    book.meet(event.by_id for event in events)
    meet_named([(catalogues.get(event.record_type), _change_of(event)) for event in events], book)
    campaigns = {event.details.get("campaign") for event in events if event.name in OF_CAMPAIGN}
    if campaigns:
        book.meet_records(CAMPAIGN.model, campaigns)
    return [_story(event, catalogues.get(event.record_type), book) for event in events]


def meet_named(changes: Iterable[tuple[Catalogue | None, Any]], book: NameBook) -> None:
    """Read at once the names of all that these changes name by number, before each of them is told."""
    wanted: dict[Several, set[int]] = {}
    linked: dict[Link, set[int]] = {}
    for catalogue, change in changes:
        for field in catalogue.fields.values() if catalogue and change else ():
            if isinstance(field.kind, Several):
                values = (side.get(field.name) or () for side in (change.before, change.after))
                wanted.setdefault(field.kind, set()).update(*values)
            if isinstance(field.kind, Link):
                sides = (side.get(field.name) for side in (change.before, change.after))
                linked.setdefault(field.kind, set()).update(one for one in sides if isinstance(one, int))
    for kind, pks in wanted.items():
        kind.named(sorted(pks), book)
    for link, pks in linked.items():
        if pks:
            book.meet_records(link.model, pks)


def _story(event: Event, catalogue: Catalogue | None, book: NameBook) -> Story:
    change = _change_of(event)
    told = event.name != "created" and event.name not in ACTS
    lines = lines_of(change, catalogue, book) if catalogue and change and told else []
    what = _what(event, catalogue, book)
    label = str(catalogue.label) if catalogue else event.record_type
    label = "" if {event.name} & (WHOLE.keys() | HANDS.keys() | OF_CAMPAIGN.keys()) else label
    return Story(event, str(book.person(event.by_id) or ""), what, label, event.at, lines)


def _what(event: Event, catalogue: Catalogue | None, book: NameBook) -> str:
    file = {"file": str(event.details.get("file", ""))}
    if event.name == "attached":
        return _("attached “%(file)s” to") % file
    if event.name == "detached":
        return _("took “%(file)s” off") % file
    if event.name == "released" and (reason := book.option(event.details.get("reason"))):
        return _("gave it back: %(reason)s") % {"reason": reason}
    if event.name == "assigned" and (change := _change_of(event)) and (to := change.after.get("owner")):
        book.meet([to])
        words = {"name": book.person(to) or "", "rule": event.details.get("rule", "")}
        said = _("assigned it to %(name)s by the rule “%(rule)s”") if words["rule"] else _("assigned it to %(name)s")
        return said % words
    if event.name == "extended" and (to := parse_date(event.details.get("to") or "")):
        return _("let its owner keep it until %(day)s") % {"day": date_format(to, "SHORT_DATE_FORMAT")}
    if event.name in OF_CAMPAIGN:
        return _with_campaign(event, catalogue, book)
    return _looked_at(event, catalogue, book) if event.name == "shown" else str(HAPPENED.get(event.name, event.name))


def _with_campaign(event: Event, catalogue: Catalogue | None, book: NameBook) -> str:
    """The campaign by its name, as far as the reader sees it, and the answer in words."""
    pk = event.details.get("campaign")
    name = book.meet_records(CAMPAIGN.model, [pk]).get(pk, "") if isinstance(pk, int) else ""
    answer = book.option(event.details.get("answer"))
    record = catalogue.label if catalogue else event.record_type
    words = {"record": record, "name": name or "…", "answer": answer or _("empty")}
    return str(OF_CAMPAIGN[event.name]) % words


def _looked_at(event: Event, catalogue: Catalogue | None, book: NameBook) -> str:
    """Somebody asked for the whole value of a field that is masked for them."""
    field = catalogue.visible_fields(book.user).get(event.details.get("field", "")) if catalogue else None
    return _("looked at “%(field)s” of") % {"field": field.label if field else "…"}


def _change_of(event: Event) -> Change | None:
    try:
        return event.change
    except Change.DoesNotExist:
        return None


def with_changes(events: QuerySet[Event]) -> QuerySet[Event]:
    """The events with their changes in the same query."""
    return events.select_related("change")


def lines_of(change: Change, catalogue: Catalogue, book: NameBook) -> list[Line]:
    """Each changed field in words, in the order of the catalogue."""
    visible = catalogue.visible_fields(book.user)
    names = [name for name in visible if name in change.after or name in change.before]
    return [
        Line(
            name,
            str(visible[name].label),
            in_words(catalogue, name, change.before.get(name), book),
            in_words(catalogue, name, change.after.get(name), book),
        )
        for name in names
    ]


def in_words(catalogue: Catalogue, name: str, value: Any, book: NameBook) -> str:
    """A raw value of history in words, at most 300 characters."""
    text = catalogue.visible_fields(book.user)[name].kind.plain(value, book)
    text = text or _("empty")
    return text if len(text) <= 300 else f"{text[:299]}…"
