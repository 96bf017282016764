"""The operations that every record type has in the API; a room adds its own verbs to the router."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.models import User
from keyuan.org.scopes import OPERATIONS
from keyuan.records.cleaners import Invalid
from keyuan.records.errors import Duplicate, NotAllowed, RuleBroken, Stale
from keyuan.records.forms import RecordForm
from keyuan.records.kinds import Masked, Person, Tags
from keyuan.records.kinds.choices import ensure_tags
from keyuan.records.listing import Listing
from keyuan.records.namebook import NameBook
from keyuan.records.options import Tag
from keyuan.ui.rest.access import may_call
from keyuan.ui.rest.describing import Words, describe_fields
from keyuan.ui.rest.inputs import body, expect, fill, fits, parameters, wanted_version, wrong_type
from keyuan.ui.rest.lists import list_answer, storable
from keyuan.ui.rest.problems import Problem, answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.showing import Shape

MOST_IDS = 10_000
Bulk = Callable[..., int]


@dataclass(frozen=True)
class RecordApi:
    """One record type in the API.

    Attributes:
        resource: its name in addresses, such as `customers`.
        form: the gate of its input.
        bulk: the verbs `tag`, `untag` and `delete` for many rows.
        duplicates: what a refused form collides with, for the answer.
    """

    resource: str
    form: type[RecordForm]
    shape: Shape
    tag_all: Bulk
    delete_all: Bulk
    duplicates: Callable[[RecordForm], list[dict[str, Any]]] = field(default=lambda form: [])

    @property
    def module(self) -> str:
        return self.shape.catalogue.module

    @property
    def model(self) -> Any:
        return self.shape.catalogue.model

    @property
    def verbs(self) -> tuple[str, ...]:
        """What can be done with many rows at once."""
        return ("tag", "untag", "delete") if "tags" in self.shape.catalogue.fields else ("delete",)

    # Finding and answering

    def find(self, request: HttpRequest, pk: int) -> Any:
        """The record if the caller may see it. What they may not see does not exist."""
        rows = self.model.objects.visible_to(request.user).joined(self.shape.related)
        return get_object_or_404(rows, pk=pk)

    def answer(self, request: HttpRequest, record: Any, status: int = 200) -> HttpResponse:
        """The record with its version as ETag, as the caller reads it."""
        reader = record.reader_for(request.user)
        headers = {"ETag": f'"{record.version}"'}
        if status == 201:
            headers["Location"] = f"/api/v1/{self.resource}/{record.pk}"
        return answer(self.shape.one(record, NameBook(reader)), status, headers)

    @contextmanager
    def explaining(self, request: HttpRequest, form: RecordForm | None = None) -> Iterator[None]:
        """Refusals of verbs, with the current record or the duplicates beside the sentence."""
        try:
            yield
        except Stale as stale:
            reader = stale.current.reader_for(request.user)  # type: ignore[arg-type]
            current = self.shape.one(stale.current, NameBook(reader))
            headers = {"ETag": f'"{stale.current.version}"'}
            raise Problem(409, str(stale), headers=headers, current=current) from stale
        except Duplicate as duplicate:
            found = self.duplicates(form) if form is not None else []
            raise Problem(409, str(duplicate), duplicates=found) from duplicate

    # Verbs

    def create(self, request: HttpRequest) -> HttpResponse:
        given = body(request)
        fixed = self._owner(given, request.user)  # type: ignore[arg-type]
        form = fill(self.form, given, by=request.user, fixed=fixed)  # type: ignore[arg-type]
        with self.explaining(request, form), transaction.atomic():
            record = form.save()
        return self.answer(request, record, 201)

    def _owner(self, given: dict[str, Any], by: User) -> dict[str, Any]:
        """The owner of a new record: the caller, or another one for those who may assign or transfer."""
        owner = self.shape.catalogue.fields.get("owner")
        if owner is None or "owner" not in given:
            return {}
        value = given.pop("owner")
        if value is None:
            return self._nobody(by)
        if not fits(owner, value, NameBook(by)):
            raise refused({"owner": [wrong_type(owner.label)]})
        try:
            person = Person().parse(str(Person().from_json(value)), NameBook(by))
        except Invalid as refusal:
            raise refused({"owner": [str(refusal)]}) from refusal
        if person is None:
            raise refused({"owner": [wrong_type(owner.label)]})
        if person.pk != by.pk:
            granting = {"assign", "transfer"}.intersection(OPERATIONS[self.module]) or {"create"}
            reach = reduce(or_, (by.reach(self.module, one) for one in sorted(granting)))
            if not reach.covers(person.pk, person.department_id):
                raise NotAllowed(_("You may not create records for %(name)s.") % {"name": person})
        return {"owner": person}

    def _nobody(self, by: User) -> dict[str, Any]:
        """A record for nobody, where something takes it. Raises Problem: 422 where nothing does."""
        if self.model.receiver(by) is None:
            raise refused({"owner": [_("No pool takes it. Name an owner.")]})
        return {"owner": None}

    def change(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(request, pk)
        record.require(request.user, "edit")
        version = wanted_version(request)
        given = body(request)
        form = fill(self.form, given, by=request.user, instance=record)  # type: ignore[arg-type]
        with self.explaining(request, form), transaction.atomic():
            form.save(version=version)
        return self.answer(request, self.find(request, pk))

    def delete(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.find(request, pk)
        record.require(request.user, "delete")
        with self.explaining(request):
            record.delete_by(request.user, version=wanted_version(request))
        return HttpResponse(status=204)

    def restore(self, request: HttpRequest, pk: int) -> HttpResponse:
        record = self.model.objects.binned(request.user).filter(pk=pk).first()
        if record is None:
            self.find(request, pk)
            raise RuleBroken(_("This record is not in the recycle bin."))
        with self.explaining(request):
            record.restore(by=request.user)
        return self.answer(request, self.find(request, pk))

    def show(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The whole value of a field that is masked for the caller; that they looked stays in the history."""
        record = self.find(request, pk)
        name = expect(body(request), field=str).get("field", "")
        field = self.shape.catalogue.visible_fields(request.user).get(name)  # type: ignore[arg-type]
        if field is None or not isinstance(field.kind, Masked):
            raise refused({"field": [_("This field is not masked for you.")]})
        value = record.show(name, by=request.user)
        return answer({"field": name, "value": field.kind.kind.json(value, NameBook(request.user))})  # type: ignore[arg-type]

    # Many at once

    def bulk(self, request: HttpRequest) -> HttpResponse:
        given = expect(body(request), ids=list, filter=dict, q=str, verb=str, tags=(list, str))
        verb = given.get("verb")
        if verb not in self.verbs:
            raise refused({"verb": [_("Use one of: %(verbs)s.") % {"verbs": ", ".join(self.verbs)}]})
        operation = "delete" if verb == "delete" else "edit"
        if not request.user.may(self.module, operation):  # type: ignore[union-attr]
            raise NotAllowed(_("Your roles do not allow this."))
        tags = self._tags(given, request.user) if verb != "delete" else []  # type: ignore[arg-type]
        chosen = self._chosen(given, request.user)  # type: ignore[arg-type]
        rows = chosen.reached_by(request.user, operation)
        total, reached = chosen.count(), rows.count()
        if verb == "delete":
            changed = self.delete_all(rows, by=request.user)
        else:
            changed = self.tag_all(rows, ensure_tags(tags), by=request.user, remove=verb == "untag")
        asked = len(set(given["ids"])) if "ids" in given else total
        return answer({"changed": changed, "skipped": asked - reached})

    def _chosen(self, given: dict[str, Any], user: User) -> Any:
        """The rows named by ids, or those that a filter or a search finds, within what the caller sees."""
        if ("ids" in given) == ("filter" in given or "q" in given):
            raise refused({"ids": [_("Name either ids, or a filter or q.")]})
        if "ids" not in given:
            return self._found(given, user)
        ids = given["ids"]
        if len(ids) > MOST_IDS or not all(type(pk) is int and 0 < pk < 2**63 for pk in ids):
            raise refused({"ids": [_("Send at most %(most)d ids, as numbers.") % {"most": MOST_IDS}]})
        return self.model.objects.visible_to(user).filter(pk__in=ids)

    def _found(self, given: dict[str, Any], user: User) -> Any:
        if not given.get("filter") and not given.get("q", "").strip():
            raise refused({"filter": [_("An empty filter would mean every record. Name what you mean.")]})
        listing = Listing(self.shape.catalogue, user, q=given.get("q", ""), node=storable(given.get("filter")))
        return listing.rows

    def _tags(self, given: dict[str, Any], user: User) -> list[Tag]:
        book, tags = NameBook(user), given.get("tags") or []
        field = self.shape.catalogue.fields["tags"]
        if not fits(field, tags, book):
            raise refused({"tags": [wrong_type(field.label)]})
        try:
            found = Tags().parse_many([str(one) for one in ([tags] if isinstance(tags, str) else tags)], book)
        except Invalid as refusal:
            raise refused({"tags": [str(refusal)]}) from refusal
        if not found:
            raise refused({"tags": [_("Write at least one tag.")]})
        return found

    def fields(self, request: HttpRequest) -> HttpResponse:
        parameters(request, ())
        return answer(describe_fields(self.shape, NameBook(request.user)))  # type: ignore[arg-type]

    # Addresses

    def router(self) -> Router:
        """The operations under `/{resource}`."""
        router, module = Router(tags=[self.resource]), self.module
        words = Words(self.resource, pooled=self.model.pooled)

        @router.get("", **words.list())
        @may_call(module, "view")
        def records(request: HttpRequest) -> HttpResponse:
            return list_answer(request, self.shape)

        @router.post("", **words.create())
        @repeatable()
        @may_call(module, "create")
        def create(request: HttpRequest) -> HttpResponse:
            return self.create(request)

        @router.get("/fields", **words.fields())
        @may_call(module, "view")
        def fields(request: HttpRequest) -> HttpResponse:
            return self.fields(request)

        @router.post("/bulk", **words.bulk(self.verbs))
        @repeatable()
        @may_call(module, "view")
        def bulk(request: HttpRequest) -> HttpResponse:
            return self.bulk(request)

        @router.get("/{int:pk}", **words.get())
        @may_call(module, "view")
        def record(request: HttpRequest, pk: int) -> HttpResponse:
            parameters(request, ())
            return self.answer(request, self.find(request, pk))

        @router.patch("/{int:pk}", **words.change())
        @may_call(module, "edit")
        def change(request: HttpRequest, pk: int) -> HttpResponse:
            return self.change(request, pk)

        @router.delete("/{int:pk}", **words.delete())
        @may_call(module, "delete")
        def delete(request: HttpRequest, pk: int) -> HttpResponse:
            return self.delete(request, pk)

        @router.post("/{int:pk}/restore", **words.restore())
        @repeatable()
        @may_call(module, "delete")
        def restore(request: HttpRequest, pk: int) -> HttpResponse:
            return self.restore(request, pk)

        if any(one.kind.maskable for one in self.shape.catalogue.limitable_fields()):

            @router.post("/{int:pk}/show", **words.show())
            @repeatable("value")
            @may_call(module, "view")
            def show(request: HttpRequest, pk: int) -> HttpResponse:
                return self.show(request, pk)

        return router
