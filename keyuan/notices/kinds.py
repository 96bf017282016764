"""What people can be told about. Rooms above declare their kinds once, when the process starts (keyuan/menu.py)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from keyuan.notices.models import Notice
    from keyuan.org.models import User
    from keyuan.records.namebook import NameBook

TONES = ("accent", "warn", "ok", "neutral", "bad")


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notices.

    Attributes:
        name: such as `plan.reminder`.
        label: its line in the preferences.
        icon, tone: how it looks; the tone is one of TONES.
        sentence: what the list, the toast and the mail say; the mail takes the text of it. Where the kind has
            `about`, it reads the words from `notice.about`, which is there.
        address: where the click goes.
        visible: of these ids of records those that the person may see now.
        by_mail: whether people get it by mail who have not said otherwise.
        may: the right (module, operation), one of several such, or "administrator", without which nobody is ever told:
            then the preferences leave it out.
        pairs: of these people and ids of records those pairs `(person's id, record's id)` where the person may see the
            record now. Without it `visible` is asked for each person; with it, for many people at once.
        about: for these people and ids of records what each may be told of the record now, by
            `(person's id, record's id)`; nothing where it is gone or hidden. A few queries, however many are asked.
        people: keys of `details` that hold the id of a person whom the sentence names.
    """

    name: str
    label: Any
    icon: str
    tone: str
    sentence: Callable[[Notice, NameBook], SafeString]
    address: Callable[[Notice], str]
    visible: Callable[[User, Collection[int]], set[int]]
    by_mail: bool = False
    may: tuple[str, str] | list[tuple[str, str]] | str | None = None
    pairs: Callable[[Sequence[tuple[User, int]]], set[tuple[int, int]]] | None = None
    about: Callable[[Sequence[tuple[User, int]]], Mapping[tuple[int, int], Any]] | None = None
    people: tuple[str, ...] = ()

    def say(self, notice: Notice, book: NameBook) -> SafeString:
        """The sentence for one whose words were looked up (showing.py); a neutral one where there are none any more."""
        if self.about is not None and notice.about is None:
            return format_html("{}", _("What this notice was about is no longer there"))
        return self.sentence(notice, book)

    def seen(self, asked: Sequence[tuple[User, int]]) -> set[tuple[int, int]]:
        """Which of these pairs are visible now, as ids."""
        if self.pairs is not None:
            return self.pairs(asked) if asked else set()
        ids: dict[User, set[int]] = {}
        for user, record in asked:
            ids.setdefault(user, set()).add(record)
        return {(user.pk, record) for user, wanted in ids.items() for record in self.visible(user, wanted)}


KINDS: dict[str, NoticeKind] = {}


def declare(kind: NoticeKind) -> None:
    """Make a kind known.

    Raises:
        ValueError: there is another of this name, or its tone is unknown.
    """
    if kind.tone not in TONES or KINDS.get(kind.name, kind) is not kind:
        raise ValueError(kind.name)
    KINDS[kind.name] = kind


def kinds_for(user: User) -> list[NoticeKind]:
    """The kinds that this person may ever be told of, in the order in which they were declared."""
    return [kind for kind in KINDS.values() if _concerns(kind, user)]


def _concerns(kind: NoticeKind, user: User) -> bool:
    if kind.may is None:
        return True
    if isinstance(kind.may, str):
        return user.is_administrator
    rights = kind.may if isinstance(kind.may, list) else [kind.may]
    return any(user.may(*right) for right in rights)
