"""The files of one record as its page shows them to one reader."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from keyuan.org.models import User
from keyuan.records.attachments.attaching import may_attach
from keyuan.records.attachments.limits import Limits
from keyuan.records.attachments.looking import files_of, removable
from keyuan.records.attachments.models import Attachment
from keyuan.records.models import Record

FIRST = 8
ICONS = (
    ("image/", "photo"),
    ("application/pdf", "file-type-pdf"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml", "file-spreadsheet"),
    ("application/vnd.ms-excel", "file-spreadsheet"),
    ("application/zip", "archive"),
    ("application/vnd.rar", "archive"),
    ("application/x-7z", "archive"),
    ("application/gzip", "archive"),
    ("audio/", "player-play"),
    ("video/", "player-play"),
)
CONTRACT = re.compile(r"合同|协议|contract|agreement", re.IGNORECASE)


def icon_of(file: Attachment) -> str:
    """The icon of a file: contracts by their name, other files by what they are."""
    if CONTRACT.search(file.name) and not file.is_picture:
        return "license"
    if file.name.endswith(".csv"):
        return "file-spreadsheet"
    return next((icon for start, icon in ICONS if file.media_type.startswith(start)), "file-text")


def chip(file: Attachment) -> dict[str, Any]:
    """What ui/attachments/chip.html takes."""
    return {"file": file, "icon": icon_of(file)}


class Files:
    """The block of files on the page of a record.

    Attributes:
        everything: show all of them; otherwise the latest few.
    """

    def __init__(self, record: Record, user: User, *, everything: bool = False) -> None:
        self.record, self.user, self.everything = record, user, everything

    @cached_property
    def all(self) -> list[Attachment]:
        return files_of(self.record, self.user)

    @property
    def count(self) -> int:
        return len(self.all)

    @cached_property
    def may_attach(self) -> bool:
        return may_attach(self.record, self.user)

    @property
    def address(self) -> str:
        return reverse("attachments:of", args=[self.record.module, self.record.pk])

    @property
    def rest(self) -> int:
        """How many are not shown yet."""
        return 0 if self.everything else max(0, self.count - FIRST)

    def rows(self) -> list[dict[str, Any]]:
        shown = self.all if self.everything else self.all[:FIRST]
        may_go = removable(shown, self.user)
        return [{"file": one, "icon": icon_of(one), "may_go": one.pk in may_go} for one in shown]

    def hint(self) -> str:
        return _("Up to %(n)d MB each; drop them here, too") % {"n": Limits.now().megabytes}
