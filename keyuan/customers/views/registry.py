"""Administration of the business registry: whom to ask, and how to find what in the answer."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from keyuan.customers import registry
from keyuan.customers.admin_forms import RegistryForm
from keyuan.customers.fields import CUSTOMER
from keyuan.customers.registry_admin import choose_registry
from keyuan.org.http import Request
from keyuan.ui.audience import administrators
from keyuan.ui.pages import page, toast


@require_http_methods(["GET", "POST"])
@administrators
def registry_edit(request: Request) -> HttpResponse:
    form = RegistryForm(request.POST or None, kept=registry.config())
    if request.method == "POST" and form.is_valid():
        choose_registry(form.config(), by=request.user)
        toast(request, _("Saved"))
        return redirect("registry_admin:edit")
    return _page(request, form, status=422 if form.errors else 200)


@require_POST
@administrators
def registry_try(request: Request) -> HttpResponse:
    """Ask for one company with what is saved, and show what comes back."""
    asked, problem, found = request.POST.get("asked", "").strip()[:200], "", {}
    provider = registry.provider()
    if provider is None or not asked:
        problem = _("Save a provider, then write a name.")
    else:
        try:
            found = provider.look_up(asked) or {}
            problem = "" if found else _("Nothing is registered under “%(asked)s”.") % {"asked": asked}
        except registry.LookUpFailed as failure:
            problem = str(failure)
    rows = [(CUSTOMER.fields[name].label, found[name]) for name in registry.FIELDS if name in found]
    tried = {"asked": asked, "problem": problem, "rows": rows}
    return _page(request, RegistryForm(kept=registry.config()), tried=tried)


def _page(request: Request, form: RegistryForm, status: int = 200, **more: Any) -> HttpResponse:
    context = {"title": _("Business registry"), "form": form, "is_on": registry.provider() is not None, **more}
    return page(request, "customers/admin/registry.html", context, status=status)
