"""The page on which administrators say from where a role may be used."""

import re
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keyuan.org.http import Request
from keyuan.org.models import Role
from keyuan.people.address_rules import set_addresses
from keyuan.people.forms import AddressesForm
from keyuan.records.errors import RuleBroken
from keyuan.ui.audience import administrators
from keyuan.ui.pages import go, page, toast
from keyuan.ui.stepup import confirmed


@require_http_methods(["GET", "POST"])
@administrators
@confirmed
def role_addresses(request: Request, pk: int) -> HttpResponse:
    role = get_object_or_404(Role, pk=pk)
    form = AddressesForm(request.POST or None, initial={"addresses": "\n".join(role.addresses)})
    if request.method == "POST" and form.is_valid() and _saved(request, role, form):
        toast(request, _("Saved"))
        return go(request, "people:role", pk)
    context: dict[str, Any] = {
        "title": _("Where “%(name)s” may sign in from") % {"name": role},
        "form": form,
        "role": role,
        "here": request.user.address,
    }
    return page(request, "people/roles/addresses.html", context, status=422 if form.errors else 200)


def _saved(request: Request, role: Role, form: AddressesForm) -> bool:
    try:
        with transaction.atomic():
            set_addresses(role, re.split(r"[\s,;，；、]+", form.cleaned_data["addresses"]), by=request.user)
    except RuleBroken as refusal:
        form.add_error("addresses", str(refusal))
    return not form.errors
