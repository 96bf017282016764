"""Saving a form of a page: refusals of the verbs become sentences at the field, and nothing typed is lost."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from keyuan.org.http import Request
from keyuan.records.conflicts import Difference, differences
from keyuan.records.errors import Duplicate, RuleBroken, Stale
from keyuan.records.forms import RecordForm
from keyuan.records.models import Record


def record_or_404(model: Any, request: Request, pk: int, operation: str = "view") -> Any:
    """One record on which this person may do `operation`. What they may not see does not exist."""
    return get_object_or_404(model.objects.allowed(request.user, operation), pk=pk)


def typed_version(request: Request) -> int | None:
    """The version of the record that the form was made from; 0 where it is missing, so that it never fits."""
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


class Saving:
    """One attempt to save a form.

    Attributes:
        record: what was saved, or None.
        differences: what somebody else changed meanwhile; the form then holds what was typed.
        version: the version that the form has to carry next.
    """

    def __init__(self, form: RecordForm, version: int | None = None) -> None:
        self.form, self.version = form, version
        self.record: Record | None = None
        self.differences: list[Difference] = []

    def save(self) -> bool:
        """Whether the form is saved. Where not, it says why."""
        if not self.form.is_valid():
            return False
        try:
            with transaction.atomic():
                self.record = self.form.save(version=self.version)
        except Duplicate as duplicate:
            self._refuse(duplicate)
        except Stale as stale:
            self._explain(stale.current)
        except RuleBroken as refusal:
            if not self.form.refuse(refusal):
                raise
        return self.record is not None

    def _refuse(self, duplicate: Duplicate) -> None:
        """Say at the field what another record has, too."""
        sentences = {
            "phone": (("mobile", "phone"), _("Another one has the same number, which counts as a duplicate.")),
            "domain": (("website", "email"), _("Another one has the same domain, which counts as a duplicate.")),
            "name": (("company",), _("Another one has the same name, which counts as a duplicate.")),
        }
        raised = [kind.split("=")[1] for kind in (getattr(hit, "kind", "") for hit in duplicate.hits) if "=" in kind]
        if raised:
            names, said = sentences[raised[0]]
            self.form.add_error(next((name for name in names if name in self.form.fields), None), said)
        else:
            self.form.add_error(self._keyed(), _("A customer with this name or credit code exists already."))

    def _keyed(self) -> str | None:
        return next((name for name in ("name", "uscc", "mobile") if name in self.form.fields), None)

    def _explain(self, current: Record) -> None:
        form = self.form
        self.differences = differences(current, self.version or 0, form.cleaned_data, form.catalogue, form.book)
        self.version = current.version
        form.data = form.data.copy()  # type: ignore[attr-defined]
        for one in self.differences:
            if not one.clashes:  # only they changed it: their value is taken over
                form.data[form.add_prefix(one.name)] = form.catalogue.fields[one.name].kind.typed(  # type: ignore[index]
                    form.catalogue.fields[one.name].read(current), form.book
                )
