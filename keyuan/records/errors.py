"""The refusals of business verbs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from keyuan.records.models import Record


class NotAllowed(PermissionDenied):
    """This person may not do this."""


class RuleBroken(Exception):
    """Nobody may do this now. Its text is a sentence for the person."""


class NotReady(RuleBroken):
    """Something has to be filled in or done first.

    Attributes:
        fields: names of the fields that are empty; the page asks for them there and then.
    """

    def __init__(self, sentence: str, fields: list[str]) -> None:
        super().__init__(sentence)
        self.fields = fields


class Stale(RuleBroken):
    """The record has changed since it was read; `current` is how it stands now."""

    def __init__(self, current: Record) -> None:
        super().__init__(_("Somebody has changed this record since you opened it."))
        self.current = current


class Duplicate(RuleBroken):
    """A blocking duplicate exists; `hits` are what the duplicate panel shows."""

    def __init__(self, hits: list[object]) -> None:
        super().__init__(_("This record already exists."))
        self.hits = hits
