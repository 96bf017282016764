"""What an administrator allows: how large a file may be, of which kinds, how many a record holds."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from keyuan.org.settings import settings
from keyuan.records.attachments.naming import kind_of
from keyuan.records.attachments.sniffing import PROGRAM
from keyuan.records.errors import RuleBroken

MB = 1024 * 1024
MOST_MB = 500  # the web server takes 512 MB at once
MOST_PENDING = 200  # of one person


class FileRefused(RuleBroken):
    """This file is not taken; the sentence says why and what would be."""


@dataclass(frozen=True)
class Limits:
    """What holds now.

    Attributes:
        megabytes: the largest file.
        forbidden: endings without their point.
        most: files of one record.
    """

    megabytes: int
    forbidden: frozenset[str]
    most: int

    @classmethod
    def now(cls) -> Limits:
        kept = settings("attachment_megabytes", "attachment_forbidden", "attachment_most")
        return cls(
            min(int(kept["attachment_megabytes"]), MOST_MB),
            frozenset(kinds_in(str(kept["attachment_forbidden"]))),
            int(kept["attachment_most"]),
        )

    def check_name(self, name: str) -> None:
        """Raises FileRefused for a kind that is not taken."""
        if kind_of(name) in self.forbidden:
            sentence = _("Files of the kind .%(kind)s are not taken. Ask an administrator if you need to attach one.")
            raise FileRefused(sentence % {"kind": kind_of(name)})

    def check_content(self, name: str, media_type: str) -> None:
        """Raises FileRefused for a program under another name."""
        if media_type == PROGRAM and "exe" in self.forbidden:
            sentence = _("“%(name)s” is a program, whatever its name says; programs are not taken.")
            raise FileRefused(sentence % {"name": name})

    def check_size(self, name: str, size: int) -> None:
        """Raises FileRefused for what is too large."""
        if size > self.megabytes * MB:
            sentence = _("“%(name)s” is too large: a file may have %(n)d MB. Make it smaller or split it.")
            raise FileRefused(sentence % {"name": name, "n": self.megabytes})

    def check_number(self, already: int, more: int) -> None:
        """Raises FileRefused where a record would hold too many."""
        if already + more > self.most:
            raise FileRefused(_("A record holds at most %(n)d files. Delete some of them first.") % {"n": self.most})


def kinds_in(text: str) -> list[str]:
    """Endings as somebody wrote them: with or without points, parted by blanks or commas."""
    return sorted({one.strip(".*").casefold() for one in re.split(r"[\s,，、;；]+", text)} - {""})
