"""One's own account: data, how the frame looks, password, keys for programs."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.org import sessions, tokens
from keyuan.org.http import Request
from keyuan.org.models import ApiToken
from keyuan.people import log
from keyuan.people.forms import PersonForm, TokenForm
from keyuan.people.members import OWN, edit_self
from keyuan.ui.audience import signed_in
from keyuan.ui.pages import page, toast
from keyuan.ui.stepup import confirmed, confirmed_when

MOST_TOKENS = 20
MOST_SHOWN = 30


def changes_mail(request: Any) -> bool:
    """Whether the form names another e-mail: links for a new password go there (OWASP ASVS 5.0, 7.5.1)."""
    return request.method == "POST" and request.POST.get("email", "").strip() != request.user.email


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed_when(changes_mail)
def account(request: Request) -> HttpResponse:
    user = request.user
    form = PersonForm(request.POST or None, person=user, initial={name: getattr(user, name) for name in OWN})
    if request.method == "POST" and form.is_valid():
        edit_self(user, **form.cleaned_data)
        toast(request, _("Saved"))
        return redirect("people:account")
    return _account(request, form=form, status=422 if form.errors else 200)


def _account(request: Request, *, status: int = 200, **context: Any) -> HttpResponse:
    user = request.user
    initial = {name: getattr(user, name) for name in OWN}
    own = user.tokens.filter(epoch=user.epoch).order_by("-created_at")
    filled = {
        "title": _("Account"),
        "form": PersonForm(person=user, initial=initial),
        "token_form": TokenForm(),
        "tokens": own,
        "sessions": sessions.living(user)[:MOST_SHOWN],
        "here": request.session.public_key,  # type: ignore[attr-defined]
        "news": list(user.places.filter(is_news=True).order_by("-at")[:MOST_SHOWN]),
        "now": timezone.now(),
        "may_audit": user.may("audit", "view"),
    }
    return page(request, "people/account.html", filled | context, status=status)


@require_http_methods(["GET", "POST"])
@signed_in
@confirmed
def token_new(request: Request) -> HttpResponse:
    """A new key. The answer shows it, and nothing shows it again."""
    if request.method == "GET":  # a reload, or the way back from switching the language
        return redirect("people:account")
    form = TokenForm(request.POST)
    if form.is_valid() and request.user.tokens.filter(epoch=request.user.epoch).count() >= MOST_TOKENS:
        form.add_error(None, _("You have %(n)d tokens. Revoke one first.") % {"n": MOST_TOKENS})
    if not form.is_valid():
        return _account(request, token_form=form, status=422)
    given = form.cleaned_data
    with transaction.atomic():
        token = tokens.issue(request.user, given["scope"], given["days"] or None, given["name"])
        log.write("user", request.user.pk, "token_created", by=request.user, name=given["name"], scope=given["scope"])
    return _account(request, new_token=token)


@require_POST
@signed_in
def token_revoke(request: Request, pk: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=pk, user=request.user)
    with transaction.atomic():
        log.write("user", request.user.pk, "token_revoked", by=request.user, name=token.name)
        token.delete()
    toast(request, _("The token was revoked"))
    return redirect("people:account")
