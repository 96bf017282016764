"""Saved views in the API: one's own filters with columns and a sort, and those shared with everybody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Router

from keyuan.org.models import User
from keyuan.records.catalogue import Catalogue
from keyuan.records.errors import RuleBroken
from keyuan.records.kinds.kind import FilterRefused
from keyuan.records.query import where
from keyuan.records.remembering import SavedView
from keyuan.ui.rest.access import signed_in_call
from keyuan.ui.rest.describing import operation, parameter
from keyuan.ui.rest.inputs import body, expect, parameters, unknown
from keyuan.ui.rest.lists import storable
from keyuan.ui.rest.problems import answer, refused
from keyuan.ui.rest.replays import repeatable
from keyuan.ui.rest.schemas import Schema, listed, nullable, ref, text

VIEW: Schema = {
    "module": text(),
    "name": text(longest=60),
    "is_shared": {"type": "boolean"},
    "is_pinned": {"type": "boolean"},
    "filter": nullable(ref("Filter")),
    "columns": listed(text()),
    "sort": text(longest=60),
}
BODY: Schema = {"type": "object", "properties": VIEW, "required": ["module", "name"], "additionalProperties": False}
SCHEMAS: dict[str, Schema] = {
    "View": {"type": "object", "properties": {"id": {"type": "integer"}, **VIEW, "owner": ref("Related")}},
    "ViewList": {"type": "object", "properties": {"items": listed(ref("View"))}},
}


def _told(view: SavedView) -> dict[str, Any]:
    return {
        "id": view.pk,
        **{name: getattr(view, name) for name in VIEW},
        "owner": {"id": view.owner_id, "name": str(view.owner)},
    }


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]


def _own(request: HttpRequest, pk: int) -> SavedView:
    return get_object_or_404(SavedView.objects.select_related("owner"), owner=_user(request), pk=pk)


def _save(view: SavedView) -> SavedView:
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise RuleBroken(_("You have a view with this name already.")) from error
    return view


class Gate:
    """What may stand in a saved view of one person."""

    def __init__(self, catalogues: Mapping[str, Catalogue], user: User) -> None:
        self.catalogues, self.user = catalogues, user

    def read(self, request: HttpRequest, view: SavedView) -> SavedView:
        """`view` with what the body says. Raises Problem 422 that names what is wrong."""
        given = body(request)
        if given.get("filter", "") is None:
            view.filter = None
            del given["filter"]
        types = {"name": str, "is_shared": bool, "is_pinned": bool, "filter": dict, "columns": list, "sort": str}
        expect(given, **types, **({} if view.pk else {"module": str}))
        for name, value in given.items():
            setattr(view, name, value.strip() if isinstance(value, str) else value)
        if view.filter == {}:
            view.filter = None
        self._check(view)
        return view

    def _check(self, view: SavedView) -> None:
        catalogue = self.catalogues.get(view.module)
        if catalogue is None or not self.user.may(view.module, "view"):
            raise refused({"module": [_("Use one of: %(modules)s.") % {"modules": ", ".join(self.catalogues)}]})
        if not view.name or len(view.name) > 60:
            raise refused({"name": [_("Give the view a name of at most 60 characters.")]})
        self._check_columns(view, catalogue)
        try:
            where(storable(view.filter), catalogue, self.user)
        except FilterRefused as refusal:
            raise refused({"filter": [str(refusal)]}) from refusal

    def _check_columns(self, view: SavedView, catalogue: Catalogue) -> None:
        visible = catalogue.visible_fields(self.user)
        if wrong := [one for one in view.columns if not isinstance(one, str) or one not in visible]:
            raise refused({"columns": [unknown(str(wrong[0]))]})
        if view.sort and (len(view.sort) > 60 or catalogue.sort_of(self.user, view.sort) is None):
            raise refused({"sort": [unknown(view.sort)]})


def views_router(catalogues: Mapping[str, Catalogue]) -> Router:
    """The operations under /views. `catalogues`: by module, those of which views can be saved."""
    router = Router(tags=["views"])

    @router.get(
        "",
        **operation(
            "list_views",
            "List your saved views and the shared ones",
            result=ref("ViewList"),
            parameters=[parameter("module", text(), "Only those of one module, such as customer.")],
            refusals=(422,),
        ),
    )
    @signed_in_call
    def view_list(request: HttpRequest) -> HttpResponse:
        module = parameters(request, ("module",)).get("module")
        allowed = [one for one in catalogues if _user(request).may(one, "view") and module in (None, one)]
        views = SavedView.objects.visible_to(_user(request)).filter(module__in=allowed).select_related("owner")
        return answer({"items": [_told(view) for view in views[:1000]]})

    @router.post("", **operation("create_view", "Save a view", status=201, result=ref("View"), body=BODY, post=True))
    @repeatable()
    @signed_in_call
    def view_create(request: HttpRequest) -> HttpResponse:
        user = _user(request)
        view = _save(Gate(catalogues, user).read(request, SavedView(owner=user)))
        return answer(_told(view), 201, {"Location": f"/api/v1/views/{view.pk}"})

    @router.get("/{int:pk}", **operation("get_view", "Read a saved view", result=ref("View"), refusals=(404,)))
    @signed_in_call
    def view_get(request: HttpRequest, pk: int) -> HttpResponse:
        parameters(request, ())
        views = SavedView.objects.visible_to(_user(request)).select_related("owner")
        return answer(_told(get_object_or_404(views, pk=pk)))

    @router.patch(
        "/{int:pk}",
        **operation(
            "change_view",
            "Change a view of your own",
            result=ref("View"),
            body={**BODY, "properties": {k: v for k, v in VIEW.items() if k != "module"}, "required": []},
            refusals=(404, 409),
        ),
    )
    @signed_in_call
    def view_change(request: HttpRequest, pk: int) -> HttpResponse:
        view = _own(request, pk)
        return answer(_told(_save(Gate(catalogues, _user(request)).read(request, view))))

    @router.delete("/{int:pk}", **operation("delete_view", "Delete a view of your own", status=204, refusals=(404,)))
    @signed_in_call
    def view_delete(request: HttpRequest, pk: int) -> HttpResponse:
        _own(request, pk).delete()
        return HttpResponse(status=204)

    return router
