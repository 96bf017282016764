"""The product as somebody with one role sees it: an administrator looks, and changes nothing (W2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keyuan.org.administrators import require_administrator
from keyuan.org.models import Role, User
from keyuan.org.rights import Rights, unite
from keyuan.org.scopes import Module
from keyuan.people import log
from keyuan.people.roles import grants_of
from keyuan.records.errors import NotAllowed, RuleBroken
from keyuan.ui import errors
from keyuan.ui.lists.installed import LISTS
from keyuan.ui.middleware import READING

PREVIEW = "preview_role"
END = "/admin/roles/preview/end/"
READ_BY_RIGHT = ((Module.AUDIT, "view"), (Module.AUDIT, "export"), (Module.PEOPLE, "view"))
OPEN = (END, "/sign-out/", "/lock/", "/account/preferences/")


def start(request: Any, role: Role) -> None:
    """From the next request on this session sees what `role` shows, until the preview is ended.

    Raises:
        NotAllowed: the person is no administrator, or would see what they may not see themselves.
    """
    by: User = request.user
    require_administrator(by)
    if not sees_as_much(by.rights, rights_of(role, by)):
        raise NotAllowed(_("A preview would show you records that your own roles do not show."))
    log.write("role", role.pk, "previewed", by=by)
    request.session[PREVIEW] = role.pk


def sees_as_much(own: Rights, shown: Rights) -> bool:
    """Whether somebody with the rights `own` learns nothing new from a preview of `shown`."""
    lists = all(own.reach(one, "view").everything and not own.limits(one) for one in LISTS if shown.may(one, "view"))
    return lists and all(own.may(*right) for right in READ_BY_RIGHT if shown.may(*right))


def rights_of(role: Role, person: User) -> Rights:
    """What `person` could do with this role alone."""
    grants = grants_of(role).items()
    return unite(person, [(module, *vars(granted).values()) for module, granted in grants])


class RolePreview:
    """Puts the rights of the role that is looked at in the place of the person's own. Nothing is changed meanwhile."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        user: Any = request.user
        with_token = errors.is_api(request) and request.headers.get("Authorization")
        if with_token or not user.is_authenticated or PREVIEW not in request.session:
            return None
        role = Role.objects.filter(pk=request.session[PREVIEW]).first()
        rights = rights_of(role, user) if role is not None and user.is_administrator else None
        if role is None or rights is None or not sees_as_much(user.rights, rights):
            del request.session[PREVIEW]
            return None
        user._rights = rights
        request.preview = role  # type: ignore[attr-defined]
        if request.method in READING or request.path in OPEN:
            return None
        refusal = RuleBroken(_("This is a preview of a role, in which nothing is changed. End it first."))
        if errors.is_api(request):
            return errors.problem(409, str(refusal), str(refusal))
        return errors.conflict(request, refusal)
